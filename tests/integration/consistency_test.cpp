#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/shared_tier.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <atomic>

/// `consistency: strict`: a purge that any instance has acknowledged is seen by all (src/README.md, "Purge
/// log").
namespace larder::test {

namespace {

constexpr std::string_view routes = "  - match: /**\n    ttl: 60s\n    consistency: strict\n";

std::string cache_status(const Response& response) {
  return response.fields.get("Cache-Status");
}

struct Shop {
  std::atomic<int> value{0};
  Origin origin{[this](const OriginRequest& request) {
    if (request.method != "GET") ++value;
    return text(std::to_string(value));
  }};
  RedisServer redis;
  Yaml yaml(std::string timeout = "500ms", std::string store = "") {
    return {.upstream = origin.url(),
            .routes = std::string(routes),
            .store = std::move(store),
            .redis = redis.url(),
            .redis_timeout = std::move(timeout)};
  }
};

}  // namespace

TEST_CASE(
    "Under strict a write by one instance is seen by the next read of another, in memory and in Redis") {
  for (const std::string store : {"", "  memory: 0\n"}) {
    CAPTURE(store);
    Shop shop;
    Larder first(shop.yaml("500ms", store));
    Larder second(shop.yaml("500ms", store));
    REQUIRE(uses(first, shop.redis));
    REQUIRE(uses(second, shop.redis));
    Client writer = first.client();
    Client reader = second.client();
    int hits = 0;
    for (int i = 0; i < 200; ++i) {
      reader.get("/a");
      if (cache_result(reader.get("/a")) == "HIT") ++hits;
      const std::string written = writer.put("/a").body;
      REQUIRE(reader.get("/a").body == written);
    }
    CHECK(hits > 150);
  }
}

TEST_CASE(
    "Under strict the origin is asked if Redis does not answer in time, and a write says that it waits") {
  Shop shop;
  Larder larder(shop.yaml("50ms"));
  REQUIRE(uses(larder, shop.redis));
  Client client = larder.client();
  client.get("/a");
  REQUIRE(cache_result(client.get("/a")) == "HIT");
  CHECK_FALSE(contains(cache_status(client.put("/b")), "purge-waits"));
  shop.redis.pause();
  for (int i = 0; i < 3; ++i) {
    const Response response = client.get("/a");
    CHECK(cache_result(response) == "MISS");
    CHECK(contains(cache_status(response), "detail=outage"));
  }
  CHECK(cache_status(client.put("/b")) == "larder; fwd=method; detail=purge-waits");
  shop.redis.resume();
  CHECK(eventually([&] { return cache_result(client.get("/a")) == "HIT"; }));
}

TEST_CASE("Without Redis strict behaves like push") {
  Shop shop;
  Larder larder(Yaml{.upstream = shop.origin.url(), .routes = std::string(routes)});
  Client client = larder.client();
  client.get("/a");
  CHECK(cache_result(client.get("/a")) == "HIT");
  const std::string written = client.put("/a").body;
  CHECK(client.get("/a").body == written);
}

}  // namespace larder::test
