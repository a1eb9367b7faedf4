#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

namespace larder::test::model {

/// Times measured by many threads, printed as a distribution.
class Measure {
 public:
  void add(std::chrono::steady_clock::duration time) {
    const std::lock_guard lock(mutex_);
    times_.push_back(std::chrono::duration<double, std::milli>(time).count());
  }

  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return times_.size();
  }

  /// `12 times: p50 0.1 ms, p90 ..., p99 ..., p99.9 ..., max ...`
  std::string text() const {
    const std::lock_guard lock(mutex_);
    if (times_.empty()) return "none";
    std::vector<double> sorted = times_;
    std::ranges::sort(sorted);
    const auto at = [&](double share) {
      const auto place = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
      return sorted[std::min(place, sorted.size() - 1)];
    };
    std::ostringstream text;
    text.precision(3);
    text << sorted.size() << " times: p50 " << at(0.5) << " ms, p90 " << at(0.9) << " ms, p99 " << at(0.99)
         << " ms, p99.9 " << at(0.999) << " ms, max " << sorted.back() << " ms";
    return text.str();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<double> times_;
};

}  // namespace larder::test::model
