#pragma once

#include <string>
#include <vector>

namespace larder::policy {

/// Fields by which a client makes frameworks see another URI, host, method or client: names and globs.
const std::vector<std::string>& override_fields();

}  // namespace larder::policy
