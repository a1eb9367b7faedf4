#include "server/patience.hpp"

#include <doctest/doctest.h>

using namespace larder;
using server::Patience;

namespace {

const SteadyTime start{Seconds{1000}};

SteadyTime at(Milliseconds time) {
  return start + time;
}

}  // namespace

TEST_CASE("a peer may pause for as long as there is patience, and after it has caught up again") {
  Patience patience(Seconds{60}, 500);
  CHECK(patience.begin(start) == at(Seconds{60}));
  patience.end(at(Seconds{50}), 1'000'000);
  CHECK(patience.begin(at(Seconds{50})) == at(Seconds{110}));
}

TEST_CASE("every byte gives back what it would have taken at the slowest rate") {
  Patience patience(Seconds{60}, 500);
  patience.begin(start);
  patience.end(at(Seconds{40}), 5'000);
  CHECK(patience.begin(at(Seconds{40})) == at(Seconds{70}));
}

TEST_CASE("a peer slower than the slowest rate comes to its end, one that is faster never does") {
  struct Case {
    std::uint64_t bytes_per_second;
    bool ends;
  };
  for (const auto& [bytes_per_second, ends] :
       {Case{1, true}, Case{400, true}, Case{500, false}, Case{50'000, false}}) {
    CAPTURE(bytes_per_second);
    Patience patience(Seconds{60}, 500);
    bool ended = false;
    SteadyTime now = start;
    for (int second = 0; second < 24 * 3600 && !ended; ++second) {
      const SteadyTime deadline = patience.begin(now);
      now += Seconds{1};
      ended = now > deadline;
      patience.end(now, bytes_per_second);
    }
    CHECK(ended == ends);
  }
}

TEST_CASE("time in which nobody waits for the peer does not count") {
  Patience patience(Seconds{60}, 500);
  patience.begin(start);
  patience.end(at(Seconds{10}), 0);
  CHECK(patience.begin(at(Seconds{5'000})) == at(Seconds{5'050}));
}

TEST_CASE("no number of bytes makes patience run over") {
  Patience patience(Seconds{60}, 0);
  patience.begin(start);
  patience.end(start, std::uint64_t{1} << 40);
  CHECK(patience.begin(start) == at(Seconds{60}));
}

TEST_CASE("many short waits use patience up as one long one does") {
  Patience patience(Milliseconds{10}, 1'000'000'000);
  SteadyTime now = start;
  for (int wait = 0; wait < 100; ++wait) {
    patience.begin(now);
    now += std::chrono::microseconds{100};
    patience.end(now, 1);
  }
  CHECK(patience.begin(now) <= now + Milliseconds{1});
}
