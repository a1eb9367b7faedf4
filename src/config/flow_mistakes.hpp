#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace larder::config {

struct FlowMistake {
  YAML::Mark mark;
  std::string hint;  ///< `: a comma is missing before "ttl:"`
};

/// What is wrong within the first braces and brackets of a text that is not YAML; nothing if they are sound.
std::optional<FlowMistake> flow_mistake_in(std::span<const std::string_view> lines);

}  // namespace larder::config
