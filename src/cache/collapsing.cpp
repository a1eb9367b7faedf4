#include "collapsing.hpp"

#include "annotate.hpp"
#include "cluster_lease.hpp"
#include "failure_answer.hpp"
#include "serve.hpp"

#include <larder/policy/partial.hpp>
#include <larder/policy/reuse.hpp>

namespace larder::cache {

using pipeline::CacheResult;
using pipeline::Response;
using policy::Reason;

namespace {

/// Requests with a credential outside the key wait only for each other: their responses are often not
/// shared.
std::string joint_key(const Transaction& transaction) {
  const http::FieldList& fields = transaction.request.head.fields;
  std::string key = transaction.key.text;
  if (policy::has_unkeyed_cookie(transaction.route(), fields)) key += " cookie";
  if (policy::has_unkeyed_authorization(transaction.route(), fields)) key += " authorization";
  if (policy::has_other_credential(transaction.route(), transaction.request.head)) key += " credential";
  return key;
}

/// Whether what the request fetches may be for all: not a part, and not a head alone.
bool may_lead(const Transaction& transaction) {
  const http::RequestHead& head = transaction.request.head;
  return head.method == "GET" && (transaction.validates || !policy::asks_for_part(head));
}

std::string variant_of(const Transaction& transaction, const store::StoredResponse& response) {
  const std::vector<std::string_view> names = response.vary();
  return policy::variant_key(response.primary_key(), {names.begin(), names.end()},
                             transaction.request.head.fields);
}

bool is_served(policy::ReuseDecision::Action action) {
  return action == policy::ReuseDecision::Action::serve ||
         action == policy::ReuseDecision::Action::serve_and_refresh;
}

/// The first fill; that of another variant; and one in place of either that could not be used.
constexpr int most_fills_waited_for = 4;

Outcome outcome_of(SharedFill::Source source, Reason why) {
  Outcome outcome{.result = CacheResult::miss, .why = why, .stored = true, .collapsed = true};
  if (source == SharedFill::Source::found) return {.result = CacheResult::hit};
  if (source == SharedFill::Source::validated) {
    outcome.result = CacheResult::revalidated;
    outcome.origin_status = 304;
  }
  return outcome;
}

}  // namespace

bool Collapsing::is_hit_for_miss(const Transaction& transaction) const {
  return transaction.route().collapse != policy::Collapse::off &&
         context_.coordinator.collapser().is_hit_for_miss(joint_key(transaction), context_.clock.now());
}

Task<Fetched> Collapsing::answer(Transaction& transaction) {
  const bool may_share = transaction.route().collapse != policy::Collapse::off &&
                         policy::may_collapse(transaction.route(), transaction.request.head) &&
                         transaction.knows_purges;
  std::string key = joint_key(transaction);
  if (is_hit_for_miss(transaction)) transaction.hit_for_miss = key;
  if (!may_share || transaction.hit_for_miss || transaction.keeps_conditions)
    co_return co_await fetch(transaction);
  const store::PurgeLog::Mark arrival = context_.log.mark();
  std::shared_ptr<SharedFill> unusable;
  for (int attempt = 0; attempt < most_fills_waited_for; ++attempt) {
    JoinResult joining = enter(transaction, key, arrival, unusable.get());
    if (joining.kind == JoinResult::Kind::lead) {
      transaction.leader.emplace(context_.coordinator.collapser(), std::move(key), std::move(joining.fill));
      co_return co_await lead(transaction);
    }
    transaction.hit_for_miss.reset();
    if (joining.kind == JoinResult::Kind::hit_for_miss) transaction.hit_for_miss = key;
    if (joining.kind != JoinResult::Kind::join) break;
    if (transaction.is_background) co_return Error::canceled;  // it is being done
    pipeline::Departure* const departure = transaction.request.departure;
    const FillSnapshot seen =
        co_await joining.fill->wait_for_head(steady_now() + longest_wait(transaction), departure);
    if (departure != nullptr && departure->has_left()) co_return Error::client_left;
    std::optional<Response> shared = share(transaction, joining.fill, seen, arrival);
    if (shared) co_return std::move(*shared);
    if (seen.state == SharedFill::State::released) transaction.hit_for_miss = key;
    // Another variant may be fetched by one for all, too.
    if (seen.response != nullptr && variant_of(transaction, *seen.response) != seen.response->variant_key()) {
      key = joint_key(transaction) + " variant " + variant_of(transaction, *seen.response);
      continue;
    }
    if (!may_lead_anew(*joining.fill, seen, arrival)) break;
    unusable = std::move(joining.fill);
  }
  co_return co_await fetch(transaction);
}

Task<Fetched> Collapsing::fetch(Transaction& transaction) {
  co_await find_for_plan(context_, transaction);
  co_return co_await fetcher_.fetch(transaction, plan_of(context_, transaction));
}

/// How long another one's fetch is waited for: as long as one may take. Then the request fetches for itself.
Milliseconds Collapsing::longest_wait(const Transaction& transaction) const {
  const Protection limits = limits_of(transaction);
  return limits.queue_timeout + limits.until_head +
         (needs_lease(transaction) ? context_.leases->settings().lifetime : Milliseconds{0});
}

/// Whether other instances are asked which fetches.
bool Collapsing::needs_lease(const Transaction& transaction) const {
  return context_.leases != nullptr && transaction.route().collapse == policy::Collapse::cluster;
}

/// Whether those who waited in vain are to wait for a new fill: one that all of them can use.
bool Collapsing::may_lead_anew(const SharedFill& fill, const FillSnapshot& seen,
                               const store::PurgeLog::Mark& arrival) const {
  using State = SharedFill::State;
  switch (seen.state) {
    case State::asking:
    case State::abandoned:
    case State::failed:
      return true;
    case State::arriving:
    case State::whole:
      return fill.is_stalled(steady_now()) || is_purged_for(fill, *seen.response, arrival);
    case State::ended:
    case State::released:
      break;
  }
  return false;
}

/// Whether a request that came at `arrival` must not get it. Which of the purges since the fill began names
/// it is not asked: it may be one before the request came.
bool Collapsing::is_purged_for(const SharedFill& fill, const store::StoredResponse& response,
                               const store::PurgeLog::Mark& arrival) const {
  return fill.mark().sequence < arrival.sequence && !context_.log.is_valid(response);
}

/// Enters the table; a fill that began before a purge is not joined by a later request, nor is a stream
/// that has been going on for a while.
JoinResult Collapsing::enter(const Transaction& transaction, const std::string& key,
                             const store::PurgeLog::Mark& arrival, const SharedFill* unusable) {
  const bool leads = may_lead(transaction);
  Collapser& collapser = context_.coordinator.collapser();
  const store::PurgeLog::Mark mark = context_.log.mark();
  JoinResult joining = collapser.enter(key, mark, leads, context_.clock.now(), unusable);
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (joining.kind != JoinResult::Kind::join || !is_outdated(transaction, *joining.fill, arrival))
      return joining;
    joining = collapser.enter(key, mark, leads, context_.clock.now(), joining.fill.get());
  }
  return joining.kind == JoinResult::Kind::join ? JoinResult{} : joining;
}

