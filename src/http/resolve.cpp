#include <larder/base/text.hpp>
#include <larder/http/target.hpp>

#include <algorithm>

namespace larder::http {
namespace {

/// The parts of a URI reference (RFC 3986, appendix B), its fragment left out.
struct Reference {
  std::optional<std::string_view> scheme;
  std::optional<std::string_view> authority;
  std::string_view path;
  std::optional<std::string_view> query;
};

// scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) (RFC 3986, section 3.1)
bool is_scheme(std::string_view text) {
  const auto is_letter = [](char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; };
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&is_letter](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
         });
}

Reference split(std::string_view text) {
  Reference parts;
  text = text.substr(0, text.find('#'));
  const std::size_t colon = text.find_first_of(":/?");
  if (colon != std::string_view::npos && text[colon] == ':' && is_scheme(text.substr(0, colon))) {
    parts.scheme = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (text.starts_with("//")) {
    const std::size_t end = std::min(text.find_first_of("/?", 2), text.size());
    parts.authority = text.substr(2, end - 2);
    text.remove_prefix(end);
  }
  const std::size_t mark = text.find('?');
  parts.path = text.substr(0, mark);
  if (mark != std::string_view::npos) parts.query = text.substr(mark + 1);
  return parts;
}

// RFC 3986, section 5.2.4, for a path that begins with "/".
std::string remove_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(1, end - 1);
    const bool last = end == path.size();
    if (segment == "..") out.resize(out.empty() ? 0 : out.rfind('/'));
    if (segment == "." || segment == "..") {
      if (last) out += '/';
    } else {
      out += path.substr(0, end);
    }
    path.remove_prefix(end);
  }
  return out.empty() ? "/" : out;
}

// RFC 3986, section 5.2.3: everything of the base path up to its last "/", then the reference's.
std::string merged_path(const Target& base, std::string_view path) {
  if (path.starts_with('/')) return std::string(path);
  const std::size_t slash = base.path.rfind('/');
  std::string merged = slash == std::string::npos ? "/" : base.path.substr(0, slash + 1);
  return merged.append(path);
}

bool is_reference_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F && c != '\\'; });
}

Result<Target> with_authority(std::string_view scheme, std::string_view text) {
  Target target;
  target.scheme.resize(scheme.size());
  std::transform(scheme.begin(), scheme.end(), target.scheme.begin(), to_lower);
  if (target.scheme != "http" && target.scheme != "https") return Error::malformed;
  Result<Authority> authority = parse_authority(text, target.scheme);
  if (!authority) return authority.error();
  target.host = std::move(authority->host);
  target.port = std::move(authority->port);
  return target;
}

void set_query(Target& target, const std::optional<std::string_view>& query) {
  target.query.reset();
  if (query) target.query = std::string(*query);
}

}  // namespace

// RFC 3986, section 5.2.2.
Result<Target> resolve(const Target& base, std::string_view text) {
  text = trim(text);
  if (!is_reference_text(text)) return Error::malformed;
  const Reference reference = split(text);
  if (reference.scheme && !reference.authority) return Error::malformed;
  if (reference.authority) {
    Result<Target> target = with_authority(reference.scheme.value_or(base.scheme), *reference.authority);
    if (!target) return target;
    target->path = remove_dot_segments(reference.path);
    set_query(*target, reference.query);
    return target;
  }
  Target target = base;
  if (reference.path.empty()) {
    if (reference.query) set_query(target, reference.query);
    return target;
  }
  target.path = remove_dot_segments(merged_path(base, reference.path));
  set_query(target, reference.query);
  return target;
}

}  // namespace larder::http
