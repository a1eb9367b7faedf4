#pragma once

#include "keys.hpp"

#include <string>
#include <vector>

namespace larder::config {

/// Every key in the order of the tables, sections before the keys inside them. Names that a file chooses are
/// NAME, members of lists []: "upstreams.NAME.servers", "routes[].ttl".
std::vector<KeyEntry> all_keys();

/// The tables of config/README.md, in Markdown.
std::string reference();

}  // namespace larder::config
