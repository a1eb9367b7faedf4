#pragma once

#include <larder/net/stream.hpp>
#include <larder/redis/redis.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace larder::redis {

/// Outcome of a handshake: it went well if `reason` is empty.
struct Greeting {
  std::string reason;          ///< in words, Redis's own if it answered an error
  bool refused = false;        ///< Redis answered, but said no
  std::uint64_t node = 0;      ///< see Link; 0 if Redis did not say
  std::string info_refusal{};  ///< why it did not, in Redis's words
};

/// Link::node for the name of a running server.
std::uint64_t node_of(std::string_view name);

/// AUTH and SELECT if the settings ask for them, who the server is, and PING, within the stream's deadline
/// and the PING within a command's: a server that cannot answer it in time need not be asked anything.
Task<Greeting> greet(net::Stream& stream, const Settings& settings);

/// Sends commands and waits for their replies, within the stream's deadline. `beginning` gets the first bytes
/// that come, which tell what it is if it is no Redis.
Task<Result<std::vector<Value>>> converse(net::Stream& stream, const std::vector<Command>& commands,
                                          std::string* beginning = nullptr);

}  // namespace larder::redis
