#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/task.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>

namespace larder::cache {

/// A coroutine's sleep, which others may end from any thread. It belongs to the coroutine that sleeps, on its
/// loop. What is to end it gets a Waker before the sleep begins: then no wake is lost.
class Sleeper : public std::enable_shared_from_this<Sleeper> {
 public:
  explicit Sleeper(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  /// Until woken, or `deadline`. A wake meant for an earlier sleep may end it too: look again at what was
  /// waited for.
  Task<> sleep_until(SteadyTime deadline);

 private:
  friend class Waker;
  boost::asio::steady_timer timer_;
};

/// The end of a sleep. It keeps nothing alive.
class Waker {
 public:
  explicit Waker(Sleeper& sleeper);

  /// From any thread; the sleeper goes on in a later turn of its loop.
  void wake() const;

 private:
  boost::asio::any_io_executor executor_;
  std::weak_ptr<Sleeper> sleeper_;
};

}  // namespace larder::cache
