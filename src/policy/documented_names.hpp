#pragma once

#include <string>
#include <vector>

namespace larder::policy {

/// Fields by which a client makes frameworks see another URI, host, method or client: names and globs.
const std::vector<std::string>& override_fields();

/// Fields in which proxies say where a request came from: names and globs. Of X-Forwarded-* only what
/// larder writes itself, and other spellings of that.
const std::vector<std::string>& origination_names();

}  // namespace larder::policy
