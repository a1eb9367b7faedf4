// One fetch for all who ask the same (RFC 9111, section 4, on collapsed requests).
#include "annotate.hpp"
#include "collapser.hpp"
#include "serve.hpp"
#include "visit.hpp"

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
std::string joint_key(const Visit& visit) {
  const http::FieldList& fields = visit.request.head.fields;
  std::string key = visit.key.text;
  if (policy::has_unkeyed_cookie(visit.route(), fields)) key += " cookie";
  if (policy::has_unkeyed_authorization(visit.route(), fields)) key += " authorization";
  if (policy::has_unkeyed_credential_field(visit.route(), fields)) key += " credential";
  return key;
}

/// Whether what the request fetches may be for all: not a part, and not a head alone.
bool may_lead(const Visit& visit, bool validates) {
  const http::RequestHead& head = visit.request.head;
  return head.method == "GET" && (validates || !policy::asks_for_part(head));
}

std::string variant_of(const Visit& visit, const store::StoredResponse& response) {
  const std::vector<std::string_view> names = response.vary();
  return policy::variant_key(response.primary_key(), {names.begin(), names.end()}, visit.request.head.fields);
}

bool is_served(policy::ReuseDecision::Action action) {
  return action == policy::ReuseDecision::Action::serve ||
         action == policy::ReuseDecision::Action::serve_behind;
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
bool CacheHandler::is_apart(const Visit& visit) const {
  return visit.route().collapse != policy::Collapse::off &&
         commons_.collapser().is_apart(joint_key(visit), clock_.now());
}

/// What is not stored, or must be validated: fetched, or waited for where it is being fetched already.
Task<Result<Response>> CacheHandler::collapse(Visit& visit, Reason why, store::StoredResponsePtr validated) {
  const bool may_share = visit.route().collapse != policy::Collapse::off &&
                         policy::may_collapse(visit.route(), visit.request.head) && visit.knows_purges;
  if (!may_share || visit.is_apart) co_return co_await fill(visit, why, std::move(validated));
  visit.arrival = log_.mark();
  std::string key = joint_key(visit);
  for (int attempt = 0; attempt < 2; ++attempt) {
    Entrance entrance = enter(visit, key, may_lead(visit, validated != nullptr));
    if (entrance.kind == Entrance::Kind::lead) {
      visit.lead.emplace(commons_.collapser(), std::move(key), std::move(entrance.fill));
      co_return co_await lead(visit, why, std::move(validated));
    }
    visit.is_apart = entrance.kind == Entrance::Kind::apart;
    if (entrance.kind != Entrance::Kind::join) break;
    if (visit.is_behind) co_return Error::canceled;  // it is being done
    const SteadyTime deadline = std::chrono::steady_clock::now() + longest_wait(visit);
    const Glance seen = co_await entrance.fill->wait_for_head(deadline);
    std::optional<Response> shared = share(visit, why, entrance.fill, seen);
    if (shared) co_return std::move(*shared);
    visit.is_apart = seen.state == SharedFill::State::released;
    // Another variant may be fetched by one for all, too.
    if (seen.response == nullptr || variant_of(visit, *seen.response) == seen.response->variant_key()) break;
    key = joint_key(visit) + " variant " + variant_of(visit, *seen.response);
  }
  co_return co_await fill(visit, why, std::move(validated));
}

/// How long another one's fetch is waited for: as long as one may take. Then the request fetches for itself.
Milliseconds CacheHandler::longest_wait(const Visit& visit) const {
  const Protection limits = limits_of(visit);
  return limits.queue_timeout + limits.until_head +
         (needs_lease(visit) ? leases_->settings().lifetime : Milliseconds{0});
}

Protection CacheHandler::limits_of(const Visit& visit) {
  const auto known = visit.settings->upstreams.find(visit.route().upstream);
  return known == visit.settings->upstreams.end() ? Protection{} : known->second;
}

/// Whether other instances are asked who fetches.
bool CacheHandler::needs_lease(const Visit& visit) const {
  return leases_ != nullptr && visit.route().collapse == policy::Collapse::cluster;
}

/// Enters the table; a fill that began before a purge is not joined by who came after it, nor is a stream
/// that has been going on for a while.
Entrance CacheHandler::enter(const Visit& visit, const std::string& key, bool leads) {
  Collapser& collapser = commons_.collapser();
  Entrance entrance = collapser.enter(key, visit.arrival, leads, clock_.now(), nullptr);
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (entrance.kind != Entrance::Kind::join || !is_outdated(visit, *entrance.fill)) return entrance;
    entrance = collapser.enter(key, visit.arrival, leads, clock_.now(), entrance.fill.get());
  }
  return entrance.kind == Entrance::Kind::join ? Entrance{} : entrance;
}

