#pragma once

#include <larder/base/clock.hpp>

#include <cstdint>
#include <optional>

namespace larder::server {

/// How long a peer has taken nothing of what is being sent to it, by looks at it from time to time.
class Stall {
 public:
  static constexpr Milliseconds most{5'000};

  /// It has taken that many bytes so far; whether that has been all for too long. A first look never says so.
  bool has_lasted(std::uint64_t taken, SteadyTime now) {
    if (taken_ != taken) {
      taken_ = taken;
      since_ = now;
    }
    return now - since_ >= most;
  }

  /// Nothing is being sent.
  void forget() { taken_.reset(); }

 private:
  std::optional<std::uint64_t> taken_;
  SteadyTime since_{};
};

}  // namespace larder::server
