#pragma once

#include <string>

namespace larder::config {

/// The JSON Schema (draft 7) of the configuration file, for editors: names, shapes and bounds. What keys mean
/// together load_text() alone checks.
std::string json_schema();

}  // namespace larder::config
