#pragma once

#include <string>
#include <string_view>

namespace larder::config {

/// Whether the design knows `word` at `place`, but no code serves it yet. A place is the path of keys without
/// names:
/// "", "store.redis", "route", "listen".
bool is_unserved(std::string_view place, std::string_view word);

/// `"word" is not served by this version of larder`
std::string unserved_message(std::string_view word);

}  // namespace larder::config
