#pragma once

#include "history.hpp"

#include <chrono>
#include <mutex>

namespace larder::test::model {

/// The time before which writes must be known on every instance under `push`: `bound` ago, unless a fault
/// separates instances; then `bound` before the fault. Safe to use from any thread.
class Phases {
 public:
  explicit Phases(std::chrono::milliseconds bound) : bound_(bound) {}

  /// A fault begins.
  void disturb() {
    const std::lock_guard lock(mutex_);
    if (!is_calm_) return;
    is_calm_ = false;
    disturbed_ = std::chrono::steady_clock::now();
  }

  /// Every instance knows every purge again.
  void calm() {
    const std::lock_guard lock(mutex_);
    is_calm_ = true;
    calm_ = std::chrono::steady_clock::now();
  }

  struct Now {
    Moment seen_by;
    bool is_calm;
  };
  Now at(Moment now) const {
    const std::lock_guard lock(mutex_);
    if (is_calm_ && now >= calm_ + bound_) return {now - bound_, true};
    return {disturbed_ - bound_, false};
  }

 private:
  const std::chrono::milliseconds bound_;
  mutable std::mutex mutex_;
  bool is_calm_ = true;
  Moment disturbed_{};
  Moment calm_{};
};

}  // namespace larder::test::model
