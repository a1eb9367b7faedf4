#include <larder/base/hourly.hpp>

#include <doctest/doctest.h>

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
