#include "redis_fixture.hpp"
#include "sample.hpp"
#include "support/redis_server.hpp"

#include <larder/store/redis_purge_log.hpp>

#include <boost/asio/use_future.hpp>
#include <doctest/doctest.h>

#include <future>
#include <thread>

using larder::Milliseconds;
using larder::Seconds;
using larder::policy::Purge;
using larder::store::parse_position;
using larder::store::Position;
using larder::store::RedisPurgeLog;
using larder::test::log_settings;
using larder::test::LoopFixture;
using larder::test::RedisServer;
using larder::test::Sample;
using Kind = Purge::Kind;

namespace {

const Purge product{Kind::resource, "shop.example/products/7"};

/// A purge log of an instance, on the test's loop; gone with its coroutines at the end.
class Instance {
 public:
  Instance(LoopFixture& fixture, RedisPurgeLog::Settings settings)
      : fixture_(fixture), log_(fixture.loop, std::move(settings), fixture.clock, fixture.log) {
    log_.start();
  }
  ~Instance() { log_.stop(); }

  RedisPurgeLog& operator*() { return log_; }
  RedisPurgeLog* operator->() { return &log_; }

  bool comes_into_step() {
    return fixture_.run_until([this] { return log_.is_in_step(); });
  }
  bool falls_out_of_step() {
    return fixture_.run_until([this] { return !log_.is_in_step(); });
  }
  void purge(Purge purge) { fixture_.run(log_.append({std::move(purge)})); }

  /// A response whose fetch begins now.
  std::shared_ptr<larder::store::StoredResponse> fetch(Sample sample = {}) {
    const auto mark = log_.mark();
    sample.born = mark.position;
    sample.checked = mark.sequence;
    return sample.make();
  }

 private:
  LoopFixture& fixture_;
  RedisPurgeLog log_;
};

struct Fixture : LoopFixture {
  RedisServer server;
  ~Fixture() { drain(); }

  std::string stream() { return server.cli({"XRANGE", "larder:purges", "-", "+"}); }
  Position last() {
    return *parse_position(server.cli({"XREVRANGE", "larder:purges", "+", "-", "COUNT", "1"}).substr(0, 15));
  }
  void cut_connections() { server.cli({"CLIENT", "KILL", "TYPE", "normal"}); }
};

/// Where each text stands in a whole, one after the other.
bool in_order(const std::string& whole, const std::vector<std::string>& parts) {
  std::size_t from = 0;
  for (const std::string& part : parts) {
    from = whole.find(part, from);
    if (from == std::string::npos) return false;
    from += part.size();
  }
  return true;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the first instance begins the log with a marker, and is in step") {
  Instance one(*this, log_settings(server.url()));
  CHECK_FALSE(one->is_in_step());
  REQUIRE(one.comes_into_step());
  CHECK(in_order(stream(), {"kind\nmarker\nlog\n", "at\n20", "by\n"}));
  CHECK(one->mark().position == last());
  const auto response = one.fetch();
  CHECK(one->is_valid(*response));
  CHECK(one->admit(*response));
}

TEST_CASE_FIXTURE(Fixture, "records can be read by a person") {
  auto settings = log_settings(server.url());
  settings.instance = "web1";
  Instance one(*this, settings);
  REQUIRE(one.comes_into_step());
  run(one->append({product, {Kind::below, "shop.example/a/"}, {Kind::tag, "t"}, {Kind::all, ""}}));
  const auto record = "resource\nshop.example/products/7\nbelow\nshop.example/a/\ntag\nt\nall\n*\nat\n20";
  CHECK(in_order(stream(), {record, "by\nweb1"}));
}

TEST_CASE_FIXTURE(Fixture, "a purge counts here when append() returns, and its stream is read by the tail") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const auto before = one.fetch();
  one.purge(product);
  CHECK_FALSE(one->is_valid(*before));
  CHECK_FALSE(one->admit(*before));
  CHECK(one->mark().position == last());
  const auto after = one.fetch();
  CHECK(one->is_valid(*after));
  CHECK(one->admit(*after));
  CHECK(one->is_in_step());
}

TEST_CASE_FIXTURE(Fixture, "two instances on one Redis see each other's purges") {
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
    CHECK_FALSE((*reader)->admit(*in_redis));
  }
}

TEST_CASE_FIXTURE(Fixture, "an instance that starts later knows every purge before it is in step") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const auto before = one.fetch();
  for (int i = 0; i < 50; ++i) one.purge({Kind::tag, "other" + std::to_string(i)});
  one.purge(product);
  const auto after = one.fetch();
  Instance two(*this, log_settings(server.url()));
  REQUIRE(two.comes_into_step());
  CHECK(two->mark().position == one->mark().position);
  CHECK_FALSE(two->admit(*before));
  CHECK(two->admit(*after));
}

TEST_CASE_FIXTURE(Fixture, "a stream longer than one reading is read whole") {
  server.cli({"EVAL",
              "for i = 1, 2500 do redis.call('XADD', 'larder:purges', '1-' .. i, 'tag', 't' .. i) end", "0"});
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  CHECK(one->mark().position == Position{1, 2500});
  CHECK(one->table().counts().names == 2500);
}

TEST_CASE_FIXTURE(Fixture, "a flushed Redis means a cold cache, never a stale one") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  one.purge({Kind::tag, "other"});
  const auto response = one.fetch();
  server.cli({"FLUSHALL"});
  REQUIRE(run_until([&] { return !one->is_valid(*response); }));
  REQUIRE(one.comes_into_step());
  CHECK_FALSE(one->admit(*response));
  CHECK(in_order(stream(), {"marker"}));
  const auto later = one.fetch();
  CHECK(one->is_valid(*later));
  CHECK(one->admit(*later));
}

