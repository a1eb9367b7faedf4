#pragma once

#include <larder/http/cache_control.hpp>
#include <larder/http/message.hpp>
#include <larder/policy/reason.hpp>
#include <larder/policy/route.hpp>

#include <optional>

namespace larder::policy {

/// The cache-related times of a stored response: all that freshness needs, computed once, when it is stored.
struct Lifetimes {
  Time response_time{};         ///< when the head arrived (RFC 9111, section 4.2.3)
  Milliseconds initial_age{0};  ///< corrected_initial_age
  Milliseconds fetch_time{0};   ///< from sending the request to the head: how long another fetch would take
  Milliseconds freshness{0};    ///< freshness lifetime (section 4.2)
  Milliseconds stale_while_revalidate{0};  ///< RFC 5861, section 3
  Milliseconds stale_if_error{0};          ///< RFC 5861, section 4
  bool must_revalidate =
      false;              ///< must-revalidate, proxy-revalidate or s-maxage (sections 5.2.2.2, .8, .10)
  bool no_cache = false;  ///< validated before each use (section 5.2.2.4)
  bool allows_credentials = false;    ///< public, s-maxage, or a lifetime in a targeted field
  bool allows_authorization = false;  ///< that, or must-revalidate (section 3.5)
  bool sets_cookie = false;           ///< it carries a Set-Cookie
  bool operator==(const Lifetimes&) const = default;
};

/// corrected_age_value (RFC 9111, section 4.2.3): the response's Age and how long it took to come, by our
/// clock alone. Never negative.
Milliseconds corrected_age(const http::FieldList& response_fields, Time request_time, Time response_time);

/// corrected_initial_age (RFC 9111, section 4.2.3): corrected_age(), or what the response's Date makes of it
/// if an HTTP/1.0 hop may have lost its Age. Else the clocks of origins, which are nobody's, do not count.
Milliseconds initial_age(const http::ResponseHead& response, Time request_time, Time response_time);

/// current_age (RFC 9111, section 4.2.3). A response that came more than a second after `now` is older than
/// any lifetime: the clock that timed it is not ours.
Milliseconds current_age(const Lifetimes& lifetimes, Time now);

/// freshness lifetime minus current age: negative when stale.
Milliseconds remaining_freshness(const Lifetimes& lifetimes, Time now);

/// The lifetimes of a response that is stale from `end` on, if it was not stale before.
Lifetimes ended_at(Lifetimes lifetimes, Time end);

/// What the origin itself states: CDN-Cache-Control (RFC 9213), Surrogate-Control, X-Accel-Expires, then
/// s-maxage, max-age, Expires - Date (RFC 9111, section 4.2.1). Nothing if it states none.
std::optional<Milliseconds> stated_freshness(const http::ResponseHead& response, Time response_time);

/// The heuristic lifetime, a tenth of Date - Last-Modified (RFC 9111, section 4.2.2). Nothing if there is
/// no Last-Modified before the Date, or the status is not heuristically cacheable and the response not
/// `public`.
std::optional<Milliseconds> heuristic_freshness(const http::ResponseHead& response, Time response_time);

/// How long a response has been stale already according to caches further in: the least `ttl` below 0 in
/// its Cache-Status (RFC 9211, section 2.4), made positive; 0 if none says so. What one cache served stale
/// does not become fresh in the next.
Milliseconds said_staleness(const http::FieldList& response_fields);

/// The directives that hold for us: those of CDN-Cache-Control if there is a valid one (RFC 9213,
/// section 2.1), else those of Surrogate-Control, its predecessor, else what X-Accel-Expires says, beside
/// `private` and `public` of Cache-Control; each of them stands for Expires too. Else those of Cache-Control.
struct OriginDirectives {
  http::CacheControl control;
  bool targeted = false;      ///< they did not come from Cache-Control
  std::optional<Time> end{};  ///< of the lifetime, if it is stated so
  bool accel = false;         ///< X-Accel-Expires: it says how long, and not for whom

  /// Whether a field for caches like us, and no other, says that they may store the response.
  bool targets_lifetime() const { return targeted && !accel && control.max_age; }
};

/// For caches alone: it does not go on to clients.
inline constexpr const char* accel_expires_name = "X-Accel-Expires";

OriginDirectives origin_directives(const http::FieldList& response_fields);

}  // namespace larder::policy
