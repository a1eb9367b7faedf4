#pragma once

#include <larder/base/clock.hpp>
#include <larder/http/field_list.hpp>
#include <larder/policy/access_rule.hpp>
#include <larder/policy/bypass_rule.hpp>
#include <larder/policy/cors.hpp>
#include <larder/policy/credentials.hpp>
#include <larder/policy/host_pattern.hpp>
#include <larder/policy/own_answer.hpp>
#include <larder/policy/path_pattern.hpp>
#include <larder/policy/purge_rule.hpp>
#include <larder/policy/request_rule.hpp>
#include <larder/policy/response_rule.hpp>
#include <larder/policy/tag_fields.hpp>
#include <larder/policy/vary_rule.hpp>
#include <larder/policy/warm_rule.hpp>
#include <larder/policy/when.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace larder::policy {

/// The `ttl` of a route: one for the statuses that a plain duration covers, or some for statuses by number,
/// by class, or for any, of which the most exact wins.
struct TtlRule {
  std::optional<Milliseconds> plain;  ///< of the heuristically cacheable ones that are not errors
  std::map<int, Milliseconds> by_status;
  std::map<int, Milliseconds> by_class{};  ///< of 2 to 5, which is `5xx`
  std::optional<Milliseconds> any{};

  /// The lifetime this rule gives to a response of that status, if it gives one.
  std::optional<Milliseconds> for_status(int status) const;

  /// The longest that it gives to any; 0 if it gives none.
  Milliseconds longest() const;
  bool operator==(const TtlRule&) const = default;
};

/// The statuses that may take a lifetime that the origin does not state: RFC 9110, section 15.1, and 308 by
/// section 15.4.9. A 206 is left out: it is a part, and takes what a 200 takes.
inline constexpr std::array heuristically_cacheable_statuses{200, 203, 204, 300, 301, 308,
                                                             404, 405, 410, 414, 501};

bool is_heuristically_cacheable(int status);

/// Whether neither its class nor `any` gives a status a lifetime, but only its own number: it is about one
/// client, one request or one moment, or never stored by itself.
bool takes_ttl_by_number_alone(int status);

/// What of the query is part of the key. What is left out of the key is not forwarded either, unless
/// `forward_all`.
struct QueryRule {
  enum class Mode { as_received, ignore, only };
  Mode mode = Mode::as_received;
  std::vector<std::string> names;  ///< globs over parameter names
  bool sorted = false;
  bool forward_all = false;
  std::vector<std::string> always{};  ///< globs over what is kept whatever the mode: RouteTable fills it
  bool operator==(const QueryRule&) const = default;
};

/// What happens to the cookies of a request that may be answered from cache: names and globs of names. A
/// cookie that is neither keyed nor ignored identifies the client. Those that only scripts read are ignored
/// unless they are keyed (credentials.hpp).
struct CookieRule {
  std::vector<std::string> key;     ///< part of the key, and sent in its order
  std::vector<std::string> ignore;  ///< not sent, unless they are keyed
  bool operator==(const CookieRule&) const = default;

  /// `cookies: ignore`.
  static CookieRule ignore_all() { return {.key = {}, .ignore = {"*"}}; }
  /// `cookies: [names]`: no others are sent.
  static CookieRule keep_only(std::vector<std::string> names) {
    return {.key = std::move(names), .ignore = {"*"}};
  }
};

/// What happens to a response with Set-Cookie.
enum class SetCookieRule {
  refuse,  ///< it is never stored, whatever it says
  strip,   ///< it is stored without the field, which only the client whose request was sent gets
  allow,   ///< it is stored with the field if the origin itself states a lifetime (RFC 9111, section 7.3)
};

/// `stale_if_error` of a route.
struct StaleIfError {
  StaleIfError() = default;
  template <std::convertible_to<Milliseconds> Duration>
  StaleIfError(Duration for_long, bool over_origin = false) : window(for_long), overrides(over_origin) {}

  Milliseconds window{0};
  bool overrides = false;  ///< also over the origin's own, its s-maxage, must-revalidate, proxy-revalidate
  bool operator==(const StaleIfError&) const = default;
};

/// When a fresh response that is often asked for is fetched again before its lifetime ends
/// (policy/refresh_ahead.hpp).
enum class RefreshAhead {
  where_needed,  ///< `auto`: unless a stale-while-revalidate window spares clients the wait
  on,
  off,
};

