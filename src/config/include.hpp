#pragma once

#include "node.hpp"
#include "source.hpp"

#include <string>

namespace larder::config {

/// The text of a file, or why there is none.
struct FileText {
  std::string text;
  std::string mistake{};  ///< "No such file or directory"; empty: there is none
};

/// Reads a file of at most 4 MiB.
FileText read_file(const std::string& path);

/// A configuration with what its routes include in its place: each `- include: conf.d/*.yaml` is replaced by
/// the routes of those files, in the order of their names, and their upstreams stand behind its own. `path`
/// is that of the configuration, to whose folder the others are relative. An included file includes none, and
/// there are at most 1000 of them, of 16 MiB together.
Node with_included(const Node& root, const std::string& path, Source& source);

}  // namespace larder::config
