#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace larder::policy {

/// A text that its writer meant as a pattern, in a notation that is not the one here: taken as it stands it
/// would match nothing, or something else.
struct ForeignNotation {
  std::string piece;  ///< what shows it
  std::string meant;  ///< the same in the notation here, empty if it cannot be said in one text
};

/// Regular expressions, URLs, and the path patterns of other routers (`:id`, `<int:id>`, `[id]`,
/// `{id:[0-9]+}`,
/// `{path...}`) where a PathPattern is asked for; nothing if the text holds none.
std::optional<ForeignNotation> foreign_path_pattern(std::string_view text);

/// Regular expressions where a name, or a glob of names in which `*` is any run of characters, is asked for.
std::optional<ForeignNotation> foreign_glob(std::string_view text);

}  // namespace larder::policy
