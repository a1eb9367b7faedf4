#include <larder/base/byte_set.hpp>
#include <larder/base/text.hpp>
#include <larder/base/token.hpp>
#include <larder/http/fault.hpp>
#include <larder/http/target.hpp>

#include <algorithm>

namespace larder::http {
namespace {

// Path and query of `text`, which begins with "/" or "?" or is empty.
void set_path_and_query(Target& target, std::string_view text) {
  const std::size_t mark = text.find('?');
  const std::string_view path = text.substr(0, mark);
  target.path.assign(path.empty() ? "/" : path);
  if (mark == std::string_view::npos) {
    target.query.reset();
  } else if (target.query) {
    target.query->assign(text.substr(mark + 1));
  } else {
    target.query.emplace(text.substr(mark + 1));
  }
}

constexpr std::string_view end_of_scheme = "://";

// What follows "scheme://" of an absolute URI; Fault::target if `text` is not one.
Result<std::string_view> after_scheme(std::string_view text) {
  const std::size_t end = text.find(end_of_scheme);
  if (end == std::string_view::npos || !is_token(text.substr(0, end))) return Fault::target;
  const std::string_view scheme = text.substr(0, end);
  if (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https"))
    return Error::unsupported;
  return text.substr(end + end_of_scheme.size());
}

// The authority in Host: empty for HTTP/1.0 without Host (RFC 9112, section 3.2; as nginx does).
Result<> read_host(const RequestHead& head, Target& target) {
  const std::optional<std::string_view> host = head.fields.find("Host");
  if (!host && head.version_minor == 0) {
    target.host.clear();
    target.port.clear();
    return {};
  }
  if (!host) return Fault::no_host;
  if (head.fields.count("Host") != 1) return Fault::several_hosts;
  if (!read_authority(*host, target.scheme, target.host, target.port)) return Fault::host;
  return {};
}

// RFC 9112, section 3.2.2: the authority of the absolute form counts, Host must be valid nevertheless.
Result<> read_absolute_form(const RequestHead& head, Target& target) {
  const Result<std::string_view> rest = after_scheme(head.target);
  if (!rest) return rest.error();
  const std::size_t end = std::min(rest->find_first_of("/?"), rest->size());
  const Result<> authority = read_authority(rest->substr(0, end), target.scheme, target.host, target.port);
  if (!authority) return Fault::target;
  set_path_and_query(target, rest->substr(end));
  // RFC 9112, section 3.2.4: OPTIONS on an absolute URI without path and query is OPTIONS *.
  if (head.method == "OPTIONS" && end == rest->size()) target.path = "*";
  return {};
}

}  // namespace

std::string Target::authority() const {
  return port.empty() ? host : host + ":" + port;
}

std::string Target::origin_form() const {
  return query ? path + "?" + *query : path;
}

Result<Target> target_of(const RequestHead& head, std::string_view scheme) {
  Target target;
  const Result<> read = read_target(head, scheme, target);
  if (!read) return read.error();
  return target;
}

Result<> read_target(const RequestHead& head, std::string_view scheme, Target& target) {
  if (!is_target_text(head.target)) return Fault::target;
  target.scheme.assign(scheme);
  const Result<> host = read_host(head, target);
  if (!host) return host;
  if (head.method == "CONNECT") return Error::unsupported;
  if (head.target.starts_with('/')) {
    set_path_and_query(target, head.target);
    return {};
  }
  if (head.target == "*" && head.method == "OPTIONS") {
    target.path = "*";
    target.query.reset();
    return {};
  }
  return read_absolute_form(head, target);
}

bool names_other_scheme(const RequestHead& head, std::string_view scheme) {
  if (head.target.starts_with('/') || head.target == "*") return false;
  const std::string_view named = std::string_view(head.target).substr(0, head.target.find(end_of_scheme));
  return !equal_ignoring_case(named, scheme);
}

bool same_origin(const Target& a, const Target& b) {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
}

std::string with_bytes_encoded(std::string_view text) {
  const bool has_end = text.starts_with(' ') || text.ends_with(' ');
  const std::size_t scheme = text.find(end_of_scheme);
  const bool has_host = scheme < text.find_first_of("/?#");
  const std::size_t begin =
      has_host ? std::min(text.find_first_of("/?#", scheme + end_of_scheme.size()), text.size()) : 0;
  std::string encoded(text.substr(0, begin));
  encoded.reserve(text.size());
  for (const char c : text.substr(begin)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && (byte != ' ' || has_end)) {
      encoded += c;
    } else {
      append_percent_encoded(encoded, byte);
    }
  }
  return encoded;
}

bool is_target_text(std::string_view text) {
  static constexpr ByteSet allowed(
      [](unsigned char byte) { return byte > 0x20 && byte < 0x7F && byte != '#'; });
  return !text.empty() && allowed.holds_all(text);
}

}  // namespace larder::http
