#include "structured_writer.hpp"

namespace larder::fuzz {
namespace {

using namespace http::structured;

std::string in_base64(std::string_view bytes) {
  static constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char byte : bytes) {
    bits = (bits << 8 | static_cast<unsigned char>(byte)) & 0xFFFFU;
    count += 8;
    for (; count >= 6; count -= 6) text += alphabet[bits >> (count - 6) & 63U];
  }
  if (count > 0) text += alphabet[bits << (6 - count) & 63U];
  while (text.size() % 4 != 0) text += '=';
  return text;
}

/// Section 4.1.
struct WriteBareItem {
  std::string operator()(std::int64_t value) const { return std::to_string(value); }

  std::string operator()(const Decimal& value) const {
    const std::int64_t size = value.thousandths < 0 ? -value.thousandths : value.thousandths;
    const std::string behind = std::to_string(1000 + size % 1000).substr(1);
    return (value.thousandths < 0 ? "-" : "") + std::to_string(size / 1000) + "." + behind;
  }

  std::string operator()(const std::string& value) const {
    std::string text = "\"";
    for (const char c : value) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    return text + '"';
  }

  std::string operator()(const Token& value) const { return value.text; }
  std::string operator()(const ByteSequence& value) const { return ":" + in_base64(value.bytes) + ":"; }
  std::string operator()(bool value) const { return value ? "?1" : "?0"; }
  std::string operator()(const Date& value) const { return "@" + std::to_string(value.seconds); }

  std::string operator()(const DisplayString& value) const {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "%\"";
    for (const char c : value.utf8) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte >= 0x20 && byte < 0x7F && c != '"' && c != '%') {
        text += c;
      } else {
        text += {'%', digits[byte >> 4], digits[byte & 15]};
      }
    }
    return text + '"';
  }
};

std::string write(const Parameters& parameters) {
  std::string text;
  for (const auto& [key, value] : parameters) text += ";" + key + "=" + std::visit(WriteBareItem(), value);
  return text;
}

std::string write(const InnerList& list) {
  std::string text;
  for (const Item& item : list.items) text += (text.empty() ? "" : " ") + fuzz::write(item);
  return "(" + text + ")" + write(list.parameters);
}

std::string write(const Member& member) {
  if (const auto* item = std::get_if<Item>(&member)) return fuzz::write(*item);
  return write(std::get<InnerList>(member));
}

}  // namespace

std::string write(const Item& item) {
  return std::visit(WriteBareItem(), item.value) + write(item.parameters);
}

std::string write(const List& list) {
  std::string text;
  for (const Member& member : list) text += (text.empty() ? "" : ", ") + write(member);
  return text;
}

std::string write(const Dictionary& dictionary) {
  std::string text;
  for (const auto& [key, member] : dictionary) text += (text.empty() ? "" : ", ") + key + "=" + write(member);
  return text;
}

}  // namespace larder::fuzz
