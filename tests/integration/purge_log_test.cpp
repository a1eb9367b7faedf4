#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/shared_tier.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <chrono>
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
