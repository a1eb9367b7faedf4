#pragma once

#include <larder/policy/freshness.hpp>

#include <optional>

namespace larder::policy {

/// What X-Accel-Expires, by which applications speak to nginx's cache, says: `60`, a lifetime in seconds;
/// `@1767225600`, the second of Unix time at which it ends; `0`, not to be stored. Nothing if it is not
/// there, or is none of them.
std::optional<OriginDirectives> parse_accel_expires(const http::FieldList& response_fields);

}  // namespace larder::policy
