#include "purge_end.hpp"

namespace larder::store {
Task<bool> PurgeEnd::reach() {
  if (is_stopped_) co_return false;
  const SteadyTime deadline = std::chrono::steady_clock::now() + timeout_;
  if (next_ == nullptr) next_ = std::make_shared<Reading>();
  const std::shared_ptr<Reading> reading = next_;
  const auto waiter = std::make_shared<boost::asio::steady_timer>(loop_, deadline);
  reading->waiters.push_back(waiter);
  wake_.cancel();
  co_await waiter->async_wait(awaiting);
  if (!reading->end) co_return false;
  co_return co_await tail_.passes(*reading->end, deadline);
}

Task<> PurgeEnd::run() {
  while (!is_stopped_) {
    if (next_ == nullptr) {
      wake_.expires_at(SteadyTime::max());
      co_await wake_.async_wait(awaiting);
      continue;
    }
    const std::shared_ptr<Reading> reading = std::exchange(next_, nullptr);
    reading->end = co_await read();
    for (const auto& waiter : reading->waiters) waiter->cancel();
  }
  if (next_ == nullptr) co_return;
  for (const auto& waiter : next_->waiters) waiter->cancel();
}

/// A log that ends before what this instance knows of it, or is gone, is not the one we knew; one on another
/// node than the tail follows may be of another time.
Task<std::optional<Position>> PurgeEnd::read() const {
  const Position expected = tail_.expected();
  const std::uint64_t node = tail_.node();
  if (stream_.link().node != node) co_return std::nullopt;
  const Result<PurgeStream::Extent> extent = co_await stream_.extent();
  if (tail_.node() != node || stream_.link().node != node) co_return std::nullopt;
  if (!extent || !extent->exists || extent->last < expected) co_return std::nullopt;
  co_return extent->last;
}

void PurgeEnd::stop() {
  is_stopped_ = true;
  wake_.cancel();
}

}  // namespace larder::store
