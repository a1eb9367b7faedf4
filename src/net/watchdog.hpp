#pragma once

#include <larder/base/clock.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>

namespace larder::net {

/// Calls `expire` once the deadline has passed. Moving the deadline later costs a store: the timer wakes up
/// early, looks, and sleeps again. It must be owned by a std::shared_ptr, which the sleeping timer holds
/// weakly.
class Watchdog final : public std::enable_shared_from_this<Watchdog> {
 public:
  Watchdog(const boost::asio::any_io_executor& executor, std::function<void()> expire)
      : timer_(executor), expire_(std::move(expire)) {}

  void expires_at(SteadyTime deadline);
  void stop();

 private:
  void arm();
  void look();

  boost::asio::steady_timer timer_;
  std::function<void()> expire_;
  SteadyTime deadline_ = SteadyTime::max();
  SteadyTime armed_ = SteadyTime::max();  // when the timer wakes; max(): it does not
  bool stopped_ = false;
};

}  // namespace larder::net
