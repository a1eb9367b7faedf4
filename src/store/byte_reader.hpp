#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace larder::store {

/// Reads what ByteWriter wrote. Once anything does not fit into the bytes that are left it has failed, and
/// gives zeros and empty texts from then on.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <class Number>
  Number number() {
    const std::string_view bytes = take(sizeof(Number));
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return static_cast<Number>(value);
  }

  std::string_view text() { return take(number<std::uint32_t>()); }

  std::vector<std::string> texts() {
    std::vector<std::string> texts;
    for (std::uint32_t left = count(); left > 0 && !failed_; --left) texts.emplace_back(text());
    return texts;
  }

  /// How many texts follow: each takes four bytes at least, so more than would fit are malformed.
  std::uint32_t count() {
    const auto count = number<std::uint32_t>();
    if (count > rest_.size() / sizeof(std::uint32_t)) fail();
    return failed_ ? 0 : count;
  }

  void fail() {
    failed_ = true;
    rest_ = {};
  }
  bool failed() const { return failed_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace larder::store
