#pragma once

#include <algorithm>
#include <cstdint>

namespace larder {

/// Tells when something that grows and shrinks has become smaller by a given amount since it was last told,
/// or since it was largest.
class Shrinkage {
 public:
  explicit Shrinkage(std::uint64_t amount) : amount_(amount) {}

  bool is_noticed(std::uint64_t size) {
    largest_ = std::max(largest_, size);
    if (largest_ - size < amount_) return false;
    largest_ = size;
    return true;
  }

 private:
  const std::uint64_t amount_;
  std::uint64_t largest_ = 0;
};

}  // namespace larder
