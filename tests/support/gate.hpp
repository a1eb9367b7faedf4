#pragma once

#include "support/socket.hpp"

#include <condition_variable>
#include <mutex>

namespace larder::test {

/// Where an origin's response waits until the test releases it: a slow origin without a clock.
class Gate {
 public:
  /// Waits until the gate opens. For the origin's handler. Throws TimedOut.
  void pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    if (!changed_.wait_for(lock, patience, [this] { return open_; })) throw TimedOut("the gate stayed shut");
  }

  /// Waits until this many have arrived at the gate. For the test. Throws TimedOut.
  void wait_for_arrivals(int count) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, patience, [&] { return arrived_ >= count; }))
      throw TimedOut("nobody came to the gate");
  }

  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
  bool open_ = false;
};

}  // namespace larder::test
