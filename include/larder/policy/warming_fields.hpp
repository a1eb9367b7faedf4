#pragma once

#include <optional>
#include <string_view>

namespace larder::policy {

/// Why a request that warms a page must not carry a field, whatever its value: it would lead elsewhere, ask
/// for a part, or frame or steer the message. Nothing if it may. Credentials are a question of the route.
std::optional<std::string_view> warming_field_mistake(std::string_view name);

}  // namespace larder::policy
