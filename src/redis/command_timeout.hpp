#pragma once

#include <larder/redis/command.hpp>
#include <larder/redis/settings.hpp>

namespace larder::redis {

/// Whether a command, or its reply, belongs on the connection for large values.
inline bool is_large(const Command& command, const Settings& settings) {
  return command.is_expecting_much() || command.size() >= settings.large_from;
}

/// How long a command may take: as long as its caller says, or, for 0, as the settings do. Large values take
/// longer than small ones on any network.
inline Milliseconds command_timeout(const Command& command, Milliseconds said, const Settings& settings) {
  constexpr int times_for_large = 10;
  if (said.count() != 0) return said;
  return settings.timeout * (is_large(command, settings) ? times_for_large : 1);
}

}  // namespace larder::redis
