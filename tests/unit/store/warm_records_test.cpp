#include "redis_fixture.hpp"
#include "support/manual_clock.hpp"
#include "support/redis_server.hpp"

#include <larder/redis/client.hpp>
#include <larder/store/memory_purge_log.hpp>
#include <larder/store/warm_records.hpp>

#include <doctest/doctest.h>

namespace larder::warm_records_test {

using larder::store::AskedFor;
using larder::store::WarmRecords;
using larder::test::RedisServer;
using namespace std::chrono_literals;

namespace {

using Urls = std::vector<std::string>;

struct Fixture : larder::test::LoopFixture {
  RedisServer server;
  larder::test::ManualClock time;
  larder::store::MemoryPurgeLog purges{time, {}};
  larder::redis::Client client{loop, larder::test::redis_settings(server.url()), log};
  WarmRecords records{client, purges, time, "test"};

  Fixture() {
    client.start();
    REQUIRE(run_until([this] { return records.is_ready(); }));
  }
  ~Fixture() {
    client.stop();
    drain();
  }

  void add(const std::vector<AskedFor>& asked, std::size_t most = 10) {
    CHECK(run(records.add("/a/{id}", asked, most)));
  }
  Urls hottest(std::size_t count = 10) { return run(records.hottest("/a/{id}", count)); }
};

}  // namespace

TEST_CASE("a run is done by the first instance that asks for it") {
  Fixture f;
  WarmRecords other(f.client, f.purges, f.time, "test");
  CHECK(f.run(f.records.take_turn("/a/{id} 1")));
  CHECK_FALSE(f.run(other.take_turn("/a/{id} 1")));
  CHECK_FALSE(f.run(f.records.take_turn("/a/{id} 1")));
  CHECK(f.run(other.take_turn("/a/{id} 2")));
  CHECK(std::stoll(f.server.cli({"pttl", "test:turn:r:encoded:/a/%7Bid%7D%201"})) > 3'000'000);
}

TEST_CASE("without Redis every instance does its runs, and no keys are hot") {
  Fixture f;
  f.server.stop();
  REQUIRE(f.run_until([&] { return !f.client.is_up(); }));
  CHECK_FALSE(f.records.is_ready());
  CHECK(f.run(f.records.take_turn("/a 1")));
  CHECK_FALSE(f.run(f.records.add("/a", {{"u", 1}}, 5)));
  CHECK(f.hottest().empty());
}

TEST_CASE("requests add up across instances and two days, the most frequent first") {
  Fixture f;
  f.add({{"http://h/1", 5}, {"http://h/2", 3}});
  f.add({{"http://h/2", 4}, {"http://h/3", 1}});
  CHECK(f.hottest() == Urls{"http://h/2", "http://h/1", "http://h/3"});
  CHECK(f.hottest(1) == Urls{"http://h/2"});
  f.time.advance(24h);
  f.add({{"http://h/3", 9}});
  CHECK(f.hottest() == Urls{"http://h/3", "http://h/2", "http://h/1"});
  f.time.advance(24h);
  CHECK(f.hottest() == Urls{"http://h/3"});
  CHECK(f.run(f.records.hottest("/other", 5)).empty());
}

TEST_CASE("a list is bounded, and expires by itself") {
  Fixture f;
  f.add({{"a", 1}, {"b", 2}, {"c", 3}, {"d", 4}}, 2);
  CHECK(f.hottest() == Urls{"d", "c"});
  const std::string name = f.server.cli({"--scan", "--pattern", "test:hot:*"});
  CHECK(name.ends_with(":/a/%7Bid%7D"));
  CHECK(std::stoll(f.server.cli({"pttl", name})) > 80'000'000);
}

}  // namespace larder::warm_records_test
