// Requests that go to the origin as they are, and what they purge.
#include "annotate.hpp"
#include "draft.hpp"
#include "sleeper.hpp"
#include "storing_reader.hpp"
#include "tasks.hpp"
#include "transaction.hpp"

#include <larder/cache/cache_handler.hpp>
#include <larder/pipeline/problem.hpp>
#include <larder/policy/purge.hpp>
#include <larder/policy/request.hpp>
#include <larder/policy/storing.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace larder::cache {

using pipeline::CacheResult;
using pipeline::Response;
using policy::Reason;

namespace {

/// Accept-Encoding, which goes upstream in another form where the answer is shared, is of no account to one
/// that it does not select.
http::RequestHead without_idle_selection(http::RequestHead request, const http::FieldList& response_fields) {
  const auto selecting = policy::vary_names(response_fields);
  const bool selects = !selecting || std::ranges::find(*selecting, "accept-encoding") != selecting->end();
  if (!selects) request.fields.remove("Accept-Encoding");
  return request;
}

/// Without the query, which is nobody's to keep.
std::string why_of(const pipeline::Request& request) {
  const http::Target& target = request.target;
  return request.head.method + ' ' + target.scheme + "://" + target.authority() + target.path;
}

store::PurgeBatch batch_of(const Transaction& transaction, const http::ResponseHead* told,
                           const policy::PurgeExtent& extent) {
  return {.purges = policy::purges_of(transaction.route(), transaction.match.captures,
                                      transaction.request.target, told, extent, transaction.settings->sites),
          .why = why_of(transaction.request)};
}

}  // namespace

/// A request that goes to the origin, and whose answer is nobody else's.
Task<Result<Response>> CacheHandler::pass(Transaction& transaction, Reason why) {
  Outcome outcome{.result = CacheResult::bypass, .why = why};
  Result<pipeline::Request> request = forwarded(transaction, false);
  if (!request) co_return annotated(pipeline::request_problem(request.error()), outcome);
  transaction.mark = log_.mark();
  transaction.request_time = clock_.now();
  const bool is_write = !http::is_safe(transaction.request.head.method);
  // A write is waited for, whoever has left: what it purges depends on its outcome.
  if (!is_write) request->departure = transaction.request.departure;
  if (is_write) transaction.delivery = request->delivery = std::make_shared<pipeline::Delivery>();
  Result<Response> response = co_await origin_.handle(*request);
  transaction.response_time = clock_.now();
  if (is_write) co_await settle(transaction, response);
  if (transaction.purge_waits) outcome.refusal = Reason::purge_waits;
  if (!response) co_return annotated(pipeline::origin_problem(response.error()), outcome);
  const bool keep_length = transaction.request.head.method == "HEAD" || response->head.status == 304;
  forward_fields(response->head, keep_length);
  annotate(*response, outcome);
  annotate_debug(*response, transaction, std::nullopt, std::nullopt);
  co_return response;
}

/// What an unsafe request leaves behind: a purge, and after it perhaps an answer for later GETs. That is as
/// new as its own purge, unless somebody else purged something meanwhile: which of the two writes came last
/// is then not known.
Task<> CacheHandler::settle(Transaction& transaction, Result<Response>& response) {
  std::shared_ptr<store::Draft> posted = response ? posted_answer(transaction, *response) : nullptr;
  const store::PurgeLog::Mark before = log_.mark();
  const bool is_untouched = posted != nullptr && !log_.names(posted->tags, {.sequence = posted->checked});
  const std::size_t own_purges = co_await purge_after(transaction, response, posted != nullptr);
  const store::PurgeLog::Mark after = log_.mark();
  if (!is_untouched || after.sequence != before.sequence + own_purges) co_return;
  posted->born = after.position;
  posted->checked = after.sequence;
  co_await store_content(keeping_of(transaction), std::move(posted), response->body);
}

