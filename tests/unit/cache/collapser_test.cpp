#include "cache/collapser.hpp"

#include "cache/lead.hpp"
#include "support/manual_clock.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::cache;
using namespace std::chrono_literals;
using Kind = Entrance::Kind;

namespace {

struct Fixture {
  test::ManualClock clock;
  Collapser collapser;

  Entrance enter(const std::string& key = "k", bool may_lead = true, const SharedFill* outdated = nullptr) {
    return collapser.enter(key, {}, may_lead, clock.now(), outdated);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the first leads, the next ones join, until it takes no more") {
  const Entrance first = enter();
  REQUIRE(first.kind == Kind::lead);
  CHECK(enter().kind == Kind::join);
  CHECK(enter().fill == first.fill);
  CHECK(enter("k", false).kind == Kind::join);
  CHECK(enter("other").kind == Kind::lead);
  CHECK(enter("third", false).kind == Kind::alone);
  collapser.leave("k", *first.fill);
  CHECK(enter().kind == Kind::lead);
}

TEST_CASE_FIXTURE(Fixture,
                  "a new fill takes an outdated one's place, and the old one's end does not end it") {
  const Entrance old = enter();
  const Entrance other = enter("k", true, old.fill.get());
  REQUIRE(other.kind == Kind::lead);
  CHECK(other.fill != old.fill);
  CHECK(enter("k", true, old.fill.get()).fill == other.fill);
  collapser.leave("k", *old.fill);
  CHECK(enter().fill == other.fill);
}

TEST_CASE_FIXTURE(Fixture, "a key set apart is nobody's to lead or join for a while") {
  collapser.set_apart("k", clock.now());
  CHECK(collapser.is_apart("k", clock.now()));
  CHECK_FALSE(collapser.is_apart("other", clock.now()));
  CHECK(enter().kind == Kind::apart);
  clock.advance(Collapser::apart_for - 1ms);
  CHECK(enter().kind == Kind::apart);
  SUBCASE("until its time is over") {
    clock.advance(1ms);
    CHECK(enter().kind == Kind::lead);
    CHECK_FALSE(collapser.is_apart("k", clock.now()));
  }
  SUBCASE("or for longer where it is set apart anew") {
    collapser.set_apart("k", clock.now());
    clock.advance(1s);
    collapser.set_apart("other", clock.now());
    CHECK(enter().kind == Kind::apart);
  }
}

TEST_CASE_FIXTURE(Fixture, "so many keys are remembered as set apart, the latest of them") {
  const std::size_t many = 2 * Collapser::shards * Collapser::most_apart;
  for (std::size_t i = 0; i < many; ++i) collapser.set_apart(std::to_string(i), clock.now());
  std::size_t remembered = 0;
  for (std::size_t i = 0; i < many; ++i) remembered += collapser.is_apart(std::to_string(i), clock.now());
  CHECK(remembered <= Collapser::shards * Collapser::most_apart);
  CHECK(collapser.is_apart(std::to_string(many - 1), clock.now()));
}

TEST_CASE_FIXTURE(Fixture, "a fill takes no more guests than its bound") {
  const Entrance first = enter();
  for (std::size_t i = 0; i < SharedFill::most_guests; ++i) REQUIRE(enter().kind == Kind::join);
  CHECK(enter().kind == Kind::alone);
}

TEST_CASE_FIXTURE(Fixture, "a lead dropped without a word releases its guests, and the key is free again") {
  Entrance first = enter();
  { const Lead lead(collapser, "k", first.fill); }
  CHECK(first.fill->look().state == Glance::State::released);
  CHECK(enter().kind == Kind::lead);
}

TEST_CASE_FIXTURE(Fixture, "what a lead says is what its guests see, and the last word") {
  Entrance first = enter();
  Lead lead(collapser, "k", first.fill);
  SUBCASE("an error") {
    lead.fail({.error = Error::timeout});
    CHECK(first.fill->look().state == Glance::State::failed);
    CHECK(first.fill->look().trouble.error == Error::timeout);
    CHECK(enter().kind == Kind::lead);
  }
  SUBCASE("not for others, now and soon") {
    lead.set_apart(clock.now());
    CHECK(first.fill->look().state == Glance::State::released);
    CHECK(enter().kind == Kind::apart);
  }
  SUBCASE("a whole response") {
    lead.finish(store::StoredResponse::from({}), Glance::Source::found);
    CHECK(first.fill->look().state == Glance::State::whole);
    lead.release();
    CHECK(first.fill->look().state == Glance::State::whole);
    CHECK(enter().kind == Kind::lead);
  }
}