bool Collapsing::is_outdated(const Transaction& transaction, const SharedFill& fill,
                             const store::PurgeLog::Mark& arrival) const {
  if (!fill.may_join(steady_now())) return true;
  if (transaction.route().strict && !context_.log.is_certain_since(fill.mark().position)) return true;
  if (arrival.sequence <= fill.mark().sequence) return false;
  const FillSnapshot seen = fill.look();
  if (seen.response != nullptr) return is_purged_for(fill, *seen.response, arrival);
  // Its own tags are not known yet: those of the URL are. share() looks again.
  const policy::Tags tags =
      policy::tags_of(transaction.route(), transaction.match.captures, transaction.request.target, {});
  return context_.log.names(tags, {.sequence = fill.mark().sequence}).has_value();
}

/// The answer to a request that waited, if there is one for it.
std::optional<Response> Collapsing::share(const Transaction& transaction,
                                          const std::shared_ptr<SharedFill>& fill, const FillSnapshot& seen,
                                          const store::PurgeLog::Mark& arrival) {
  using State = SharedFill::State;
  if (seen.state == State::failed) return share_failure(transaction, seen.failure);
  if (seen.state != State::arriving && seen.state != State::whole) return std::nullopt;
  const store::StoredResponse& response = *seen.response;
  if (variant_of(transaction, response) != response.variant_key()) return std::nullopt;
  if (is_purged_for(*fill, response, arrival) || fill->is_stalled(steady_now())) return std::nullopt;
  const Time now = context_.clock.now();
  const policy::ReuseDecision decision = policy::decide_reuse({.route = transaction.route(),
                                                               .request = transaction.request.head,
                                                               .lifetimes = response.lifetimes,
                                                               .now = now});
  if (!is_served(decision.action)) return std::nullopt;
  Outcome outcome = outcome_of(seen.source, transaction.why);
  if (outcome.stored &&
      !context_.store.accepts(response, seen.state == State::whole ? 0 : seen.length.value_or(0))) {
    outcome.stored = false;
    outcome.refusal = Reason::no_store_takes_it;
  } else if (outcome.stored && !has_uses(context_, transaction)) {
    outcome.stored = false;
    outcome.refusal = Reason::min_uses;
  }
  if (seen.state == State::whole) return serve(transaction, seen.response, outcome, now);
  return serve_arriving(transaction, fill, seen, outcome, now);
}

/// An error of the origin goes to all that waited; none of them asks again.
std::optional<Response> Collapsing::share_failure(const Transaction& transaction,
                                                  const FillFailure& failure) {
  if (failure.error == Error::canceled) return std::nullopt;
  return answer_failure(context_, transaction, failure,
                        {.result = CacheResult::miss, .why = transaction.why, .collapsed = !failure.is_busy});
}

/// Fetches for all. What another fill has stored, between the look-up and now, need not be fetched again.
Task<Fetched> Collapsing::lead(Transaction& transaction) {
  const http::FieldList& fields = transaction.request.head.fields;
  store::StoredResponsePtr found = context_.store.find_now(transaction.key.text, fields);
  const bool may_be_elsewhere =
      !context_.store.sees_now() &&
      context_.coordinator.collapser().has_left_since(transaction.leader->key(), transaction.looked_up);
  if (may_be_elsewhere) found = co_await find_nearest(context_, transaction.key.text, fields);
  if (!is_usable(context_, transaction, found)) found = nullptr;
  if (found == nullptr && needs_lease(transaction) && has_uses(context_, transaction)) {
    Result<store::StoredResponsePtr> elsewhere = co_await acquire_cluster_lease(context_, transaction);
    if (!elsewhere) co_return elsewhere.error();
    found = std::move(*elsewhere);
  }
  if (found == nullptr) co_return co_await fetch(transaction);
  if (transaction.leader) transaction.leader->finish(found, SharedFill::Source::found);
  co_return serve(transaction, found, {.result = CacheResult::hit}, context_.clock.now());
}

}  // namespace larder::cache
