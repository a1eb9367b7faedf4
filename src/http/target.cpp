#include <larder/base/text.hpp>
#include <larder/http/target.hpp>

#include <algorithm>

namespace larder::http {
namespace {

// Path and query of `text`, which begins with "/" or "?" or is empty.
void set_path_and_query(Target& target, std::string_view text) {
  const std::size_t mark = text.find('?');
  const std::string_view path = text.substr(0, mark);
  target.path = path.empty() ? "/" : path;
  if (mark != std::string_view::npos) target.query = std::string(text.substr(mark + 1));
}

// What follows "scheme://" of an absolute URI; Error::malformed where `text` is none.
Result<std::string_view> after_scheme(std::string_view text, std::string_view scheme) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || !is_token(text.substr(0, colon))) return Error::malformed;
  if (!equal_ignoring_case(text.substr(0, colon), scheme)) return Error::unsupported;
  return text.substr(colon + 3);
}

// The authority in Host: empty for HTTP/1.0 without Host (RFC 9112, section 3.2; as nginx does).
Result<Authority> authority_of_host(const RequestHead& head, std::string_view scheme) {
  const std::optional<std::string_view> host = head.fields.find("Host");
  if (!host && head.version_minor == 0) return Authority{};
  if (!host || head.fields.count("Host") != 1) return Error::malformed;
  return parse_authority(*host, scheme);
}

// RFC 9112, section 3.2.2: the authority of the absolute form counts, Host must be sound all the same.
Result<Target> target_of_absolute_form(Target target, const RequestHead& head) {
  const Result<std::string_view> rest = after_scheme(head.target, target.scheme);
  if (!rest) return rest.error();
  const std::size_t end = std::min(rest->find_first_of("/?"), rest->size());
  Result<Authority> authority = parse_authority(rest->substr(0, end), target.scheme);
  if (!authority) return authority.error();
  target.host = std::move(authority->host);
  target.port = std::move(authority->port);
  set_path_and_query(target, rest->substr(end));
  // RFC 9112, section 3.2.4: OPTIONS on an absolute URI without path and query is OPTIONS *.
  if (head.method == "OPTIONS" && end == rest->size()) target.path = "*";
  return target;
}

}  // namespace

std::string Target::authority() const {
  return port.empty() ? host : host + ":" + port;
}

std::string Target::origin_form() const {
  return query ? path + "?" + *query : path;
}

Result<Target> target_of(const RequestHead& head, std::string_view scheme) {
  if (!is_target_text(head.target)) return Error::malformed;
  Result<Authority> authority = authority_of_host(head, scheme);
  if (!authority) return authority.error();
  if (head.method == "CONNECT") return Error::unsupported;
  Target target;
  target.scheme = scheme;
  target.host = std::move(authority->host);
  target.port = std::move(authority->port);
  if (head.target.starts_with('/')) {
    set_path_and_query(target, head.target);
    return target;
  }
  if (head.target == "*" && head.method == "OPTIONS") {
    target.path = "*";
    return target;
  }
  return target_of_absolute_form(std::move(target), head);
}

bool same_origin(const Target& a, const Target& b) {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
}

bool is_target_text(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7F && byte != '#';
  });
}

}  // namespace larder::http
