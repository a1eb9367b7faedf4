#include "units_meant.hpp"

#include "source.hpp"

#include <larder/base/text.hpp>
#include <larder/base/units.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

namespace larder::config {
namespace {

struct Unit {
  std::string_view other;  ///< as others write it, in lower case
  std::string_view ours;   ///< empty: there is none of that length
  std::int64_t length;     ///< in milliseconds, or bytes
};

constexpr std::int64_t one_second = 1'000;
constexpr std::int64_t one_minute = 60 * one_second;
constexpr std::int64_t one_hour = 60 * one_minute;
constexpr std::int64_t one_day = 24 * one_hour;

constexpr Unit duration_units[] = {{"ms", "ms", 1},
                                   {"msec", "ms", 1},
                                   {"millis", "ms", 1},
                                   {"milliseconds", "ms", 1},
                                   {"s", "s", one_second},
                                   {"sec", "s", one_second},
                                   {"secs", "s", one_second},
                                   {"second", "s", one_second},
                                   {"seconds", "s", one_second},
                                   {"m", "m", one_minute},
                                   {"min", "m", one_minute},
                                   {"mins", "m", one_minute},
                                   {"minute", "m", one_minute},
                                   {"minutes", "m", one_minute},
                                   {"h", "h", one_hour},
                                   {"hr", "h", one_hour},
                                   {"hrs", "h", one_hour},
                                   {"hour", "h", one_hour},
                                   {"hours", "h", one_hour},
                                   {"d", "d", one_day},
                                   {"day", "d", one_day},
                                   {"days", "d", one_day},
                                   {"w", "", 7 * one_day},
                                   {"week", "", 7 * one_day},
                                   {"weeks", "", 7 * one_day},
                                   {"y", "", 365 * one_day},
                                   {"year", "", 365 * one_day},
                                   {"years", "", 365 * one_day}};

constexpr Unit size_units[] = {
    {"b", "B", 1},           {"byte", "B", 1},         {"bytes", "B", 1},
    {"k", "KiB", 1LL << 10}, {"ki", "KiB", 1LL << 10}, {"kib", "KiB", 1LL << 10},
    {"m", "MiB", 1LL << 20}, {"mi", "MiB", 1LL << 20}, {"mib", "MiB", 1LL << 20},
    {"g", "GiB", 1LL << 30}, {"gi", "GiB", 1LL << 30}, {"gib", "GiB", 1LL << 30},
    {"t", "TiB", 1LL << 40}, {"ti", "TiB", 1LL << 40}, {"tib", "TiB", 1LL << 40},
    {"kb", "kB", 1'000},     {"mb", "MB", 1'000'000},  {"gb", "GB", 1'000'000'000}};

constexpr Unit number_units[] = {
    {"", "", 1},           {"k", "", 1'000},      {"kb", "", 1'000},      {"m", "", 1'000'000},
    {"mb", "", 1'000'000}, {"ki", "", 1LL << 10}, {"kib", "", 1LL << 10}, {"mi", "", 1LL << 20},
    {"mib", "", 1LL << 20}};

/// A number and the word behind it, whatever is between them.
struct Amount {
  std::string_view number;
  std::int64_t whole = 0;
  std::int64_t thousandths = 0;
  std::string_view word;

