// One fetch for all instances that share a Redis.
#include "transaction.hpp"

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

/// Agrees with the other instances on who fetches what this transaction leads: with its lease held, or
/// without one where Redis does not tell in time, the answer is nothing, and this one does. Else it is what
/// the other one has stored. Error::canceled: another one does it, and nobody waits here.
Task<Result<store::StoredResponsePtr>> CacheHandler::acquire_cluster_lease(Transaction& transaction) {
  const std::string key = transaction.leader->key();
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  const auto sleeper = std::make_shared<Sleeper>(executor);
  const SteadyTime deadline = std::chrono::steady_clock::now() + leases_->settings().lifetime;
  Milliseconds pause = first_pause;
  while (std::chrono::steady_clock::now() < deadline) {
    store::Leases::Answer answer = co_await leases_->acquire(key);
    if (answer.state == LeaseState::owned) transaction.leader->hold(std::move(answer.lease));
    if (answer.state == LeaseState::hit_for_miss) {
      transaction.leader->set_hit_for_miss(clock_.now());
      transaction.leader.reset();
      transaction.is_hit_for_miss = true;
    }
    if (answer.state != LeaseState::held && answer.state != LeaseState::free) break;
    if (transaction.is_background) co_return Error::canceled;
    while (answer.state == LeaseState::held && std::chrono::steady_clock::now() < deadline) {
      if (is_purged_since(transaction, answer.since)) co_return store::StoredResponsePtr{};
      co_await sleeper->sleep_until(std::chrono::steady_clock::now() + pause);
      pause = std::min(pause * 2, longest_pause);
      answer = co_await leases_->look(key);
    }
    // Let go of: stored, or nothing came of it.
    store::Lookup found = co_await store_.find(transaction.key.text, transaction.request.head.fields);
    if (is_usable(transaction, found.response)) co_return std::move(found.response);
  }
  co_return store::StoredResponsePtr{};
}

/// Whether what another instance began to fetch at that position is outdated already.
bool CacheHandler::is_purged_since(const Transaction& transaction, store::Position position) const {
  const policy::Tags tags =
      policy::tags_of(transaction.route(), transaction.match.captures, transaction.request.target, {});
  return log_.names(tags, {.position = position}) == store::Strength::hard;
}

}  // namespace larder::cache
