#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace larder::policy {

/// What requests that may be answered from cache are sent with in place of the client's own lines of a field,
/// so that an answer that varies by it has few variants.
struct VaryRule {
  std::string name;
  /// One of these: Accept-Language by RFC 4647, section 3.4, any other by the exact value; the first for who
  /// asks for none of them. Empty: the field is not sent, User-Agent as `larder`.
  std::vector<std::string> values;
  bool operator==(const VaryRule&) const = default;

  bool ignores() const { return values.empty(); }
};

/// Each of them is compared with on hits.
inline constexpr std::size_t most_vary_values = 64;

}  // namespace larder::policy