TEST_CASE_FIXTURE(Fixture, "a purge that finds the stream gone is written after a new marker") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const auto response = one.fetch();
  server.cli({"DEL", "larder:purges"});
  one.purge(product);
  CHECK_FALSE(one->is_valid(*response));
  REQUIRE(one.comes_into_step());
  CHECK(in_order(stream(), {"marker", "shop.example/products/7"}));
}

TEST_CASE_FIXTURE(Fixture,
                  "a restarted, empty Redis gets a marker and the purges made without it, in order") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const auto response = one.fetch();
  server.stop();
  REQUIRE(one.falls_out_of_step());
  one.purge(product);
  one.purge({Kind::tag, "second"});
  CHECK_FALSE(one->is_valid(*response));
  CHECK(one->waiting() == 2);
  server.restart();
  REQUIRE(one.comes_into_step());
  CHECK(one->waiting() == 0);
  CHECK(in_order(stream(), {"marker", "shop.example/products/7", "second"}));
  CHECK_FALSE(one->admit(*response));
}

TEST_CASE_FIXTURE(Fixture, "a hung Redis holds no purge up: it counts here, and is written in order later") {
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
  CHECK_FALSE(one->admit(*response));
}

TEST_CASE_FIXTURE(Fixture, "Redis absent at the start: purges count here and are written once it is there") {
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

TEST_CASE_FIXTURE(Fixture, "more purges than may wait become one purge of everything") {
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

TEST_CASE_FIXTURE(Fixture, "a lost connection alone loses nothing and purges nothing") {
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
  CHECK(one->admit(*kept));
}

TEST_CASE_FIXTURE(Fixture, "a log that lost what we saw of it is another log: everything counts as purged") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  one.purge({Kind::tag, "other"});
  const auto response = one.fetch();
  const std::string later = std::to_string(one->mark().position.milliseconds + 60'000) + "-0";
  server.cli({"EVAL",
              "redis.call('DEL', KEYS[1]); redis.call('XADD', KEYS[1], ARGV[1], 'tag', 'unrelated');"
              "redis.call('CLIENT', 'KILL', 'TYPE', 'normal')",
              "1", "larder:purges", later});
  cut_connections();
  REQUIRE(run_until([&] { return !one->is_valid(*response); }));
  REQUIRE(one.comes_into_step());
  CHECK_FALSE(one->admit(*response));
  CHECK(in_order(stream(), {"unrelated", "marker"}));
}

TEST_CASE_FIXTURE(Fixture,
                  "a log trimmed past what we saw of it, in a long absence, purges everything here") {
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
  CHECK_FALSE(one->admit(*response));
  CHECK_FALSE(in_order(stream(), {"marker"}));
}

TEST_CASE_FIXTURE(Fixture,
                  "what was fetched before the oldest record that is left is not used by a new instance") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const auto oldest = one.fetch();
  one.purge({Kind::tag, "a"});
  one.purge({Kind::tag, "b"});
  const auto latest = one.fetch();
  server.cli({"XTRIM", "larder:purges", "MAXLEN", "1"});
  Instance two(*this, log_settings(server.url()));
  REQUIRE(two.comes_into_step());
  CHECK_FALSE(two->admit(*oldest));
  CHECK(two->admit(*latest));
}

TEST_CASE_FIXTURE(Fixture,
                  "a record that says nothing we understand purges everything; an unknown field does not") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const auto response = one.fetch();
  server.cli({"XADD", "larder:purges", "*", "tag", "other", "why", "a person said so"});
  REQUIRE(run_until([&] { return one->table().counts().names == 1; }));
  CHECK(one->is_valid(*response));
  server.cli({"XADD", "larder:purges", "*", "galaxy", "far away"});
  CHECK(run_until([&] { return !one->is_valid(*response); }));
}

TEST_CASE_FIXTURE(Fixture, "the stream is trimmed, but for a record as old as the oldest entry") {
  server.cli(
      {"EVAL", "for i = 1, 5000 do redis.call('XADD', 'larder:purges', i .. '-0', 'tag', 't') end", "0"});
  auto settings = log_settings(server.url());
  settings.limits.max_lifetime = Milliseconds{1'000};
  Instance one(*this, settings);
  REQUIRE(one.comes_into_step());
  one.purge(product);
  CHECK(std::stoi(server.cli({"XLEN", "larder:purges"})) < 1'500);
  const std::string oldest = server.cli({"XRANGE", "larder:purges", "-", "+", "COUNT", "1"});
  CHECK(parse_position(oldest.substr(0, oldest.find('\n')))->milliseconds < 4'000);
}

TEST_CASE_FIXTURE(Fixture, "with on_outage: origin hits are not trusted while the log is silent") {
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

TEST_CASE_FIXTURE(Fixture, "append() may be called on any loop and comes back to it") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const auto response = one.fetch();
  std::promise<bool> came_back;
  std::future<bool> answer = came_back.get_future();
  std::thread worker([&] {
    boost::asio::io_context own;
    const auto call = [](RedisPurgeLog& log, std::promise<bool>& done) -> larder::Task<> {
      const auto thread = std::this_thread::get_id();
      co_await log.append({product});
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

TEST_CASE_FIXTURE(Fixture, "a stopped log ends its coroutines, and purges count here alone") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  const auto response = one.fetch();
  one->stop();
  drain();
  CHECK_FALSE(one->is_in_step());
  one.purge(product);
  CHECK_FALSE(one->is_valid(*response));
}
