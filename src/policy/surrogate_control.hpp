#pragma once

#include <larder/http/cache_control.hpp>

#include <optional>
#include <string_view>

namespace larder::policy {

/// The name of larder in Surrogate-Capability, and that Surrogate-Control targets it with.
inline constexpr std::string_view surrogate_name = "larder";
inline constexpr std::string_view surrogate_capability = "larder=\"Surrogate/1.0\"";

/// What Surrogate-Control, the predecessor of CDN-Cache-Control, says to larder (W3C note "Edge Architecture
/// Specification", section 2.3): `max-age` and `no-store` without a target, or with ours, which wins. Nothing
/// if it says neither to us.
std::optional<http::CacheControl> parse_surrogate_control(const http::FieldList& response_fields);

}  // namespace larder::policy
