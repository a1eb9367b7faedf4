#pragma once

#include <span>
#include <string>
#include <string_view>

namespace larder::config {

/// How many letters were dropped, added, changed or swapped with their neighbour (Damerau-Levenshtein, each
/// pair swapped once at most), ignoring case.
std::size_t typing_distance(std::string_view a, std::string_view b);

/// `, did you mean "ttl"?` with the nearest of `words`, or "" if none is near.
std::string did_you_mean(std::string_view text, std::span<const std::string> words);

}  // namespace larder::config
