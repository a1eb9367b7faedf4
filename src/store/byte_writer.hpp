#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace larder::store {

/// Appends numbers (little endian, fixed width) and texts (a 32-bit length first) to a string of bytes.
class ByteWriter {
 public:
  template <class Number>
  void number(Number value) {
    auto rest = static_cast<std::uint64_t>(value);
    for (std::size_t i = 0; i < sizeof(Number); ++i, rest >>= 8) {
      bytes_ += static_cast<char>(static_cast<unsigned char>(rest & 0xFF));
    }
  }

  void text(std::string_view text) {
    number(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
  }

  template <class Texts>
  void texts(const Texts& texts) {
    number(static_cast<std::uint32_t>(texts.size()));
    for (const std::string_view each : texts) text(each);
  }

  void reserve(std::size_t size) { bytes_.reserve(size); }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

}  // namespace larder::store
