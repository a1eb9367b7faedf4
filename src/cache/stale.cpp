// Stale responses that are better than none (RFC 5861).
#include "background_fills.hpp"
#include "refresh.hpp"
#include "serve.hpp"
#include "storing_reader.hpp"

#include <larder/cache/cache_handler.hpp>
#include <larder/policy/stale.hpp>
#include <larder/policy/validation.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

namespace larder::cache {

using pipeline::CacheResult;
using pipeline::Response;
using policy::Reason;

namespace {

/// The request with which a stored response is fetched anew for everybody: whole, without conditions, and
/// without what one client wants of caches.
pipeline::Request whole_request(const pipeline::Request& request) {
  pipeline::Request whole;
  whole.head = request.head;
  whole.head.method = "GET";
  for (const char* name :
       {"Range", "If-Range", "If-None-Match", "If-Modified-Since", "Cache-Control", "Pragma"}) {
    whole.head.fields.remove(name);
  }
  whole.target = request.target;
  whole.client_address = request.client_address;
  return whole;
}

/// Reads content to its end, however that comes, but for so long at most; false where it went on.
Task<bool> drain_within(pipeline::BodyReader& content, Milliseconds longest) {
  using namespace boost::asio::experimental::awaitable_operators;
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  const auto sleeper = std::make_shared<Sleeper>(executor);
  const auto first = co_await (drain(content) || sleeper->sleep_until(steady_now() + longest));
  co_return first.index() == 0;
}

}  // namespace

/// Has a response fetched anew while it goes on being served: stale (RFC 5861, section 3) or fresh still.
Task<> CacheHandler::refresh_in_background(const Transaction& transaction, store::StoredResponsePtr stored,
                                           Time now) {
  const std::string key(stored->variant_key());
  if (!background_fills_->has_room(key)) co_return;
  std::optional<RefreshClaim> claim = RefreshClaim::on(std::move(stored), now);
  if (!claim) co_return;
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  background_fills_->start(executor, key,
                           refresh(whole_request(transaction.request), transaction.settings,
                                   transaction.match, *std::move(claim)));
}

/// Runs on its own: it owns what it needs but for this handler and what that stands on.
Task<> CacheHandler::refresh(pipeline::Request request, std::shared_ptr<const Settings> settings,
                             policy::RouteMatch match, RefreshClaim claim) {
  Transaction transaction{
      .request = request, .settings = settings, .match = std::move(match), .is_background = true};
  transaction.key = policy::key_of(transaction.route(), request.target, request.head.fields);
  transaction.stored = claim.stored();
  if (policy::remaining_freshness(transaction.stored->lifetimes, clock_.now()) > Milliseconds{0}) {
    const store::StoredResponsePtr newer =
        co_await store_.find_newer(transaction.stored, request.head.fields);
    if (newer != nullptr) co_return;
  }
  Result<Response> response =
      co_await collapse(transaction, Reason::stale,
                        transaction.stored->can_validate ? transaction.stored : store::StoredResponsePtr());
  const bool failed = !response || response->cache_result == CacheResult::stale ||
                      policy::is_error_to_hide(response->head.status);
  if (failed) claim.failed(clock_.now());
  if (!response || !response->body.is_streamed()) co_return;
  const bool has_length = response->body.length().has_value();
  const Milliseconds longest =
      has_length ? limits_of(transaction).total : transaction.settings->unread_at_most;
  const bool has_ended = co_await drain_within(response->body.reader(), longest);
  if (!has_ended) claim.took_too_long(clock_.now());
}

/// The stale response in place of an error, where it or the request allows that (RFC 5861, section 4).
/// `origin_status` is nothing where there was no answer at all.
std::optional<Response> CacheHandler::stand_in(const Transaction& transaction, Reason why,
                                               std::optional<int> origin_status) {
  if (transaction.stored == nullptr) return std::nullopt;
  const store::StoredResponsePtr stored = store::as_judged(log_, transaction.stored);
  const Time now = clock_.now();
  std::optional<policy::Lifetimes> lifetimes;
  if (stored != nullptr) lifetimes = stored->lifetimes;
  const policy::FailureDecision decision =
      policy::decide_on_failure({.route = transaction.route(),
                                 .request = transaction.request.head,
                                 .status = origin_status,
                                 .stored = lifetimes ? &*lifetimes : nullptr,
                                 .knows_purges = trusts_hits(transaction),
                                 .now = now});
  if (decision.action == policy::FailureDecision::Action::tell) return std::nullopt;
  return serve(transaction, stored,
               {.result = CacheResult::stale, .why = why, .origin_status = origin_status}, now);
}

}  // namespace larder::cache
