#include "turnstile.hpp"

#include <boost/asio/this_coro.hpp>

namespace larder::cache {

/// A place in the queue. Given up, it passes on what it was granted.
class Turnstile::Place {
 public:
  Place(Turnstile& turnstile, Sleeper& sleeper) : turnstile_(turnstile) {
    position_ = turnstile.queue_.insert(turnstile.queue_.end(), {Waker(sleeper), &granted_});
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  ~Place() {
    std::unique_lock lock(turnstile_.mutex_);
    if (!granted_) {
      turnstile_.queue_.erase(position_);
    } else if (!taken_) {
      lock.unlock();
      turnstile_.leave();
    }
  }

  bool is_granted() const {
    const std::lock_guard lock(turnstile_.mutex_);
    return granted_;
  }

  Pass take() {
    taken_ = true;
    return Pass(turnstile_);
  }

 private:
  Turnstile& turnstile_;
  bool granted_ = false;  // under the turnstile's lock; then the queue has no such place any more
  bool taken_ = false;
  std::list<Waiting>::iterator position_;
};

std::optional<Turnstile::Pass> Turnstile::try_enter() {
  const std::lock_guard lock(mutex_);
  if (inside_ >= limits_.max_fills) return std::nullopt;
  ++inside_;
  return Pass(*this);
}

Task<std::optional<Turnstile::Pass>> Turnstile::enter() {
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  const auto sleeper = std::make_shared<Sleeper>(executor);
  std::optional<Place> place;
  SteadyTime deadline = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    deadline += limits_.queue_timeout;
    if (inside_ < limits_.max_fills) {
      ++inside_;
      co_return Pass(*this);
    }
    if (queue_.size() >= limits_.queue) {
      ++refused_;
      co_return std::nullopt;
    }
    place.emplace(*this, *sleeper);
  }
  while (!place->is_granted() && std::chrono::steady_clock::now() < deadline) {
    co_await sleeper->sleep_until(deadline);
  }
  if (place->is_granted()) co_return place->take();
  const std::lock_guard lock(mutex_);
  ++refused_;
  co_return std::nullopt;
}

/// The longest waiting goes in in place of the one that leaves.
void Turnstile::leave() {
  const std::lock_guard lock(mutex_);
  --inside_;
  if (!queue_.empty() && inside_ < limits_.max_fills) let_first_in();
}

/// Under the lock.
void Turnstile::let_first_in() {
  ++inside_;
  *queue_.front().granted = true;
  queue_.front().waker.wake();
  queue_.pop_front();
}

void Turnstile::set_limits(const Protection& limits) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
  while (!queue_.empty() && inside_ < limits_.max_fills) let_first_in();
}

std::uint64_t Turnstile::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

}  // namespace larder::cache
