#include <larder/store/position.hpp>

#include <doctest/doctest.h>

namespace larder::position_test {

using larder::store::parse_position;
using larder::store::Position;

TEST_CASE("positions are read and written as stream IDs") {
  CHECK(Position{1'700'000'000'000, 3}.text() == "1700000000000-3");
  CHECK(*parse_position("1700000000000-3") == Position{1'700'000'000'000, 3});
  CHECK(*parse_position("18446744073709551615-18446744073709551615") == Position{~0ull, ~0ull});
  for (const char* text :
       {"", "-", "1", "1-", "-1", "1-2-3", "a-1", "1-a", " 1-2", "18446744073709551616-0"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_position(text).has_value());
  }
}

TEST_CASE("positions are ordered by time, then by sequence") {
  CHECK(Position{1, 9} < Position{2, 0});
  CHECK(Position{2, 0} < Position{2, 1});
  CHECK(Position{} < Position{0, 1});
}

}  // namespace larder::position_test
