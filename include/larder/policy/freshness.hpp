#pragma once

#include <optional>

#include <larder/http/cache_control.hpp>
#include <larder/http/message.hpp>
#include <larder/policy/reason.hpp>
#include <larder/policy/route.hpp>

namespace larder::policy {

/// The cache-related times of a stored response: all that freshness needs, computed once, when it is stored.
struct Lifetimes {
  Time response_time{};                  ///< when the head arrived (RFC 9111, section 4.2.3)
  Milliseconds initial_age{0};           ///< corrected_initial_age
  Milliseconds freshness{0};             ///< freshness lifetime (section 4.2)
  Milliseconds stale_while_revalidate{0};  ///< RFC 5861, section 3
  Milliseconds stale_if_error{0};          ///< RFC 5861, section 4
  bool must_revalidate = false;          ///< must-revalidate, proxy-revalidate or s-maxage (sections 5.2.2.2, .8, .10)
  bool no_cache = false;                 ///< validated before each use (section 5.2.2.4)
  bool operator==(const Lifetimes&) const = default;
};

/// corrected_initial_age (RFC 9111, section 4.2.3). Never negative.
Milliseconds initial_age(const http::FieldList& response_fields, Time request_time, Time response_time);

/// current_age (RFC 9111, section 4.2.3).
Milliseconds current_age(const Lifetimes& lifetimes, Time now);

/// freshness lifetime minus current age: negative when stale.
Milliseconds remaining_freshness(const Lifetimes& lifetimes, Time now);

/// What the origin itself states: CDN-Cache-Control (RFC 9213), then s-maxage, max-age, Expires - Date (RFC 9111,
/// section 4.2.1). Nothing where it states none.
std::optional<Milliseconds> stated_freshness(const http::ResponseHead& response, Time response_time);

}  // namespace larder::policy
