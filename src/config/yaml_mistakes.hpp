#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <string_view>

namespace larder::config {

/// What is wrong with a text that is not YAML: where, and in words that help.
struct YamlMistake {
  YAML::Mark mark;
  std::string message;
};

/// `ttl:` of "ttl:1m", which YAML takes for one word; empty if it is not that.
std::string key_without_space(std::string_view word);

/// `found` is what yaml-cpp says of the text.
YamlMistake yaml_mistake_in(std::string_view text, const YAML::Exception& found);

}  // namespace larder::config
