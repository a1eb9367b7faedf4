#include <larder/http/cache_control.hpp>
#include <larder/policy/credentials.hpp>
#include <larder/policy/request.hpp>

#include <algorithm>
#include <array>

namespace larder::policy {
namespace {

constexpr std::array<std::string_view, 3> conditions{"If-None-Match", "If-Modified-Since", "If-Range"};

bool has_condition(const http::FieldList& fields) {
  return std::any_of(conditions.begin(), conditions.end(),
                     [&fields](std::string_view name) { return fields.contains(name); });
}

// Whether an origin that removes dot segments (RFC 3986, section 5.2.4) reads such a path as one that is
// another route's, or has other captures, or begins with an authority.
bool leads_elsewhere_without_dots(const RouteTable& routes, const RouteInput& input,
                                  const http::Target& target) {
  if (!has_dot(target.path)) return false;
  const std::string read = without_dots(target.path);
  if (may_have_authority(target.path) || may_have_authority(read)) return true;
  const Route* const as_written = routes.find(input, target);
  if (as_written != routes.find_at(read, input, target)) return true;
  return as_written != nullptr && captures_of(*as_written, target.path) != captures_of(*as_written, read);
}

bool is_ambiguous(const RouteTable& routes, const RouteInput& input, const http::Target& target) {
  return is_ambiguous_path(target.path) || leads_elsewhere_without_dots(routes, input, target);
}

}  // namespace

bool keeps_own_conditions(const Route& route, const http::FieldList& request_fields) {
  if (!has_condition(request_fields)) return false;
  return has_unkeyed_authorization(route, request_fields) ||
         has_unkeyed_credential_field(route, request_fields);
}

Reason bypass_reason(const Route& route, const RouteTable& routes, const http::RequestHead& request,
                     const http::Target& target, bool has_content) {
  if (request.method != "GET" && request.method != "HEAD") return Reason::method;
  if (!route.cache) return Reason::route_off;
  if (route.bypass && takes_bypass(*route.bypass, request, target)) return Reason::bypass;
  // What answers it was stored by the route that a GET meets.
  if (request.method == "HEAD" && !routes.shares_with_get(route, request, target)) return Reason::method;
  // RFC 9112, section 3.2: HTTP/1.0 may do without, and the origin then chooses a site by rules of its own.
  if (target.host.empty()) return Reason::no_host;
  // RFC 9110, section 9.3.1: content of a GET has no defined meaning, but an origin may look at it.
  if (has_content) return Reason::request_content;
  const PathSpelling spelling = spelling_of(target.path);
  if (spelling == PathSpelling::odd && is_ambiguous(routes, request, target)) {
    return Reason::ambiguous_path;
  }
  if (routes.other_protected(route, request, target, spelling) != nullptr) return Reason::protected_path;
  // What an origin that reads the path so answers is not for others.
  const Route* const other = routes.other_with_bypass(route, request, target, spelling);
  if (other != nullptr && takes_bypass(*other->bypass, request, target)) return Reason::bypass;
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
