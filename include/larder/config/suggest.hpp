#pragma once

#include <span>
#include <string>
#include <string_view>

namespace larder::config {

/// `, did you mean "ttl"?` with the nearest of `words`, or "" if none is near.
std::string did_you_mean(std::string_view text, std::span<const std::string> words);

}  // namespace larder::config
