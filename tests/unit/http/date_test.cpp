#include <larder/http/date.hpp>

#include <doctest/doctest.h>

namespace larder::date_test {

using namespace larder::http;

namespace {

constexpr Time at(std::int64_t seconds) {
  return Time(Seconds(seconds));
}

constexpr Time now = at(1'767'225'600);  // 1 January 2026
constexpr std::int64_t example = 784'111'777;

}  // namespace

TEST_CASE("the three forms of RFC 9110, section 5.6.7, are the same moment") {
  for (const char* text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        " Sun, 06 Nov 1994 08:49:37 GMT\t",
        // RFC 9111, section 4.2: a cache matches them whatever their case.
        "sun, 06 NOV 1994 08:49:37 gmt", "SUNDAY, 06-nov-94 08:49:37 Gmt", "SUN nov  6 08:49:37 1994"}) {
    CAPTURE(text);
    const std::optional<Time> time = parse_date(text, now);
    REQUIRE(time.has_value());
    CHECK(*time == at(example));
  }
}

TEST_CASE("dates at the edges of the calendar") {
  struct Case {
    const char* text;
    std::int64_t seconds;
  };
  for (const auto& [text, seconds] : {
           Case{"Thu, 01 Jan 1970 00:00:00 GMT", 0},
           Case{"Thu, 29 Feb 2024 23:59:59 GMT", 1'709'251'199},
           Case{"Sat, 31 Dec 2016 23:59:60 GMT", 1'483'228'800},
           Case{"Wed, 31 Dec 1969 23:59:59 GMT", -1},
           Case{"Tue Nov 16 08:49:37 1993", 753'439'777},
           Case{"Thu, 18 Aug 2050 02:01:18 GMT", 2'544'400'878},
       }) {
    CAPTURE(text);
    const std::optional<Time> time = parse_date(text, now);
    REQUIRE(time.has_value());
    CHECK(*time == at(seconds));
  }
}

TEST_CASE("a two-digit year is at most 50 years ahead (RFC 9110, section 5.6.7)") {
  struct Case {
    const char* text;
    int year;
  };
  for (const auto& [text, year] :
       {Case{"Monday, 01-Jan-76 00:00:00 GMT", 2076}, Case{"Monday, 01-Jan-77 00:00:00 GMT", 1977},
        Case{"Monday, 01-Jan-00 00:00:00 GMT", 2000}, Case{"Wednesday, 01-Jan-26 00:00:00 GMT", 2026}}) {
    CAPTURE(text);
    const std::optional<Time> time = parse_date(text, now);
    REQUIRE(time.has_value());
    const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(*time));
    CHECK(static_cast<int>(date.year()) == year);
  }
}

TEST_CASE("anything else is not a date") {
  for (const char* text : {"",
                           "0",
                           "-1",
                           "1994",
                           "now",
                           "Sun, 06 Nov 1994 08:49:37",
                           "Sun, 06 Nov 1994 08:49:37 UTC",
                           "Sun, 06 Nov 1994 08:49:37 +00",
                           "Sun 06 Nov 1994 08:49:37 GMT ",
                           "Sun, 6 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 94 08:49:37 GMT",
                           "Sun, 06-Nov-1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 8:49:37 GMT",
                           "Sun, 06 Nov 1994 24:00:00 GMT",
                           "Sun, 06 Nov 1994 08:60:37 GMT",
                           "Sun, 06 Nov 1994 08:49:61 GMT",
                           "Sun, 31 Feb 1994 08:49:37 GMT",
                           "Sun, 29 Feb 2023 08:49:37 GMT",
                           "Sun, 00 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Foo 1994 08:49:37 GMT",
                           "Foo, 06 Nov 1994 08:49:37 GMT",
                           "Sun,  6 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 08.49.37 GMT",
                           "Sun, 06 Nov 1994 08:49:37 GMTx",
                           "Sunday, 06-Nov-94 08:49:37 GMT+1",
                           "Sunday, 6-Nov-94 08:49:37 GMT",
                           "Sunday, 06-Nov-94 08:49:37",
                           "Sun Nov  6 08:49:37 94",
                           "Sun Nov 6 08:49:37 1994",
                           "Sun Nov 06 08:49:37 1994 x",
                           "1994-11-06T08:49:37Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_date(text, now).has_value());
  }
}

TEST_CASE("dates are written as IMF-fixdate and read back to the same second") {
  CHECK(format_date(at(example)) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(format_date(at(example) + Milliseconds(999)) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(format_date(at(0)) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(format_date(Time(Milliseconds(-1))) == "Wed, 31 Dec 1969 23:59:59 GMT");
  // Steps of a little more than 11 days cover every month and weekday, and many times of day.
  for (std::int64_t seconds = 0; seconds < 4'000'000'000; seconds += 987'653) {
    const std::optional<Time> read = parse_date(format_date(at(seconds)), now);
    REQUIRE(read.has_value());
    REQUIRE(*read == at(seconds));
  }
}

}  // namespace larder::date_test
