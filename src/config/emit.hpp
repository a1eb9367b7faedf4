#pragma once

#include "node.hpp"

#include <string>

namespace larder::config {

/// YAML that is read back to the same nodes; without a line break at its end.
std::string emit_yaml(const Node& node);

}  // namespace larder::config
