#include "support/manual_clock.hpp"
#include "support/redis_server.hpp"
#include "support/run_task.hpp"

#include <larder/redis/client.hpp>
#include <larder/store/memory_purge_log.hpp>
#include <larder/warm/hot_counter.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <doctest/doctest.h>
#include <spdlog/sinks/null_sink.h>

namespace larder::hot_counter_test {

using namespace larder::warm;

namespace {

/// Answers all requests like the cache, immediately or not.
class FakeCache final : public pipeline::Handler {
 public:
  bool answer_now(pipeline::Request& request, pipeline::Response& response) override {
    if (result != pipeline::CacheResult::hit) return false;
    if (route != nullptr) request.routing = {.vary = "Cookie", .route = route};
    response = answer();
    return true;
  }
  Task<Result<pipeline::Response>> handle(pipeline::Request&) override { co_return answer(); }

  pipeline::Response answer() const {
    pipeline::Response response;
    response.head.status = status;
    response.cache_result = result;
    response.head.fields.add("Cache-Status", "inner; fwd=uri-miss; stored");
    response.is_stored = is_stored;
    return response;
  }

  int status = 200;
  pipeline::CacheResult result = pipeline::CacheResult::hit;
  bool is_stored = false;
  const policy::Route* route = nullptr;  ///< that it found by a cookie, which is gone
};

std::vector<policy::Route> routes() {
  std::vector<policy::Route> all(2);
  all[0].name = "/a/**";
  all[1].name = "/**";
  all[0].warm = policy::WarmRule{.hottest = 2};
  all[0].query = {.mode = policy::QueryRule::Mode::ignore, .names = {"utm_*"}};
  for (policy::Route& one : all) one.patterns = {policy::PathPattern::parse(one.name).value()};
  return all;
}

struct Fixture {
  test::RedisServer server;
  boost::asio::io_context loop{1};
  test::ManualClock clock;
  Log log{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};
  store::MemoryPurgeLog purges{clock, {}};
  redis::Client client{loop, redis::parse_url(server.url()).value(), log};
  store::WarmRecords records{client, purges, clock, "test"};
  FakeCache cache;
  HotCounter counter{cache, std::make_shared<const policy::RouteTable>(routes()), records};

  Fixture() {
    client.start();
    while (!client.is_up()) loop.run_one();
  }
  ~Fixture() {
    counter.stop();
    client.stop();
    loop.restart();
    loop.run_for(Seconds{10});
    CHECK(loop.stopped());
  }

  void ask(std::string path, std::string method = "GET") {
    pipeline::Request request;
    request.head.method = std::move(method);
    request.head.target = std::move(path);
    request.head.fields.add("Host", "shop.test");
    request.target = http::target_of(request.head, "http").value();
    pipeline::Response response;
    if (!counter.answer_now(request, response)) test::run_task(loop, counter.handle(request));
  }

  std::vector<std::string> hottest() {
    test::run_task(loop, save());
    return test::run_task(loop, records.hottest("/a/**", 10));
  }

  Task<bool> save() {
    co_await counter.save();
    co_return true;
  }

  Task<bool> adopt(std::vector<policy::Route> others) {
    return adopt(std::make_shared<const policy::RouteTable>(std::move(others)));
  }

  Task<bool> adopt(RoutesPtr others) {
    co_await counter.adopt(std::move(others));
    co_return true;
  }
};

using Urls = std::vector<std::string>;

}  // namespace

TEST_CASE("requests on routes that warm their hottest are counted by the bytes that are keyed") {
  Fixture f;
  for (int i = 0; i < 3; ++i) f.ask("/a/1?p=1&utm_source=x" + std::to_string(i));
  f.ask("/a/2");
  f.ask("/b");
  f.ask("/a/3", "HEAD");
  CHECK(f.hottest() == Urls{"http://shop.test/a/1?p=1", "http://shop.test/a/2"});
  f.ask("/a/2");
  f.ask("/a/2");
  f.ask("/a/2");
  CHECK(f.hottest() == Urls{"http://shop.test/a/2", "http://shop.test/a/1?p=1"});
}

TEST_CASE("a request counts for the route that the cache has found by its fields") {
  Fixture f;
  std::vector<policy::Route> all = routes();
  all[1].warm = policy::WarmRule{.hottest = 2};
  const auto table = std::make_shared<const policy::RouteTable>(std::move(all));
  test::run_task(f.loop, f.adopt(table));
  f.cache.route = &table->list()[1];
  f.ask("/a/1");
  test::run_task(f.loop, f.save());
  CHECK(test::run_task(f.loop, f.records.hottest("/**", 10)) == Urls{"http://shop.test/a/1"});
  CHECK(f.hottest().empty());
}

TEST_CASE("responses that the cache does not store are not counted") {
  Fixture f;
  using enum pipeline::CacheResult;
  f.cache.result = bypass;
  f.ask("/a/1");
  f.cache.result = miss;
  f.cache.is_stored = false;
  f.ask("/a/2");
  f.cache.status = 404;
  f.cache.is_stored = true;
  f.ask("/a/3");
  f.cache.status = 200;
  f.ask("/a/4");
  f.ask("/a/" + std::string(3000, 'x'));
  CHECK(f.hottest() == Urls{"http://shop.test/a/4"});
}

TEST_CASE("new routes are counted, and earlier counts are handed over") {
  Fixture f;
  f.ask("/a/1");
  std::vector<policy::Route> other = routes();
  other[0].name = "/b/**";
  other[0].patterns = {policy::PathPattern::parse("/b/**").value()};
  test::run_task(f.loop, f.adopt(std::move(other)));
  f.ask("/a/2");
  f.ask("/b/1");
  CHECK(f.hottest() == Urls{"http://shop.test/a/1"});
  CHECK(test::run_task(f.loop, f.records.hottest("/b/**", 10)) == Urls{"http://shop.test/b/1"});
  test::run_task(f.loop, f.adopt(std::vector<policy::Route>()));
  f.ask("/b/1");
  CHECK(f.hottest() == Urls{"http://shop.test/a/1"});
}

TEST_CASE("routes of one match and other hosts have lists of their own") {
  Fixture f;
  std::vector<policy::Route> all(2, routes()[0]);
  all[0].hosts = {policy::HostPattern::parse("other.test").value()};
  all[1].hosts = {policy::HostPattern::parse("*.test").value()};
  test::run_task(f.loop, f.adopt(all));
  f.ask("/a/1");
  test::run_task(f.loop, f.save());
  CHECK(test::run_task(f.loop, f.records.hottest("/a/** *.test", 10)) == Urls{"http://shop.test/a/1"});
  CHECK(test::run_task(f.loop, f.records.hottest("/a/** other.test", 10)).empty());
  CHECK(test::run_task(f.loop, f.records.hottest("/a/**", 10)).empty());
}

TEST_CASE("regular saving ends when told to") {
  Fixture f;
  boost::asio::co_spawn(f.loop, f.counter.save_regularly(), boost::asio::detached);
  f.ask("/a/1");
}

}  // namespace larder::hot_counter_test
