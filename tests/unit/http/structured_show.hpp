#pragma once

#include <larder/http/structured_fields.hpp>

#include <cstdio>
#include <optional>
#include <string>

namespace larder::http::structured::test {

inline std::string in_hex(const std::string& bytes) {
  std::string hex;
  for (const char byte : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(byte));
    hex += digits;
  }
  return hex;
}

/// What was read, with its type: 42 42000m "text" token b:6869 true @0 d:hex.
struct ShowBareItem {
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(const Decimal& value) const { return std::to_string(value.thousandths) + "m"; }
  std::string operator()(const std::string& value) const { return '"' + value + '"'; }
  std::string operator()(const Token& value) const { return value.text; }
  std::string operator()(const ByteSequence& value) const { return "b:" + in_hex(value.bytes); }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const Date& value) const { return "@" + std::to_string(value.seconds); }
  std::string operator()(const DisplayString& value) const { return "d:" + in_hex(value.utf8); }
};

inline std::string show(const Parameters& parameters) {
  std::string text;
  for (const auto& [key, value] : parameters) text += ";" + key + "=" + std::visit(ShowBareItem(), value);
  return text;
}

inline std::string show(const Item& item) {
  return std::visit(ShowBareItem(), item.value) + show(item.parameters);
}

inline std::string show(const InnerList& list) {
  std::string text;
  for (const Item& item : list.items) text += (text.empty() ? "" : " ") + show(item);
  return "(" + text + ")" + show(list.parameters);
}

inline std::string show(const List& list) {
  std::string text;
  for (const Member& member : list) {
    text += text.empty() ? "" : ", ";
    text += std::visit([](const auto& each) { return show(each); }, member);
  }
  return text;
}

inline std::string show(const Dictionary& dictionary) {
  std::string text;
  for (const auto& [key, member] : dictionary) {
    text += text.empty() ? "" : ", ";
    text += key + "=" + std::visit([](const auto& each) { return show(each); }, member);
  }
  return text;
}

template <class Value>
std::string show(const std::optional<Value>& value) {
  return value ? show(*value) : "nothing";
}

}  // namespace larder::http::structured::test
