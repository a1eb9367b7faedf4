#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/task.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <set>

namespace larder::warm {

/// The sleeps of coroutines on one loop, which stop() ends all together.
class Pauses {
 public:
  /// Returns at once after stop().
  Task<> pause(Milliseconds time) {
    const auto executor = co_await boost::asio::this_coro::executor;
    if (is_stopped_) co_return;
    boost::asio::steady_timer timer(executor, time);
    const Listed listed(running_, timer);
    co_await timer.async_wait(awaiting);
  }

  void stop() {
    is_stopped_ = true;
    for (boost::asio::steady_timer* timer : running_) timer->cancel();
  }

  bool is_stopped() const { return is_stopped_; }

 private:
  using Timers = std::set<boost::asio::steady_timer*>;

  class Listed {
   public:
    Listed(Timers& timers, boost::asio::steady_timer& timer) : timers_(timers), timer_(&timer) {
      timers_.insert(timer_);
    }
    ~Listed() { timers_.erase(timer_); }
    Listed(const Listed&) = delete;
    Listed& operator=(const Listed&) = delete;

   private:
    Timers& timers_;
    boost::asio::steady_timer* timer_;
  };

  Timers running_;
  bool is_stopped_ = false;
};

}  // namespace larder::warm
