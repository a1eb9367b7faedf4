#include "purge_log_fixture.hpp"

#include <larder/store/redis_purge_log.hpp>

#include <doctest/doctest.h>

namespace larder::redis_purge_log_outage_test {

using larder::Milliseconds;
using larder::test::admits;
using larder::test::in_order;
using larder::test::Instance;
using larder::test::Kind;
using larder::test::log_settings;
using larder::test::LoopFixture;
using larder::test::product;
using larder::test::PurgeLogFixture;
using larder::test::RedisServer;
using larder::test::Sample;

namespace {

bool run_to_witness(LoopFixture& fixture, const RedisServer& server, const larder::store::PurgeLog& log) {
  return fixture.run_until([&] {
    const std::string record = server.cli({"XREVRANGE", "larder:purges", "+", "-", "COUNT", "1"});
    const auto last = larder::store::parse_position(record.substr(0, record.find('\n')));
    return in_order(record, {"witness"}) && last && log.mark().position == *last;
  });
}

}  // namespace

TEST_CASE_FIXTURE(PurgeLogFixture, "a flushed Redis means a cold cache, never a stale one") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  one.purge({Kind::tag, "other"});
  const auto response = one.fetch();
  server.cli({"FLUSHALL"});
  REQUIRE(run_until([&] { return !one->is_valid(*response); }));
  REQUIRE(one.comes_into_step());
  CHECK_FALSE(admits(*one, response));
  CHECK(in_order(stream(), {"marker"}));
  const auto later = one.fetch();
  CHECK(one->is_valid(*later));
  CHECK(admits(*one, later));
}

TEST_CASE_FIXTURE(PurgeLogFixture, "a purge that finds the stream gone is written after a new marker") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const auto response = one.fetch();
  server.cli({"DEL", "larder:purges"});
  CHECK(run(one->append({.purges = {product}})).has_value());
  CHECK_FALSE(one->is_valid(*response));
  REQUIRE(one.comes_into_step());
  CHECK(in_order(stream(), {"marker", "shop.example/products/7"}));
}

TEST_CASE("a Redis restarted with its data keeps it, if an instance knows what it held") {
  for (const bool somebody_knows : {true, false}) {
    CAPTURE(somebody_knows);
    LoopFixture fixture;
    RedisServer server({"--appendonly", "yes", "--appendfsync", "always"});
    const auto log = [&] { return server.cli({"XRANGE", "larder:purges", "-", "+"}); };
    std::optional<Instance> one;
    one.emplace(fixture, log_settings(server.url()));
    REQUIRE(one->comes_into_step());
    one->purge({Kind::tag, "other"});
    const auto response = one->fetch();
    if (!somebody_knows) {
      one.reset();
      fixture.drain();
    }
    server.stop();
    server.restart();
    if (one) {
      REQUIRE(one->falls_out_of_step());
      REQUIRE(one->comes_into_step());
      CHECK((*one)->is_valid(*response));
      REQUIRE(fixture.run_until([&] { return in_order(log(), {"marker", "other", "witness"}); }));
    }
    {
      // A new instance cannot know whether a purge was lost, unless another vouches for the log.
      Instance two(fixture, log_settings(server.url()));
      REQUIRE(two.comes_into_step());
      CHECK(admits(*two, response) == somebody_knows);
      Instance three(fixture, log_settings(server.url()));
      REQUIRE(three.comes_into_step());
      const auto later = two.fetch();
      CHECK(admits(*three, later));
    }
    one.reset();
    fixture.drain();
  }
}

TEST_CASE("a purge that waited does not hide that Redis lost one before it") {
  // Several rounds: it is random which of an instance's connections is back first.
  for (int round = 0; round < 6; ++round) {
    LoopFixture fixture;
    RedisServer server;
    std::optional<Instance> one;
    one.emplace(fixture, log_settings(server.url()));
    REQUIRE(one->comes_into_step());
    const auto response = one->fetch();
    REQUIRE(server.cli({"SAVE"}) == "OK");
    one->purge(product);
    server.stop();
    REQUIRE(one->falls_out_of_step());
    one->purge({Kind::tag, "other"});
    // Down for a different time in each round, so that their pauses end in either order.
    fixture.run_until([end = std::chrono::steady_clock::now() + Milliseconds{100 + 70 * round}] {
      return std::chrono::steady_clock::now() > end;
    });
    server.restart();
    REQUIRE(one->comes_into_step());
    REQUIRE(fixture.run_until([&] { return (*one)->waiting() == 0; }));
    {
      Instance two(fixture, log_settings(server.url()));
      REQUIRE(two.comes_into_step());
      CHECK_FALSE(admits(*two, response));
    }
    one.reset();
    fixture.drain();
  }
}

