#pragma once

#include <larder/config/suggest.hpp>

#include <span>
#include <string>
#include <string_view>

namespace larder::config {

/// How many letters were dropped, added, changed or swapped with their neighbour (Damerau-Levenshtein, each
/// pair swapped once at most), ignoring case.
std::size_t typing_distance(std::string_view a, std::string_view b);

/// As did_you_mean(), which it asks where no other program's word for one of `words` is known.
std::string word_meant(std::string_view text, std::span<const std::string> words);

/// A list of what a text without brackets names: `, did you mean [GET, HEAD]?`.
std::string list_meant(std::string_view text);

}  // namespace larder::config
