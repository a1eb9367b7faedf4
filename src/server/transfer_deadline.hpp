#pragma once

#include <larder/base/clock.hpp>

#include <algorithm>
#include <cstdint>

namespace larder::server {

/// How long in total a peer is waited for while a message passes. It begins with `most`; waiting uses it up,
/// and every byte that passes gives some back: a peer may pause for `most`, and one that moves fewer than
/// `slowest_rate` bytes a second on average is cut off, however often a byte moves. Time in which
/// the peer is not waited for does not count, so a message may take as long as its size requires. With a
/// `slowest_rate` of 0 any byte gives all of it back.
class TransferDeadline {
 public:
  TransferDeadline(Milliseconds most, std::uint64_t slowest_rate)
      : most_(most), left_(most), slowest_rate_(slowest_rate) {}

  /// A wait begins. Until when it may last.
  SteadyTime begin(SteadyTime now) {
    begun_ = now;
    return now + left_;
  }

  /// It has ended with that many bytes.
  void end(SteadyTime now, std::uint64_t bytes) {
    if (slowest_rate_ == 0 && bytes != 0) left_ = most_;
    if (slowest_rate_ == 0) return;
    // To the fraction of a second: many short waits are a long one too.
    const std::chrono::duration<double> worth(static_cast<double>(bytes) /
                                              static_cast<double>(slowest_rate_));
    const auto earned =
        std::chrono::duration_cast<SteadyTime::duration>(std::min<decltype(worth)>(worth, most_));
    left_ = std::clamp<SteadyTime::duration>(left_ - (now - begun_) + earned, Milliseconds{0}, most_);
  }

 private:
  Milliseconds most_;
  SteadyTime::duration left_;
  std::uint64_t slowest_rate_;
  SteadyTime begun_{};
};

}  // namespace larder::server
