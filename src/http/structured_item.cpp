#include "structured_reader.hpp"

#include <larder/base/text.hpp>
#include <larder/base/token.hpp>

#include <algorithm>

namespace larder::http::structured {
namespace {

constexpr std::size_t most_digits = 15;
constexpr std::size_t most_digits_before_point = 12;
constexpr std::size_t most_digits_behind_point = 3;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_letter(char c) {
  return is_lower(to_lower(c));
}

bool is_visible_or_space(char c) {
  return c >= 0x20 && c < 0x7F;
}

bool is_token_byte(char c) {
  return c == ':' || c == '/' || is_token(std::string_view(&c, 1));
}

bool is_key_byte(char c) {
  return is_lower(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '*';
}

/// The value of digits that are few enough to fit.
std::int64_t number_of(std::string_view digits) {
  std::int64_t value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

/// A digit of the percent-encoding in display strings, in which capitals are wrong.
int lower_hex_value(char c) {
  if (is_digit(c)) return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

bool Reader::take(char c) {
  if (!rest_.starts_with(c)) return false;
  rest_.remove_prefix(1);
  return true;
}

void Reader::skip(std::string_view bytes) {
  rest_.remove_prefix(std::min(rest_.find_first_not_of(bytes), rest_.size()));
}

template <class Predicate>
std::string_view Reader::take_while(Predicate wanted) {
  const auto end = std::find_if_not(rest_.begin(), rest_.end(), wanted);
  const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
  rest_.remove_prefix(taken.size());
  return taken;
}

std::optional<std::string> Reader::key() {
  if (rest_.empty() || !(is_lower(rest_.front()) || rest_.front() == '*')) return std::nullopt;
  return std::string(take_while(is_key_byte));
}

std::optional<BareItem> Reader::bare_item() {
  if (rest_.empty()) return std::nullopt;
  const char first = rest_.front();
  if (first == '-' || is_digit(first)) return number();
  if (first == '"') return string();
  if (first == '*' || is_letter(first)) return token();
  if (first == ':') return byte_sequence();
  if (first == '?') return boolean();
  if (first == '@') return date();
  if (first == '%') return display_string();
  return std::nullopt;
}

std::optional<BareItem> Reader::number() {
  const std::int64_t sign = take('-') ? -1 : 1;
  const std::string_view before = take_while(is_digit);
  if (before.empty() || before.size() > most_digits) return std::nullopt;
  if (!take('.')) return sign * number_of(before);
  const std::string_view behind = take_while(is_digit);
  if (before.size() > most_digits_before_point || behind.empty() || behind.size() > most_digits_behind_point)
    return std::nullopt;
  const std::string padded = std::string(behind) + std::string(most_digits_behind_point - behind.size(), '0');
  return Decimal{sign * (number_of(before) * 1000 + number_of(padded))};
}

std::optional<std::string> Reader::string() {
  if (!take('"')) return std::nullopt;
  std::string text;
  while (!rest_.empty()) {
    if (take('"')) return text;
    if (take('\\') && !rest_.starts_with('"') && !rest_.starts_with('\\')) return std::nullopt;
    if (!is_visible_or_space(rest_.front())) return std::nullopt;
    text += rest_.front();
    rest_.remove_prefix(1);
  }
  return std::nullopt;
}

Token Reader::token() {
  return Token{std::string(take_while(is_token_byte))};
}

std::optional<ByteSequence> Reader::byte_sequence() {
  if (!take(':')) return std::nullopt;
  const std::string_view encoded = take_while([](char c) { return c != ':'; });
  if (!take(':')) return std::nullopt;
  std::optional<std::string> bytes = base64_decoded(encoded);
  if (!bytes) return std::nullopt;
  return ByteSequence{std::move(*bytes)};
}

std::optional<bool> Reader::boolean() {
  if (!take('?')) return std::nullopt;
  if (take('1')) return true;
  if (take('0')) return false;
  return std::nullopt;
}

std::optional<Date> Reader::date() {
  if (!take('@')) return std::nullopt;
  const std::optional<BareItem> value = number();
  const auto* seconds = value ? std::get_if<std::int64_t>(&*value) : nullptr;
  if (!seconds) return std::nullopt;
  return Date{*seconds};
}

std::optional<DisplayString> Reader::display_string() {
  if (!take('%') || !take('"')) return std::nullopt;
  DisplayString decoded;
  while (!rest_.empty()) {
    if (take('"')) return is_utf8(decoded.utf8) ? std::optional(std::move(decoded)) : std::nullopt;
    if (!is_visible_or_space(rest_.front())) return std::nullopt;
    if (rest_.front() != '%') {
      decoded.utf8 += rest_.front();
      rest_.remove_prefix(1);
      continue;
    }
    const int high = rest_.size() > 2 ? lower_hex_value(rest_[1]) : -1;
    const int low = rest_.size() > 2 ? lower_hex_value(rest_[2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    decoded.utf8 += static_cast<char>(high * 16 + low);
    rest_.remove_prefix(3);
  }
  return std::nullopt;
}

}  // namespace larder::http::structured