/// Purges what an unsafe request changed before its answer leaves (RFC 9111, section 4.4). What may change
/// later, is purged later too. How many records that made.
Task<std::size_t> CacheHandler::purge_after(Transaction& transaction, const Result<Response>& response,
                                            bool stands_alone) {
  policy::WriteOutcome outcome{.status = std::nullopt, .is_sent_whole = transaction.delivery->is_whole};
  if (response) outcome.status = response->head.status;
  const policy::PurgeExtent extent = policy::decide_purging(transaction.request.head.method, outcome);
  const http::ResponseHead* const told = response && !extent.again ? &response->head : nullptr;
  store::PurgeBatch batch = batch_of(transaction, told, extent);
  if (batch.purges.empty()) co_return 0;
  batch.stands_alone = stands_alone;
  if (extent.again) co_await purge_later(transaction, batch, false);
  outcome.is_sent_whole = true;
  const policy::PurgeExtent full = policy::decide_purging(transaction.request.head.method, outcome);
  if (full != extent) co_await purge_later(transaction, batch_of(transaction, told, full), true);
  const std::optional<store::Position> position = co_await log_.append(std::move(batch));
  transaction.purge_waits = !position;
  co_return 1;
}

/// Purges some seconds from now: a write of unknown outcome may be applied once its server comes to it, and
/// one that was answered early may go out whole yet (`if_whole`: only then).
Task<> CacheHandler::purge_later(const Transaction& transaction, store::PurgeBatch batch, bool if_whole) {
  if (!later_purges_->has_room()) co_return;
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  const Milliseconds after = transaction.settings->purge_again_after;
  later_purges_->start(executor, purge_at(std::make_shared<Sleeper>(executor), steady_now() + after,
                                          std::move(batch), if_whole ? transaction.delivery : nullptr));
}

/// Runs on its own: it owns what it needs but for the log.
Task<> CacheHandler::purge_at(std::shared_ptr<Sleeper> sleeper, SteadyTime time, store::PurgeBatch batch,
                              std::shared_ptr<const pipeline::Delivery> only_if_whole) {
  co_await sleeper->sleep_until(time);
  if (only_if_whole != nullptr && !only_if_whole->is_whole) co_return;
  co_await log_.append(std::move(batch));
}

/// PURGE from an address that may: answered here, as `larder purge` would be.
Task<Response> CacheHandler::purge_target(const pipeline::Request& request) {
  store::PurgeBatch batch{.purges = policy::purges_of_target(request.target), .why = why_of(request)};
  const std::optional<store::Position> position = co_await log_.append(std::move(batch));
  Response answer;
  // Accepted: it counts here, and waits for Redis to tell the others.
  answer.head.status = position ? 200 : 202;
  answer.head.fields.add("Content-Type", "application/json");
  answer.body = pipeline::Body(Bytes::copy_of("{\"purged\":true}\n"));
  co_return answer;
}

/// The answer to a POST as it may be stored for GETs (RFC 9110, section 9.3.3), where a GET with the same
/// fields would have had the same request sent on; nullptr for any other.
std::shared_ptr<store::Draft> CacheHandler::posted_answer(Transaction& transaction,
                                                          const Response& response) const {
  if (transaction.request.head.method != "POST") return nullptr;
  if (!policy::answers_later_gets(transaction.request.target, response.head, transaction.response_time))
    return nullptr;
  http::RequestHead get = transaction.request.head;
  get.method = "GET";
  const Reason bypass = policy::bypass_reason(transaction.route(), transaction.settings->folded, get,
                                              transaction.request.target, false);
  if (bypass != Reason::none) return nullptr;
  if (!sends_the_same(transaction, without_idle_selection(get, response.head.fields))) return nullptr;
  const policy::StoringDecision decision =
      policy::decide_storing(storing_input(transaction, get, response.head, *transaction.settings));
  if (!decision.store() || response.body.length().value_or(0) > transaction.settings->max_object)
    return nullptr;
  transaction.key = policy::key_of(transaction.route(), transaction.request.target, get.fields);
  http::ResponseHead head;
  head.fields = policy::response_fields_to_forward(response.head.fields, response.head.version_minor, false);
  return draft_of(transaction, head, decision.lifetimes);
}

}  // namespace larder::cache
