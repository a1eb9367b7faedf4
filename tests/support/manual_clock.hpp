#pragma once

#include <larder/base/clock.hpp>

#include <atomic>

namespace larder::test {

/// A clock that stands still until it is advanced.
class ManualClock final : public Clock {
 public:
  Time now() const override { return Time{Milliseconds{milliseconds_.load()}}; }
  void advance(Milliseconds time) { milliseconds_ += time.count(); }

 private:
  std::atomic<std::int64_t> milliseconds_{1'700'000'000'000};  // 14 Nov 2023 22:13:20 GMT
};

}  // namespace larder::test
