#include "server/phase.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace larder;
using server::may_follow;
using server::Phase;
using server::phase_to_read;

namespace {

constexpr std::array phases{Phase::fresh, Phase::head, Phase::answering, Phase::between_requests};

}  // namespace

TEST_CASE("a connection's phases follow each other as their table allows") {
  for (const Phase phase : phases) {
    CHECK(may_follow(phase, phase));
    CHECK(may_follow(phase, Phase::head));
    CHECK(may_follow(phase, Phase::answering));
    CHECK(may_follow(phase, Phase::fresh) == (phase == Phase::fresh));
  }
  CHECK_FALSE(may_follow(Phase::fresh, Phase::between_requests));
  CHECK_FALSE(may_follow(Phase::head, Phase::between_requests));
  CHECK(may_follow(Phase::answering, Phase::between_requests));
}

TEST_CASE("a reading connection is fresh only until its first byte, and does not become fresh again") {
  CHECK(phase_to_read(Phase::fresh, false) == Phase::fresh);
  CHECK(phase_to_read(Phase::answering, false) == Phase::between_requests);
  CHECK(phase_to_read(Phase::between_requests, false) == Phase::between_requests);
  for (const Phase phase : phases) CHECK(phase_to_read(phase, true) == Phase::head);
}

TEST_CASE("only a connection without a request is idle") {
  CHECK(is_idle(Phase::fresh));
  CHECK(is_idle(Phase::between_requests));
  CHECK_FALSE(is_idle(Phase::head));
  CHECK_FALSE(is_idle(Phase::answering));
}
