// What an answer without content says of a stored response: 304 to our conditions, 200 to HEAD.
#include "annotate.hpp"
#include "draft.hpp"
#include "serve.hpp"
#include "storing_reader.hpp"

#include <larder/cache/cache_handler.hpp>
#include <larder/policy/reuse.hpp>
#include <larder/policy/storing.hpp>
#include <larder/policy/validation.hpp>

namespace larder::cache {

using pipeline::CacheResult;
using pipeline::Response;
using policy::Reason;

namespace {

/// The stored response with the fields of an answer about it, and whether it may still be stored.
struct Freshened {
  http::ResponseHead head;
  policy::StoringDecision decision;
};

/// What is stored was fetched by GET, whatever the method that freshens it.
Freshened freshened(const Transaction& transaction, const store::StoredResponse& stored,
                    const http::ResponseHead& answer, const Settings& settings) {
  Freshened fresh;
  fresh.head.status = stored.status;
  fresh.head.fields = policy::freshened(
      stored.fields(), policy::response_fields_to_forward(answer.fields, answer.version_minor, false));
  http::RequestHead get = transaction.request.head;
  get.method = "GET";
  fresh.decision = policy::decide_storing(storing_input(transaction, get, fresh.head, settings));
  if (!fresh.decision.store()) {
    // It goes to this client alone, and is as old as it says.
    fresh.decision.lifetimes.response_time = transaction.response_time;
    fresh.decision.lifetimes.initial_age =
        policy::initial_age(fresh.head.fields, transaction.request_time, transaction.response_time);
  }
  return fresh;
}

}  // namespace

/// 304 to our own conditions: the stored response holds on, with what the 304 says anew (RFC 9111,
/// section 4.3.4).
Task<Result<Response>> CacheHandler::take_not_modified(Transaction& transaction, Response response,
                                                       store::StoredResponsePtr validated) {
  const Reason why = transaction.stored == nullptr ? Reason::vary : Reason::stale;
  if (!policy::selects(response.head.fields, validated->fields())) {
    co_return co_await fill(transaction, Reason::stale, nullptr);
  }
  const Freshened fresh = freshened(transaction, *validated, response.head, *transaction.settings);
  const std::shared_ptr<store::Draft> draft = draft_of(transaction, fresh.head, fresh.decision.lifetimes);
  draft->content = store::content_of(validated);
  const store::StoredResponsePtr anew = store::StoredResponse::from(*draft);
  const bool is_for_all = transaction.leader && fresh.decision.store() &&
                          policy::may_answer_others(fresh.decision.lifetimes, transaction.response_time);
  if (transaction.leader && !is_for_all) transaction.leader->set_hit_for_miss(clock_.now());
  if (fresh.decision.store()) {
    co_await store_.put_holding(anew, transaction.leader ? transaction.leader->take_lease() : nullptr);
  }
  if (is_for_all) transaction.leader->finish(anew, SharedFill::Source::validated);
  const Outcome outcome{.result = CacheResult::revalidated,
                        .why = why,
                        .refusal = fresh.decision.refusal,
                        .stored = fresh.decision.store(),
                        .origin_status = 304};
  Response served = serve(transaction, anew, outcome, transaction.response_time);
  // Whoever asked the origin gets its cookie, whether that may be stored or not.
  if (served.head.status == 304 || !draft->fields.contains("Set-Cookie")) {
    policy::add_set_cookie(served.head.fields, response.head.fields);
  }
  co_return served;
}

/// A 200 to HEAD: what it says of the stored response is put there, and where it speaks of other content the
/// stored response is stale (RFC 9111, section 4.3.5). The content is as old as it was: purges count from
/// then.
Task<> CacheHandler::take_head(Transaction& transaction, const http::ResponseHead& head) {
  const store::StoredResponsePtr stored = transaction.stored;
  if (stored == nullptr || head.status != 200 || stored->status != 200) co_return;
  Freshened fresh = freshened(transaction, *stored, head, *transaction.settings);
  if (!fresh.decision.store()) co_return;
  if (!policy::describes_same(head.fields, stored->fields(), stored->content().size())) {
    fresh.head.fields = stored->fields();
    fresh.decision.lifetimes = stored->lifetimes;
    fresh.decision.lifetimes.freshness = Milliseconds{0};
  }
  const auto draft = amended_draft_of(transaction, fresh.head, fresh.decision.lifetimes, stored);
  co_await store_.put(store::StoredResponse::from(*draft));
}

/// A full answer that is not stored, and is no error that may pass: what is stored holds no more (RFC 9111,
/// section 4.3.3), and does not come back as stale. Nothing else is known of it, so it may be validated.
Task<> CacheHandler::retire_stored(const Transaction& transaction, int status) {
  const store::StoredResponsePtr stored = transaction.stored;
  if (stored == nullptr || transaction.request.head.method != "GET" || !policy::outdates_stored(status))
    co_return;
  if (policy::remaining_freshness(stored->lifetimes, transaction.response_time) > Milliseconds{0}) co_return;
  const store::StoredResponsePtr current =
      store_.find_now(transaction.key.text, transaction.request.head.fields);
  if (current != nullptr && current != stored) co_return;
  policy::Lifetimes ended = stored->lifetimes;
  ended.freshness = ended.stale_while_revalidate = ended.stale_if_error = Milliseconds{0};
  http::ResponseHead head;
  head.status = stored->status;
  head.fields = stored->fields();
  const auto draft = amended_draft_of(transaction, head, ended, stored);
  co_await store_.put(store::StoredResponse::from(*draft));
}

/// A 200 that is not stored, for a client that has it already: its own condition was kept from the origin,
/// whose answer might have been everybody's, so it is evaluated here (RFC 9110, section 13.2.1). What more
/// than the content the client would miss is passed on, and so is content that would have to be read for
/// long.
Task<> CacheHandler::spare_content(const Transaction& transaction, Response& response) const {
  const bool is_brief = response.body.length().value_or(transaction.settings->max_object + 1) <=
                        transaction.settings->max_object;
  const bool may_spare = transaction.request.head.method == "GET" && response.head.status == 200 &&
                         is_brief && !response.head.fields.contains("Set-Cookie");
  if (!may_spare) co_return;
  if (!policy::is_not_modified(transaction.request.head, response.head.fields, transaction.response_time))
    co_return;
  if (response.body.is_streamed()) {
    const Result<> whole = co_await drain(response.body.reader());
    if (!whole) co_return;  // and so will its writer find
  }
  response.head.status = 304;
  response.head.fields = policy::not_modified_fields(response.head.fields, policy::SetCookie::keep);
  response.body = pipeline::Body();
}

}  // namespace larder::cache
