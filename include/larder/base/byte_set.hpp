#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace larder {

/// The bytes that may stand in some part of a message, as a table: one look for each byte.
class ByteSet {
 public:
  template <class Predicate>
  explicit constexpr ByteSet(Predicate contains) {
    for (unsigned byte = 0; byte < table_.size(); ++byte) {
      table_[byte] = contains(static_cast<unsigned char>(byte));
    }
  }

  constexpr bool holds(char c) const { return table_[static_cast<unsigned char>(c)]; }

  constexpr bool holds_all(std::string_view text) const {
    return std::all_of(text.begin(), text.end(), [this](char c) { return holds(c); });
  }

 private:
  std::array<bool, 256> table_{};
};

}  // namespace larder
