#pragma once

#include <larder/base/clock.hpp>

#include <algorithm>

namespace larder::redis {

/// How long to wait before the next attempt: doubled each time, and a random part of it taken off, so that
/// many clients do not come back in the same moment.
class Backoff {
 public:
  Backoff(Milliseconds first, Milliseconds last)
      : first_(first), last_(std::max(first, last)), next_(first) {}

  /// Between half and the whole of the current step, by `chance` from 0 to 1.
  Milliseconds next(double chance) {
    const Milliseconds step = next_;
    next_ = std::min(2 * next_, last_);
    const double milliseconds = static_cast<double>(step.count());
    return Milliseconds(static_cast<Milliseconds::rep>(milliseconds * (0.5 + 0.5 * chance)));
  }

  void reset() { next_ = first_; }

 private:
  Milliseconds first_;
  Milliseconds last_;
  Milliseconds next_;
};

}  // namespace larder::redis