/// Who shares one fetch of a response that is not stored.
enum class Collapse {
  off,      ///< each request fetches for itself
  local,    ///< the requests that come to this instance
  cluster,  ///< those of every instance on the same Redis; without one, as local
};

/// One YAML rule: which requests it is for and what happens to them. The first that matches wins.
struct Route {
  std::string name;                ///< what others call it; as a rule the first of its matches
  std::vector<HostPattern> hosts;  ///< empty: every host
  std::vector<std::string> match{"/**"};
  std::vector<PathPattern> patterns;  ///< of these
  std::string upstream;               ///< a name under `upstreams`
  std::vector<std::string> methods;   ///< empty: every method matches
  WhenRule when;                      ///< empty: fields and query do not matter
  /// The header fields that some route of the table looks at: RouteTable fills it. nullptr: none.
  std::shared_ptr<const std::vector<std::string>> choosing_fields{};
  /// Those that routes before it look at and it does not: part of the key if they are there. RouteTable fills
  /// it.
  std::vector<std::string> fields_of_earlier{};
  bool cache = true;
  std::optional<BypassRule> bypass;          ///< requests that are passed nevertheless
  std::optional<unsigned> min_uses;          ///< a response is stored from so many requests for its key on
  std::optional<std::uint64_t> max_object;   ///< bytes of content; larger is not stored, at most the store's
  std::optional<std::uint64_t> max_content;  ///< bytes of a request's content; 0: no bound of the route's own
  bool override_origin = false;              ///< `override: true`
  bool heuristic = false;                    ///< RFC 9111, section 4.2.2, if the origin states no lifetime
  bool honor_request_directives = true;      ///< Cache-Control in requests (RFC 9111, section 5.2.1)
  bool shares_credentials = false;  ///< `credentials: shared`: Authorization and such fields are not keyed
  bool websocket = false;           ///< a request may open a WebSocket (RFC 6455)
  bool strict = false;              ///< `consistency: strict`: purges by any instance are seen at once
  bool debug = false;               ///< X-Cache-Key, X-Cache-Tags, X-Cache-TTL in responses
  TtlRule ttl;
  unsigned jitter = 0;  ///< percent by which a lifetime is cut short at most, by chance
  std::optional<Milliseconds> stale_while_revalidate;  ///< RFC 5861, if the origin states none
  std::optional<StaleIfError> stale_if_error;          ///< the same
  RefreshAhead refresh_ahead = RefreshAhead::where_needed;
  QueryRule query;
  std::vector<std::string> headers;  ///< request fields whose values are part of the key
  CookieRule cookies;
  SetCookieRule set_cookie = SetCookieRule::refuse;
  /// Which fields identify the client: the same for all routes.
  std::shared_ptr<const CredentialFields> credential_fields = CredentialFields::documented();
  std::vector<std::string> tags;  ///< templates
  /// Which response fields hold tags: the same for all routes.
  std::shared_ptr<const TagFields> tag_fields = TagFields::documented();
  PurgeRule purge;
  std::vector<VaryRule> vary;  ///< of fields, once each
  RequestRule request;
  ResponseRule response;
  std::optional<AccessRule> access;      ///< nothing: all clients
  std::optional<RespondRule> respond;    ///< what larder answers itself
  std::optional<RedirectRule> redirect;  ///< the same
  std::optional<CorsRule> cors;          ///< nothing: CORS is the origin's matter
  std::optional<WarmRule> warm;
  Collapse collapse = Collapse::cluster;
  bool operator==(const Route&) const = default;
};

/// Whether larder answers all of its requests itself: no upstream does.
inline bool is_own_answer(const Route& route) {
  return route.respond || route.redirect;
}

/// Whether the values of a request field are part of the route's key.
bool is_keyed_field(const Route& route, std::string_view name);

/// Whether a route of these methods takes a request of that one: every one if none is named, HEAD as GET.
bool takes_method(const std::vector<std::string>& methods, std::string_view method);

/// Whether the route takes requests for the target's host.
bool takes_host(const Route& route, const http::Target& target);

/// Whether one of its patterns takes the path.
bool takes_path(const Route& route, std::string_view path);

/// What the first of its patterns that takes the path captures there.
Captures captures_of(const Route& route, std::string_view path);

}  // namespace larder::policy
