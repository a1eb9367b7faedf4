#pragma once

#include <larder/base/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace larder::warm {

/// Whether a content is compressed by gzip, as its first bytes say.
bool is_gzip(std::string_view content);

/// The content of its members (RFC 1952), one after the other. Error::too_large past `most` bytes,
/// Error::malformed for what gzip did not write, or not to its end.
Result<std::string> gunzip(std::string_view compressed, std::size_t most);

}  // namespace larder::warm
