#pragma once

#include <cstdint>

namespace larder::test {

/// A TCP port of 127.0.0.1 that was free a moment ago.
std::uint16_t free_port();

/// Whether a server accepts connections on that port of 127.0.0.1.
bool accepts_connections(std::uint16_t port);

}  // namespace larder::test
