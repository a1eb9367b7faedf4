#pragma once

#include "value.hpp"

#include <optional>
#include <string>
#include <string_view>

// Texts that would be taken literally in silence although their writers meant patterns.

namespace larder::config {

/// What is wrong with a text that is meant as a path pattern; nothing if it is one.
std::optional<std::string> mistake_in_path_pattern(const std::string& text);

/// What is odd about the end of a path pattern, as a comma that a list has left; empty if nothing is.
std::string stray_end_of(const std::string& text);

/// Whether a name or glob is no regular expression; reported if it is.
bool check_glob_notation(const Value& item, const std::string& text);

/// Whether a text that stands for itself has no `*`; reported, with `instead`, if it has.
bool check_no_glob(const Value& item, const std::string& text, std::string_view instead);

}  // namespace larder::config
