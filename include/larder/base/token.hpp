#pragma once

#include <string_view>

namespace larder {

/// A token (RFC 9110, section 5.6.2), as names of fields, methods and cookies are.
bool is_token(std::string_view text);

}  // namespace larder
