#include "percent.hpp"

#include <larder/base/text.hpp>

namespace larder::policy {
namespace {

std::optional<unsigned> hex_digit(char c) {
  const char lower = to_lower(c);
  if (lower >= '0' && lower <= '9') return static_cast<unsigned>(lower - '0');
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a' + 10);
  return std::nullopt;
}

// `text` with `append(out, byte)` in place of each percent-encoded triple.
template <class Append>
std::string with_triples(std::string_view text, Append append) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::optional<unsigned char> byte = decoded_at(text, i);
    if (byte) {
      append(out, *byte);
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

}  // namespace

std::optional<unsigned char> decoded_at(std::string_view text, std::size_t position) {
  if (position + 2 >= text.size() || text[position] != '%') return std::nullopt;
  const std::optional<unsigned> high = hex_digit(text[position + 1]);
  const std::optional<unsigned> low = hex_digit(text[position + 2]);
  if (!high || !low) return std::nullopt;
  return static_cast<unsigned char>(*high * 16 + *low);
}

bool is_unreserved(unsigned char byte) {
  const char lower = to_lower(static_cast<char>(byte));
  if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9')) return true;
  return byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

bool is_outside_uri(unsigned char byte) {
  return byte <= 0x20 || byte >= 0x7f;
}

std::string percent_decoded(std::string_view text) {
  return with_triples(text,
                      [](std::string& out, unsigned char byte) { out.push_back(static_cast<char>(byte)); });
}

std::string encoding_normalised(std::string_view text) {
  return with_triples(text, [](std::string& out, unsigned char byte) {
    if (is_unreserved(byte)) {
      out.push_back(static_cast<char>(byte));
    } else {
      append_percent_encoded(out, byte);
    }
  });
}

void append_encoded(std::string& out, std::string_view text, std::string_view also) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_outside_uri(byte) || also.find(c) != also.npos) {
      append_percent_encoded(out, byte);
    } else {
      out.push_back(c);
    }
  }
}

}  // namespace larder::policy
