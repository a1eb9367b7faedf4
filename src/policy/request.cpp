#include "percent.hpp"

#include <larder/base/text.hpp>
#include <larder/http/cache_control.hpp>
#include <larder/policy/request.hpp>

namespace larder::policy {
namespace {

// An encoded byte that changes where segments end, or that RFC 3986, section 6.2.2.2 makes the same as the
// byte itself: to the origin such a path may be another one, with other routes.
bool is_ambiguous_byte(unsigned char byte) {
  return byte == '/' || byte == '\\' || byte == 0 || is_unreserved(byte);
}

// Whether the segment that begins there is "." or "..".
bool is_dot_segment(std::string_view path, std::size_t begin) {
  const std::string_view segment = path.substr(begin, path.find('/', begin) - begin);
  return segment == "." || segment == "..";
}

}  // namespace

bool is_ambiguous_path(std::string_view path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '\\') return true;
    if (c == '.' && (i == 0 || path[i - 1] == '/') && is_dot_segment(path, i)) return true;
    if (c != '%') continue;
    const std::optional<unsigned char> decoded = decoded_at(path, i);
    if (decoded && is_ambiguous_byte(*decoded)) return true;
  }
  return false;
}

Reason bypass_reason(const Route& route, const http::RequestHead& request, const http::Target& target,
                     bool has_content) {
  if (request.method != "GET" && request.method != "HEAD") return Reason::method;
  if (!route.cache) return Reason::route_off;
  // RFC 9112, section 3.2: HTTP/1.0 may do without, and the origin then chooses a site by rules of its own.
  if (target.host.empty()) return Reason::no_host;
  // RFC 9110, section 9.3.1: content of a GET has no defined meaning, but an origin may look at it.
  if (has_content) return Reason::request_content;
  if (is_ambiguous_path(target.path)) return Reason::ambiguous_path;
  // RFC 9110, section 13.2.1: preconditions other than those of section 13.1.2 and .3 are the origin's.
  if (request.fields.contains("If-Match")) return Reason::precondition;
  if (request.fields.contains("If-Unmodified-Since")) return Reason::precondition;
  // RFC 9111, section 5.2.1.5.
  if (route.honor_request_directives && http::parse_cache_control(request.fields).no_store) {
    return Reason::request_no_store;
  }
  return Reason::none;
}

}  // namespace larder::policy
