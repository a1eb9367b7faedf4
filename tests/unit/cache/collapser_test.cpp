#include "cache/collapser.hpp"

#include "cache/fill_leader.hpp"
#include "support/manual_clock.hpp"

#include <doctest/doctest.h>

namespace larder::collapser_test {

using namespace larder::cache;
using namespace std::chrono_literals;
using Kind = JoinResult::Kind;

namespace {

struct Fixture {
  test::ManualClock clock;
  Collapser collapser;

  JoinResult enter(const std::string& key = "k", bool may_lead = true, const SharedFill* outdated = nullptr) {
    return collapser.enter(key, {}, may_lead, clock.now(), outdated);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the first request leads, the next ones join, until the fill accepts no more") {
  const JoinResult first = enter();
  REQUIRE(first.kind == Kind::lead);
  CHECK(enter().kind == Kind::join);
  CHECK(enter().fill == first.fill);
  CHECK(enter("k", false).kind == Kind::join);
  CHECK(enter("other").kind == Kind::lead);
  CHECK(enter("third", false).kind == Kind::alone);
  collapser.leave("k", *first.fill);
  CHECK(enter().kind == Kind::lead);
}

TEST_CASE_FIXTURE(Fixture, "that a fill has left is remembered of the last few") {
  const SteadyTime before = steady_now();
  const JoinResult first = enter();
  CHECK_FALSE(collapser.has_left_since("k", before));
  collapser.leave("k", *first.fill);
  CHECK(collapser.has_left_since("k", before));
  CHECK_FALSE(collapser.has_left_since("other", before));
  CHECK_FALSE(collapser.has_left_since("k", steady_now() + 1s));
  for (std::size_t i = 0; i < 4 * Collapser::shards * Collapser::most_left; ++i) {
    const std::string key = std::to_string(i);
    collapser.leave(key, *enter(key).fill);
  }
  CHECK_FALSE(collapser.has_left_since("k", before));
}

TEST_CASE_FIXTURE(Fixture, "a new fill replaces an outdated one, and is not affected when the old one ends") {
  const JoinResult old = enter();
  const JoinResult other = enter("k", true, old.fill.get());
  REQUIRE(other.kind == Kind::lead);
  CHECK(other.fill != old.fill);
  CHECK(enter("k", true, old.fill.get()).fill == other.fill);
  collapser.leave("k", *old.fill);
  CHECK(enter().fill == other.fill);
}

TEST_CASE_FIXTURE(Fixture, "a fill is not stored once one that took its place is") {
  const JoinResult oldest = enter();
  const JoinResult middle = enter("k", true, oldest.fill.get());
  const JoinResult newest = enter("k", true, middle.fill.get());
  CHECK(oldest.fill->claim_storing());
  CHECK(newest.fill->claim_storing());
  CHECK_FALSE(middle.fill->claim_storing());
  CHECK_FALSE(oldest.fill->claim_storing());
  CHECK(newest.fill->claim_storing());
  const JoinResult other = enter("other");
  CHECK(other.fill->claim_storing());
}

TEST_CASE_FIXTURE(Fixture, "no request leads or joins a hit-for-miss key for a while") {
  collapser.set_hit_for_miss("k", clock.now());
  CHECK(collapser.is_hit_for_miss("k", clock.now()));
  CHECK_FALSE(collapser.is_hit_for_miss("other", clock.now()));
  CHECK(enter().kind == Kind::hit_for_miss);
  clock.advance(Collapser::hit_for_miss_lifetime - 1ms);
  CHECK(enter().kind == Kind::hit_for_miss);
  SUBCASE("until its time is over") {
    clock.advance(1ms);
    CHECK(enter().kind == Kind::lead);
    CHECK_FALSE(collapser.is_hit_for_miss("k", clock.now()));
  }
  SUBCASE("until a response is for others, and then anew if one is not") {
    collapser.end_hit_for_miss("other");
    CHECK(collapser.is_hit_for_miss("k", clock.now()));
    collapser.end_hit_for_miss("k");
    CHECK_FALSE(collapser.is_hit_for_miss("k", clock.now()));
    CHECK(enter().kind == Kind::lead);
    collapser.set_hit_for_miss("k", clock.now());
    clock.advance(1s);
    collapser.set_hit_for_miss("other", clock.now());
    CHECK(enter().kind == Kind::hit_for_miss);
    clock.advance(Collapser::hit_for_miss_lifetime);
    CHECK(enter().kind == Kind::join);
  }
  SUBCASE("or for longer if it is made hit-for-miss again") {
    collapser.set_hit_for_miss("k", clock.now());
    clock.advance(1s);
    collapser.set_hit_for_miss("other", clock.now());
    CHECK(enter().kind == Kind::hit_for_miss);
  }
}

TEST_CASE_FIXTURE(Fixture, "a bounded number of hit-for-miss keys is remembered, the latest ones") {
  const std::size_t many = 2 * Collapser::shards * Collapser::most_hit_for_miss;
  for (std::size_t i = 0; i < many; ++i) collapser.set_hit_for_miss(std::to_string(i), clock.now());
  std::size_t remembered = 0;
  for (std::size_t i = 0; i < many; ++i)
    remembered += collapser.is_hit_for_miss(std::to_string(i), clock.now());
  CHECK(remembered <= Collapser::shards * Collapser::most_hit_for_miss);
  CHECK(collapser.is_hit_for_miss(std::to_string(many - 1), clock.now()));
}

TEST_CASE_FIXTURE(Fixture, "a fill takes no more followers than its bound") {
  const JoinResult first = enter();
  for (std::size_t i = 0; i < SharedFill::most_followers; ++i) REQUIRE(enter().kind == Kind::join);
  CHECK(enter().kind == Kind::alone);
}

TEST_CASE_FIXTURE(
    Fixture, "a leader that gives up without a result abandons its followers, and the key is free again") {
  JoinResult first = enter();
  { const FillLeader leader(collapser, "k", first.fill); }
  CHECK(first.fill->look().state == FillSnapshot::State::abandoned);
  CHECK(enter().kind == Kind::lead);
}

TEST_CASE_FIXTURE(Fixture, "followers see what the leader reports, and the first result is final") {
  JoinResult first = enter();
  FillLeader leader(collapser, "k", first.fill);
  SUBCASE("an error") {
    leader.fail({.error = Error::timeout});
    CHECK(first.fill->look().state == FillSnapshot::State::failed);
    CHECK(first.fill->look().failure.error == Error::timeout);
    CHECK(enter().kind == Kind::lead);
  }
  SUBCASE("not shareable, now and soon") {
    leader.set_hit_for_miss(clock.now());
    CHECK(first.fill->look().state == FillSnapshot::State::released);
    CHECK(enter().kind == Kind::hit_for_miss);
  }
  SUBCASE("a whole response") {
    leader.finish(store::StoredResponse::from({}), FillSnapshot::Source::found);
    CHECK(first.fill->look().state == FillSnapshot::State::whole);
    leader.release();
    CHECK(first.fill->look().state == FillSnapshot::State::whole);
    CHECK(enter().kind == Kind::lead);
  }
}

}  // namespace larder::collapser_test
