#include "sections.hpp"

#include <larder/config/load.hpp>

namespace larder::config {

std::string to_yaml(const Config& config) {
  YAML::Emitter emitter;
  emitter << write_keys(config_keys(), config);
  return std::string(emitter.c_str()) + "\n";
}

}  // namespace larder::config
