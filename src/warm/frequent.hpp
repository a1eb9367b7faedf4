#pragma once

#include <larder/base/hash.hpp>

#include <cstdint>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace larder::warm {

/// Counts texts in bounded memory (Misra and Gries, "Finding repeated elements", 1982): with n counted in
/// all, a count is too low by n / capacity at most, so what makes up more than that share is never lost. A
/// step takes constant time on average.
class Frequent {
 public:
  using Counts = std::unordered_map<std::string, std::uint64_t, TextHash, std::equal_to<>>;

  explicit Frequent(std::size_t capacity) : capacity_(capacity) {}

  void count(std::string_view text) {
    const auto found = counts_.find(text);
    if (found != counts_.end()) {
      ++found->second;
    } else if (counts_.size() < capacity_) {
      counts_.emplace(text, 1);
    } else {
      count_all_down();
    }
  }

  const Counts& counts() const { return counts_; }

  /// All that was counted; counting begins again.
  Counts take() { return std::exchange(counts_, {}); }

 private:
  void count_all_down() {
    for (auto one = counts_.begin(); one != counts_.end();) {
      one = --one->second == 0 ? counts_.erase(one) : std::next(one);
    }
  }

  std::size_t capacity_;
  Counts counts_;
};

}  // namespace larder::warm
