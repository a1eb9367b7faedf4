#include "structured_reader.hpp"

#include <algorithm>

namespace larder::http::structured {
namespace {

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// How many bytes a UTF-8 sequence has that begins so, 0 if none does (RFC 3629, section 3).
std::size_t utf8_size(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

// RFC 3629, section 4: no overlong forms, no surrogates, nothing past U+10FFFF.
bool is_allowed_second(unsigned char first, unsigned char second) {
  if (first == 0xE0) return second >= 0xA0;
  if (first == 0xED) return second < 0xA0;
  if (first == 0xF0) return second >= 0x90;
  return first != 0xF4 || second < 0x90;
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

std::optional<std::string> base64_decoded(std::string_view text) {
  const std::size_t padded_size = text.size();
  while (text.ends_with('=') && padded_size - text.size() < 2) text.remove_suffix(1);
  const bool padded = text.size() != padded_size;
  if (text.size() % 4 == 1 || (padded && padded_size % 4 != 0)) return std::nullopt;
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const std::size_t value = base64_alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0xFFFFU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xFFU);
  }
  return bytes;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t size = utf8_size(first);
    if (size == 0 || size > text.size()) return false;
    const std::string_view after = text.substr(1, size - 1);
    if (!std::all_of(after.begin(), after.end(), is_continuation)) return false;
    if (size > 1 && !is_allowed_second(first, static_cast<unsigned char>(after.front()))) return false;
    text.remove_prefix(size);
  }
  return true;
}

}  // namespace larder::http::structured
