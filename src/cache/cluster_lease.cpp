#include "cluster_lease.hpp"

#include "sleeper.hpp"

#include <larder/policy/purge.hpp>
#include <larder/policy/reuse.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace larder::cache {
namespace {

using LeaseState = store::Leases::State;

/// Between two looks at a lease that another instance holds.
constexpr Milliseconds first_pause{4};
constexpr Milliseconds longest_pause{32};

/// Whether what another instance began to fetch at that position is outdated already.
bool is_purged_since(const Context& context, const Transaction& transaction, store::Position position) {
  const policy::Tags tags =
      policy::tags_of(transaction.route(), transaction.match.captures, transaction.request.target, {});
  return context.log.names(tags, {.position = position}) == store::Strength::hard;
}

}  // namespace

Task<Result<store::StoredResponsePtr>> acquire_cluster_lease(const Context& context,
                                                             Transaction& transaction) {
  const std::string key = transaction.leader->key();
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  const auto sleeper = std::make_shared<Sleeper>(executor);
  const SteadyTime deadline = std::chrono::steady_clock::now() + context.leases->settings().lifetime;
  Milliseconds pause = first_pause;
  while (std::chrono::steady_clock::now() < deadline) {
    store::Leases::Answer answer = co_await context.leases->acquire(key);
    if (answer.state == LeaseState::owned) transaction.leader->hold(std::move(answer.lease));
    if (answer.state == LeaseState::hit_for_miss) {
      transaction.leader->set_hit_for_miss(context.clock.now());
      transaction.leader.reset();
      transaction.hit_for_miss = key;
    }
    if (answer.state != LeaseState::held && answer.state != LeaseState::free) break;
    if (transaction.is_background) co_return Error::canceled;
    while (answer.state == LeaseState::held && std::chrono::steady_clock::now() < deadline) {
      if (is_purged_since(context, transaction, answer.since)) co_return store::StoredResponsePtr{};
      co_await sleeper->sleep_until(std::chrono::steady_clock::now() + pause);
      pause = std::min(pause * 2, longest_pause);
      answer = co_await context.leases->look(key);
    }
    // Released: stored, or nothing came of it.
    store::Lookup found = co_await context.store.find(transaction.key.text, transaction.request.head.fields);
    if (is_usable(context, transaction, found.response)) co_return std::move(found.response);
    // What is refused for that, and not remembered, would be waited for by one instance after the other.
    if (transaction.route().max_object) break;
  }
  co_return store::StoredResponsePtr{};
}

bool is_usable(const Context& context, const Transaction& transaction,
               const store::StoredResponsePtr& found) {
  if (found == nullptr) return false;
  const bool is_newer = transaction.stored == nullptr ||
                        found->lifetimes.response_time() > transaction.stored->lifetimes.response_time();
  if (!is_newer) return false;
  const policy::ReuseDecision decision =
      policy::decide_reuse({.route = transaction.route(),
                            .request = transaction.request.head,
                            .lifetimes = found->lifetimes,
                            .knows_purges = trusts(transaction, context.log, *found),
                            .now = context.clock.now()});
  return decision.action == policy::ReuseDecision::Action::serve;
}

}  // namespace larder::cache
