#pragma once

#include <string>
#include <vector>

namespace larder::policy {

/// Fields by which a client makes frameworks see another URI, host, method or client: names and globs.
const std::vector<std::string>& override_fields();

/// Fields in which proxies say where a request came from: names and globs. Of X-Forwarded-* only what
/// larder writes itself, and other spellings of that.
const std::vector<std::string>& origination_names();

/// Fields of a response that are about one request, or for the client that sent it: names and globs.
const std::vector<std::string>& fields_of_one_request();

}  // namespace larder::policy
