#include "support/larder.hpp"
#include "support/load.hpp"
#include "support/origin.hpp"
#include "support/shared_tier.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <optional>

/// Stale responses (RFC 5861) and early refreshes, under load.
namespace larder::test {

using namespace std::chrono_literals;

namespace {

Origin::Handler slow(std::chrono::milliseconds delay) {
  return [delay](const OriginRequest& request) {
    OriginResponse response = numbered(request);
    response.delay = delay;
    return response;
  };
}

std::string route(const std::string& keys) {
  return "  - {match: /**, " + keys + "}\n";
}

/// Practically forever: a duration in a test's configuration that the test does not see the end of.
const std::string for_long = "1h";

}  // namespace

TEST_CASE("stale-while-revalidate: over 20 expiries no client waits, and the origin is asked once for each") {
  constexpr auto fetch = 20ms;
  constexpr auto ttl = 150ms;
  constexpr int expiries = 20;
  Origin origin(slow(fetch));
  Larder larder(
      Yaml{.upstream = origin.url(), .routes = route("ttl: 150ms, stale_while_revalidate: " + for_long)});
  const auto began = std::chrono::steady_clock::now();
  larder.client().get("/a");
  Load load(larder.port(), {"/a"}, 8, 2ms);
  CHECK(eventually([&] { return origin.count() > expiries; }, patience));
  const Load::Counts counts = load.stop();
  // The duration of the fetch counts as age: the response is fresh for the rest, in whole milliseconds.
  const auto most = (std::chrono::steady_clock::now() - began) / (ttl - fetch);
  INFO(counts.text());
  CHECK(counts.failed == 0);
  CHECK(counts.of("HIT") + counts.of("STALE") == counts.requests);
  CHECK(origin.count() <= most + 1);
}

TEST_CASE("stale-if-error: while the origin is down no request fails, and afterwards it is asked again") {
  std::optional<Origin> origin(std::in_place, numbered);
  const std::uint16_t port = origin->port();
  Larder larder(Yaml{.upstream = origin->url(), .routes = route("ttl: 100ms, stale_if_error: " + for_long)});
  const std::vector<std::string> targets{"/a", "/b", "/c"};
  for (const std::string& target : targets) larder.client().get(target);
  SUBCASE("down") {
    origin.reset();
  }
  SUBCASE("every connection breaks") {
    origin->answer([](const OriginRequest&) { return hang_up(); });
  }
  SUBCASE("every response is an error") {
    origin->answer([](const OriginRequest& request) { return status(request.nth % 2 == 0 ? 503 : 500); });
  }
  Load load(larder.port(), targets, 6, 5ms);
  CHECK(eventually([&] { return load.counts().of("STALE") >= 300; }, patience));
  const Load::Counts counts = load.stop();
  INFO(counts.text());
  CHECK(counts.failed == 0);
  CHECK(counts.of("MISS") == 0);
  origin.reset();
  origin.emplace([](const OriginRequest&) { return text("back"); }, port);
  CHECK(eventually([&] { return larder.client().get("/a").body == "back"; }, patience));
}

TEST_CASE("an origin that hangs keeps only the first client waiting within stale-if-error") {
  Origin origin(numbered);
  Larder larder(Yaml{.upstream = origin.url(),
                     .routes = route("ttl: 100ms, stale_if_error: " + for_long),
                     .timeouts = "{first_byte: 500ms}"});
  Client client = larder.client();
  client.get("/a");
  CHECK(eventually([&] { return larder.client().get("/a").body == "answer 2"; }, patience));
  origin.answer([](const OriginRequest&) {
    OriginResponse response;
    response.silent = true;
    return response;
  });
  Response stale;
  CHECK(eventually([&] { return cache_result(stale = client.get("/a")) == "STALE"; }, patience));
  CHECK(stale.fields.get("Cache-Status").starts_with("larder; fwd=stale; ttl=-"));
  for (int i = 0; i < 50; ++i) {
    stale = client.get("/a");
    CHECK(cache_result(stale) == "STALE");
    CHECK(stale.fields.get("Cache-Status").starts_with("larder; hit; ttl=-"));
  }
}

TEST_CASE("XFetch: on a hot key no client ever sees an expiry") {
  Origin origin(slow(100ms));
  Larder larder(Yaml{.upstream = origin.url(), .routes = route("ttl: 2s")});
  larder.client().get("/hot");
  Load load(larder.port(), {"/hot"}, 20, 5ms);
  CHECK(eventually([&] { return origin.count() >= 4; }, patience));
  const Load::Counts counts = load.stop();
  INFO(counts.text());
  CHECK(counts.of("HIT") == counts.requests);
  CHECK(counts.failed == 0);
}

TEST_CASE("what one larder serves stale is stale in the next, however long the ttl there") {
  std::optional<Origin> origin(std::in_place, numbered);
  Larder inner(Yaml{.upstream = origin->url(), .routes = route("ttl: 1s, stale_if_error: " + for_long)});
  Larder outer(Yaml{.upstream = "http://127.0.0.1:" + std::to_string(inner.port()),
                    .routes = route("ttl: " + for_long)});
  inner.client().get("/a");
  // Its port is kept: otherwise another test's origin could take it and answer instead.
  origin->answer([](const OriginRequest&) { return hang_up(); });
  CHECK(eventually([&] { return cache_result(inner.client().get("/a")) == "STALE"; }, patience));
  for (int i = 0; i < 3; ++i) {
    const Response response = outer.client().get("/a");
    INFO(response.fields.get("Cache-Status"), response.fields.get("Age"), response.fields.get("Date"));
    CHECK(response.body == "answer 1");
    CHECK(cache_result(response) != "HIT");
    CHECK(age(response) >= 1);
    CHECK(response.fields.all("Cache-Status").size() == 2);
  }
  origin->answer([](const OriginRequest&) { return text("new"); });
  CHECK(eventually([&] { return outer.client().get("/a").body == "new"; }, patience));
  CHECK(cache_result(outer.client().get("/a")) == "HIT");
}

TEST_CASE("what Redis holds lives as long as it may be served stale, by another instance too") {
  std::optional<Origin> origin(std::in_place, numbered);
  RedisServer redis;
  const Yaml yaml{.upstream = origin->url(),
                  .routes = route("ttl: 200ms, stale_while_revalidate: 1s, stale_if_error: " + for_long),
                  .redis = redis.url()};
  Larder first(yaml);
  Larder second(yaml);
  REQUIRE(uses(first, redis));
  REQUIRE(uses(second, redis));
  first.client().get("/a");
  REQUIRE(is_stored(redis, "/a"));
  const long long left = std::stoll(redis.cli({"pttl", "larder:r:GET:http://shop.test/a"}));
  CHECK(left > 3'000'000);
  CHECK(left <= 4'000'000);  // expiries are jittered
  origin.reset();
  CHECK(eventually([&] { return cache_result(first.client().get("/a")) == "STALE"; }, patience));
  const Response stale = second.client().get("/a");
  CHECK(cache_result(stale) == "STALE");
  CHECK(stale.body == "answer 1");
}

TEST_CASE("Redis alone, without the memory tier, refreshes early too") {
  Origin origin(slow(100ms));
  RedisServer redis;
  Larder larder(Yaml{
      .upstream = origin.url(), .routes = route("ttl: 2s"), .store = "  memory: 0\n", .redis = redis.url()});
  REQUIRE(uses(larder, redis));
  larder.client().get("/hot");
  REQUIRE(is_stored(redis, "/hot"));
  Load load(larder.port(), {"/hot"}, 10, 5ms);
  CHECK(eventually([&] { return origin.count("/hot") >= 3; }, patience));
  const Load::Counts counts = load.stop();
  INFO(counts.text());
  CHECK(counts.of("HIT") == counts.requests);
}

}  // namespace larder::test
