#include "purge_log_fixture.hpp"

#include <larder/store/redis_purge_log.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <doctest/doctest.h>

#include <future>
#include <thread>

namespace larder::redis_purge_log_test {

using larder::Milliseconds;
using larder::Seconds;
using larder::store::parse_position;
using larder::store::Position;
using larder::store::RedisPurgeLog;
using larder::store::Strength;
using larder::store::Verdict;
using larder::test::admits;
using larder::test::in_order;
using larder::test::Instance;
using larder::test::Kind;
using larder::test::log_settings;
using larder::test::product;
using larder::test::PurgeLogFixture;
using larder::test::Sample;

TEST_CASE_FIXTURE(PurgeLogFixture, "the first instance begins the log with a marker, and is in step") {
  Instance one(*this, log_settings(server.url()));
  CHECK_FALSE(one->is_in_step());
  REQUIRE(one.comes_into_step());
  CHECK(in_order(stream(), {"kind\nmarker\nnode\n", "at\n20", "by\n"}));
  CHECK(one->mark().position == last());
  const auto response = one.fetch();
  CHECK(one->is_valid(*response));
  CHECK(admits(*one, response));
}

TEST_CASE_FIXTURE(PurgeLogFixture, "appending a purge returns its position in the log") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const std::optional<Position> position = run(one->append({.purges = {product}}));
  REQUIRE(position.has_value());
  CHECK(*position == last());
  CHECK(one->mark().position == *position);
}

TEST_CASE_FIXTURE(PurgeLogFixture, "its two clients report their activity") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const auto clients = run(one->clients());
  REQUIRE(clients.size() == 2);
  CHECK(clients[0].name == "purge log tail");
  REQUIRE(clients[0].nodes.size() == 1);
  CHECK(clients[0].nodes[0].health == larder::redis::Health::up);
  CHECK(clients[0].nodes[0].counters.commands > 0);
  CHECK(clients[1].name == "purge log writer");
}

TEST_CASE_FIXTURE(PurgeLogFixture, "records can be read by a person") {
  auto settings = log_settings(server.url());
  settings.instance = "web1";
  Instance one(*this, settings);
  REQUIRE(one.comes_into_step());
  run(one->append({.purges = {product, {Kind::below, "shop.example/a/"}, {Kind::tag, "t"}, {Kind::all, ""}},
                   .why = "PUT http://shop.example/products/7"}));
  const auto record = "resource\nshop.example/products/7\nbelow\nshop.example/a/\ntag\nt\nall\n*\nat\n20";
  CHECK(in_order(stream(), {record, "by\nweb1\nwhy\nPUT http://shop.example/products/7"}));
}

TEST_CASE_FIXTURE(PurgeLogFixture,
                  "a soft purge stays soft in the log, for tailing and for later instances") {
  Instance one(*this, log_settings(server.url()));
  Instance two(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  REQUIRE(two.comes_into_step());
  Sample sample;
  sample.response_time = clock.now();
  const auto there = two.fetch(sample);
  const auto in_redis = one.fetch(sample);
  run(one->append({.purges = {product}, .strength = Strength::soft}));
  CHECK(in_order(stream(), {"resource\nshop.example/products/7\nsoft\n1\nat\n20"}));
  CHECK(one->judge(*in_redis).kind == Verdict::Kind::stale);
  CHECK(run_until([&] { return two->judge(*there).kind == Verdict::Kind::stale; }));
  CHECK(two->judge(*there).since <= clock.now());
  Instance three(*this, log_settings(server.url()));
  REQUIRE(three.comes_into_step());
  larder::store::Draft from_redis = copy_of(in_redis);
  CHECK(three->admit(from_redis));
  CHECK(from_redis.softly_purged);
  one.purge(product);
  CHECK(one->judge(*in_redis).kind == Verdict::Kind::purged);
}

TEST_CASE_FIXTURE(PurgeLogFixture,
                  "a purge takes effect here when append() returns, and the tail reads its stream") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const auto before = one.fetch();
  one.purge(product);
  CHECK_FALSE(one->is_valid(*before));
  CHECK_FALSE(admits(*one, before));
  CHECK(one->mark().position == last());
  const auto after = one.fetch();
  CHECK(one->is_valid(*after));
  CHECK(admits(*one, after));
  CHECK(one->is_in_step());
}

