#pragma once

#include <chrono>

namespace larder {

using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

/// Wall-clock time, as dates on the wire and in Redis count it.
using Time = std::chrono::sys_time<Milliseconds>;

/// Monotonic time, for deadlines.
using SteadyTime = std::chrono::steady_clock::time_point;

/// Safe to call from any thread.
inline SteadyTime steady_now() {
  return std::chrono::steady_clock::now();
}

/// The only source of the time of day. Safe to call from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() const override {
    return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
  }
};

}  // namespace larder
