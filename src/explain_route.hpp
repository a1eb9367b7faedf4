#pragma once

#include <larder/config/config.hpp>

#include <optional>
#include <string>
#include <vector>

namespace larder {

/// Which route takes a request for the URL, a line for it and for each of the last 20 routes before it, which
/// do not; nothing if it is no http or https URL.
std::optional<std::vector<std::string>> explain_route(const config::Config& config, const std::string& url,
                                                      const std::string& method);

}  // namespace larder
