#include <larder/base/text.hpp>
#include <larder/http/date.hpp>

#include <array>

namespace larder::http {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 7> days{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                               "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Takes parts off the front of a date; once a part is missing, `ok` stays false.
struct Reader {
  std::string_view rest;
  bool ok = true;

  bool literal(std::string_view text) {
    ok = ok && starts_with_ignoring_case(rest, text);
    if (ok) rest.remove_prefix(text.size());
    return ok;
  }

  unsigned digits(std::size_t count) {
    ok = ok && rest.size() >= count;
    unsigned value = 0;
    for (std::size_t i = 0; ok && i < count; ++i) {
      ok = rest[i] >= '0' && rest[i] <= '9';
      value = value * 10 + static_cast<unsigned>(rest[i] - '0');
    }
    if (ok) rest.remove_prefix(count);
    return value;
  }

  month month_name() {
    for (unsigned i = 0; ok && i < months.size(); ++i) {
      if (starts_with_ignoring_case(rest, months[i])) {
        rest.remove_prefix(3);
        return month(i + 1);
      }
    }
    ok = false;
    return month(0);
  }

  // The day's name in full, or its first three letters. Whether it fits the date is not checked: nothing
  // depends on it.
  void day_name(bool in_full) {
    for (const std::string_view name : days) {
      const std::string_view wanted = in_full ? name : name.substr(0, 3);
      if (!ok || !starts_with_ignoring_case(rest, wanted)) continue;
      rest.remove_prefix(wanted.size());
      return;
    }
    ok = false;
  }

  // time-of-day = hour ":" minute ":" second, 60 being a leap second
  Seconds time_of_day() {
    const unsigned hour = digits(2);
    literal(":");
    const unsigned minute = digits(2);
    literal(":");
    const unsigned second = digits(2);
    ok = ok && hour < 24 && minute < 60 && second <= 60;
    return Seconds(hour * 3600 + minute * 60 + second);
  }
};

std::optional<Time> assemble(const Reader& reader, year_month_day date, Seconds time_of_day) {
  if (!reader.ok || !reader.rest.empty() || !date.ok()) return std::nullopt;
  return Time(std::chrono::sys_days(date)) + time_of_day;
}

// Sun, 06 Nov 1994 08:49:37 GMT
std::optional<Time> parse_imf_fixdate(std::string_view text) {
  Reader reader{text};
  reader.day_name(false);
  reader.literal(", ");
  const day date_day(reader.digits(2));
  reader.literal(" ");
  const month date_month = reader.month_name();
  reader.literal(" ");
  const year date_year(static_cast<int>(reader.digits(4)));
  reader.literal(" ");
  const Seconds time_of_day = reader.time_of_day();
  reader.literal(" GMT");
  return assemble(reader, date_year / date_month / date_day, time_of_day);
}

// RFC 9110, section 5.6.7: a two-digit year that seems more than 50 years ahead is the last past one with
// these digits.
year full_year(unsigned two_digits, Time now) {
  const int this_year = static_cast<int>(year_month_day(std::chrono::floor<std::chrono::days>(now)).year());
  int full = this_year - this_year % 100 + static_cast<int>(two_digits);
  if (full > this_year + 50) full -= 100;
  return year(full);
}

// Sunday, 06-Nov-94 08:49:37 GMT
std::optional<Time> parse_rfc850_date(std::string_view text, Time now) {
  Reader reader{text};
  reader.day_name(true);
  reader.literal(", ");
  const day date_day(reader.digits(2));
  reader.literal("-");
  const month date_month = reader.month_name();
  reader.literal("-");
  const year date_year = full_year(reader.digits(2), now);
  reader.literal(" ");
  const Seconds time_of_day = reader.time_of_day();
  reader.literal(" GMT");
  return assemble(reader, date_year / date_month / date_day, time_of_day);
}

// Sun Nov  6 08:49:37 1994
std::optional<Time> parse_asctime_date(std::string_view text) {
  Reader reader{text};
  reader.day_name(false);
  reader.literal(" ");
  const month date_month = reader.month_name();
  reader.literal(" ");
  const bool one_digit = reader.rest.starts_with(' ');
  if (one_digit) reader.literal(" ");
  const day date_day(reader.digits(one_digit ? 1 : 2));
  reader.literal(" ");
  const Seconds time_of_day = reader.time_of_day();
  reader.literal(" ");
  const year date_year(static_cast<int>(reader.digits(4)));
  return assemble(reader, date_year / date_month / date_day, time_of_day);
}

void write_digits(char* end, unsigned value, int count) {
  for (int i = 0; i < count; ++i) {
    *--end = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

}  // namespace

std::optional<Time> parse_date(std::string_view text, Time now) {
  text = trim(text);
  if (text.size() == 29) return parse_imf_fixdate(text);
  if (text.size() == 24) return parse_asctime_date(text);
  return parse_rfc850_date(text, now);
}

std::string format_date(Time time) {
  const auto date = std::chrono::floor<std::chrono::days>(time);
  const year_month_day calendar(date);
  const auto second = static_cast<unsigned>(std::chrono::floor<Seconds>(time - date).count());
  std::string out = "ddd, 00 mmm 0000 00:00:00 GMT";
  out.replace(0, 3, days[std::chrono::weekday(date).c_encoding()].substr(0, 3));
  write_digits(out.data() + 7, static_cast<unsigned>(calendar.day()), 2);
  out.replace(8, 3, months[static_cast<unsigned>(calendar.month()) - 1]);
  write_digits(out.data() + 16, static_cast<unsigned>(static_cast<int>(calendar.year())), 4);
  write_digits(out.data() + 19, second / 3600, 2);
  write_digits(out.data() + 22, second / 60 % 60, 2);
  write_digits(out.data() + 25, second % 60, 2);
  return out;
}

}  // namespace larder::http
