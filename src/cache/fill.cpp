// Fetching from the origin for the cache: the answer is shared, so the request sent is nobody's own.
#include "annotate.hpp"
#include "draft.hpp"
#include "serve.hpp"
#include "storing_reader.hpp"
#include "transaction.hpp"

#include <larder/base/text.hpp>
#include <larder/cache/cache_handler.hpp>
#include <larder/pipeline/problem.hpp>
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

/// Tells those who wait that there is nothing for them: the origin's error, which is for all of them once, or
/// a response that is not for others. Where others have had one already it is this request that was odd (406,
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

/// The client's own Range, which a shared request is sent without.
void add_range(http::FieldList& out, const http::FieldList& request_fields) {
  for (const http::Field field : request_fields) {
    const bool is_wanted =
        equal_ignoring_case(field.name, "Range") || equal_ignoring_case(field.name, "If-Range");
    if (is_wanted) out.add(field.name, field.value);
  }
}

/// Whether what is stored is better than this answer, and may still be used.
bool yields(const Transaction& transaction, int status) {
  const store::StoredResponsePtr& stored = transaction.stored;
  return stored != nullptr &&
         policy::keeps_its_place(transaction.route(), transaction.request.head, stored->status,
                                 stored->lifetimes, status, transaction.response_time);
}

}  // namespace

/// Fetches; with `validated`, asks whether that still holds (RFC 9111, section 4.3).
Task<Result<Response>> CacheHandler::fill(Transaction& transaction, Reason why,
                                          store::StoredResponsePtr validated) {
  const Outcome outcome{.result = policy::is_private_reason(why) ? CacheResult::bypass : CacheResult::miss,
                        .why = why};
  Result<pipeline::Request> request = forwarded(transaction, true);
  if (!request) co_return annotated(pipeline::request_problem(request.error()), outcome);
  // What is known not to be for others is not a fill: it goes as with `cache: off`.
  bool may_ask = transaction.is_hit_for_miss;
  if (!may_ask) may_ask = co_await acquire_permit(transaction);
  if (!may_ask) {
    if (transaction.leader) transaction.leader->fail({.error = {}, .is_busy = true});
    co_return refuse_busy(transaction, why);
  }
  transaction.mark = log_.mark();
  // What was found may have been purged while something was waited for. The outcome counts as new as the
  // mark.
  if (is_purged(transaction.stored)) transaction.stored = nullptr;
  if (is_purged(validated)) validated = nullptr;
  add_conditions(transaction, why, validated, request->head.fields);
  transaction.request_time = clock_.now();
  Result<Response> response = co_await origin_.handle(*request);
  transaction.response_time = clock_.now();
  if (transaction.stored != nullptr) {
    transaction.stored->origin_hangs = !response && response.error() == Error::timeout;
  }
  if (!response) {
    if (transaction.leader) transaction.leader->fail({.error = response.error()});
    std::optional<Response> stale = stand_in(transaction, why, std::nullopt);
    if (stale) co_return std::move(*stale);
    co_return annotated(unanswered(transaction, response.error()), outcome);
  }
  if (policy::is_error_to_hide(response->head.status)) {
    std::optional<Response> stale = stand_in(transaction, why, response->head.status);
    if (stale && transaction.leader) {
      tell_refusal(*transaction.leader, response->head, true, clock_.now());
    }
    if (stale) co_return std::move(*stale);
  }
  if (!transaction.variants.empty() && response->head.status == 304) {
    validated = selected_variant(transaction, *response);
    if (validated == nullptr) co_return co_await fill(transaction, why, nullptr);
  }
  if (validated != nullptr && response->head.status == 304) {
    co_return co_await take_not_modified(transaction, std::move(*response), std::move(validated));
  }
  if (transaction.part != nullptr) {
    if (!complete(transaction, *response)) {
      *response = Response();  // its content is given up
      transaction.is_whole_wanted = true;
      co_return co_await fill(transaction, why, nullptr);
    }
    why = Reason::partial;
  }
  const bool is_part = validated == nullptr && policy::asks_for_part(transaction.request.head);
  if (is_part && response->head.status == 206) {
    co_return co_await take_part(transaction, why, std::move(*response));
  }
  co_return co_await take_new(transaction, why, std::move(*response));
}

