#pragma once

#include <larder/config/load.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace larder::config {

/// A scalar after its variables were replaced.
struct Expansion {
  std::string text;
  std::vector<std::string> problems;
};

/// Replaces `${VAR}` and, if VAR is unset or empty, `${VAR:-default}`. `$${` stands for a literal `${`;
/// every other `$` is itself. What a variable holds is not looked at again.
Expansion expand_variables(std::string_view text, const Environment& environment);

/// The text that expand_variables() turns into `text`.
std::string escape_variables(std::string_view text);

}  // namespace larder::config
