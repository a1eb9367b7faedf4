#include <larder/base/units.hpp>

#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace larder {
namespace {

using Unit = std::pair<std::string_view, std::int64_t>;

constexpr std::array<Unit, 5> duration_units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::int64_t longest_duration = 100LL * 365 * 86'400'000;

constexpr std::array<Unit, 8> size_units{{{"TiB", 1LL << 40},
                                          {"GiB", 1LL << 30},
                                          {"MiB", 1LL << 20},
                                          {"KiB", 1LL << 10},
                                          {"GB", 1'000'000'000},
                                          {"MB", 1'000'000},
                                          {"kB", 1'000},
                                          {"B", 1}}};

/// Takes digits off the front of `text`.
Result<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) return Error::too_large;
  if (error != std::errc{} || number < 0) return Error::malformed;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

template <std::size_t N>
const Unit* find_unit(const std::array<Unit, N>& units, std::string_view name) {
  for (const Unit& unit : units) {
    if (unit.first == name) return &unit;
  }
  return nullptr;
}

}  // namespace

Result<Milliseconds> parse_duration(std::string_view text) {
  if (text == "0") return Milliseconds{0};
  if (text.empty()) return Error::malformed;
  std::int64_t total = 0;
  std::int64_t previous_unit = std::numeric_limits<std::int64_t>::max();
  while (!text.empty()) {
    const Result<std::int64_t> number = take_number(text);
    if (!number) return number.error();
    const std::size_t length = std::min(text.find_first_of("0123456789"), text.size());
    const Unit* unit = find_unit(duration_units, text.substr(0, length));
    if (unit == nullptr || unit->second >= previous_unit) return Error::malformed;
    if (*number > longest_duration / unit->second) return Error::too_large;
    total += *number * unit->second;
    if (total > longest_duration) return Error::too_large;
    previous_unit = unit->second;
    text.remove_prefix(length);
  }
  return Milliseconds{total};
}

Result<std::uint64_t> parse_size(std::string_view text) {
  const Result<std::int64_t> number = take_number(text);
  if (!number) return number.error();
  if (text.empty()) return static_cast<std::uint64_t>(*number);
  const Unit* unit = find_unit(size_units, text);
  if (unit == nullptr) return Error::malformed;
  if (*number > std::numeric_limits<std::int64_t>::max() / unit->second) return Error::too_large;
  return static_cast<std::uint64_t>(*number * unit->second);
}

std::string format_duration(Milliseconds duration) {
  if (duration.count() == 0) return "0s";
  std::string text;
  std::int64_t rest = duration.count();
  for (const auto& [name, length] : duration_units) {
    if (rest < length) continue;
    text += std::to_string(rest / length);
    text += name;
    rest %= length;
  }
  return text;
}

std::string counted(std::uint64_t count, std::string_view thing) {
  std::string text = std::to_string(count) + " ";
  text += thing;
  return count == 1 ? text : text + "s";
}

std::string format_size(std::uint64_t bytes) {
  for (const auto& [name, length] : size_units) {
    const auto unit = static_cast<std::uint64_t>(length);
    if (name.size() == 3 && bytes != 0 && bytes % unit == 0)
      return std::to_string(bytes / unit) + std::string(name);
  }
  return std::to_string(bytes);
}

}  // namespace larder
