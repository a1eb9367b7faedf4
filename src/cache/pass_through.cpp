#include "pass_through.hpp"

#include "annotate.hpp"
#include "ask_origin.hpp"
#include "posted_answer.hpp"
#include "purging.hpp"
#include "storing_reader.hpp"

#include <larder/cache/settings.hpp>
#include <larder/http/fault.hpp>
#include <larder/pipeline/problem.hpp>
#include <larder/policy/failure.hpp>
#include <larder/policy/purge.hpp>
#include <larder/policy/websocket.hpp>

namespace larder::cache {

using pipeline::CacheResult;
using pipeline::Response;
using policy::Reason;

/// What is known of an unsafe request while it is passed on.
struct PassThrough::Write {
  std::shared_ptr<pipeline::Delivery> delivery = std::make_shared<pipeline::Delivery>();
  bool purge_waits = false;  ///< what it purged is not in the log yet
};

Task<Result<Response>> PassThrough::pass(Transaction& transaction) {
  Outcome outcome{.result = CacheResult::bypass, .why = transaction.why};
  Result<pipeline::Request> request = forwarded(transaction, false);
  if (!request) co_return annotated(pipeline::request_problem(request.error()), outcome);
  transaction.mark = context_.log.mark();
  std::optional<Write> write;
  if (http::is_safe(transaction.request.head.method)) {
    request->departure = transaction.request.departure;
  } else {
    // A write is waited for even if its client has left: what it purges depends on its outcome.
    request->delivery = write.emplace().delivery;
  }
  Result<Response> response = co_await ask_origin(context_, transaction, *request);
  if (write) co_await settle(transaction, *write, response);
  if (!response) outcome.refusal = policy::failure_reason(response.error());
  if (write && write->purge_waits) outcome.refusal = Reason::purge_waits;
  if (!response) co_return annotated(pipeline::origin_problem(response.error()), outcome);
  const bool keep_length = transaction.request.head.method == "HEAD" || response->head.status == 304;
  forward_fields(response->head, keep_length);
  annotate(*response, outcome);
  annotate_debug(*response, transaction, std::nullopt, std::nullopt);
  co_return response;
}

Task<Result<Response>> PassThrough::open_websocket(Transaction& transaction) {
  Outcome outcome{.result = CacheResult::bypass, .why = Reason::upgrade};
  Result<pipeline::Request> request = forwarded(transaction, false);
  if (!request) co_return annotated(pipeline::request_problem(request.error()), outcome);
  request->opens_websocket = true;
  request->departure = transaction.request.departure;
  Result<Response> response = co_await ask_origin(context_, transaction, *request);
  const bool is_refused = response && response->tunnel &&
                          !policy::accepts_websocket(transaction.request.head.fields, response->head);
  if (is_refused) response = http::Fault::switching;
  if (!response) outcome.refusal = policy::failure_reason(response.error());
  if (!response) co_return annotated(pipeline::origin_problem(response.error()), outcome);
  forward_fields(response->head, false);
  annotate(*response, outcome);
  co_return response;
}

/// What an unsafe request leaves behind: a purge, and after it perhaps an answer for later GETs. That is as
/// new as its own purge, unless somebody else purged something meanwhile: which of the two writes came last
/// is then not known.
Task<> PassThrough::settle(Transaction& transaction, Write& write, Result<Response>& response) {
  std::shared_ptr<store::Draft> posted = response ? posted_answer(transaction, *response) : nullptr;
  const store::PurgeLog::Mark before = context_.log.mark();
  const bool is_untouched =
      posted != nullptr && !context_.log.names(posted->tags, {.sequence = posted->checked});
  const std::size_t own_purges = co_await purge_after(transaction, write, response, posted != nullptr);
  const store::PurgeLog::Mark after = context_.log.mark();
  if (!is_untouched || after.sequence != before.sequence + own_purges) co_return;
  posted->born = after.position;
  posted->checked = after.sequence;
  co_await store_content(keeping_of(context_, transaction), std::move(posted), response->body);
}

/// Purges what an unsafe request changed before its answer leaves (RFC 9111, section 4.4). What may change
/// later, is purged later too. How many records that made.
Task<std::size_t> PassThrough::purge_after(const Transaction& transaction, Write& write,
                                           const Result<Response>& response, bool stands_alone) {
  policy::WriteOutcome outcome{.status = std::nullopt, .is_sent_whole = write.delivery->is_whole};
  if (response) outcome.status = response->head.status;
  const policy::PurgeRule& rule = transaction.route().purge;
  const std::string& method = transaction.request.head.method;
  const policy::PurgeExtent extent = policy::decide_purging(method, outcome, rule.on);
  const http::ResponseHead* const told = response && !extent.again ? &response->head : nullptr;
  store::PurgeBatch batch = batch_of(transaction, told, extent);
  if (batch.purges.empty()) co_return 0;
  const SteadyTime later = steady_now() + transaction.settings->purge_again_after;
  // What is applied late is seen late as well.
  const SteadyTime lagging = (extent.again ? later : steady_now()) + rule.again;
  if (rule.again > Milliseconds{0}) co_await later_purges_.start(lagging, batch, nullptr);
  batch.stands_alone = stands_alone;
  if (extent.again) co_await later_purges_.start(later, batch, nullptr);
  outcome.is_sent_whole = true;
  const policy::PurgeExtent full = policy::decide_purging(method, outcome, rule.on);
  if (full != extent) {
    co_await later_purges_.start(later, batch_of(transaction, told, full), write.delivery);
  }
  const std::optional<store::Position> position = co_await context_.log.append(std::move(batch));
  write.purge_waits = !position;
  co_return 1;
}

}  // namespace larder::cache
