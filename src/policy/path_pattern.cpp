#include <larder/policy/path_pattern.hpp>

#include <algorithm>
#include <cstring>

namespace larder::policy {
namespace {

// Names are words, so that a brace in a path is not taken for one by mistake.
bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool is_path_byte(char c) {
  return c > 0x20 && c != 0x7f && c != '?' && c != '#';
}

}  // namespace

Result<PathPattern::Segment> PathPattern::parse_segment(std::string_view text) {
  using Kind = Segment::Kind;
  if (text == "**") return Segment{.kind = Kind::gap, .text = {}, .before = {}, .after = {}};
  if (text.find_first_of("{}") != text.npos) return parse_braces(text);
  if (text.find("**") != text.npos) return Error::malformed;
  const bool is_glob = text.find('*') != text.npos;
  return Segment{
      .kind = is_glob ? Kind::glob : Kind::literal, .text = std::string(text), .before = {}, .after = {}};
}

Result<PathPattern::Segment> PathPattern::parse_braces(std::string_view text) {
  constexpr std::string_view deep = "**";
  const std::size_t open = text.find('{');
  const std::size_t close = text.find('}');
  if (open == text.npos || close == text.npos || close < open) return Error::malformed;
  const std::string_view before = text.substr(0, open);
  const std::string_view after = text.substr(close + 1);
  std::string_view name = text.substr(open + 1, close - open - 1);
  const bool is_deep = name.ends_with(deep);
  if (is_deep) name.remove_suffix(deep.size());
  const bool is_whole = before.empty() && after.empty();
  const bool is_plain = before.find('*') == before.npos && after.find_first_of("*{}") == after.npos;
  if (!is_name(name) || !is_plain || (is_deep && !is_whole)) return Error::malformed;
  return Segment{.kind = is_deep ? Segment::Kind::rest : Segment::Kind::capture,
                 .text = std::string(name),
                 .before = std::string(before),
                 .after = std::string(after)};
}

bool PathPattern::Segment::accepts(std::string_view part) const {
  switch (kind) {
    case Kind::literal:
      return part == text;
    case Kind::glob:
      return !part.empty() && glob_matches(text, part);
    case Kind::capture:
      return part.size() > before.size() + after.size() && part.starts_with(before) && part.ends_with(after);
    case Kind::rest:
    case Kind::gap:
      break;
  }
  return false;
}

bool PathPattern::has_capture(std::string_view name) const {
  return std::any_of(segments_.begin(), segments_.end(),
                     [name](const Segment& segment) { return segment.is_named() && segment.text == name; });
}

bool PathPattern::add(Segment segment) {
  if (segment.is_named() && has_capture(segment.text)) return false;
  if (!segment.is_one() && plain_ != segments_.size()) return false;
  if (segment.is_one() && plain_ == segments_.size()) ++plain_;
  segments_.push_back(std::move(segment));
  return true;
}

Result<PathPattern> PathPattern::parse(std::string_view text) {
  if (text.empty() || text.front() != '/') return Error::malformed;
  if (!std::all_of(text.begin(), text.end(), is_path_byte)) return Error::malformed;
  PathPattern pattern;
  pattern.text_ = text;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view part = take_segment(rest);
    if (part == "**" && rest.empty()) pattern.open_ended_ = true;
    if (part == "**" && (rest.empty() || rest == "/**")) continue;
    Result<Segment> segment = parse_segment(part);
    if (!segment) return segment.error();
    if (!pattern.add(*std::move(segment))) return Error::malformed;
  }
  return pattern;
}

bool PathPattern::walk(std::string_view path, Captures* captures) const {
  if (path.empty() || path.front() != '/') return false;
  std::string_view rest = path;
  for (std::size_t i = 0; i < plain_; ++i) {
    if (rest.empty()) return false;
    const Segment& segment = segments_[i];
    const std::string_view part = take_segment(rest);
    if (!segment.accepts(part)) return false;
    if (captures != nullptr) segment.capture(part, *captures);
  }
  if (plain_ != segments_.size()) return walk_on(rest, captures);
  return open_ended_ || rest.empty();
}

