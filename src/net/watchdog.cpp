#include "watchdog.hpp"

#include <algorithm>

namespace larder::net {

void Watchdog::expires_at(SteadyTime deadline) {
  deadline_ = deadline;
  if (deadline < armed_ && !stopped_) arm();
}

void Watchdog::stop() {
  stopped_ = true;
  timer_.cancel();
}

void Watchdog::arm() {
  // Waking after a quarter of the time leaves room for a shorter deadline to be set without touching the
  // timer.
  const SteadyTime now = std::chrono::steady_clock::now();
  const auto step = std::max<SteadyTime::duration>((deadline_ - now) / 4, Seconds{1});
  armed_ = std::min(deadline_, now + step);
  timer_.expires_at(armed_);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    if (error) return;
    if (const std::shared_ptr<Watchdog> self = weak.lock()) self->look();
  });
}

void Watchdog::look() {
  armed_ = SteadyTime::max();
  if (stopped_ || deadline_ == SteadyTime::max()) return;
  if (deadline_ <= std::chrono::steady_clock::now()) {
    deadline_ = SteadyTime::max();
    expire_();
  } else {
    arm();
  }
}

}  // namespace larder::net
