// One fetch for all who ask the same (RFC 9111, section 4, on collapsed requests).
#include "annotate.hpp"
#include "collapser.hpp"
#include "serve.hpp"
#include "transaction.hpp"

#include <larder/cache/cache_handler.hpp>
#include <larder/pipeline/problem.hpp>
#include <larder/policy/partial.hpp>
#include <larder/policy/reuse.hpp>

namespace larder::cache {

using pipeline::CacheResult;
using pipeline::Response;
using policy::Reason;

namespace {

/// Requests with a credential outside the key wait for each other alone: what comes of them is often nobody
/// else's.
std::string joint_key(const Transaction& transaction) {
  const http::FieldList& fields = transaction.request.head.fields;
  std::string key = transaction.key.text;
  if (policy::has_unkeyed_cookie(transaction.route(), fields)) key += " cookie";
  if (policy::has_unkeyed_authorization(transaction.route(), fields)) key += " authorization";
  if (policy::has_unkeyed_credential_field(transaction.route(), fields)) key += " credential";
  return key;
}

/// Whether what the request fetches may be for all: not a part, and not a head alone.
bool may_lead(const Transaction& transaction, bool validates) {
  const http::RequestHead& head = transaction.request.head;
  return head.method == "GET" && (validates || !policy::asks_for_part(head));
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

/// Whether responses under the request's key are known not to be for others.
bool CacheHandler::is_hit_for_miss(const Transaction& transaction) const {
  return transaction.route().collapse != policy::Collapse::off &&
         coordinator_.collapser().is_hit_for_miss(joint_key(transaction), clock_.now());
}

/// What is not stored, or must be validated: fetched, or waited for where it is being fetched already.
Task<Result<Response>> CacheHandler::collapse(Transaction& transaction, Reason why,
                                              store::StoredResponsePtr validated) {
  const bool may_share = transaction.route().collapse != policy::Collapse::off &&
                         policy::may_collapse(transaction.route(), transaction.request.head) &&
                         transaction.knows_purges;
  if (!may_share || transaction.is_hit_for_miss)
    co_return co_await fill(transaction, why, std::move(validated));
  transaction.arrival = log_.mark();
  std::string key = joint_key(transaction);
  for (int attempt = 0; attempt < 2; ++attempt) {
    JoinResult joining = enter(transaction, key, may_lead(transaction, validated != nullptr));
    if (joining.kind == JoinResult::Kind::lead) {
      transaction.leader.emplace(coordinator_.collapser(), std::move(key), std::move(joining.fill));
      co_return co_await lead(transaction, why, std::move(validated));
    }
    transaction.is_hit_for_miss = joining.kind == JoinResult::Kind::hit_for_miss;
    if (joining.kind != JoinResult::Kind::join) break;
    if (transaction.is_background) co_return Error::canceled;  // it is being done
    const SteadyTime deadline = std::chrono::steady_clock::now() + longest_wait(transaction);
    const FillSnapshot seen = co_await joining.fill->wait_for_head(deadline);
    std::optional<Response> shared = share(transaction, why, joining.fill, seen);
    if (shared) co_return std::move(*shared);
    transaction.is_hit_for_miss = seen.state == SharedFill::State::released;
    // Another variant may be fetched by one for all, too.
    if (seen.response == nullptr || variant_of(transaction, *seen.response) == seen.response->variant_key())
      break;
    key = joint_key(transaction) + " variant " + variant_of(transaction, *seen.response);
  }
  co_return co_await fill(transaction, why, std::move(validated));
}

/// How long another one's fetch is waited for: as long as one may take. Then the request fetches for itself.
Milliseconds CacheHandler::longest_wait(const Transaction& transaction) const {
  const Protection limits = limits_of(transaction);
  return limits.queue_timeout + limits.until_head +
         (needs_lease(transaction) ? leases_->settings().lifetime : Milliseconds{0});
}

Protection CacheHandler::limits_of(const Transaction& transaction) {
  const auto known = transaction.settings->upstreams.find(transaction.route().upstream);
  return known == transaction.settings->upstreams.end() ? Protection{} : known->second;
}

/// Whether other instances are asked who fetches.
bool CacheHandler::needs_lease(const Transaction& transaction) const {
  return leases_ != nullptr && transaction.route().collapse == policy::Collapse::cluster;
}

/// Enters the table; a fill that began before a purge is not joined by who came after it, nor is a stream
/// that has been going on for a while.
JoinResult CacheHandler::enter(const Transaction& transaction, const std::string& key, bool leads) {
  Collapser& collapser = coordinator_.collapser();
  JoinResult joining = collapser.enter(key, transaction.arrival, leads, clock_.now(), nullptr);
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (joining.kind != JoinResult::Kind::join || !is_outdated(transaction, *joining.fill)) return joining;
    joining = collapser.enter(key, transaction.arrival, leads, clock_.now(), joining.fill.get());
  }
  return joining.kind == JoinResult::Kind::join ? JoinResult{} : joining;
}

bool CacheHandler::is_outdated(const Transaction& transaction, const SharedFill& fill) const {
  if (!fill.may_join(steady_now())) return true;
  if (transaction.arrival.sequence == fill.mark().sequence) return false;
  const FillSnapshot seen = fill.look();
  if (seen.response != nullptr) return !log_.is_valid(*seen.response);
  // Its own tags are not known yet: those of the URL are. share() looks again.
  const policy::Tags tags =
      policy::tags_of(transaction.route(), transaction.match.captures, transaction.request.target, {});
  return log_.names(tags, {.sequence = fill.mark().sequence}).has_value();
}

/// The answer to a request that waited, where there is one for it.
std::optional<Response> CacheHandler::share(const Transaction& transaction, Reason why,
                                            const std::shared_ptr<SharedFill>& fill,
                                            const FillSnapshot& seen) {
  using State = SharedFill::State;
  if (seen.state == State::failed) return share_failure(transaction, why, seen.failure);
  if (seen.state != State::arriving && seen.state != State::whole) return std::nullopt;
  const store::StoredResponse& response = *seen.response;
  if (variant_of(transaction, response) != response.variant_key()) return std::nullopt;
  // Which of the purges since the fill began names it is not asked: it may be one before the request came.
  if (transaction.arrival.sequence != fill->mark().sequence && !log_.is_valid(response)) return std::nullopt;
  const Time now = clock_.now();
  const policy::ReuseDecision decision = policy::decide_reuse({.route = transaction.route(),
                                                               .request = transaction.request.head,
                                                               .lifetimes = response.lifetimes,
                                                               .now = now});
  if (!is_served(decision.action)) return std::nullopt;
  const Outcome outcome = outcome_of(seen.source, why);
  if (seen.state == State::whole) return serve(transaction, seen.response, outcome, now);
  return serve_arriving(transaction, fill, seen, outcome, now);
}

/// An error of the origin is told to all who waited; none of them asks again.
std::optional<Response> CacheHandler::share_failure(const Transaction& transaction, Reason why,
                                                    const FillFailure& failure) {
  if (failure.error == Error::canceled) return std::nullopt;
  if (failure.is_busy) return refuse_busy(transaction, why);
  std::optional<int> status;
  if (failure.status != 0) status = failure.status;
  std::optional<Response> stale = stand_in(transaction, why, status);
  if (stale) return stale;
  // What the origin said was said to another one.
  Response answer = status ? pipeline::problem(*status, "The upstream answered with an error.")
                           : unanswered(transaction, failure.error);
  if (!failure.retry_after.empty()) answer.head.fields.add("Retry-After", failure.retry_after);
  return annotated(std::move(answer), {.result = CacheResult::miss, .why = why, .collapsed = true});
}

/// Fetches for all. What another fill has stored, between the look-up and now, need not be fetched again.
Task<Result<Response>> CacheHandler::lead(Transaction& transaction, Reason why,
                                          store::StoredResponsePtr validated) {
  store::StoredResponsePtr found = store_.find_now(transaction.key.text, transaction.request.head.fields);
  if (!is_usable(transaction, found)) found = nullptr;
  if (found == nullptr && needs_lease(transaction)) {
    Result<store::StoredResponsePtr> elsewhere = co_await acquire_cluster_lease(transaction);
    if (!elsewhere) co_return elsewhere.error();
    found = std::move(*elsewhere);
  }
  if (found != nullptr) {
    if (transaction.leader) transaction.leader->finish(found, SharedFill::Source::found);
    co_return serve(transaction, found, {.result = CacheResult::hit}, clock_.now());
  }
  co_return co_await fill(transaction, why, std::move(validated));
}

/// Whether what was stored meanwhile answers the request: it is not what the request is to replace.
bool CacheHandler::is_usable(const Transaction& transaction, const store::StoredResponsePtr& found) const {
  if (found == nullptr) return false;
  const bool is_newer = transaction.stored == nullptr ||
                        found->lifetimes.response_time() > transaction.stored->lifetimes.response_time();
  if (!is_newer) return false;
  const policy::ReuseDecision decision = policy::decide_reuse({.route = transaction.route(),
                                                               .request = transaction.request.head,
                                                               .lifetimes = found->lifetimes,
                                                               .knows_purges = trusts_hits(transaction),
                                                               .now = clock_.now()});
  return decision.action == policy::ReuseDecision::Action::serve;
}

}  // namespace larder::cache
