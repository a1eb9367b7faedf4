#include "background_refresh.hpp"

#include "sleeper.hpp"
#include "storing_reader.hpp"

#include <larder/cache/settings.hpp>
#include <larder/policy/freshness.hpp>
#include <larder/policy/stale.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include <limits>

namespace larder::cache {
namespace {

/// The request with which a stored response is fetched again for all: whole, without conditions, and
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

/// Reads content to its end, for a bounded time; false if it went on.
Task<bool> drain_until(pipeline::BodyReader& content, SteadyTime end) {
  using namespace boost::asio::experimental::awaitable_operators;
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  const auto sleeper = std::make_shared<Sleeper>(executor);
  constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();
  const auto first = co_await (drain(content, all) || sleeper->sleep_until(end));
  co_return first.index() == 0;
}

}  // namespace

Task<> BackgroundRefresh::start(const Transaction& transaction, store::StoredResponsePtr stored, Time now) {
  const std::string key(stored->variant_key());
  if (!fills_.has_room(key)) co_return;
  std::optional<RefreshClaim> claim =
      RefreshClaim::on(context_.coordinator.history(), std::move(stored), now);
  if (!claim) co_return;
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  fills_.start(
      executor, key,
      run(whole_request(transaction.request), transaction.settings, transaction.match, *std::move(claim)));
}

/// Runs on its own: it owns what it needs except this object and what that uses.
Task<> BackgroundRefresh::run(pipeline::Request request, std::shared_ptr<const Settings> settings,
                              policy::RouteMatch match, RefreshClaim claim) {
  Transaction transaction{.request = request,
                          .settings = settings,
                          .match = std::move(match),
                          .why = policy::Reason::stale,
                          .looked_up = steady_now(),
                          .is_background = true};
  transaction.key = policy::key_of(transaction.route(), request.target, request.head.fields);
  transaction.stored = claim.stored();
  if (policy::remaining_freshness(transaction.stored->lifetimes, context_.clock.now()) > Milliseconds{0}) {
    const store::StoredResponsePtr newer =
        co_await context_.store.find_newer(transaction.stored, request.head.fields);
    if (newer != nullptr) co_return;
  }
  transaction.validates = transaction.stored->can_validate;
  Fetched response = co_await collapsing_.answer(transaction);
  const bool failed = !response || response->cache_result == pipeline::CacheResult::stale ||
                      policy::is_error_to_hide(response->head.status);
  if (failed) claim.failed(context_.clock.now());
  if (!response || !response->body.is_streamed()) co_return;
  const bool has_length = response->body.length().has_value();
  const SteadyTime end =
      has_length ? end_of_fill(transaction) : steady_now() + transaction.settings->unread_at_most;
  const bool has_ended = co_await drain_until(response->body.reader(), end);
  if (!has_ended) claim.took_too_long(context_.clock.now());
}

}  // namespace larder::cache
