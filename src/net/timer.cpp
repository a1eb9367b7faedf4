#include <larder/base/task.hpp>
#include <larder/net/timer.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <ctime>

namespace larder::net {

Task<> sleep_until(SteadyTime time) {
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor, time);
  co_await timer.async_wait(awaiting);
}

SteadyTime now_about() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);  // the same clock, as it stood at the last tick
  return SteadyTime(Seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec});
}

}  // namespace larder::net
