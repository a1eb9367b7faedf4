#include "balancer.hpp"

#include <algorithm>

namespace larder::origin {
namespace {

/// The next in turn that is not resting; if all are, the next in turn.
std::size_t next_in_turn(std::span<const Server> servers, const Attempt& attempt) {
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const std::size_t server = (attempt.turn + i) % servers.size();
    if (!servers[server].is_resting(attempt.now)) return server;
  }
  return attempt.turn % servers.size();
}

std::size_t last_used(std::span<const Server> servers, const Attempt& attempt) {
  const auto newest = std::ranges::max_element(servers, {}, &Server::last_kept);
  const bool has_unused = newest->last_kept() != SteadyTime::min();
  if (attempt.needs_new_connection || !has_unused) return next_in_turn(servers, attempt);
  return static_cast<std::size_t>(newest - servers.begin());
}

}  // namespace

std::size_t choose(Balancing balancing, std::span<const Server> servers, const Attempt& attempt) {
  switch (balancing) {
    case Balancing::last_used:
      break;
  }
  return last_used(servers, attempt);
}

}  // namespace larder::origin
