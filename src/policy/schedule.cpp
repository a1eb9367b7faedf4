#include <larder/base/text.hpp>
#include <larder/policy/schedule.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <vector>

namespace larder::policy {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::sys_days;

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekday_names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

/// The numbers of a field, and their names.
struct Unit {
  unsigned least;
  unsigned most;
  std::span<const std::string_view> names{};  // of `least` and on
};
constexpr Unit minute{0, 59};
constexpr Unit hour{0, 23};
constexpr Unit day{1, 31};
constexpr Unit month{1, 12, month_names};
constexpr Unit weekday{0, 7, weekday_names};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words = split(text, ' ');
  std::erase(words, std::string_view());
  return words;
}

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<unsigned> value_of(const Unit& unit, std::string_view text) {
  for (std::size_t i = 0; i < unit.names.size(); ++i) {
    if (equal_ignoring_case(unit.names[i], text)) return unit.least + static_cast<unsigned>(i);
  }
  const std::optional<unsigned> value = number(text);
  if (!value || *value < unit.least || *value > unit.most) return std::nullopt;
  return value;
}

/// `*`, `5`, `1-5`, each perhaps with `/2`.
template <std::size_t Size>
bool add_range(const Unit& unit, std::string_view text, std::bitset<Size>& out) {
  const std::vector<std::string_view> parts = split(text, '/');
  if (parts.size() > 2) return false;
  const unsigned step = parts.size() == 2 ? number(parts[1]).value_or(0) : 1;
  const std::vector<std::string_view> ends = split(parts[0], '-');
  const bool is_any = parts[0] == "*";
  // `5/15` would have to mean "from 5 on": cron does not say.
  if (step == 0 || ends.size() > 2 || (parts.size() == 2 && !is_any && ends.size() == 1)) return false;
  const std::optional<unsigned> first = is_any ? unit.least : value_of(unit, ends.front());
  const std::optional<unsigned> last = is_any ? unit.most : value_of(unit, ends.back());
  if (!first || !last || *first > *last) return false;
  for (unsigned value = *first; value <= *last; value += step) out.set(value);
  return true;
}

template <std::size_t Size>
bool read_field(const Unit& unit, std::string_view text, std::bitset<Size>& out) {
  const std::vector<std::string_view> ranges = split(text, ',');
  return std::ranges::all_of(ranges, [&](std::string_view range) { return add_range(unit, range, out); });
}

/// Two 29ths of February are at most eight years apart.
constexpr days longest_search{9 * 366};

}  // namespace

Result<Schedule> Schedule::parse(std::string_view text) {
  const std::vector<std::string_view> fields = words_of(text);
  if (fields.size() != 5) return Error::malformed;
  Schedule schedule;
  schedule.text_ = text;
  const bool is_sound =
      read_field(minute, fields[0], schedule.minutes_) && read_field(hour, fields[1], schedule.hours_) &&
      read_field(day, fields[2], schedule.days_) && read_field(month, fields[3], schedule.months_) &&
      read_field(weekday, fields[4], schedule.weekdays_);
  if (!is_sound) return Error::malformed;
  if (schedule.weekdays_[7]) schedule.weekdays_.set(0);
  schedule.any_day_ = fields[2].starts_with('*');
  schedule.any_weekday_ = fields[4].starts_with('*');
  if (!schedule.find_after(Time{})) return Error::malformed;
  return schedule;
}

Time Schedule::next_after(Time now) const {
  return find_after(now).value_or(Time::max());
}

std::optional<Time> Schedule::find_after(Time now) const {
  const auto from = std::chrono::floor<minutes>(now) + minutes{1};
  const sys_days today = std::chrono::floor<days>(from);
  for (sys_days date = today; date < today + longest_search; date += days{1}) {
    if (!names_day(date)) continue;
    for (std::size_t h = 0; h < hours_.size(); ++h) {
      if (!hours_[h]) continue;
      for (std::size_t m = 0; m < minutes_.size(); ++m) {
        const auto time = date + hours{h} + minutes{m};
        if (minutes_[m] && time >= from) return Time{time};
      }
    }
  }
  return std::nullopt;
}

bool Schedule::names_day(sys_days date) const {
  const std::chrono::year_month_day calendar(date);
  if (!months_[static_cast<unsigned>(calendar.month())]) return false;
  const bool by_day = days_[static_cast<unsigned>(calendar.day())];
  const bool by_weekday = weekdays_[std::chrono::weekday(date).c_encoding()];
  // One that begins with `*` leaves the choice to the other.
  return any_day_ || any_weekday_ ? by_day && by_weekday : by_day || by_weekday;
}

}  // namespace larder::policy
