#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/shared_tier.hpp"
#include "support/standstill.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

/// The purge log in Redis: how often it is written, and what trimming it and larder's end mean.
namespace larder::test {

namespace {

const std::string log_name = "larder:purges";

Yaml yaml_of(const Origin& origin, const RedisServer& redis) {
  return {.upstream = origin.url(), .redis = redis.url()};
}

int records_in(const RedisServer& redis) {
  return std::stoi(redis.cli({"xlen", log_name}));
}

int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// An origin whose responses change with each write, behind two larders under `strict`.
struct Pair {
  std::atomic<int> value{0};
  Origin origin{[this](const OriginRequest& request) {
    if (request.method != "GET") ++value;
    return text(std::to_string(value));
  }};
  RedisServer redis;

  Yaml yaml(std::string store = "") {
    return {.upstream = origin.url(),
            .routes = "  - match: /**\n    ttl: 10m\n    consistency: strict\n",
            .store = std::move(store),
            .redis = redis.url()};
  }
  /// Many purges by others, of which the tail reads the first before anything is trimmed.
  void fill_log(const std::string& records) const {
    redis.cli({"eval",
               "for i = 1, tonumber(ARGV[1]) do redis.call('xadd', KEYS[1], '*', 'tag', "
               "string.rep('t', 300) .. i) end",
               "1", log_name, records});
  }
};

constexpr auto other_lifetime = "another larder on this Redis has store.max_lifetime";

}  // namespace

TEST_CASE("a storm of writes appends at most one record every 2 ms, and every write purges") {
  Origin origin(numbered);
  RedisServer redis;
  Larder larder(yaml_of(origin, redis));
  REQUIRE(uses(larder, redis));
  constexpr int clients = 8;
  constexpr int writes = 50;
  for (int i = 0; i < clients; ++i) {
    const std::string target = "/" + std::to_string(i) + "/a";
    larder.client().get(target);
    REQUIRE(has_cached(larder, target));
  }
  const int before = records_in(redis);
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < clients; ++i) {
    threads.emplace_back([&larder, target = "/" + std::to_string(i) + "/a"] {
      Client client = larder.client();
      for (int n = 0; n < writes; ++n) client.put(target);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto took = std::chrono::steady_clock::now() - began;
  const int made = records_in(redis) - before;
  CHECK(made >= writes);  // a write is answered once its purge is in the log
  CHECK(made <= took / std::chrono::milliseconds{2} + 1);
  CHECK(made <= clients * writes);
  for (int i = 0; i < clients; ++i)
    CHECK(cache_result(larder.client().get("/" + std::to_string(i) + "/a")) == "MISS");
}

TEST_CASE("a new larder trusts nothing if the log was trimmed past the witness that vouches for it") {
  Origin origin(numbered);
  RedisServer redis;
  Larder first(yaml_of(origin, redis));
  REQUIRE(uses(first, redis));
  first.client().get("/old");
  REQUIRE(is_stored(redis, "/old"));
  // The record that is trimmed below purges it.
  CHECK(first.client().put("/old").status == 200);
  first.client().get("/older/than/the/log");
  REQUIRE(is_stored(redis, "/older/than/the/log"));
  for (int i = 0; i < 5; ++i) CHECK(first.client().put("/elsewhere/" + std::to_string(i)).status == 200);
  first.client().get("/new");
  REQUIRE(is_stored(redis, "/new"));
  SUBCASE("trimmed") {
    REQUIRE(records_in(redis) > 2);
    redis.cli({"xtrim", log_name, "MAXLEN", "=", "2"});
    REQUIRE(records_in(redis) == 2);
    Larder second(yaml_of(origin, redis));
    REQUIRE(uses(second, redis));
    CHECK(cache_result(second.client().get("/older/than/the/log")) == "MISS");
    CHECK(cache_result(second.client().get("/old")) == "MISS");
    CHECK(cache_result(second.client().get("/new")) == "MISS");
  }
  SUBCASE("whole") {
    Larder second(yaml_of(origin, redis));
    REQUIRE(uses(second, redis));
    CHECK(cache_result(second.client().get("/older/than/the/log")) == "HIT");
    CHECK(cache_result(second.client().get("/old")) == "MISS");
    CHECK(cache_result(second.client().get("/new")) == "HIT");
  }
}

TEST_CASE(
    "under strict a larder that was stopped while the log was trimmed beyond its position serves nothing "
    "old") {
  Pair pair;
  std::string store;
  SUBCASE("by hand") {}
  SUBCASE("by another larder whose max_lifetime is shorter") {
    store = "  max_lifetime: 1s\n";
  }
  SUBCASE("by another larder whose log holds fewer bytes") {
    store = "  purge_log: 1MiB\n";
  }
  Larder paused(pair.yaml());
  REQUIRE(uses(paused, pair.redis));
  Larder writer(pair.yaml(store));
  REQUIRE(uses(writer, pair.redis));
  paused.client().get("/a");
  REQUIRE(has_cached(paused, "/a"));
  std::string written;
  {
    const Standstill standstill(paused.process().pid());
    // Answers the waiting read, so that later records are read only afterwards.
    pair.redis.cli({"xadd", log_name, "*", "tag", "first"});
    written = writer.client().put("/a").body;
    if (store.empty()) {
      pair.redis.cli({"xadd", log_name, "*", "tag", "last"});
      pair.redis.cli({"xtrim", log_name, "MAXLEN", "1"});
    } else {
      for (int i = 0; i < 4; ++i) {
        pair.fill_log("5000");
        CHECK(writer.client().put("/elsewhere").status == 200);
        written = std::to_string(pair.value);
        std::this_thread::sleep_for(std::chrono::milliseconds{1'200});
      }
    }
  }
  for (int i = 0; i < 20; ++i) REQUIRE(paused.client().get("/a").body == written);
  CHECK(eventually([&] { return cache_result(paused.client().get("/a")) == "HIT"; }));
  CHECK(paused.client().get("/a").body == written);
  if (contains(store, "max_lifetime")) {
    // The first larder's lifetime is in the log, which is then trimmed by the longer one.
    CHECK(eventually([&] { return writer.log_lines_with(other_lifetime) == 1; }));
    CHECK(paused.log_lines_with("trimmed past") == 0);
  } else {
    CHECK(eventually([&] { return paused.log_lines_with("trimmed past") == 1; }));
  }
}

TEST_CASE("under strict nothing old is served if Redis lost a purge that only an absent larder knows of") {
  Pair pair;
  Larder reader(pair.yaml());
  Larder writer(pair.yaml());
  REQUIRE(uses(reader, pair.redis));
  REQUIRE(uses(writer, pair.redis));
  reader.client().get("/a");
  REQUIRE(has_cached(reader, "/a"));
  std::string written;
  std::optional<Standstill> absent;
  {
    const Standstill standstill(reader.process().pid());
    // Answers the read that waits: what comes next is never read.
    pair.redis.cli({"xadd", log_name, "*", "tag", "first"});
    REQUIRE(pair.redis.cli({"save"}) == "OK");
    written = writer.client().put("/a").body;
    absent.emplace(writer.process().pid());
    pair.redis.restart();
  }
  // Until it knows the log again it asks the origin for whatever is requested.
  CHECK(eventually([&] { return cache_result(reader.client().get("/other/b")) == "HIT"; }));
  for (int i = 0; i < 20; ++i) REQUIRE(reader.client().get("/a").body == written);
  CHECK(eventually([&] { return cache_result(reader.client().get("/a")) == "HIT"; }));
  CHECK(reader.client().get("/a").body == written);
  absent.reset();
  CHECK(eventually([&] { return writer.log_lines_with("lost records") == 1; }));
  for (int i = 0; i < 20; ++i) REQUIRE(reader.client().get("/a").body == written);
}

TEST_CASE("the second purge after a write of unknown outcome is made before larder exits") {
  Origin origin(numbered);
  RedisServer redis;
  Larder larder(yaml_of(origin, redis));
  REQUIRE(uses(larder, redis));
  origin.answer([](const OriginRequest&) { return hang_up(); });
  CHECK(larder.client().put("/a/x").status == 502);
  const auto purges_of = [&](const std::string& why) {
    return count_of(redis.cli({"xrange", log_name, "-", "+"}), why);
  };
  REQUIRE(purges_of("PUT http://shop.test/a/x") == 1);
  const auto began = std::chrono::steady_clock::now();
  CHECK(larder.stop() == 0);
  CHECK(purges_of("PUT http://shop.test/a/x") == 2);
  // Long before it was due, 5 s after the write.
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds{4});
}

}  // namespace larder::test
