#pragma once

#include <larder/config/suggest.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace larder::config {

/// How many letters were dropped, added, changed or swapped with their neighbour (Damerau-Levenshtein, each
/// pair swapped once at most), ignoring case.
std::size_t typing_distance(std::string_view a, std::string_view b);

/// What a duration or a size was meant to be, in units as other programs write them (`5min`, `8M`, `64 mb`);
/// `, did you mean "8MiB"?`, or "" if nobody knows.
std::string duration_meant(std::string_view text);
std::string size_meant(std::string_view text);

/// Where a key belongs that its section does not know: `: it belongs into "store"`, or "".
std::string section_of(std::string_view key);

}  // namespace larder::config
