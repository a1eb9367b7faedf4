#include <larder/policy/schedule.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace larder;
using namespace larder::policy;
using namespace std::chrono;

namespace {

/// Saturday, 21 November 2026, 13:14:15.5 UTC.
const Time a_saturday = sys_days{2026y / November / 21} + 13h + 14min + 15s + 500ms;

std::string text_of(Time time) {
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  const auto two = [](auto number) {
    const std::string digits = std::to_string(number);
    return digits.size() == 1 ? "0" + digits : digits;
  };
  CHECK(clock.seconds() == 0s);
  CHECK(clock.subseconds() == 0ms);
  return std::to_string(static_cast<int>(date.year())) + "-" + two(static_cast<unsigned>(date.month())) +
         "-" + two(static_cast<unsigned>(date.day())) + " " + two(clock.hours().count()) + ":" +
         two(clock.minutes().count());
}

}  // namespace

TEST_CASE("a schedule gives its first minute after now, in UTC") {
  struct Case {
    const char* schedule;
    const char* next;
  };
  for (const auto& [schedule, next] : {
           Case{"* * * * *", "2026-11-21 13:15"},
           Case{"*/10 * * * *", "2026-11-21 13:20"},
           Case{"14 13 * * *", "2026-11-22 13:14"},
           Case{"15,45 * * * *", "2026-11-21 13:15"},
           Case{"0-10/5 * * * *", "2026-11-21 14:00"},
           Case{"0 3 * * *", "2026-11-22 03:00"},
           Case{"30 23 * * *", "2026-11-21 23:30"},
           Case{"0 0 1 * *", "2026-12-01 00:00"},
           Case{"0 0 1 1 *", "2027-01-01 00:00"},
           Case{"0 0 31 * *", "2026-12-31 00:00"},
           Case{"0 0 31 feb,apr,may *", "2027-05-31 00:00"},
           Case{"0 0 29 2 *", "2028-02-29 00:00"},
           Case{"0 6 * * mon-fri", "2026-11-23 06:00"},
           Case{"0 6 * * SUN", "2026-11-22 06:00"},
           Case{"0 6 * * 7", "2026-11-22 06:00"},
           Case{"0 6 * * 0", "2026-11-22 06:00"},
           // Either kind of day matches if both are named.
           Case{"0 0 1 * mon", "2026-11-23 00:00"},
           Case{"0 0 22 * mon", "2026-11-22 00:00"},
           Case{"0 0 */2 * mon", "2026-11-23 00:00"},
           Case{"  5   14  *  *  * ", "2026-11-21 14:05"},
       }) {
    CAPTURE(schedule);
    const Result<Schedule> parsed = Schedule::parse(schedule);
    REQUIRE(parsed.has_value());
    CHECK(text_of(parsed->next_after(a_saturday)) == next);
  }
}

TEST_CASE("the minute that has just begun is over, the next one is not") {
  const Schedule schedule = Schedule::parse("15 13 * * *").value();
  const Time minute = sys_days{2026y / November / 21} + 13h + 15min;
  CHECK(schedule.next_after(minute - 1ms) == minute);
  CHECK(schedule.next_after(minute) == minute + 24h);
}

TEST_CASE("leap years and ends of centuries are found") {
  const Schedule leap = Schedule::parse("0 0 29 2 *").value();
  CHECK(text_of(leap.next_after(sys_days{2096y / March / 1})) == "2104-02-29 00:00");
}

TEST_CASE("what is not a schedule, or never comes, is refused") {
  for (const char* text : {"",
                           "*",
                           "* * * *",
                           "* * * * * *",
                           "60 * * * *",
                           "* 24 * * *",
                           "* * 0 * *",
                           "* * 32 * *",
                           "* * * 0 *",
                           "* * * 13 *",
                           "* * * * 8",
                           "*/0 * * * *",
                           "5/15 * * * *",
                           "10-5 * * * *",
                           "1- * * * *",
                           "-1 * * * *",
                           "1,,2 * * * *",
                           ", * * * *",
                           "a * * * *",
                           "* * * jan-foo *",
                           "mon * * * *",
                           "1/2/3 * * * *",
                           "1-2-3 * * * *",
                           "@daily",
                           "0 0 30 2 *",
                           "0 0 31 4,6 *",
                           "99999999999 * * * *"}) {
    CAPTURE(text);
    CHECK_FALSE(Schedule::parse(text).has_value());
  }
}
