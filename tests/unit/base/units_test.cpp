#include <larder/base/units.hpp>

#include <doctest/doctest.h>

using namespace larder;

TEST_CASE("durations are read in every unit and in sums of falling units") {
  struct Case {
    const char* text;
    std::int64_t milliseconds;  // -1: refused
  };
  for (const auto& [text, milliseconds] :
       {Case{"0", 0}, Case{"0s", 0}, Case{"50ms", 50}, Case{"2s", 2'000}, Case{"1h30m", 5'400'000},
        Case{"7d", 604'800'000}, Case{"", -1}, Case{"5", -1}, Case{"s", -1}, Case{"-1s", -1},
        Case{"1s1h", -1}, Case{"1x", -1}, Case{"1 s", -1}, Case{"99999999999999999999s", -1},
        Case{"200000d", -1}}) {
    CAPTURE(text);
    const Result<Milliseconds> duration = parse_duration(text);
    CHECK(duration.has_value() == (milliseconds >= 0));
    if (duration && milliseconds >= 0) CHECK(duration->count() == milliseconds);
  }
}

TEST_CASE("sizes are read in binary and decimal units") {
  CHECK(*parse_size("0") == 0);
  CHECK(*parse_size("256MiB") == 256ull << 20);
  CHECK(*parse_size("10kB") == 10'000);
  CHECK_FALSE(parse_size("10 MiB").has_value());
  CHECK_FALSE(parse_size("MiB").has_value());
  CHECK_FALSE(parse_size("9999999999TiB").has_value());
}

TEST_CASE("formatted values read back unchanged") {
  for (const std::int64_t milliseconds : {0, 1, 999, 1'000, 61'500, 86'400'000}) {
    CHECK(parse_duration(format_duration(Milliseconds{milliseconds}))->count() == milliseconds);
  }
  CHECK(format_duration(Milliseconds{5'400'000}) == "1h30m");
  CHECK(counted(0, "page") + ", " + counted(1, "page") + ", " + counted(2, "page") ==
        "0 pages, 1 page, 2 pages");
  CHECK(format_size(8ull << 20) == "8MiB");
  CHECK(format_size(1000) == "1000");
}
