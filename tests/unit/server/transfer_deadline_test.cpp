#include "server/transfer_deadline.hpp"

#include <doctest/doctest.h>

using namespace larder;
using server::TransferDeadline;

namespace {

const SteadyTime start{Seconds{1000}};

SteadyTime at(Milliseconds time) {
  return start + time;
}

}  // namespace

TEST_CASE("a peer may pause for the whole allowance, and again once it has caught up") {
  TransferDeadline transfer(Seconds{60}, 500);
  CHECK(transfer.begin(start) == at(Seconds{60}));
  transfer.end(at(Seconds{50}), 1'000'000);
  CHECK(transfer.begin(at(Seconds{50})) == at(Seconds{110}));
}

TEST_CASE("every byte gives back the time it takes at the slowest rate") {
  TransferDeadline transfer(Seconds{60}, 500);
  transfer.begin(start);
  transfer.end(at(Seconds{40}), 5'000);
  CHECK(transfer.begin(at(Seconds{40})) == at(Seconds{70}));
}

TEST_CASE("a peer slower than the slowest rate runs out of time, a faster one never does") {
  struct Case {
    std::uint64_t bytes_per_second;
    bool ends;
  };
  for (const auto& [bytes_per_second, ends] :
       {Case{1, true}, Case{400, true}, Case{500, false}, Case{50'000, false}}) {
    CAPTURE(bytes_per_second);
    TransferDeadline transfer(Seconds{60}, 500);
    bool ended = false;
    SteadyTime now = start;
    for (int second = 0; second < 24 * 3600 && !ended; ++second) {
      const SteadyTime deadline = transfer.begin(now);
      now += Seconds{1};
      ended = now > deadline;
      transfer.end(now, bytes_per_second);
    }
    CHECK(ended == ends);
  }
}

TEST_CASE("time in which the peer is not waited for does not count") {
  TransferDeadline transfer(Seconds{60}, 500);
  transfer.begin(start);
  transfer.end(at(Seconds{10}), 0);
  CHECK(transfer.begin(at(Seconds{5'000})) == at(Seconds{5'050}));
}

TEST_CASE("no number of bytes extends the deadline beyond one whole pause") {
  TransferDeadline transfer(Seconds{60}, 0);
  transfer.begin(start);
  transfer.end(start, std::uint64_t{1} << 40);
  CHECK(transfer.begin(start) == at(Seconds{60}));
}

TEST_CASE("many short waits use up the time like one long wait") {
  TransferDeadline transfer(Milliseconds{10}, 1'000'000'000);
  SteadyTime now = start;
  for (int wait = 0; wait < 100; ++wait) {
    transfer.begin(now);
    now += std::chrono::microseconds{100};
    transfer.end(now, 1);
  }
  CHECK(transfer.begin(now) <= now + Milliseconds{1});
}
