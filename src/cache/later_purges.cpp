#include "later_purges.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace larder::cache {
namespace {

std::size_t size_of(const store::PurgeBatch& batch) {
  std::size_t size = sizeof(batch) + batch.why.size();
  for (const policy::Purge& purge : batch.purges) size += sizeof(purge) + purge.value.size();
  return size;
}

}  // namespace

Task<> LaterPurges::start(SteadyTime time, store::PurgeBatch batch,
                          std::shared_ptr<const pipeline::Delivery> only_if_whole) {
  // Once stopped, later is now: the first purge has just been that.
  if (is_stopped_) co_return;
  if (!tasks_.has_room()) hurry_oldest();
  const std::size_t size = size_of(batch);
  while (held_ + size > most_held && hurry_oldest()) continue;
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  auto waiting =
      std::make_shared<Waiting>(time, std::move(only_if_whole), std::make_shared<Sleeper>(executor), size);
  tasks_.start(executor, run(std::move(waiting), std::move(batch)));
}

/// Runs on its own: it owns what it needs but for this object and the log.
Task<> LaterPurges::run(std::shared_ptr<Waiting> waiting, store::PurgeBatch batch) {
  const auto place = waiting_.insert(waiting_.end(), waiting);
  held_ += waiting->size;
  while (!is_stopped_ && !waiting->is_hurried && steady_now() < waiting->time) {
    co_await waiting->sleeper->sleep_until(waiting->time);
  }
  hurry(*waiting);
  waiting_.erase(place);
  if (!waiting->may_purge()) co_return;
  co_await log_.append(std::move(batch));
}

void LaterPurges::drain() {
  for (const std::shared_ptr<Waiting>& waiting : waiting_) {
    if (waiting->may_purge()) hurry(*waiting);
  }
  wake_all();
}

void LaterPurges::stop() {
  is_stopped_ = true;
  wake_all();
}

void LaterPurges::hurry(Waiting& waiting) {
  if (!std::exchange(waiting.is_hurried, true)) held_ -= waiting.size;
}

/// Makes room for another: the second purge of the one that has waited the longest comes early; false if none
/// may.
bool LaterPurges::hurry_oldest() {
  const auto oldest = std::ranges::find_if(
      waiting_, [](const auto& waiting) { return !waiting->is_hurried && waiting->may_purge(); });
  if (oldest == waiting_.end()) return false;
  hurry(**oldest);
  Waker(*(*oldest)->sleeper).wake();
  return true;
}

/// Each looks again at whether it still has to wait.
void LaterPurges::wake_all() {
  for (const std::shared_ptr<Waiting>& waiting : waiting_) Waker(*waiting->sleeper).wake();
}

}  // namespace larder::cache