TEST_CASE_FIXTURE(PurgeLogFixture,
                  "a Redis without memory for a purge loses the log, so that all others learn of it") {
  Instance one(*this, log_settings(server.url()));
  Instance two(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  REQUIRE(two.comes_into_step());
  const auto elsewhere = two.fetch();
  server.cli({"CONFIG", "SET", "maxmemory", "1"});
  one.purge(product);
  CHECK(one->waiting() == 1);
  CHECK(run_until([&] { return !two->is_valid(*elsewhere); }));
  CHECK_FALSE(two->is_in_step());
  // Once: what it fetches after that stays valid, as in every outage.
  const auto later = two.fetch();
  run_until([end = std::chrono::steady_clock::now() + Milliseconds{100}] {
    return std::chrono::steady_clock::now() > end;
  });
  CHECK(two->is_valid(*later));
  server.cli({"CONFIG", "SET", "maxmemory", "0"});
  REQUIRE(one.comes_into_step());
  REQUIRE(two.comes_into_step());
  CHECK(in_order(stream(), {"marker", "shop.example/products/7"}));
  CHECK_FALSE(two->is_valid(*later));
}

TEST_CASE_FIXTURE(PurgeLogFixture,
                  "a Redis that accepts no writes keeps the log: purges wait, and are written in order") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const auto response = one.fetch();
  server.cli({"CONFIG", "SET", "min-replicas-to-write", "1"});
  one.purge(product);
  CHECK(one->waiting() == 1);
  CHECK_FALSE(one->is_in_step());
  CHECK_FALSE(one->is_valid(*response));
  CHECK(server.cli({"EXISTS", "larder:purges"}) == "1");
  server.cli({"CONFIG", "SET", "min-replicas-to-write", "0"});
  REQUIRE(one.comes_into_step());
  CHECK(in_order(stream(), {"marker", "shop.example/products/7"}));
}

TEST_CASE_FIXTURE(PurgeLogFixture,
                  "a restarted, empty Redis gets a marker and the purges made without it, in order") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const auto response = one.fetch();
  server.stop();
  REQUIRE(one.falls_out_of_step());
  one.purge(product);
  CHECK_FALSE(run(one->append({.purges = {{Kind::tag, "second"}}})).has_value());
  CHECK_FALSE(one->is_valid(*response));
  CHECK(one->waiting() == 2);
  server.restart();
  REQUIRE(one.comes_into_step());
  CHECK(one->waiting() == 0);
  CHECK(in_order(stream(), {"marker", "shop.example/products/7", "second"}));
  CHECK_FALSE(admits(*one, response));
}

TEST_CASE_FIXTURE(
    PurgeLogFixture,
    "a hung Redis does not delay a purge: it takes effect here, and is written in order later") {
  Instance one(*this, log_settings(server.url(), Milliseconds{200}));
  Instance two(*this, log_settings(server.url(), Milliseconds{200}));
  REQUIRE(one.comes_into_step());
  REQUIRE(two.comes_into_step());
  const auto response = one.fetch();
  const auto elsewhere = two.fetch();
  server.pause();
  one.purge(product);  // returns while Redis hangs
  one.purge({Kind::tag, "second"});
  CHECK_FALSE(one->is_valid(*response));
  CHECK_FALSE(one->is_in_step());
  CHECK(one->waiting() == 2);
  server.resume();
  REQUIRE(one.comes_into_step());
  CHECK(in_order(stream(), {"marker", "shop.example/products/7", "second"}));
  CHECK(run_until([&] { return !two->is_valid(*elsewhere); }));
  CHECK_FALSE(admits(*one, response));
}

TEST_CASE_FIXTURE(PurgeLogFixture,
                  "Redis absent at the start: purges take effect here and are written once it is up") {
  server.stop();
  Instance one(*this, log_settings(server.url()));
  const auto response = one.fetch();
  one.purge(product);
  CHECK_FALSE(one->is_valid(*response));
  CHECK_FALSE(one->is_in_step());
  server.restart();
  REQUIRE(one.comes_into_step());
  CHECK(in_order(stream(), {"marker", "shop.example/products/7"}));
}

TEST_CASE_FIXTURE(PurgeLogFixture, "more purges than may wait become one purge of everything") {
  auto settings = log_settings(server.url());
  settings.max_waiting = 3;
  server.stop();
  Instance one(*this, settings);
  for (int i = 0; i < 10; ++i) one.purge({Kind::tag, "tag" + std::to_string(i)});
  CHECK(one->waiting() <= 3);
  server.restart();
  REQUIRE(one.comes_into_step());
  CHECK(in_order(stream(), {"all\n*"}));
}

TEST_CASE_FIXTURE(PurgeLogFixture,
                  "the log is followed on one running server, not on others or after a restart") {
  Instance one(*this, log_settings(server.url()));
  larder::test::RedisServer other;
  larder::redis::Client here(loop, larder::test::redis_settings(server.url()), log);
  larder::redis::Client there(loop, larder::test::redis_settings(other.url()), log);
  here.start();
  there.start();
  REQUIRE(one.comes_into_step());
  REQUIRE(run_until([&] { return here.is_up() && there.is_up(); }));
  const std::uint64_t before = here.link("").node;
  CHECK(one->follows(before));
  CHECK_FALSE(one->follows(there.link("").node));
  server.restart();
  REQUIRE(one.falls_out_of_step());
  REQUIRE(one.comes_into_step());
  REQUIRE(run_until([&] { return here.link("").node != 0 && here.link("").node != before; }));
  CHECK_FALSE(one->follows(before));
  CHECK(one->follows(here.link("").node));
  here.stop();
  there.stop();
}

