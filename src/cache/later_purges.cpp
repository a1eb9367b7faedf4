#include "later_purges.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace larder::cache {

Task<> LaterPurges::start(SteadyTime time, store::PurgeBatch batch,
                          std::shared_ptr<const pipeline::Delivery> only_if_whole) {
  // Once stopped, later is now: the first purge has just been that.
  if (is_stopped_) co_return;
  if (!tasks_.has_room()) hurry_oldest();
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  auto waiting =
      std::make_shared<Waiting>(time, std::move(only_if_whole), std::make_shared<Sleeper>(executor));
  tasks_.start(executor, run(std::move(waiting), std::move(batch)));
}

/// Runs on its own: it owns what it needs but for this object and the log.
Task<> LaterPurges::run(std::shared_ptr<Waiting> waiting, store::PurgeBatch batch) {
  const auto place = waiting_.insert(waiting_.end(), waiting);
  while (!is_stopped_ && !waiting->is_hurried && steady_now() < waiting->time) {
    co_await waiting->sleeper->sleep_until(waiting->time);
  }
  waiting_.erase(place);
  if (!waiting->may_purge()) co_return;
  co_await log_.append(std::move(batch));
}

void LaterPurges::drain() {
  for (const std::shared_ptr<Waiting>& waiting : waiting_) waiting->is_hurried = waiting->may_purge();
  hurry();
}

void LaterPurges::stop() {
  is_stopped_ = true;
  hurry();
}

/// Makes room for another: the second purge of the one that has waited the longest comes early.
void LaterPurges::hurry_oldest() {
  const auto oldest = std::ranges::find_if(
      waiting_, [](const auto& waiting) { return !waiting->is_hurried && waiting->may_purge(); });
  if (oldest == waiting_.end()) return;
  (*oldest)->is_hurried = true;
  Waker(*(*oldest)->sleeper).wake();
}

/// Each looks again at whether it still has to wait.
void LaterPurges::hurry() {
  for (const std::shared_ptr<Waiting>& waiting : waiting_) Waker(*waiting->sleeper).wake();
}

}  // namespace larder::cache
