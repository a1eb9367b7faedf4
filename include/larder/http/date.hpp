#pragma once

#include <larder/base/clock.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace larder::http {

/// Reads an HTTP-date in any of its three forms (RFC 9110, section 5.6.7). `now` decides the century of the
/// two-digit years of RFC 850. Nothing for anything else.
std::optional<Time> parse_date(std::string_view text, Time now);

/// The preferred form (IMF-fixdate): "Sun, 06 Nov 1994 08:49:37 GMT".
std::string format_date(Time time);

}  // namespace larder::http
