#include "server/stall.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace std::chrono_literals;

TEST_CASE("a peer stalls once it has taken nothing for 5 s while something was being sent to it") {
  const SteadyTime start{1h};
  server::Stall stall;
  CHECK_FALSE(stall.has_lasted(0, start));
  CHECK_FALSE(stall.has_lasted(0, start + 4s));
  CHECK(stall.has_lasted(0, start + 5s));
  SUBCASE("any byte counts") {
    CHECK_FALSE(stall.has_lasted(1, start + 6s));
    CHECK_FALSE(stall.has_lasted(1, start + 10s));
    CHECK(stall.has_lasted(1, start + 11s));
  }
  SUBCASE("so does a time in which nothing was sent") {
    stall.forget();
    CHECK_FALSE(stall.has_lasted(0, start + 60s));
    CHECK(stall.has_lasted(0, start + 65s));
  }
}
