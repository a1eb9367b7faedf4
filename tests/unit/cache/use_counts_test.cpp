#include "cache/use_counts.hpp"

#include <doctest/doctest.h>

#include <string>

using larder::cache::UseCounts;

TEST_CASE("uses are counted by key") {
  UseCounts counts;
  CHECK(counts.count("a") == 0);
  CHECK(counts.add("a") == 1);
  CHECK(counts.add("a") == 2);
  CHECK(counts.add("b") == 1);
  CHECK(counts.count("a") == 2);
  CHECK(counts.count("b") == 1);
  CHECK(counts.count("c") == 0);
}

TEST_CASE(
    "what has not been asked for the longest is forgotten, and no more keys are held than there is room "
    "for") {
  UseCounts counts;
  constexpr std::size_t room = UseCounts::shards * UseCounts::sets * UseCounts::ways;
  counts.add("hot");
  for (std::size_t i = 0; i < 4 * room; ++i) {
    counts.add(std::to_string(i));
    if (i % 1'000 == 0) counts.add("hot");
  }
  CHECK(counts.count("hot") == 1 + (4 * room + 999) / 1'000);
  std::size_t held = 0;
  for (std::size_t i = 0; i < 4 * room; ++i) held += counts.count(std::to_string(i));
  CHECK(held <= room);
  CHECK(held > room / 2);
  CHECK(counts.count("0") == 0);
}