TEST_CASE_FIXTURE(PurgeLogFixture, "two instances on one Redis see each other's purges") {
  Instance one(*this, log_settings(server.url()));
  Instance two(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  REQUIRE(two.comes_into_step());
  REQUIRE(run_until([&] { return one->mark().position == two->mark().position; }));
  for (auto [writer, reader] : {std::pair(&one, &two), std::pair(&two, &one)}) {
    const auto in_memory = reader->fetch();
    const auto in_redis = writer->fetch();
    writer->purge(product);
    CHECK(run_until([&] { return !(*reader)->is_valid(*in_memory); }));
    CHECK_FALSE(admits(**reader, in_redis));
  }
}

TEST_CASE_FIXTURE(PurgeLogFixture, "an instance that starts later knows every purge before it is in step") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const auto before = one.fetch();
  for (int i = 0; i < 50; ++i) one.purge({Kind::tag, "other" + std::to_string(i)});
  one.purge(product);
  const auto after = one.fetch();
  Instance two(*this, log_settings(server.url()));
  REQUIRE(two.comes_into_step());
  CHECK(two->mark().position == one->mark().position);
  CHECK_FALSE(admits(*two, before));
  CHECK(admits(*two, after));
}

TEST_CASE_FIXTURE(PurgeLogFixture, "a stream longer than one read is read whole") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  server.cli(
      {"EVAL", "for i = 1, 2500 do redis.call('XADD', 'larder:purges', '*', 'tag', 't' .. i) end", "0"});
  Instance two(*this, log_settings(server.url()));
  REQUIRE(two.comes_into_step());
  CHECK(two->mark().position == last());
  CHECK(two->table().counts().names == 2500);
}

TEST_CASE_FIXTURE(PurgeLogFixture,
                  "a new instance does not use what was fetched before the oldest remaining record") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const auto oldest = one.fetch();
  one.purge({Kind::tag, "a"});
  one.purge({Kind::tag, "b"});
  // As instances do when half of the log's retention is over.
  server.cli(
      {"EVAL",
       "local marker = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1][2]; marker[2] = 'witness'; "
       "redis.call('XADD', KEYS[1], '*', unpack(marker))",
       "1", "larder:purges"});
  REQUIRE(run_until([&] { return one->mark().position == last(); }));
  const auto latest = one.fetch();
  server.cli({"XTRIM", "larder:purges", "MAXLEN", "1"});
  Instance two(*this, log_settings(server.url()));
  REQUIRE(two.comes_into_step());
  CHECK_FALSE(admits(*two, oldest));
  CHECK(admits(*two, latest));
}

TEST_CASE_FIXTURE(PurgeLogFixture,
                  "a record without anything we understand purges everything; an unknown field does not") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const auto response = one.fetch();
  server.cli({"XADD", "larder:purges", "*", "tag", "other", "why", "a person said so"});
  REQUIRE(run_until([&] { return one->table().counts().names == 1; }));
  CHECK(one->is_valid(*response));
  server.cli({"XADD", "larder:purges", "*", "galaxy", "far away"});
  CHECK(run_until([&] { return !one->is_valid(*response); }));
}

