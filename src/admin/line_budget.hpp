#pragma once

#include <larder/base/clock.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace larder::admin {

/// Which of many similar events get a line in the log: a bounded number per second. A line costs more than a
/// purge does, and ten thousand a second say no more than ten.
class LineBudget {
 public:
  static constexpr std::size_t lines_a_second = 10;

  /// Whether the event at `now` gets a line: then how many before it got none. Nothing: it gets none itself.
  std::optional<std::size_t> take(SteadyTime now) {
    if (now - began_ >= Seconds{1}) began_ = now, told_ = 0;
    if (told_ == lines_a_second) {
      ++untold_;
      return std::nullopt;
    }
    ++told_;
    return std::exchange(untold_, 0);
  }

 private:
  SteadyTime began_{};
  std::size_t told_ = 0;  // in the second from `began_` on
  std::size_t untold_ = 0;
};

}  // namespace larder::admin
