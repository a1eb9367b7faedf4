// One fetch for all instances that share a Redis.
#include "visit.hpp"

#include <larder/cache/cache_handler.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace larder::cache {
namespace {

using LeaseState = store::Leases::State;

/// Between two looks at a lease that another instance holds.
constexpr Milliseconds first_pause{4};
constexpr Milliseconds longest_pause{32};

}  // namespace

/// Agrees with the other instances on who fetches what this visit leads: with its lease held, or without one
/// where Redis does not tell in time, the answer is nothing, and this one does. Else it is what the other one
/// has stored. Error::canceled: another one does it, and nobody waits here.
Task<Result<store::StoredResponsePtr>> CacheHandler::agree(Visit& visit) {
  const std::string key = visit.lead->key();
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  const auto sleeper = std::make_shared<Sleeper>(executor);
  const SteadyTime deadline = std::chrono::steady_clock::now() + leases_->settings().lifetime;
  Milliseconds pause = first_pause;
  while (std::chrono::steady_clock::now() < deadline) {
    store::Leases::Answer answer = co_await leases_->acquire(key);
    if (answer.state == LeaseState::owned) visit.lead->hold(std::move(answer.lease));
    if (answer.state == LeaseState::apart) {
      visit.lead->set_apart(clock_.now());
      visit.lead.reset();
      visit.is_apart = true;
    }
    if (answer.state != LeaseState::held && answer.state != LeaseState::free) break;
    if (visit.is_behind) co_return Error::canceled;
    while (answer.state == LeaseState::held && std::chrono::steady_clock::now() < deadline) {
      if (is_purged_since(visit, answer.since)) co_return store::StoredResponsePtr{};
      co_await sleeper->sleep_until(std::chrono::steady_clock::now() + pause);
      pause = std::min(pause * 2, longest_pause);
      answer = co_await leases_->look(key);
    }
    // Let go of: stored, or nothing came of it.
    store::Lookup found = co_await store_.find(visit.key.text, visit.request.head.fields);
    if (is_usable(visit, found.response)) co_return std::move(found.response);
  }
  co_return store::StoredResponsePtr{};
}

/// Whether what another instance began to fetch at that position is outdated already.
bool CacheHandler::is_purged_since(const Visit& visit, store::Position position) const {
  store::Draft expected;
  expected.tags = policy::tags_of(visit.route(), visit.match.captures, visit.request.target, {});
  expected.born = position;
  return !log_.admit(expected);
}

}  // namespace larder::cache
