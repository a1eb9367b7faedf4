#pragma once

#include <larder/base/text.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace larder::policy {

/// Whether a field name is among those listed (RFC 9110, section 5.1: case does not count).
template <std::size_t Size>
bool is_one_of(std::string_view name, const std::array<std::string_view, Size>& names) {
  return std::any_of(names.begin(), names.end(),
                     [name](std::string_view listed) { return equal_ignoring_case(listed, name); });
}

}  // namespace larder::policy
