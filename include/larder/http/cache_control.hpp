#pragma once

#include <larder/base/clock.hpp>
#include <larder/http/field_list.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::http {

/// The directives of Cache-Control in a request or a response (RFC 9111, section 5.2; RFC 5861; RFC 8246).
/// If directives repeat or conflict, the most restrictive reading is taken (RFC 9111, section 4.2.1); a
/// delta-seconds that cannot be read counts as 0 (stale), one too large as 2^31 (section 1.2.2).
struct CacheControl {
  bool present = false;  ///< there is a Cache-Control field at all

  // Both ways.
  bool no_cache = false;  ///< unqualified
  bool no_store = false;
  bool no_transform = false;
  std::optional<Seconds> max_age;
  std::optional<Seconds> stale_if_error;

  // Responses.
  std::vector<std::string> no_cache_fields;  ///< no-cache="a, b": lower case
  bool is_private = false;                   ///< unqualified
  std::vector<std::string> private_fields;   ///< private="a, b": lower case
  bool is_public = false;
  bool must_revalidate = false;
  bool must_understand = false;
  bool proxy_revalidate = false;
  bool immutable = false;
  std::optional<Seconds> s_maxage;
  std::optional<Seconds> stale_while_revalidate;

  // Requests.
  bool only_if_cached = false;
  bool max_stale_any = false;  ///< max-stale without a value
  std::optional<Seconds> max_stale;
  std::optional<Seconds> min_fresh;
};

/// Reads every `Cache-Control` line of the list, or those named `field_name` instead.
CacheControl parse_cache_control(const FieldList& fields, FieldName field_name = "Cache-Control");

/// Reads a targeted field such as CDN-Cache-Control, a dictionary of response directives (RFC 9213, section
/// 2.1). Nothing if there is none that counts: no such field, an empty one, or one that is not a dictionary;
/// all its lines are judged together. Within a valid one a directive's value of the wrong type is read as
/// the strictest: a lifetime that is not an integer, even a quoted number, as 0.
std::optional<CacheControl> parse_targeted_cache_control(const FieldList& fields,
                                                         std::string_view field_name);

/// A delta-seconds (RFC 9111, section 1.2.2): nothing if it is not a number, 2^31 if it is too large.
std::optional<Seconds> parse_delta_seconds(std::string_view text);

}  // namespace larder::http
