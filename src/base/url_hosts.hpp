#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace larder {

/// A URL for each host of one that lists them, `scheme://[user@]host[:port][,host[:port]...][/path]`, for
/// parsers that know one host only. A text without a list gives itself.
std::vector<std::string> urls_of_hosts(std::string_view url);

}  // namespace larder
