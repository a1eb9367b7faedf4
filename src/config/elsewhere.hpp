#pragma once

#include <string>
#include <string_view>

namespace larder::config {

/// What a key that its section does not know is called here, if other programs have it, as `, did you mean
/// "match"?`; "" if nobody knows. `where` is what messages call the section.
std::string called_here(std::string_view where, std::string_view key);

/// The section that knows such a key, as `: it belongs in "store"`; "" if there are several, or one that has
/// nothing to do with `where`.
std::string belongs_in(std::string_view where, std::string_view key);

/// What a section looks like, as `: as {url: "redis://HOST:6379/0"}`, or "".
std::string form_of(std::string_view where);

}  // namespace larder::config
