#include <larder/base/hash.hpp>
#include <larder/store/doorkeeper.hpp>

#include <doctest/doctest.h>

#include <string>

namespace larder::doorkeeper_test {

using larder::hash_of;
using larder::Milliseconds;
using larder::SteadyTime;
using larder::store::Doorkeeper;

namespace {

const SteadyTime start{std::chrono::hours(1)};

std::uint64_t key(int number) {
  return hash_of("key " + std::to_string(number));
}

/// How many of `count` keys, starting at `first`, are admitted at that time.
int admitted(Doorkeeper& doorkeeper, int first, int count, SteadyTime now) {
  int admitted = 0;
  for (int i = first; i < first + count; ++i) admitted += doorkeeper.admits(key(i), now) ? 1 : 0;
  return admitted;
}

}  // namespace

TEST_CASE("normally every key is written the first time") {
  Doorkeeper doorkeeper({});
  CHECK(admitted(doorkeeper, 0, 50'000, start) == 50'000);
}

TEST_CASE("beyond the rate only repeated keys are written, and new ones at that rate") {
  Doorkeeper doorkeeper({.newcomers_per_second = 100, .burst = 1'000});
  CHECK(admitted(doorkeeper, 0, 10'000, start) < 1'000 + 100);  // and some that are mistaken for known
  CHECK(admitted(doorkeeper, 0, 10'000, start) == 10'000);
  const int later = admitted(doorkeeper, 20'000, 10'000, start + Milliseconds{2'000});
  CHECK(later >= 200);
  CHECK(later < 300);
  CHECK(admitted(doorkeeper, 40'000, 900, start + Milliseconds{60'000}) == 900);
}

TEST_CASE("a key that was found is known without having been written here") {
  Doorkeeper doorkeeper({.newcomers_per_second = 0, .burst = 0});
  doorkeeper.note(key(1));
  CHECK(doorkeeper.admits(key(1), start));
  CHECK_FALSE(doorkeeper.admits(key(2), start));
}

TEST_CASE("as many keys as promised are remembered, and eventually all are forgotten") {
  Doorkeeper doorkeeper({.newcomers_per_second = 0, .burst = 0, .remembered = 1'000});
  for (int i = 0; i < 1'000; ++i) doorkeeper.note(key(i));
  CHECK(admitted(doorkeeper, 0, 1'000, start) == 1'000);
  for (int i = 1'000; i < 4'000; ++i) doorkeeper.note(key(i));
  CHECK(admitted(doorkeeper, 0, 1'000, start) < 50);
}

}  // namespace larder::doorkeeper_test
