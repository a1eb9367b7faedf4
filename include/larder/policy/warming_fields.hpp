#pragma once

#include <larder/http/field_list.hpp>
#include <larder/policy/warm_rule.hpp>

#include <optional>
#include <string_view>

namespace larder::policy {

/// Why a request that warms a page must not carry a field, whatever its value: it would lead elsewhere, ask
/// for a part, or frame or steer the message. Nothing if it may. Credentials are a question of the route.
std::optional<std::string_view> warming_field_mistake(std::string_view name);

/// What such a request is sent with besides Host.
http::FieldList warming_fields(const WarmRule& rule);

}  // namespace larder::policy
