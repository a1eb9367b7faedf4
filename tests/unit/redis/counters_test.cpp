#include <larder/redis/counters.hpp>

#include <doctest/doctest.h>

namespace larder::counters_test {

using larder::redis::Counters;
using larder::redis::Latencies;
using namespace std::chrono_literals;

TEST_CASE("latencies are rounded up to a power of two in microseconds") {
  Latencies latencies;
  CHECK(latencies.quantile(0.5) == 0us);
  for (int i = 0; i < 98; ++i) latencies.add(100us);
  latencies.add(50ms);
  latencies.add(-1ns);
  CHECK(latencies.quantile(0.5) == 128us);
  CHECK(latencies.quantile(0.99) == 128us);
  CHECK(latencies.quantile(1) == 65'536us);
  CHECK(latencies.quantile(0) == 1us);
}

TEST_CASE("counters of several clients add up") {
  Counters sum;
  Counters one;
  one.commands = 2;
  one.timeouts = 1;
  one.errors = 3;
  one.latencies.add(10us);
  sum += one;
  sum += one;
  CHECK(sum.commands == 4);
  CHECK(sum.timeouts == 2);
  CHECK(sum.errors == 6);
  CHECK(sum.latencies.quantile(1) == 16us);
}

}  // namespace larder::counters_test
