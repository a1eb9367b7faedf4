#pragma once

#include <larder/net/stream.hpp>
#include <larder/redis/client.hpp>

#include <string>

namespace larder::redis {

/// What came of a handshake: well where `reason` is empty.
struct Greeting {
  std::string reason;    ///< in words, Redis's own where it answered an error
  bool refused = false;  ///< Redis answered, but said no
};

/// AUTH and SELECT where the settings ask for them, then PING, within the stream's deadline.
Task<Greeting> greet(net::Stream& stream, const Settings& settings);

}  // namespace larder::redis
