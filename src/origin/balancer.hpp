#pragma once

#include "server.hpp"

#include <larder/pipeline/handler.hpp>

#include <cstddef>
#include <span>

namespace larder::origin {

/// What a server is wanted for.
struct Attempt {
  const pipeline::Request& request;
  bool needs_new_connection = false;  ///< an unused one does not do
  std::size_t turn = 0;               ///< the server that new connections begin with
  SteadyTime now;
};

/// Which server of an upstream, which has one at least, gets the request: the one whose connection was used
/// last, if it has an unused one still; else the next in turn that is not resting; if all are, the next in
/// turn.
std::size_t choose(std::span<const Server> servers, const Attempt& attempt);

}  // namespace larder::origin
