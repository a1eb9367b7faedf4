#include "emit.hpp"
#include "sections.hpp"

#include <larder/config/load.hpp>

namespace larder::config {

std::string to_yaml(const Config& config) {
  return emit_yaml(write_keys(config_keys(), config)) + "\n";
}

}  // namespace larder::config