TEST_CASE("what was born before the log moved to another run of Redis is in doubt, whoever moved first") {
  LoopFixture fixture;
  RedisServer server;
  {
    Instance one(fixture, log_settings(server.url()));
    REQUIRE(one.comes_into_step());
    const auto response = one.fetch();
    CHECK(one->is_certain_since(response->born));
    // The loop stands still: it never reads the second, which Redis loses with the instance that wrote it.
    server.cli({"XADD", "larder:purges", "*", "tag", "first"});
    REQUIRE(server.cli({"SAVE"}) == "OK");
    server.cli({"XADD", "larder:purges", "*", "resource", "shop.example/products/7"});
    server.stop();
    server.restart();
    REQUIRE(one.falls_out_of_step());
    REQUIRE(one.comes_into_step());
    CHECK(one->is_valid(*response));
    CHECK_FALSE(one->is_certain_since(response->born));
    REQUIRE(run_to_witness(fixture, server, *one));
    const auto later = one.fetch();
    CHECK(one->is_certain_since(later->born));
    // One that comes later learns it from the witness.
    Instance two(fixture, log_settings(server.url()));
    REQUIRE(two.comes_into_step());
    CHECK_FALSE(two->is_certain_since(response->born));
    CHECK(two->is_certain_since(later->born));
    two.purge({Kind::tag, "other"});
    CHECK(one->is_certain_since(later->born));
  }
  fixture.drain();
}

TEST_CASE_FIXTURE(PurgeLogFixture, "a lost connection alone does not lose or purge anything") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  one.purge({Kind::tag, "other"});
  const auto kept = one.fetch();
  Sample sample;
  sample.path = "/purged/meanwhile";
  const auto purged = one.fetch(sample);
  cut_connections();
  server.cli({"XADD", "larder:purges", "*", "resource", "shop.example/purged/meanwhile"});
  REQUIRE(run_until([&] { return !one->is_valid(*purged); }));
  REQUIRE(one.comes_into_step());
  CHECK(one->is_valid(*kept));
  CHECK(admits(*one, kept));
}

TEST_CASE_FIXTURE(PurgeLogFixture,
                  "a log that lost records we have read is another log: everything counts as purged") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  one.purge({Kind::tag, "other"});
  const auto response = one.fetch();
  const std::string later = std::to_string(one->mark().position.milliseconds + 60'000) + "-0";
  // First the cut: the loop is not running, so the tail does not read the record before it has to reconnect.
  cut_connections();
  server.cli({"EVAL", "redis.call('DEL', KEYS[1]); redis.call('XADD', KEYS[1], ARGV[1], 'tag', 'unrelated')",
              "1", "larder:purges", later});
  REQUIRE(run_until([&] { return !one->is_valid(*response); }));
  REQUIRE(one.comes_into_step());
  CHECK_FALSE(admits(*one, response));
  CHECK(in_order(stream(), {"unrelated", "marker"}));
}

TEST_CASE_FIXTURE(PurgeLogFixture,
                  "a log trimmed beyond our position during a long absence purges everything here") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const auto response = one.fetch();
  const std::string two_days_later = std::to_string(one->mark().position.milliseconds + 2 * 86'400'000);
  cut_connections();
  for (const char* tag : {"a", "b", "c"})
    server.cli(
        {"XADD", "larder:purges", two_days_later + "-" + std::string(1, tag[0] - 'a' + '0'), "tag", tag});
  server.cli({"XTRIM", "larder:purges", "MAXLEN", "1"});
  REQUIRE(run_until([&] { return !one->is_valid(*response); }));
  REQUIRE(one.comes_into_step());
  CHECK_FALSE(admits(*one, response));
  CHECK_FALSE(in_order(stream(), {"marker"}));
}

TEST_CASE_FIXTURE(PurgeLogFixture, "with on_outage: origin hits are not trusted while the log is silent") {
  auto settings = log_settings(server.url(), Milliseconds{100});
  settings.outage_ttl = Milliseconds{150};
  settings.origin_on_outage = true;
  Instance strict(*this, settings);
  settings.origin_on_outage = false;
  Instance lax(*this, settings);
  CHECK_FALSE(strict->trusts_hits());
  CHECK(lax->trusts_hits());
  REQUIRE(strict.comes_into_step());
  REQUIRE(lax.comes_into_step());
  CHECK(run_until([&] { return strict->trusts_hits(); }));
  server.pause();
  CHECK(run_until([&] { return !strict->trusts_hits(); }));
  CHECK(lax->trusts_hits());
  server.resume();
  CHECK(run_until([&] { return strict->trusts_hits(); }));
}

}  // namespace larder::redis_purge_log_outage_test
