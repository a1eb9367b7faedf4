#pragma once

#include <cstdint>
#include <string_view>

namespace larder::redis {

inline constexpr std::uint16_t slot_count = 16'384;

/// Which slot of a cluster a name belongs to: CRC16 (XMODEM) of it, or of what is between its first `{`
/// and the next `}`, if that is not empty (Redis Cluster specification, "Hash tags").
std::uint16_t slot_of(std::string_view name);

}  // namespace larder::redis