// From the segment that stands for several on. Unless whatever follows is taken, how many are left behind it
// is known, and one look is enough.
bool PathPattern::walk_on(std::string_view rest, Captures* captures) const {
  const Segment& several = segments_[plain_];
  const std::span behind = std::span(segments_).subspan(plain_ + 1);
  const bool is_named = several.kind == Segment::Kind::rest;
  std::string_view left = rest;
  if (is_named && (left.empty() || take_segment(left).empty())) return false;
  if (!open_ended_) {
    const std::string_view end = last_segments(left, behind.size());
    if (is_named && has_empty_segment(left.substr(0, left.size() - end.size()))) return false;
    left = end;
  }
  while (!fits(behind, left)) {
    if (!open_ended_ || left.empty()) return false;
    const bool is_empty = take_segment(left).empty();
    if (is_named && is_empty) return false;
  }
  if (captures == nullptr) return true;
  if (is_named) captures->emplace_back(several.text, rest.substr(1, rest.size() - left.size() - 1));
  for (const Segment& segment : behind) segment.capture(take_segment(left), *captures);
  return true;
}

bool PathPattern::fits(std::span<const Segment> segments, std::string_view rest) const {
  for (const Segment& segment : segments) {
    if (rest.empty() || !segment.accepts(take_segment(rest))) return false;
  }
  return open_ended_ || rest.empty();
}

void PathPattern::Segment::capture(std::string_view part, Captures& captures) const {
  if (kind != Kind::capture) return;
  captures.emplace_back(text, part.substr(before.size(), part.size() - before.size() - after.size()));
}

std::optional<Captures> PathPattern::match(std::string_view path) const {
  Captures captures;
  if (!walk(path, &captures)) return std::nullopt;
  return captures;
}

bool PathPattern::matches(std::string_view path) const {
  return walk(path, nullptr);
}

std::vector<std::string> PathPattern::capture_names() const {
  std::vector<std::string> names;
  for (const Segment& segment : segments_) {
    if (segment.is_named()) names.push_back(segment.text);
  }
  return names;
}

std::string_view last_segments(std::string_view rest, std::size_t most) {
  std::size_t begin = rest.size();
  for (; most != 0 && begin != 0; --most) begin = rest.rfind('/', begin - 1);
  return rest.substr(begin);
}

bool has_empty_segment(std::string_view segments) {
  return segments.ends_with('/') || segments.find("//") != segments.npos;
}

// The words between the stars are looked for one after the other, each where it comes first: later ones then
// have the most room.
bool glob_matches(std::string_view glob, std::string_view text) {
  for (; !glob.empty() && glob.front() != '*'; glob.remove_prefix(1), text.remove_prefix(1)) {
    if (text.empty() || text.front() != glob.front()) return false;
  }
  if (glob.empty()) return text.empty();
  for (;;) {
    glob.remove_prefix(1);
    const std::size_t star = glob.find('*');
    if (star == glob.npos) return text.ends_with(glob);
    const std::string_view word = glob.substr(0, star);
    const void* const found = ::memmem(text.data(), text.size(), word.data(), word.size());
    if (found == nullptr) return false;
    text.remove_prefix(static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) + word.size());
    glob.remove_prefix(star);
  }
}

std::optional<std::string> expand_template(std::string_view text, const Captures& captures) {
  std::string expanded;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    expanded.append(text.substr(0, open));
    if (open == text.npos) break;
    const std::size_t close = text.find('}', open);
    if (close == text.npos) return std::nullopt;
    const std::string_view name = text.substr(open + 1, close - open - 1);
    const auto capture = std::find_if(captures.begin(), captures.end(),
                                      [name](const auto& candidate) { return candidate.first == name; });
    if (capture == captures.end()) return std::nullopt;
    expanded.append(capture->second);
    text.remove_prefix(close + 1);
  }
  return expanded;
}

}  // namespace larder::policy