  bool is_whole() const { return number.find('.') == number.npos; }
  std::int64_t times(std::int64_t length) const { return whole * length + thousandths * length / 1'000; }
};

constexpr std::string_view all_digits = "0123456789";

std::int64_t number_of(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Takes one off the front. Longer numbers than anybody means are none.
std::optional<Amount> take_amount(std::string_view& text) {
  constexpr std::size_t longest_whole = 6;
  constexpr std::size_t longest_fraction = 3;
  const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
  Amount amount;
  amount.number = text.substr(0, end);
  const std::size_t point = std::min(amount.number.find('.'), amount.number.size());
  std::string fraction(amount.number.substr(std::min(point + 1, amount.number.size())));
  if (point == 0 || point > longest_whole || fraction.size() > longest_fraction) return std::nullopt;
  if (fraction.find('.') != fraction.npos || (fraction.empty() && !amount.is_whole())) return std::nullopt;
  fraction.resize(longest_fraction, '0');
  amount.whole = number_of(amount.number.substr(0, point));
  amount.thousandths = number_of(fraction);
  text = trim(text.substr(end));
  const std::size_t length = std::min(text.find_first_of(all_digits), text.size());
  amount.word = trim(text.substr(0, length));
  text.remove_prefix(length);
  return amount;
}

const Unit* unit_of(std::string_view word, std::span<const Unit> units) {
  const auto found =
      std::ranges::find_if(units, [word](const Unit& one) { return equal_ignoring_case(one.other, word); });
  return found == units.end() ? nullptr : &*found;
}

std::string suggested(const std::string& text) {
  return ", did you mean " + quoted(text) + "?";
}

/// In the largest unit of the same kind, binary or decimal, of which it is a whole number.
std::string size_text(std::int64_t bytes, bool is_binary) {
  const Unit* best = nullptr;
  for (const Unit& unit : size_units) {
    const bool is_same = unit.length == 1 || (unit.length % 1'024 == 0) == is_binary;
    if (!is_same || bytes % unit.length != 0) continue;
    if (best == nullptr || unit.length > best->length) best = &unit;
  }
  return std::to_string(bytes / best->length) + std::string(best->ours);
}

}  // namespace

bool is_none_word(std::string_view text) {
  constexpr std::string_view words[] = {"none", "off", "no", "false", "nothing", "disabled", "null"};
  return std::ranges::any_of(words,
                             [text](std::string_view word) { return equal_ignoring_case(word, text); });
}

std::string duration_meant(std::string_view text, std::string_view bare_unit, bool may_be_zero) {
  if (is_none_word(text)) return may_be_zero ? suggested("0") : std::string();
  std::string_view rest = trim(text);
  std::int64_t total = 0;
  std::string one;
  constexpr int most_amounts = 8;
  for (int count = 0; !rest.empty(); ++count) {
    const std::optional<Amount> amount = take_amount(rest);
    if (!amount || count == most_amounts) return {};
    const bool is_bare = amount->word.empty() && rest.empty() && count == 0;
    const Unit* const unit = unit_of(is_bare ? bare_unit : amount->word, duration_units);
    if (unit == nullptr) return {};
    total += amount->times(unit->length);
    if (count == 0 && amount->is_whole() && !unit->ours.empty() && rest.empty())
      one = std::string(amount->number) + std::string(unit->ours);
  }
  const std::string whole = one.empty() ? format_duration(Milliseconds{total}) : one;
  return total > 0 && parse_duration(whole) ? suggested(whole) : std::string();
}

std::string size_meant(std::string_view text) {
  std::string_view rest = trim(text);
  const std::optional<Amount> amount = take_amount(rest);
  const Unit* const unit = amount && rest.empty() ? unit_of(amount->word, size_units) : nullptr;
  if (unit == nullptr) return {};
  if (amount->is_whole()) return suggested(std::string(amount->number) + std::string(unit->ours));
  if (amount->times(unit->length) == 0) return {};
  return suggested(size_text(amount->times(unit->length), unit->ours.ends_with("iB")));
}

std::string number_meant(std::string_view text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t number = 0;
  if (!is_none_word(text) && !equal_ignoring_case(text, "unlimited")) {
    std::string plain(text);
    std::erase_if(plain, [](char c) { return c == '_' || c == ',' || c == ' '; });
    std::string_view rest = plain;
    const std::optional<Amount> amount = take_amount(rest);
    const Unit* const unit = amount && rest.empty() ? unit_of(amount->word, number_units) : nullptr;
    if (unit == nullptr) return {};
    // Without a unit only the separators were wrong.
    if (amount->word.empty() && (plain == text || !amount->is_whole())) return {};
    number = static_cast<std::uint64_t>(amount->times(unit->length));
  }
  return number >= least && number <= most ? suggested(std::to_string(number)) : std::string();
}

}  // namespace larder::config
