#pragma once

#include <larder/base/result.hpp>
#include <larder/base/task.hpp>
#include <larder/redis/value.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/defer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <utility>

namespace larder::redis {

/// A suspended coroutine that waits for the arguments named by `Signature`. Called, it goes on at once,
/// inside the call; destroyed uncalled, the coroutine ends where it stands. Cheaper than a timer used as an
/// event: nothing is queued.
template <class Signature>
using Suspended = typename boost::asio::async_result<boost::asio::use_awaitable_t<>, Signature>::handler_type;

/// Suspends the calling coroutine and hands it to `keep`, which stores it.
template <class Signature, class Keep>
auto suspend(Keep keep) {
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, Signature>(
      std::move(keep), boost::asio::use_awaitable);
}

/// The caller of a command.
using Caller = Suspended<void(Result<Value>)>;

/// Wakes the one coroutine that waits, in a later turn of the loop. A notification without a waiter is lost:
/// look at what is awaited before waiting.
class Signal {
 public:
  explicit Signal(boost::asio::io_context& loop) : loop_(loop) {}

  Task<> wait() {
    co_await suspend<void()>([this](Suspended<void()> waiter) { waiter_.emplace(std::move(waiter)); });
  }

  void notify() {
    if (!waiter_) return;
    boost::asio::defer(loop_, [waiter = std::move(*waiter_)]() mutable { waiter(); });
    waiter_.reset();
  }

 private:
  boost::asio::io_context& loop_;
  std::optional<Suspended<void()>> waiter_;
};

}  // namespace larder::redis
