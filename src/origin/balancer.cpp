#include "balancer.hpp"

#include <algorithm>

namespace larder::origin {
namespace {

std::size_t next_in_turn(std::span<const Server> servers, const Attempt& attempt) {
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const std::size_t server = (attempt.turn + i) % servers.size();
    if (!servers[server].is_resting(attempt.now)) return server;
  }
  return attempt.turn % servers.size();
}

}  // namespace

std::size_t choose(std::span<const Server> servers, const Attempt& attempt) {
  const auto last_used = std::ranges::max_element(servers, {}, &Server::last_kept);
  const bool has_unused = last_used->last_kept() != SteadyTime::min();
  if (attempt.needs_new_connection || !has_unused) return next_in_turn(servers, attempt);
  return static_cast<std::size_t>(last_used - servers.begin());
}

}  // namespace larder::origin