TEST_CASE_FIXTURE(PurgeLogFixture, "the stream is trimmed, except for a record as old as the oldest entry") {
  auto settings = log_settings(server.url());
  settings.limits.max_lifetime = Milliseconds{1'000};
  Instance one(*this, settings);
  REQUIRE(one.comes_into_step());
  const std::uint64_t begin = last().milliseconds;
  server.cli({"EVAL",
              "for i = 1, 5000 do redis.call('XADD', 'larder:purges', ARGV[1] + i .. '-0', 'tag', 't') end",
              "0", std::to_string(begin)});
  REQUIRE(run_until([&] { return one->mark().position.milliseconds >= begin + 5'000; }));
  one.purge(product);
  CHECK(std::stoi(server.cli({"XLEN", "larder:purges"})) < 1'500);
  const std::string oldest = server.cli({"XRANGE", "larder:purges", "-", "+", "COUNT", "1"});
  CHECK(parse_position(oldest.substr(0, oldest.find('\n')))->milliseconds < begin + 4'000);
  // The log's own record is repeated before it is trimmed.
  Instance two(*this, settings);
  REQUIRE(two.comes_into_step());
  CHECK(two->mark().position.milliseconds < begin + 6'000);
  CHECK_FALSE(in_order(stream(), {"marker"}));
}

TEST_CASE_FIXTURE(PurgeLogFixture, "after catching up an instance knows every purge that was in the log") {
  Instance one(*this, log_settings(server.url()));
  Instance two(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  REQUIRE(two.comes_into_step());
  for (int i = 0; i < 100; ++i) {
    const auto there = two.fetch();
    one.purge(product);
    REQUIRE(run(two->catch_up()));
    REQUIRE_FALSE(two->is_valid(*there));
  }
}

TEST_CASE_FIXTURE(PurgeLogFixture, "concurrent catch-ups share a read; later ones get the next") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const auto commands = [&] { return run(one->clients())[1].nodes.at(0).counters.commands; };
  const auto before = commands();
  int caught_up = 0;
  for (int i = 0; i < 1'000; ++i) {
    boost::asio::co_spawn(loop, one->catch_up(), [&](std::exception_ptr, bool well) { caught_up += well; });
  }
  REQUIRE(run_until([&] { return caught_up == 1'000; }));
  CHECK(commands() - before <= 3);
}

TEST_CASE_FIXTURE(PurgeLogFixture, "catching up fails if the log is gone or Redis hangs") {
  Instance one(*this, log_settings(server.url(), Milliseconds{100}));
  REQUIRE(one.comes_into_step());
  CHECK(run(one->catch_up()));
  server.cli({"DEL", "larder:purges"});
  CHECK_FALSE(run(one->catch_up()));
  REQUIRE(run_until([&] { return run(one->catch_up()); }));
  server.pause();
  CHECK_FALSE(run(one->catch_up()));
  server.resume();
  CHECK(run_until([&] { return run(one->catch_up()); }));
  one->stop();
  CHECK_FALSE(run(one->catch_up()));
}

TEST_CASE_FIXTURE(PurgeLogFixture, "catching up fails if the log is shorter than what was already read") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  one.purge(product);
  REQUIRE(run(one->catch_up()));
  // Like a Redis that lost the end of its log: a log, but an older one.
  server.cli(
      {"EVAL",
       "local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]; redis.call('DEL', KEYS[1]); "
       "redis.call('XADD', KEYS[1], first[1], unpack(first[2]))",
       "1", "larder:purges"});
  CHECK_FALSE(run(one->catch_up()));
}

TEST_CASE_FIXTURE(PurgeLogFixture, "append() may be called on any loop and resumes there") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const auto response = one.fetch();
  std::promise<bool> came_back;
  std::future<bool> answer = came_back.get_future();
  std::thread worker([&] {
    boost::asio::io_context own;
    const auto call = [](RedisPurgeLog& log, std::promise<bool>& done) -> larder::Task<> {
      const auto thread = std::this_thread::get_id();
      larder::store::PurgeBatch batch;
      batch.purges = {product};
      co_await log.append(std::move(batch));
      done.set_value(std::this_thread::get_id() == thread);
    };
    boost::asio::co_spawn(own, call(*one, came_back), boost::asio::detached);
    own.run();
  });
  REQUIRE(run_until([&] { return answer.wait_for(Seconds{0}) == std::future_status::ready; }));
  worker.join();
  CHECK(answer.get());
  CHECK_FALSE(one->is_valid(*response));
}

TEST_CASE_FIXTURE(PurgeLogFixture, "a stopped log ends its coroutines, and purges take effect here only") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const auto response = one.fetch();
  one->stop();
  drain();
  CHECK_FALSE(one->is_in_step());
  one.purge(product);
  CHECK_FALSE(one->is_valid(*response));
}

}  // namespace larder::redis_purge_log_test
