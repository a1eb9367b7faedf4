#pragma once

#include <larder/base/task.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <functional>
#include <list>
#include <memory>

namespace larder::cache {

/// Owns what runs beside the requests of one worker, a bounded number at once, and ends it with the worker.
/// On that worker's loop.
class Tasks {
 public:
  explicit Tasks(std::size_t most_at_once) : most_at_once_(most_at_once) {}

  bool has_room() const { return running_->size() < most_at_once_; }

  /// A task that may run still.
  using Handle = std::weak_ptr<boost::asio::cancellation_signal>;

  /// Runs a task on its own; `ended` is called at its end, however it came. Exceptions are dropped.
  Handle start(const boost::asio::any_io_executor& executor, Task<> task, std::function<void()> ended = {});

  /// Ends one, if it runs still.
  static void end(const Handle& task);

  /// Ends all that runs. By the time the loop runs dry they are gone.
  void stop();

 private:
  using Signal = std::shared_ptr<boost::asio::cancellation_signal>;

  std::size_t most_at_once_;
  std::shared_ptr<std::list<Signal>> running_ =
      std::make_shared<std::list<Signal>>();  // a task may outlive us
};

}  // namespace larder::cache
