#pragma once

#include "server.hpp"

#include <larder/pipeline/handler.hpp>

#include <cstddef>
#include <span>

namespace larder::origin {

/// What a server is needed for.
struct Attempt {
  const pipeline::Request& request;
  bool needs_new_connection = false;  ///< an unused one will not do
  std::size_t turn = 0;               ///< the server that new connections begin with
  SteadyTime now;
};

/// Which of an upstream's servers gets a request. There is one at least.
std::size_t choose(Balancing balancing, std::span<const Server> servers, const Attempt& attempt);

}  // namespace larder::origin
