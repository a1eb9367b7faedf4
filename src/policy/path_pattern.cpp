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
  if (text.find("**") != text.npos) return Error::malformed;
  if (text.find_first_of("{}") != text.npos) {
    const bool enclosed = text.size() > 2 && text.front() == '{' && text.back() == '}';
    if (!enclosed) return Error::malformed;
    const std::string_view name = text.substr(1, text.size() - 2);
    if (!is_name(name)) return Error::malformed;
    return Segment{Segment::Kind::capture, std::string(name)};
  }
  const bool is_glob = text.find('*') != text.npos;
  return Segment{is_glob ? Segment::Kind::glob : Segment::Kind::literal, std::string(text)};
}

bool PathPattern::Segment::accepts(std::string_view part) const {
  switch (kind) {
    case Kind::literal:
      return part == text;
    case Kind::glob:
      return !part.empty() && glob_matches(text, part);
    case Kind::capture:
      return !part.empty();
  }
  return false;
}

bool PathPattern::has_capture(std::string_view name) const {
  return std::any_of(segments_.begin(), segments_.end(), [name](const Segment& segment) {
    return segment.kind == Segment::Kind::capture && segment.text == name;
  });
}

Result<PathPattern> PathPattern::parse(std::string_view text) {
  if (text.empty() || text.front() != '/') return Error::malformed;
  if (!std::all_of(text.begin(), text.end(), is_path_byte)) return Error::malformed;
  PathPattern pattern;
  pattern.text_ = text;
  std::string_view rest = text.substr(1);
  for (bool more = true; more;) {
    const std::size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    more = slash != rest.npos;
    rest = more ? rest.substr(slash + 1) : std::string_view{};
    if (part == "**" && !more) {
      pattern.open_ended_ = true;
      break;
    }
    Result<Segment> segment = parse_segment(part);
    if (!segment) return segment.error();
    const bool repeated = segment->kind == Segment::Kind::capture && pattern.has_capture(segment->text);
    if (repeated) return Error::malformed;
    pattern.segments_.push_back(*std::move(segment));
  }
  return pattern;
}

bool PathPattern::walk(std::string_view path, Captures* captures) const {
  if (path.empty() || path.front() != '/') return false;
  std::string_view rest = path.substr(1);
  bool more = true;  // whether `rest` is one more segment, though an empty one
  for (const Segment& segment : segments_) {
    if (!more) return false;
    const std::size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    more = slash != rest.npos;
    rest = more ? rest.substr(slash + 1) : std::string_view{};
    if (!segment.accepts(part)) return false;
    if (captures && segment.kind == Segment::Kind::capture) captures->emplace_back(segment.text, part);
  }
  return open_ended_ || !more;
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
    if (segment.kind == Segment::Kind::capture) names.push_back(segment.text);
  }
  return names;
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
