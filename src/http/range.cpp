#include <larder/base/text.hpp>
#include <larder/http/range.hpp>

#include <algorithm>
#include <limits>

namespace larder::http {
namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

// A number too large to represent is past every end.
std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    value = value > (largest - digit) / 10 ? largest : value * 10 + digit;
  }
  return value;
}

// `a-b` at its first hyphen.
struct Halves {
  std::string_view before;
  std::string_view after;
};
std::optional<Halves> split_at(std::string_view text, char separator) {
  const std::size_t position = text.find(separator);
  if (position == text.npos) return std::nullopt;
  return Halves{text.substr(0, position), text.substr(position + 1)};
}

}  // namespace

// RFC 9110, section 14.1.2.
std::optional<ByteRange> RangeRequest::within(std::uint64_t length) const {
  if (length == 0) return std::nullopt;
  if (!first) {
    const std::uint64_t size = std::min(last.value_or(0), length);
    if (size == 0) return std::nullopt;
    return ByteRange{length - size, length - 1};
  }
  if (*first >= length) return std::nullopt;
  return ByteRange{*first, std::min(last.value_or(length - 1), length - 1)};
}

std::optional<RangeRequest> parse_range(std::string_view text) {
  const auto unit = split_at(trim(text), '=');
  if (!unit || !equal_ignoring_case(unit->before, "bytes")) return std::nullopt;
  const auto ends = split_at(trim(unit->after), '-');
  if (!ends) return std::nullopt;
  const RangeRequest range{parse_number(ends->before), parse_number(ends->after)};
  // Both ends are numbers or empty, and not both empty.
  const bool is_number_or_empty =
      (range.first || ends->before.empty()) && (range.last || ends->after.empty());
  if (!is_number_or_empty || (!range.first && !range.last)) return std::nullopt;
  if (range.first && range.last && *range.last < *range.first) return std::nullopt;
  return range;
}

std::optional<ContentRange> parse_content_range(std::string_view text) {
  const auto unit = split_at(trim(text), ' ');
  if (!unit || !equal_ignoring_case(unit->before, "bytes")) return std::nullopt;
  const auto whole = split_at(trim(unit->after), '/');
  if (!whole) return std::nullopt;
  const auto ends = split_at(whole->before, '-');
  if (!ends) return std::nullopt;
  const auto first = parse_number(ends->before);
  const auto last = parse_number(ends->after);
  const auto length = parse_number(whole->after);
  if (!first || !last || *last < *first || *last == largest) return std::nullopt;
  if (!length && whole->after != "*") return std::nullopt;
  if (length && *length <= *last) return std::nullopt;
  return ContentRange{{*first, *last}, length};
}

std::string format_content_range(const ByteRange& range, std::uint64_t length) {
  return "bytes " + std::to_string(range.first) + "-" + std::to_string(range.last) + "/" +
         std::to_string(length);
}

std::string format_unsatisfied_range(std::uint64_t length) {
  return "bytes */" + std::to_string(length);
}

}  // namespace larder::http
