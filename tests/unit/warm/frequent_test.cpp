#include "warm/frequent.hpp"

#include <doctest/doctest.h>

namespace larder::frequent_test {

using larder::warm::Frequent;

TEST_CASE("every text is counted while there is room") {
  Frequent frequent(3);
  for (const char* text : {"a", "b", "a", "c", "a"}) frequent.count(text);
  CHECK(frequent.counts() == Frequent::Counts{{"a", 3}, {"b", 1}, {"c", 1}});
  CHECK(frequent.take().size() == 3);
  CHECK(frequent.counts().empty());
}

TEST_CASE("a text requested often is not lost among any number that are requested once") {
  Frequent frequent(10);
  for (int i = 0; i < 10'000; ++i) {
    frequent.count(std::to_string(i));
    if (i % 4 == 0) frequent.count("often");
  }
  CHECK(frequent.counts().size() <= 10);
  REQUIRE(frequent.counts().contains("often"));
  CHECK(frequent.counts().find("often")->second >= 2500 - 12'500 / 10);
}

}  // namespace larder::frequent_test
