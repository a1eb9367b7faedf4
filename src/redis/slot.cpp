#include "slot.hpp"

#include <array>

namespace larder::redis {

namespace {

constexpr std::uint16_t polynomial = 0x1021;

constexpr std::array<std::uint16_t, 256> make_table() {
  std::array<std::uint16_t, 256> table{};
  for (unsigned byte = 0; byte < table.size(); ++byte) {
    unsigned crc = byte << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ ((crc & 0x8000) != 0 ? polynomial : 0u);
    table[byte] = static_cast<std::uint16_t>(crc & 0xFFFF);
  }
  return table;
}

constexpr std::array<std::uint16_t, 256> table = make_table();

std::string_view hashed_part(std::string_view name) {
  const std::size_t open = name.find('{');
  if (open == std::string_view::npos) return name;
  const std::size_t close = name.find('}', open + 1);
  if (close == std::string_view::npos || close == open + 1) return name;
  return name.substr(open + 1, close - open - 1);
}

}  // namespace

std::uint16_t slot_of(std::string_view name) {
  unsigned crc = 0;
  for (const char c : hashed_part(name)) {
    crc = ((crc << 8) & 0xFFFF) ^ table[((crc >> 8) ^ static_cast<unsigned char>(c)) & 0xFF];
  }
  return static_cast<std::uint16_t>(crc % slot_count);
}

}  // namespace larder::redis
