#include "freshen.hpp"

#include "annotate.hpp"
#include "draft.hpp"
#include "serve.hpp"

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
                    const http::ResponseHead& answer) {
  Freshened fresh;
  fresh.head.version_minor = answer.version_minor;
  fresh.head.status = stored.status;
  fresh.head.fields = policy::freshened(
      stored.fields(), policy::response_fields_to_forward(answer.fields, answer.version_minor, false));
  http::RequestHead get = transaction.request.head;
  get.method = "GET";
  fresh.decision = policy::decide_storing(storing_input(transaction, get, fresh.head, 0));
  if (!fresh.decision.store()) {
    // It goes to this client alone, and is as old as it says.
    fresh.decision.lifetimes.response_time = transaction.response_time;
    fresh.decision.lifetimes.initial_age =
        policy::initial_age(fresh.head, transaction.request_time, transaction.response_time);
  }
  return fresh;
}

/// Redis gives another copy of the same each time.
bool is_same(const store::StoredResponse& a, const store::StoredResponse& b) {
  return &a == &b || (a.lifetimes.response_time() == b.lifetimes.response_time() && a.born == b.born);
}

}  // namespace

Task<Response> take_not_modified(const Context& context, Transaction& transaction, Response response,
                                 store::StoredResponsePtr validated) {
  const Reason why = transaction.stored == nullptr ? Reason::vary : transaction.why;
  const Freshened fresh = freshened(transaction, *validated, response.head);
  const std::shared_ptr<store::Draft> draft = draft_of(transaction, fresh.head, fresh.decision.lifetimes);
  draft->content = store::content_of(validated);
  const store::StoredResponsePtr anew = store::StoredResponse::from(*draft);
  const bool is_for_others = fresh.decision.store() &&
                             policy::may_answer_others(fresh.decision.lifetimes, transaction.response_time);
  const bool is_for_all = transaction.leader && is_for_others;
  if (transaction.leader && !is_for_all) transaction.leader->set_hit_for_miss(context.clock.now());
  if (fresh.decision.store()) {
    co_await context.store.put_holding(anew, transaction.leader ? transaction.leader->take_lease() : nullptr);
  }
  if (is_for_all) transaction.leader->finish(anew, SharedFill::Source::validated);
  if (is_for_others && transaction.hit_for_miss) {
    const std::function<Task<>()> end = end_of_hit_for_miss(context, transaction);
    co_await end();
  }
  const bool is_stored = fresh.decision.store() && context.store.accepts(*anew, 0);
  const Outcome outcome{
      .result = CacheResult::revalidated,
      .why = why,
      .refusal = fresh.decision.store() && !is_stored ? Reason::no_store_takes_it : fresh.decision.refusal,
      .stored = is_stored,
      .origin_status = 304};
  Response served = serve(transaction, anew, outcome, transaction.response_time);
  // The client whose request was sent gets its cookie, whether that may be stored or not.
  if (served.head.status == 304 || !draft->fields.contains("Set-Cookie")) {
    policy::add_set_cookie(served.head.fields, response.head.fields);
  }
  policy::add_fields_of_one_request(served.head.fields, response.head.fields);
  co_return served;
}

Task<> take_head(const Context& context, const Transaction& transaction, const http::ResponseHead& head) {
  const store::StoredResponsePtr stored = transaction.stored;
  if (stored == nullptr || head.status != 200 || stored->status != 200) co_return;
  Freshened fresh = freshened(transaction, *stored, head);
  if (!fresh.decision.store()) co_return;
  if (!policy::describes_same(head.fields, stored->fields(), stored->content().size())) {
    fresh.head.fields = stored->fields();
    fresh.decision.lifetimes = stored->lifetimes;
    fresh.decision.lifetimes.freshness = Milliseconds{0};
  }
  const auto draft = amended_draft_of(transaction, fresh.head, fresh.decision.lifetimes, stored);
  co_await context.store.put(store::StoredResponse::from(*draft));
}

Task<> retire_stored(const Context& context, const Transaction& transaction, int status) {
  const store::StoredResponsePtr stored = transaction.stored;
  if (stored == nullptr || transaction.request.head.method != "GET" || !policy::outdates_stored(status))
    co_return;
  if (policy::remaining_freshness(stored->lifetimes, transaction.response_time) > Milliseconds{0}) co_return;
  const store::StoredResponsePtr current =
      co_await find_nearest(context, transaction.key.text, transaction.request.head.fields);
  if (current != nullptr && !is_same(*current, *stored)) co_return;
  policy::Lifetimes ended = stored->lifetimes;
  ended.freshness = ended.stale_while_revalidate = ended.stale_if_error = Milliseconds{0};
  http::ResponseHead head;
  head.status = stored->status;
  head.fields = stored->fields();
  const auto draft = amended_draft_of(transaction, head, ended, stored);
  co_await context.store.put(store::StoredResponse::from(*draft));
}

}  // namespace larder::cache
