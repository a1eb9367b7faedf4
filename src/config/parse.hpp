#pragma once

#include "node.hpp"
#include "source.hpp"

#include <optional>
#include <string>

namespace larder::config {

/// The one document of a YAML text, which is the file of that number in `source`: nothing if it is not one,
/// which is told. What aliases name is shared, and merge keys (`<<: *name`) are replaced by what they name:
/// what a map says itself wins, of a list of maps the first, and what came so keeps the place where it was
/// written.
std::optional<Node> parse_yaml(const std::string& yaml, std::size_t file, Source& source);

}  // namespace larder::config
