#pragma once

#include <larder/base/clock.hpp>

#include <algorithm>

namespace larder::origin {

/// How many interim responses may come before one response: some at once, then so many a second. An upstream
/// that sends more is broken.
class InterimRate {
 public:
  static constexpr int at_once = 16;
  static constexpr Milliseconds each{100};

  /// Whether one more may come.
  bool admit(SteadyTime now) {
    const SteadyTime due = std::max(due_, now);
    if (due - now > (at_once - 1) * each) return false;
    due_ = due + each;
    return true;
  }

 private:
  SteadyTime due_ = SteadyTime::min();  // when as many came as one each `each` would have been
};

}  // namespace larder::origin
