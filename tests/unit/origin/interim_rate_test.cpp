#include "origin/interim_rate.hpp"

#include <doctest/doctest.h>

namespace larder::interim_rate_test {

using origin::InterimRate;

TEST_CASE("interim responses are bounded by their rate: sixteen at once, then ten a second for ever") {
  InterimRate rate;
  SteadyTime now{Seconds{1'000}};
  for (int i = 0; i < 16; ++i) CHECK(rate.admit(now));
  CHECK_FALSE(rate.admit(now));
  now += Milliseconds{99};
  CHECK_FALSE(rate.admit(now));
  now += Milliseconds{1};
  CHECK(rate.admit(now));
  CHECK_FALSE(rate.admit(now));
  for (int i = 0; i < 1'000; ++i) {
    now += Milliseconds{100};
    CHECK(rate.admit(now));
  }
  CHECK_FALSE(rate.admit(now));
  now += Seconds{60};
  for (int i = 0; i < 16; ++i) CHECK(rate.admit(now));
  CHECK_FALSE(rate.admit(now));
}

}  // namespace larder::interim_rate_test