bool CacheHandler::is_purged(const store::StoredResponsePtr& stored) const {
  return stored != nullptr && log_.judge(*stored).kind == store::Verdict::Kind::purged;
}

/// What a fill asks the origin: whether what is stored holds, for the part that the client wants, which of
/// the variants it is, or for the rest of a part.
void CacheHandler::add_conditions(Transaction& transaction, Reason why,
                                  const store::StoredResponsePtr& validated, http::FieldList& fields) {
  if (validated != nullptr) return policy::make_conditional(fields, validated->fields());
  if (policy::asks_for_part(transaction.request.head))
    return add_range(fields, transaction.request.head.fields);
  ask_about_variants(transaction, why, fields);
  if (transaction.variants.empty()) ask_for_rest(transaction, fields);
}

/// A response that is not the answer to our own conditions: passed on, and stored where it may be.
Task<Result<Response>> CacheHandler::take_new(Transaction& transaction, Reason why, Response response) {
  const bool is_head = transaction.request.head.method == "HEAD";
  policy::StoringDecision decision = policy::decide_storing(
      storing_input(transaction, transaction.request.head, response.head, *transaction.settings));
  const bool fits = response.body.length().value_or(0) <= transaction.settings->max_object;
  if (decision.store() && !fits) decision.refusal = Reason::too_large;
  if (decision.store() && yields(transaction, response.head.status)) decision.refusal = Reason::status;
  if (is_head) co_await take_head(transaction, response.head);
  if (transaction.leader && !decision.store()) {
    tell_refusal(*transaction.leader, response.head, transaction.stored != nullptr, clock_.now());
  }
  const bool is_private = policy::is_private_reason(why) || policy::is_private_reason(decision.refusal);
  Outcome outcome{.result = is_private ? CacheResult::bypass : CacheResult::miss,
                  .why = why,
                  .refusal = is_head ? Reason::none : decision.refusal,
                  .stored = decision.store()};
  forward_fields(response.head, is_head || response.head.status == 304);
  if (!decision.store()) {
    co_await retire_stored(transaction, response.head.status);
    // Nobody waits for it, and it may have no end.
    if (transaction.is_background) response.body = pipeline::Body();
    co_await spare_content(transaction, response);
    annotate(response, outcome);
    annotate_debug(response, transaction, std::nullopt, std::nullopt);
    co_return response;
  }

  const std::shared_ptr<store::Draft> draft = draft_of(transaction, response.head, decision.lifetimes);
  const bool unmodified =
      policy::is_not_modified(transaction.request.head, draft->fields, transaction.response_time);
  if (transaction.leader && !policy::may_answer_others(decision.lifetimes, transaction.response_time)) {
    transaction.leader->set_hit_for_miss(clock_.now());
    transaction.leader.reset();
  }
  const bool goes_on = transaction.leader.has_value();
  if (goes_on) {
    outcome.stored = co_await share_content(transaction, draft, response.body);
  } else {
    outcome.stored = co_await store_content(keeping_of(transaction), draft, response.body);
  }
  if (!outcome.stored) outcome.refusal = Reason::buffers_full;
  // The client's own condition was kept from the origin, whose answer is for everybody: it is evaluated here.
  if (unmodified && response.head.status == 200) {
    Result<> whole;
    if (response.body.is_streamed() && !goes_on) whole = co_await drain(response.body.reader());
    if (!whole) {
      co_return annotated(pipeline::origin_problem(whole.error()), {.result = outcome.result, .why = why});
    }
    response.head.status = 304;
    response.head.fields = policy::not_modified_fields(response.head.fields, policy::SetCookie::keep);
    response.body = pipeline::Body();
  }
  annotate(response, outcome);
  annotate_debug(response, transaction, draft->tags,
                 policy::remaining_freshness(decision.lifetimes, transaction.response_time));
  co_return response;
}

}  // namespace larder::cache
