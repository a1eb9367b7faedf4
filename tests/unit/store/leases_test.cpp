#include "redis_fixture.hpp"
#include "scripted_log.hpp"
#include "support/redis_server.hpp"
#include "support/wait.hpp"

#include <larder/store/leases.hpp>
#include <larder/store/memory_purge_log.hpp>

#include <doctest/doctest.h>

namespace larder::leases_test {

using namespace std::chrono_literals;
using store::Lease;
using store::Leases;
using State = Leases::State;

namespace {

/// Two instances on one Redis.
struct Fixture : test::LoopFixture {
  test::RedisServer server;
  store::MemoryPurgeLog purges{clock, {}};
  redis::Client client{loop, test::redis_settings(server.url()), log};
  redis::Client other_client{loop, test::redis_settings(server.url()), log};
  Leases leases{client, purges, {.lifetime = 10s, .hit_for_miss_lifetime = 10s}};
  Leases others{other_client, purges, {.lifetime = 10s, .hit_for_miss_lifetime = 10s}};

  Fixture() {
    client.start();
    other_client.start();
    REQUIRE(run_until([this] { return client.is_up() && other_client.is_up(); }));
  }
  ~Fixture() {
    client.stop();
    other_client.stop();
    drain();
  }

  State look(Leases& at) { return run(at.look("k")).state; }

  /// Lets commands that were sent without waiting arrive.
  void settle() { CHECK(look(leases) != State::unknown); }

  std::string value() { return server.cli({"get", "larder:lease:r:k"}); }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "one instance owns a lease, the others see it held until it is released") {
  Leases::Answer mine = run(leases.acquire("k"));
  CHECK(mine.state == State::owned);
  CHECK(look(others) == State::held);
  CHECK(run(others.acquire("k")).state == State::held);
  CHECK(run(others.acquire("another")).state == State::owned);
  mine.lease.reset();
  settle();
  CHECK(look(others) == State::free);
  CHECK(run(others.acquire("k")).state == State::owned);
}

TEST_CASE_FIXTURE(Fixture, "a lease shows the position of the purge log since which it is held") {
  store::PurgeBatch batch;
  batch.purges = {{policy::Purge::Kind::all, "*"}};
  run(purges.append(batch));
  const Leases::Answer mine = run(leases.acquire("k"));
  CHECK(run(others.look("k")).since == purges.mark().position);
  CHECK(run(others.acquire("k")).since == purges.mark().position);
}

TEST_CASE_FIXTURE(Fixture, "as hit-for-miss it is not owned by any instance for a while") {
  Leases::Answer mine = run(leases.acquire("k"));
  mine.lease->set_hit_for_miss();
  mine.lease.reset();
  settle();
  CHECK(look(others) == State::hit_for_miss);
  CHECK(run(others.acquire("k")).state == State::hit_for_miss);
  const int left = std::stoi(server.cli({"pttl", "larder:lease:r:k"}));
  CHECK(left > 5'000);
  CHECK(left <= 10'000);
}

TEST_CASE_FIXTURE(
    Fixture, "out of step with the purge log there is no lease: the awaited response could not be read") {
  test::ScriptedLog behind;
  Leases aside(client, behind, {.lifetime = 10s, .hit_for_miss_lifetime = 10s});
  behind.in_step = false;
  CHECK(run(aside.acquire("k")).state == State::unknown);
  CHECK(look(aside) == State::unknown);
  CHECK(look(others) == State::free);
  behind.in_step = true;
  CHECK(run(aside.acquire("k")).state == State::owned);
}

TEST_CASE_FIXTURE(
    Fixture, "a lease that expired and belongs to another instance now is not ended by its first owner") {
  Leases::Answer mine = run(leases.acquire("k"));
  server.cli({"del", "larder:lease:r:k"});
  Leases::Answer theirs = run(others.acquire("k"));
  REQUIRE(theirs.state == State::owned);
  const std::string held = value();
  SUBCASE("by releasing it") {
    mine.lease.reset();
  }
  SUBCASE("by making it hit-for-miss") {
    mine.lease->set_hit_for_miss();
  }
  settle();
  CHECK(value() == held);
}

TEST_CASE_FIXTURE(Fixture,
                  "hit-for-miss is over for all once one ends it; a lease that is held is not touched") {
  Leases::Answer mine = run(leases.acquire("k"));
  run(others.end_hit_for_miss("k"));
  CHECK(run(others.look("k")).state == State::held);
  mine.lease->set_hit_for_miss();
  settle();
  run(others.end_hit_for_miss("k"));
  CHECK(run(others.look("k")).state == State::free);
}

TEST_CASE_FIXTURE(Fixture, "the lease of a dead instance expires") {
  Leases brief(client, purges, {.lifetime = 20ms, .hit_for_miss_lifetime = 10s});
  const Leases::Answer mine = run(brief.acquire("k"));
  CHECK(mine.state == State::owned);
  CHECK(test::eventually([&] { return look(others) == State::free; }));
}

TEST_CASE_FIXTURE(Fixture, "without Redis leases are unknown, and a held one may be released") {
  Leases::Answer mine = run(leases.acquire("k"));
  server.stop();
  REQUIRE(run_until([this] { return !client.is_up(); }));
  CHECK(run(leases.acquire("k")).state == State::unknown);
  CHECK(look(leases) == State::unknown);
  mine.lease.reset();
}

TEST_CASE_FIXTURE(Fixture, "a lease may outlive its Leases") {
  Leases::Answer mine;
  {
    Leases brief(client, purges, {});
    mine = run(brief.acquire("k"));
    REQUIRE(mine.state == State::owned);
  }
  mine.lease->set_hit_for_miss();
  mine.lease.reset();
  CHECK(look(others) == State::held);
}

}  // namespace larder::leases_test
