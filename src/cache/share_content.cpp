// Content on its way to all who wait for it, and into the store.
#include "fill_reader.hpp"
#include "fill_watch.hpp"
#include "pump.hpp"
#include "storing_reader.hpp"
#include "tasks.hpp"
#include "transaction.hpp"

#include <larder/cache/cache_handler.hpp>

#include <boost/asio/this_coro.hpp>

namespace larder::cache {

Keeping CacheHandler::keeping_of(const Transaction& transaction) const {
  return {store_, transaction.settings->max_object, coordinator_.buffered(),
          steady_now() + limits_of(transaction).total};
}

/// Takes over what the transaction leads. `body` becomes what its own client reads: all of it where it is
/// there already, else as it arrives. Whether it is kept: not if too much is held for clients already. Then
/// it passes at its client's pace, and the others fetch for themselves.
Task<bool> CacheHandler::share_content(Transaction& transaction, std::shared_ptr<store::Draft> draft,
                                       pipeline::Body& body) {
  if (body.is_streamed() && !coordinator_.buffered()->has_room(body.length().value_or(0))) {
    transaction.leader->release();
    co_return false;
  }
  if (body.is_streamed() && !pumps_->has_room()) {
    transaction.leader->release();
    co_return co_await store_content(keeping_of(transaction), std::move(draft), body);
  }
  if (!body.is_streamed()) {
    draft->content = body.bytes();
    const store::StoredResponsePtr whole = store::StoredResponse::from(*draft);
    if (log_.judge(*whole).kind != store::Verdict::Kind::purged)
      co_await store_.put_holding(whole, transaction.leader->take_lease());
    transaction.leader->finish(whole, SharedFill::Source::fetched);
    co_return true;
  }
  const std::optional<std::uint64_t> length = body.length();
  auto pump = std::make_unique<Pump>(
      std::move(*transaction.leader), std::move(transaction.permit), draft, std::move(body),
      Pump::Into{store_, log_, clock_, transaction.settings->max_object, coordinator_.buffered()});
  const std::shared_ptr<SharedFill> fill = pump->fill();
  const bool is_all_there = co_await pump->read_ready();
  if (is_all_there && fill->look().state == SharedFill::State::whole) {
    body = pipeline::Body(store::content_of(fill->look().response));
    co_return true;
  }
  body = pipeline::Body(std::make_unique<FillReader>(fill, 0, std::nullopt), length);
  if (is_all_there) co_return true;
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  Tasks::Handle task = pumps_->start(executor, Pump::run(std::move(pump)));
  const Milliseconds unread_at_most = length ? Milliseconds{0} : transaction.settings->unread_at_most;
  watch_->add(executor, {fill, std::move(task), steady_now() + limits_of(transaction).total, unread_at_most});
  co_return true;
}

}  // namespace larder::cache
