#include <larder/http/cache_control.hpp>
#include <larder/policy/request.hpp>

namespace larder::policy {

Reason bypass_reason(const Route& route, const FoldedRoutes& folded, const http::RequestHead& request,
                     const http::Target& target, bool has_content) {
  if (request.method != "GET" && request.method != "HEAD") return Reason::method;
  if (!route.cache) return Reason::route_off;
  // RFC 9112, section 3.2: HTTP/1.0 may do without, and the origin then chooses a site by rules of its own.
  if (target.host.empty()) return Reason::no_host;
  // RFC 9110, section 9.3.1: content of a GET has no defined meaning, but an origin may look at it.
  if (has_content) return Reason::request_content;
  const PathSpelling spelling = spelling_of(target.path);
  if (spelling == PathSpelling::odd && is_ambiguous_path(target.path)) return Reason::ambiguous_path;
  if (folded.protector_of(request.method, target.path, spelling)) return Reason::protected_path;
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
