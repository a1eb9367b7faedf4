#include <larder/base/hourly.hpp>

#include <doctest/doctest.h>

#include <cstdio>
#include <string>

using namespace larder;

TEST_CASE("something is said of each of them once an hour, of 1024 at most") {
  Hourly hourly;
  const SteadyTime begin{};
  CHECK(hourly.is_due("a", begin));
  CHECK_FALSE(hourly.is_due("a", begin + Seconds{3599}));
  CHECK(hourly.is_due("a", begin + Seconds{3600}));
  CHECK_FALSE(hourly.is_due("a", begin + Seconds{7199}));
  int said = 0;
  for (int i = 0; i < 2000; ++i)
    said += hourly.is_due("b" + std::to_string(i), begin + Seconds{3600}) ? 1 : 0;
  CHECK(said == 1023);
  CHECK(hourly.is_due("c", begin + Seconds{7200}));
}

TEST_CASE("an IPv6 /64 is one of those, so that nobody uses up what is left for others") {
  Hourly hourly;
  const SteadyTime begin{};
  int said = 0;
  for (int i = 0; i < 5000; ++i) {
    char address[64];
    std::snprintf(address, sizeof address, "2001:db8:1:2:%x:%x::%x", i % 7, i % 11, i);
    said += hourly.is_due(address, begin) ? 1 : 0;
  }
  CHECK(said == 1);
  CHECK(hourly.is_due("2001:db8:1:3::1", begin));
  CHECK(hourly.is_due("::ffff:192.0.2.1", begin));
  CHECK_FALSE(hourly.is_due("192.0.2.1", begin));
  CHECK(hourly.is_due("192.0.2.2", begin));
}

TEST_CASE("once it is full newcomers wait for the first to be forgotten, and those known for their hour") {
  Hourly hourly;
  const SteadyTime begin{Seconds{7}};
  for (int i = 0; i < 1024; ++i) CHECK(hourly.is_due(std::to_string(i), begin + Seconds{i}));
  CHECK_FALSE(hourly.is_due("new", begin + Seconds{1024}));
  CHECK_FALSE(hourly.is_due("new", begin + Seconds{3599}));
  CHECK(hourly.is_due("new", begin + Seconds{3600}));
  CHECK_FALSE(hourly.is_due("new", begin + Seconds{3601}));
  CHECK(hourly.is_due("1", begin + Seconds{3601}));
}