bool CacheHandler::is_outdated(const Visit& visit, const SharedFill& fill) const {
  if (!fill.may_join(steady_now())) return true;
  if (visit.arrival.sequence == fill.mark().sequence) return false;
  const Glance seen = fill.look();
  if (seen.response != nullptr) return !log_.is_valid(*seen.response);
  // Its own tags are not known yet: those of the URL are. share() looks again.
  store::Draft expected;
  expected.tags = policy::tags_of(visit.route(), visit.match.captures, visit.request.target, {});
  expected.checked = fill.mark().sequence;
  return !log_.is_valid(*store::StoredResponse::from(expected));
}

/// The answer to a request that waited, where there is one for it.
std::optional<Response> CacheHandler::share(const Visit& visit, Reason why,
                                            const std::shared_ptr<SharedFill>& fill, const Glance& seen) {
  using State = SharedFill::State;
  if (seen.state == State::failed) return share_trouble(visit, why, seen.trouble);
  if (seen.state != State::arriving && seen.state != State::whole) return std::nullopt;
  const store::StoredResponse& response = *seen.response;
  if (variant_of(visit, response) != response.variant_key()) return std::nullopt;
  // Which of the purges since the fill began names it is not asked: it may be one before the request came.
  if (visit.arrival.sequence != fill->mark().sequence && !log_.is_valid(response)) return std::nullopt;
  const Time now = clock_.now();
  const policy::ReuseDecision decision =
      policy::decide_reuse(visit.route(), visit.request.head, response.lifetimes, false, now);
  if (!is_served(decision.action)) return std::nullopt;
  const Outcome outcome = outcome_of(seen.source, why);
  if (seen.state == State::whole) return serve(visit, seen.response, outcome, now);
  return serve_arriving(visit, fill, seen, outcome, now);
}

/// An error of the origin is told to all who waited; none of them asks again.
std::optional<Response> CacheHandler::share_trouble(const Visit& visit, Reason why, const Trouble& trouble) {
  if (trouble.error == Error::canceled) return std::nullopt;
  if (trouble.is_busy) return refuse_busy(visit, why);
  std::optional<int> status;
  if (trouble.status != 0) status = trouble.status;
  const bool may_hide = !status || policy::is_error_to_hide(*status);
  std::optional<Response> stale = may_hide ? stand_in(visit, why, status) : std::nullopt;
  if (stale) return stale;
  // What the origin said was said to another one.
  Response answer = status ? pipeline::problem(*status, "The upstream answered with an error.")
                           : unanswered(visit, trouble.error);
  if (!trouble.retry_after.empty()) answer.head.fields.add("Retry-After", trouble.retry_after);
  return annotated(std::move(answer), {.result = CacheResult::miss, .why = why, .collapsed = true});
}

/// Fetches for all. What another fill has stored, between the look-up and now, need not be fetched again.
Task<Result<Response>> CacheHandler::lead(Visit& visit, Reason why, store::StoredResponsePtr validated) {
  store::StoredResponsePtr found = store_.find_now(visit.key.text, visit.request.head.fields);
  if (!is_usable(visit, found)) found = nullptr;
  if (found == nullptr && needs_lease(visit)) {
    Result<store::StoredResponsePtr> elsewhere = co_await agree(visit);
    if (!elsewhere) co_return elsewhere.error();
    found = std::move(*elsewhere);
  }
  if (found != nullptr) {
    if (visit.lead) visit.lead->finish(found, SharedFill::Source::found);
    co_return serve(visit, found, {.result = CacheResult::hit}, clock_.now());
  }
  co_return co_await fill(visit, why, std::move(validated));
}

/// Whether what was stored meanwhile answers the request: it is not what the request is to replace.
bool CacheHandler::is_usable(const Visit& visit, const store::StoredResponsePtr& found) const {
  if (found == nullptr || !trusts_hits(visit)) return false;
  const bool is_newer =
      visit.stored == nullptr || found->lifetimes.response_time() > visit.stored->lifetimes.response_time();
  if (!is_newer) return false;
  const policy::ReuseDecision decision =
      policy::decide_reuse(visit.route(), visit.request.head, found->lifetimes, false, clock_.now());
  return decision.action == policy::ReuseDecision::Action::serve;
}

}  // namespace larder::cache
