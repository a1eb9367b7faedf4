#pragma once

#include "support/larder.hpp"
#include "support/redis_server.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace larder::test {

/// Everything that Redis holds, by name.
std::vector<std::string> names_in(const RedisServer& redis, std::string_view database = "0");

/// Waits until Redis holds a stored response whose name contains `part`; false if that does not happen. No
/// request waits for storing: it may finish a moment after the response.
bool is_stored(const RedisServer& redis, std::string_view part);

/// Waits until larder stores what it fetches in Redis: a larder that has just been started serves without it
/// until its connections are up. It requests targets of its own host, which a route must cache.
bool uses(const Larder& larder, const RedisServer& redis);

/// Waits until larder has a response to that GET stored and serves it; it never asks the origin.
bool has_cached(const Larder& larder, std::string_view target, const Fields& fields = {});

}  // namespace larder::test
