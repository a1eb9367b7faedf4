#pragma once

#include <larder/config/config.hpp>
#include <larder/http/message.hpp>

#include <optional>
#include <string>
#include <vector>

namespace larder {

/// Which route takes a request of that method for the URL with these fields, a line for it and for each of the
/// last 20 routes before it, which do not; nothing if it is no http or https URL.
std::optional<std::vector<std::string>> explain_route(const config::Config& config, const std::string& url,
                                                      const http::RequestHead& head);

}  // namespace larder
