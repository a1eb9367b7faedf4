#include "admin/line_budget.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::admin;
using namespace std::chrono_literals;

TEST_CASE("a bounded number of events per second is logged, and the next line says how many were not") {
  LineBudget budget;
  const SteadyTime begin = SteadyTime{} + 1h;
  for (std::size_t i = 0; i < LineBudget::lines_a_second; ++i) CHECK(budget.take(begin + i * 1ms) == 0);
  for (int i = 0; i < 5; ++i) CHECK_FALSE(budget.take(begin + 999ms));
  CHECK(budget.take(begin + 1s) == 5);
  CHECK(budget.take(begin + 1s) == 0);
  CHECK(budget.take(begin + 1min) == 0);
}
