#pragma once

#include <larder/base/text.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace larder::http {

/// Field names that are asked about often. Each has a number, by which a list says at once that it has no
/// such line.
inline constexpr std::array<std::string_view, 53> well_known_names{
    "",  // 0: any other name
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Age",
    "Authorization",
    "Cache-Control",
    "Cache-Group-Invalidation",
    "Cache-Groups",
    "Cache-Status",
    "Cache-Tag",
    "CDN-Cache-Control",
    "Connection",
    "Content-Encoding",
    "Content-Length",
    "Content-Location",
    "Content-Range",
    "Content-Type",
    "Cookie",
    "Date",
    "ETag",
    "Expect",
    "Expires",
    "Forwarded",
    "Host",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Keep-Alive",
    "Last-Modified",
    "Location",
    "Origin",
    "Pragma",
    "Range",
    "Referer",
    "Server",
    "Set-Cookie",
    "Surrogate-Capability",
    "Surrogate-Control",
    "Surrogate-Key",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "User-Agent",
    "Vary",
    "Via",
    "X-Cache",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
};

namespace detail {

/// Distinguishes all well-known names.
constexpr std::uint8_t hash_of_name(std::string_view name) {
  const auto lower = [name](std::size_t position) { return static_cast<unsigned>(name[position] | 0x20); };
  const std::size_t size = name.size();
  return static_cast<std::uint8_t>(size + lower(0) * 4 + lower(size - 1) * 26 + lower(size / 2) * 7);
}

constexpr std::array<std::uint8_t, 256> number_by_hash() {
  std::array<std::uint8_t, 256> numbers{};
  for (std::size_t i = 1; i < well_known_names.size(); ++i) {
    std::uint8_t& number = numbers[hash_of_name(well_known_names[i])];
    if (number != 0) throw "two names have one hash: choose other factors";
    number = static_cast<std::uint8_t>(i);
  }
  return numbers;
}
inline constexpr std::array<std::uint8_t, 256> numbers = number_by_hash();

}  // namespace detail

/// The number of a well-known name, in any case; 0 for any other.
constexpr std::uint8_t number_of_name(std::string_view name) {
  if (name.empty()) return 0;
  const std::uint8_t number = detail::numbers[detail::hash_of_name(name)];
  if (number == 0) return 0;
  const std::string_view known = well_known_names[number];
  return known == name || equal_ignoring_case(known, name) ? number : std::uint8_t{0};
}

/// A field name with its number, for lookups and comparisons. A literal's number is found by the
/// compiler.
class FieldName {
 public:
  constexpr FieldName() : FieldName(std::string_view{}, 0) {}

  template <std::size_t size>
  consteval FieldName(const char (&literal)[size])
      : text_(literal, size - 1), number_(number_of_name(text_)) {}

  template <class Text>
    requires(std::convertible_to<const Text&, std::string_view> && !std::is_array_v<Text>)
  constexpr FieldName(const Text& text) : text_(text), number_(number_of_name(text_)) {}

  /// One whose number is known already: it is number_of_name(text).
  constexpr FieldName(std::string_view text, std::uint8_t number) : text_(text), number_(number) {}

  constexpr std::string_view text() const { return text_; }
  constexpr operator std::string_view() const { return text_; }
  constexpr std::uint8_t number() const { return number_; }

  /// Whether they are the same name: case does not count (RFC 9110, section 5.1).
  constexpr bool operator==(const FieldName& other) const {
    if (number_ != other.number_) return false;
    return number_ != 0 || equal_ignoring_case(text_, other.text_);
  }

 private:
  std::string_view text_;
  std::uint8_t number_;
};

/// Some well-known names.
class FieldNames {
 public:
  template <std::size_t count>
  consteval FieldNames(const std::string_view (&names)[count]) {
    for (const std::string_view name : names) {
      const std::uint8_t number = number_of_name(name);
      if (number == 0) throw "a name that is not well known";
      bits_ |= std::uint64_t{1} << number;
    }
  }

  constexpr bool contains(const FieldName& name) const { return (bits_ >> name.number() & 1) != 0; }

 private:
  std::uint64_t bits_ = 0;
};

}  // namespace larder::http
