#pragma once

#include <larder/policy/route.hpp>

#include <string_view>

namespace larder::policy {

/// Whether a rule keeps a parameter, which is `text` as it stands and `name` percent-decoded.
bool keeps_parameter(const QueryRule& rule, std::string_view text, std::string_view name);

}  // namespace larder::policy
