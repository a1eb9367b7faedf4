#include "fill_limiter.hpp"

#include <boost/asio/this_coro.hpp>

namespace larder::cache {

/// A place in the queue. Given up, it passes on what it was granted.
class FillLimiter::Place {
 public:
  Place(FillLimiter& limiter, Sleeper& sleeper) : limiter_(limiter) {
    position_ = limiter.queue_.insert(limiter.queue_.end(), {Waker(sleeper), &granted_});
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  ~Place() {
    std::unique_lock lock(limiter_.mutex_);
    if (!granted_) {
      limiter_.queue_.erase(position_);
    } else if (!taken_) {
      lock.unlock();
      limiter_.release();
    }
  }

  bool is_granted() const {
    const std::lock_guard lock(limiter_.mutex_);
    return granted_;
  }

  Permit take() {
    taken_ = true;
    return Permit(limiter_);
  }

 private:
  FillLimiter& limiter_;
  bool granted_ = false;  // under the limiter's lock; then the queue has no such place any more
  bool taken_ = false;
  std::list<Waiting>::iterator position_;
};

std::optional<FillLimiter::Permit> FillLimiter::try_acquire() {
  const std::lock_guard lock(mutex_);
  if (granted_permits_ >= limits_.max_fills) return std::nullopt;
  ++granted_permits_;
  return Permit(*this);
}

Task<std::optional<FillLimiter::Permit>> FillLimiter::acquire(pipeline::Departure* departure,
                                                              std::function<bool()> is_for_others) {
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  const auto sleeper = std::make_shared<Sleeper>(executor);
  std::optional<Place> place;
  SteadyTime deadline = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    deadline += limits_.queue_timeout;
    if (granted_permits_ < limits_.max_fills) {
      ++granted_permits_;
      co_return Permit(*this);
    }
    if (queue_.size() >= limits_.queue) {
      ++refused_;
      co_return std::nullopt;
    }
    place.emplace(*this, *sleeper);
  }
  const pipeline::Departure::Watch watch(departure, [waker = Waker(*sleeper)] { waker.wake(); });
  const auto is_in_vain = [&] {
    return departure != nullptr && departure->has_left() && !(is_for_others && is_for_others());
  };
  while (!place->is_granted() && !is_in_vain() && std::chrono::steady_clock::now() < deadline) {
    co_await sleeper->sleep_until(deadline);
  }
  if (place->is_granted()) co_return place->take();
  if (is_in_vain()) co_return std::nullopt;
  const std::lock_guard lock(mutex_);
  ++refused_;
  co_return std::nullopt;
}

/// The longest waiting goes in in place of the one that leaves.
void FillLimiter::release() {
  const std::lock_guard lock(mutex_);
  --granted_permits_;
  if (!queue_.empty() && granted_permits_ < limits_.max_fills) grant_first();
}

/// Under the lock.
void FillLimiter::grant_first() {
  ++granted_permits_;
  *queue_.front().granted = true;
  queue_.front().waker.wake();
  queue_.pop_front();
}

void FillLimiter::set_limits(const Protection& limits) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
  while (!queue_.empty() && granted_permits_ < limits_.max_fills) grant_first();
}

std::uint64_t FillLimiter::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

}  // namespace larder::cache
