#pragma once

#include "source.hpp"

#include <yaml-cpp/yaml.h>

namespace larder::config {

/// Replaces each `<<: *name` by what the map of that name holds (YAML's merge keys): what a map says itself
/// wins, and of a list of maps the first. What came so keeps the place where it was written.
void expand_merge_keys(const YAML::Node& root, Source& source);

}  // namespace larder::config
