#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace larder::policy {

/// A regular expression as a glob in which `*` is any run of characters; nothing if none can say it. What a
/// class or a group would take alone is any run.
std::optional<std::string> glob_of(std::string_view expression);

/// Whether it is `.*` or the like, whole.
bool is_any_expression(std::string_view text);

/// Whether a text has marks of regular expressions that neither paths nor globs have.
bool is_expression(std::string_view text);

}  // namespace larder::policy
