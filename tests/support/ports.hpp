#pragma once

#include <cstdint>

namespace larder::test {

/// A TCP port of 127.0.0.1 that nobody listened on a moment ago.
std::uint16_t free_port();

/// Whether somebody accepts connections on that port of 127.0.0.1.
bool accepts_connections(std::uint16_t port);

}  // namespace larder::test
