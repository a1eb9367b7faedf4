#include "fetcher.hpp"

#include "annotate.hpp"
#include "ask_origin.hpp"
#include "client_condition.hpp"
#include "draft.hpp"
#include "failure_answer.hpp"
#include "fetch_history.hpp"
#include "freshen.hpp"
#include "parts.hpp"
#include "storing_reader.hpp"

#include <larder/pipeline/problem.hpp>
#include <larder/policy/failure.hpp>
#include <larder/policy/partial.hpp>
#include <larder/policy/reuse.hpp>
#include <larder/policy/stale.hpp>
#include <larder/policy/storing.hpp>
#include <larder/policy/validation.hpp>

namespace larder::cache {

using pipeline::CacheResult;
using pipeline::Response;
using policy::Reason;

namespace {

/// Tells those that wait that there is nothing for them: the origin's error, which is for all of them once,
/// or a response that is not for others. If others have had one already it is this request that was odd (406,
/// 414, ...): the next ones need not fetch for themselves.
void tell_refusal(FillLeader& leader, const http::ResponseHead& head, bool has_stored, Time now) {
  if (!policy::is_passing_error(head.status)) {
    constexpr int loop_detected = 508;  // which a client can bring about by marks in CDN-Loop
    const bool is_odd_request = head.status == loop_detected || (has_stored && head.status >= 400);
    return is_odd_request ? leader.release() : leader.set_hit_for_miss(now);
  }
  leader.fail({.error = {},
               .status = head.status,
               .retry_after = std::string(head.fields.find("Retry-After").value_or(""))});
}

policy::StoringDecision decide_storing(const Transaction& transaction, const Response& response) {
  const std::uint64_t size = response.body.length().value_or(0);
  policy::StoringInput input = storing_input(transaction, transaction.request.head, response.head, size);
  const store::StoredResponsePtr& stored = transaction.stored;
  if (stored != nullptr) input.stored = {stored->status, stored->lifetimes};
  return policy::decide_storing(input);
}

/// Content that is there already counts as content that comes does; where it lies inside a stored response
/// the store counts it.
void count_content(Response& response, const std::shared_ptr<ByteBudget>& budget) {
  if (response.body.is_streamed() || response.body.bytes().size() <= store::StoredResponse::most_inside)
    return;
  response.body = pipeline::Body(ByteBudget::count(budget, response.body.bytes()));
}

/// Its client has left, and nobody else is known to wait.
bool is_left(const Transaction& transaction) {
  const pipeline::Departure* const departure = transaction.request.departure;
  const bool has_followers = transaction.leader && transaction.leader->fill()->has_followers();
  return departure != nullptr && departure->has_left() && !has_followers;
}

CacheResult result_of(Reason why, Reason refusal = Reason::none) {
  const bool is_private = policy::is_private_reason(why) || policy::is_private_reason(refusal);
  return is_private ? CacheResult::bypass : CacheResult::miss;
}

/// A 304 to the client's own conditions is for the client whose credential the request has.
Reason reason_of_own_304(const Transaction& transaction, Reason refusal) {
  const Reason credential = policy::unkeyed_credential(transaction.route(), transaction.request.head, {});
  return credential == Reason::none ? refusal : credential;
}

}  // namespace

Task<Fetched> Fetcher::fetch(Transaction& transaction, FetchPlan plan) {
  while (true) {
    Step step = co_await ask(transaction, std::move(plan));
    if (auto* fetched = std::get_if<Fetched>(&step)) co_return std::move(*fetched);
    plan = std::get<FetchPlan>(std::move(step));
  }
}

Task<Fetcher::Step> Fetcher::ask(Transaction& transaction, FetchPlan plan) {
  Result<pipeline::Request> request = forwarded(transaction, true);
  if (!request) {
    const Outcome outcome{.result = result_of(transaction.why), .why = transaction.why};
    co_return Fetched(annotated(pipeline::request_problem(request.error()), outcome));
  }
  const bool may_ask = co_await acquire_permit(transaction);
  if (!may_ask && is_left(transaction)) {
    // Whoever has joined it in this moment takes a lead of its own.
    transaction.leader.reset();
    co_return Fetched(Error::client_left);
  }
  if (!may_ask) co_return fail(transaction, {.error = {}, .is_busy = true});
  if (!transaction.fill_until) transaction.fill_until = steady_now() + limits_of(transaction).total;
  if (!transaction.hit_for_miss) request->answer_by = *transaction.fill_until;
  transaction.mark = context_.log.mark();
  // What was found may have been purged while something was waited for. The outcome counts as new as the
  // mark.
  if (is_purged(context_, transaction.stored)) transaction.stored = nullptr;
  plan = without_purged(context_, transaction, std::move(plan));
  add_conditions(request->head.fields, transaction, plan);
  Result<Response> response = co_await ask_origin(context_, transaction, *request);
  if (transaction.stored != nullptr) {
    const bool hangs = !response && response.error() == Error::timeout;
    context_.coordinator.history().set_hangs(*transaction.stored, hangs);
  }
  if (!response) co_return fail(transaction, {.error = response.error()});
  count_content(*response, context_.coordinator.buffered());
  std::optional<Response> stale = hide_error(transaction, response->head);
  if (stale) co_return Fetched(std::move(*stale));
  co_return co_await take(transaction, std::move(plan), std::move(*response));
}

/// Waits until the upstream may be asked; false if that takes too long, or too many wait. What is known not
/// to be for others is not a fill: it goes as with `cache: off`.
Task<bool> Fetcher::acquire_permit(Transaction& transaction) {
  if (transaction.hit_for_miss || transaction.permit) co_return true;
  FillLimiter* const limiter = context_.coordinator.limiter(transaction.route().upstream);
  if (limiter == nullptr) co_return true;
  transaction.permit = limiter->try_acquire();
  if (transaction.permit) co_return true;
  const auto is_for_others = [&transaction] {
    return transaction.leader && transaction.leader->fill()->has_followers();
  };
  transaction.permit = co_await limiter->acquire(transaction.request.departure, is_for_others);
  co_return transaction.permit.has_value();
}

/// There is no response for anybody.
Fetcher::Step Fetcher::fail(Transaction& transaction, const FillFailure& failure) {
  if (transaction.leader) transaction.leader->fail(failure);
  const CacheResult result = failure.is_busy ? CacheResult::miss : result_of(transaction.why);
  return Fetched(answer_failure(context_, transaction, failure, {.result = result, .why = transaction.why}));
}

/// What is stored, in place of an error that the origin answered.
std::optional<Response> Fetcher::hide_error(Transaction& transaction, const http::ResponseHead& head) {
  if (!policy::is_error_to_hide(head.status)) return std::nullopt;
  std::optional<Response> stale = stand_in(context_, transaction, head.status);
  if (stale && transaction.leader) tell_refusal(*transaction.leader, head, true, context_.clock.now());
  return stale;
}

/// What the answer to a plan means.
Task<Fetcher::Step> Fetcher::take(Transaction& transaction, FetchPlan plan, Response response) {
  const auto* validate = std::get_if<Validate>(&plan);
  if (response.head.status == 304 && validate != nullptr) {
    co_return co_await take_304(transaction, validate->stored, std::move(response));
  }
  if (const auto* which = std::get_if<WhichVariant>(&plan); which != nullptr && response.head.status == 304) {
    store::StoredResponsePtr selected = selected_variant(*which, response.head);
    if (selected == nullptr) co_return rest_or_whole(context_, transaction);
    co_return co_await take_304(transaction, std::move(selected), std::move(response));
  }
  if (const auto* rest = std::get_if<RestOfPart>(&plan)) {
    if (!complete(context_, transaction, rest->part, response)) co_return FetchPlan(Whole{});
    transaction.why = Reason::partial;
  }
  const bool is_part = validate == nullptr && policy::asks_for_part(transaction.request.head);
  if (is_part && response.head.status == 206) {
    Response part = co_await take_part(context_, transaction, std::move(response));
    co_return Fetched(std::move(part));
  }
  Fetched fetched = co_await take_new(transaction, std::move(response));
  co_return std::move(fetched);
}

/// The stored response holds, if it is the one that the 304 is about.
Task<Fetcher::Step> Fetcher::take_304(Transaction& transaction, store::StoredResponsePtr validated,
                                      Response response) {
  if (!policy::selects(response.head.fields, validated->fields())) {
    transaction.why = Reason::stale;
    co_return rest_or_whole(context_, transaction);
  }
  Response served =
      co_await take_not_modified(context_, transaction, std::move(response), std::move(validated));
  co_return Fetched(std::move(served));
}

/// A response that is not the answer to our own conditions: passed on, and stored if it may be.
Task<Fetched> Fetcher::take_new(Transaction& transaction, Response response) {
  const bool is_head = transaction.request.head.method == "HEAD";
  policy::StoringDecision decision = decide_storing(transaction, response);
  if (response.head.status == 304) decision.refusal = reason_of_own_304(transaction, decision.refusal);
  if (is_head) co_await take_head(context_, transaction, response.head);
  if (transaction.leader && decision.refusal == Reason::too_large && transaction.route().max_object) {
    transaction.leader->release();  // it may be smaller the next time
  } else if (transaction.leader && !decision.store()) {
    tell_refusal(*transaction.leader, response.head, transaction.stored != nullptr, context_.clock.now());
  }
  forward_fields(response.head, is_head || response.head.status == 304);
  if (decision.store()) {
    co_return co_await store_new(transaction, std::move(response), decision.lifetimes);
  }
  co_await retire_stored(context_, transaction, response.head.status);
  // No client waits for it, and it may have no end.
  if (transaction.is_background) response.body = pipeline::Body();
  co_await spare_content(transaction, response);
  annotate(response, {.result = result_of(transaction.why, decision.refusal),
                      .why = transaction.why,
                      .refusal = is_head ? Reason::none : decision.refusal});
  annotate_debug(response, transaction, std::nullopt, std::nullopt);
  co_return response;
}

/// It is kept, for all that wait if the transaction leads.
Task<Fetched> Fetcher::store_new(Transaction& transaction, Response response,
                                 const policy::Lifetimes& lifetimes) {
  const std::shared_ptr<store::Draft> draft = draft_of(transaction, response.head, lifetimes);
  const bool unmodified =
      policy::is_not_modified(transaction.request.head, draft->fields, transaction.response_time);
  const bool is_for_others = policy::may_answer_others(lifetimes, transaction.response_time);
  if (transaction.leader && !is_for_others) {
    transaction.leader->set_hit_for_miss(context_.clock.now());
    transaction.leader.reset();
  }
  const bool goes_on = transaction.leader.has_value();
  Outcome outcome{.result = result_of(transaction.why), .why = transaction.why};
  const bool is_accepted =
      context_.store.accepts(*store::StoredResponse::from(*draft), response.body.length().value_or(0));
  if (goes_on) {
    outcome.stored = co_await sharing_.share(transaction, draft, response.body);
  } else {
    Keeping keeping = keeping_of(context_, transaction);
    if (is_for_others) keeping.stored = end_of_hit_for_miss(context_, transaction);
    outcome.stored = co_await store_content(std::move(keeping), draft, response.body);
  }
  if (!outcome.stored) outcome.refusal = Reason::buffers_full;
  if (outcome.stored && !is_accepted) outcome.refusal = Reason::no_store_takes_it;
  if (outcome.stored && is_accepted && !has_uses(context_, transaction)) outcome.refusal = Reason::min_uses;
  outcome.stored = outcome.stored && is_accepted && outcome.refusal == Reason::none;
  if (unmodified && response.head.status == 200) {
    // Past max_object it is not stored after all.
    const bool is_kept_by_reading = !goes_on && outcome.stored;
    const std::uint64_t at_most = is_kept_by_reading ? max_object_of(transaction) : 0;
    const Result<> whole = co_await leave_out_content(response, at_most);
    if (!whole) {
      co_return annotated(
          pipeline::origin_problem(whole.error()),
          {.result = outcome.result, .why = outcome.why, .refusal = policy::failure_reason(whole.error())});
    }
  }
  annotate(response, outcome);
  annotate_debug(response, transaction, draft->tags,
                 policy::remaining_freshness(lifetimes, transaction.response_time));
  co_return response;
}

}  // namespace larder::cache
