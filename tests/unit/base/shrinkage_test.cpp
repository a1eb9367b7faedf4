#include <larder/base/shrinkage.hpp>

#include <doctest/doctest.h>

TEST_CASE("a shrinkage is noticed once, when it is large enough, and again after the next one") {
  larder::Shrinkage shrinkage(10);
  CHECK_FALSE(shrinkage.is_noticed(0));
  CHECK_FALSE(shrinkage.is_noticed(100));
  CHECK_FALSE(shrinkage.is_noticed(91));
  CHECK(shrinkage.is_noticed(90));
  CHECK_FALSE(shrinkage.is_noticed(90));
  CHECK_FALSE(shrinkage.is_noticed(95));
  CHECK(shrinkage.is_noticed(85));
  CHECK(shrinkage.is_noticed(0));
}
