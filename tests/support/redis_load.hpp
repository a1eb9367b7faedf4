#pragma once

#include "support/larder.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

namespace larder::test {

/// HITs, MISSes and writes, one after another, while Redis fails. Ends with finish().
class RedisLoad {
 public:
  explicit RedisLoad(const Larder& larder);

  /// Waits until this many more requests have been answered.
  void go_on(int count);

  /// Every request must have been answered with 200, within a bounded extra delay (src/README.md,
  /// "Promises").
  void finish();

 private:
  void run(const Larder& larder, const std::stop_token& stop);
  void note(const Response& response);

  std::atomic<int> answered_{0};
  std::atomic<int> failed_{0};
  std::atomic<bool> broken_{false};
  std::chrono::milliseconds slowest_{0};
  std::jthread thread_;
};

/// For figures that a test prints.
class Stopwatch {
 public:
  std::chrono::milliseconds read() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - since_);
  }

 private:
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

/// How long a request may take: it may wait for a lookup, a purge and the like, each as long as Redis's
/// `timeout`; the rest allows for a slow machine.
std::chrono::milliseconds allowed_delay();

/// Waits until the second finds what the first stores: Redis is in use. False if that does not happen.
bool share(const Larder& first, const Larder& second, const std::string& name);

/// Waits until a write on the first has purged what the second holds.
bool purge_across(const Larder& first, const Larder& second, const std::string& target);

}  // namespace larder::test
