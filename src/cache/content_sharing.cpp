#include "content_sharing.hpp"

#include "fill_reader.hpp"
#include "pump.hpp"
#include "storing_reader.hpp"

#include <larder/cache/settings.hpp>

#include <boost/asio/this_coro.hpp>

namespace larder::cache {

Task<bool> ContentSharing::share(Transaction& transaction, std::shared_ptr<store::Draft> draft,
                                 pipeline::Body& body) {
  const std::shared_ptr<ByteBudget>& budget = context_.coordinator.buffered();
  if (!body.is_streamed()) {
    co_await finish_at_once(transaction, std::move(draft), body);
    co_return true;
  }
  const std::uint64_t known_size = body.length().value_or(0);
  if (!budget->has_room(known_size, known_size)) {
    budget->ask_for_room();
    transaction.leader->release();
    co_return false;
  }
  if (!pumps_.has_room()) {
    transaction.leader->release();
    co_return co_await store_content(keeping_of(context_, transaction), std::move(draft), body);
  }
  const std::optional<std::uint64_t> length = body.length();
  Keeping keeping = keeping_of(context_, transaction);
  keeping.until = SteadyTime::max();  // its watch ends it
  auto pump = std::make_unique<Pump>(std::move(*transaction.leader), std::move(transaction.permit),
                                     std::move(draft), std::move(body), keeping, context_.clock);
  const std::shared_ptr<SharedFill> fill = pump->fill();
  const bool is_all_there = co_await pump->read_ready();
  if (is_all_there && fill->look().state == SharedFill::State::whole) {
    body = pipeline::Body(store::content_of(fill->look().response));
    co_return true;
  }
  body = pipeline::Body(std::make_unique<FillReader>(fill, 0, std::nullopt), length);
  if (is_all_there) co_return true;
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  Tasks::Handle task = pumps_.start(executor, Pump::run(std::move(pump)));
  const Milliseconds unread_at_most = length ? Milliseconds{0} : transaction.settings->unread_at_most;
  watch_.add(executor, {fill, std::move(task), end_of_fill(transaction), unread_at_most});
  co_return true;
}

Task<> ContentSharing::finish_at_once(Transaction& transaction, std::shared_ptr<store::Draft> draft,
                                      const pipeline::Body& body) {
  KeptContent kept(std::move(draft), keeping_of(context_, transaction), body.length());
  const store::StoredResponsePtr whole = kept.with(body.bytes());
  co_await kept.store(whole, transaction.leader->take_lease());
  transaction.leader->finish(whole, SharedFill::Source::fetched);
}

void ContentSharing::stop() {
  pumps_.stop();
  watch_.stop();
}

}  // namespace larder::cache
