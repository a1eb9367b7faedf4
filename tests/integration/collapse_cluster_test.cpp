#include "support/crowd.hpp"
#include "support/gate.hpp"
#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/shared_tier.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <thread>

/// One fetch for all clients that request the same from several instances on one Redis.
namespace larder::test {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

const std::string body = Pattern::first(20'000);

std::chrono::milliseconds since(Clock::time_point begun) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
}

std::string routes(std::string_view collapse) {
  return "  - {match: /**, ttl: 60s, collapse: " + std::string(collapse) + "}\n";
}

/// Two instances, a Redis, and an origin that can hold fetches.
struct Pair {
  /// `earlier`: routes before that for all paths.
  explicit Pair(Origin::Handler handler, std::string_view collapse = "cluster", std::string store = {},
                const std::string& earlier = {})
      : origin(std::move(handler)),
        yaml{.upstream = origin.url(),
             .routes = earlier + routes(collapse),
             .store = std::move(store),
             .redis = redis.url()},
        first(yaml),
        second(yaml) {
    REQUIRE(uses(first, redis));
    REQUIRE(uses(second, redis));
  }

  int count(std::string_view target) const { return origin.count(target); }

  bool is_leased(std::string_view target) {
    return eventually([&] {
      return redis.cli({"exists", "larder:lease:r:GET:http://shop.test" + std::string(target)}) == "1";
    });
  }

  RedisServer redis;
  Origin origin;
  Yaml yaml;
  Larder first;
  Larder second;
};

}  // namespace

TEST_CASE(
    "Concurrent clients of two instances on a cold key cause one request to the origin, or one from each") {
  for (const std::string collapse : {"cluster", "local"}) {
    Pair pair(
        [](const OriginRequest&) {
          OriginResponse answer = text(body);
          answer.delay = 1s;
          return answer;
        },
        collapse);
    Crowd at_first(pair.first, 500);
    Crowd at_second(pair.second, 500);
    const auto begun = Clock::now();
    at_first.ask("/a");
    at_second.ask("/a");
    CHECK(all_got(at_first.receive(), body));
    CHECK(all_got(at_second.receive(), body));
    MESSAGE(
        "collapse: "
        << collapse
        << ", two instances, the origin taking 1000 ms: the last byte to the slowest of 1000 clients after "
        << since(begun).count() << " ms");
    CHECK(pair.count("/a") == (collapse == "cluster" ? 1 : 2));
  }
}

TEST_CASE("A response that turns out not to be shareable is fetched by each instance without delay") {
  Gate gate;
  Pair pair([&](const OriginRequest& request) {
    if (request.target != "/own") return text(body);
    gate.pass();
    return text(body).with("Cache-Control", "private");
  });
  Client first = pair.first.client();
  first.send(first.head_text("GET", "/own"));
  gate.wait_for_arrivals(1);
  CHECK(pair.is_leased("/own"));
  Crowd others(pair.second, 10);
  others.ask("/own");
  gate.open();
  CHECK(all_got(others.receive(), body));
  CHECK(first.receive().body == body);
  CHECK(pair.count("/own") == 11);
}

TEST_CASE("If one instance's fetch fails, the next instance tries") {
  Gate gate;
  Pair pair([&](const OriginRequest& request) {
    if (request.target != "/a") return text(body);
    gate.pass();
    if (request.nth > 1) return text(body);
    OriginResponse broken;
    broken.raw = "nonsense\r\n\r\n";
    broken.close = true;
    return broken;
  });
  Client first = pair.first.client();
  first.send(first.head_text("GET", "/a"));
  gate.wait_for_arrivals(1);
  CHECK(pair.is_leased("/a"));
  Client second = pair.second.client();
  second.send(second.head_text("GET", "/a"));
  gate.open();
  CHECK(first.receive().status == 502);
  CHECK(second.receive().body == body);
  CHECK(pair.count("/a") == 2);
}

TEST_CASE("The lease of a dead instance expires, and another instance fetches") {
  Gate gate;
  Pair pair([&](const OriginRequest& request) {
    if (request.target == "/a" && request.nth == 1) gate.pass();
    return text(body);
  });
  Client first = pair.first.client();
  first.send(first.head_text("GET", "/a"));
  gate.wait_for_arrivals(1);
  REQUIRE(pair.is_leased("/a"));
  // As if it had died: the lease is not renewed, and its response does not come.
  Client second = pair.second.client();
  const auto begun = Clock::now();
  second.send(second.head_text("GET", "/a"));
  CHECK(second.receive().body == body);
  MESSAGE("waited for the lease of a dead instance: " << since(begun).count() << " ms");
  CHECK(pair.count("/a") == 2);
  gate.open();
  CHECK(first.receive().body == body);
}

TEST_CASE("Without Redis, or with one that hangs, each instance fetches for itself, without waiting long") {
  Pair pair([](const OriginRequest&) { return text(body); });
  pair.redis.pause();
  CHECK(pair.first.client().get("/hangs").body == body);
  CHECK(pair.second.client().get("/hangs").body == body);
  CHECK(pair.count("/hangs") == 2);
  pair.redis.resume();
  pair.redis.stop();
  CHECK(pair.first.client().get("/gone").body == body);
  CHECK(pair.second.client().get("/gone").body == body);
  CHECK(pair.count("/gone") == 2);
}

TEST_CASE(
    "A response that one instance found not to be shareable is fetched by the next one for itself, storable "
    "or not") {
  const std::string large(2'000'000, 'x');
  Pair pair(
      [&](const OriginRequest&) {
        OriginResponse response = text(large);
        response.framing = OriginResponse::Framing::chunked;
        return response;
      },
      "cluster", "  max_object: 1MiB\n");
  CHECK(pair.first.client().get("/a").body == large);
  for (int i = 0; i < 2; ++i) CHECK(pair.second.client().get("/a").body == large);
  CHECK(pair.count("/a") == 3);
}

TEST_CASE("What a route's max_object refuses is not waited for by one instance after the other") {
  const std::string large(4'000, 'x');
  Gate first_gate;
  Gate second_gate;
  Pair pair(
      [&](const OriginRequest& request) {
        if (request.target == "/a" && request.nth == 1) first_gate.pass();
        if (request.target == "/a" && request.nth == 2) second_gate.pass();
        return text(large);
      },
      "cluster", {}, "  - {match: /a, ttl: 60s, max_object: 1KiB}\n");
  Client first = pair.first.client();
  first.send(first.head_text("GET", "/a"));
  first_gate.wait_for_arrivals(1);
  CHECK(pair.is_leased("/a"));
  Client second = pair.second.client();
  second.send(second.head_text("GET", "/a"));
  first_gate.open();
  CHECK(first.receive().body == large);
  second_gate.wait_for_arrivals(1);
  // The first one's end is told without waiting; the second has none of its own while it waits for the
  // origin.
  CHECK(eventually([&] {
    return pair.redis.cli({"exists", "larder:lease:r:GET:http://shop.test/a"}) == "0";
  }));
  second_gate.open();
  CHECK(second.receive().body == large);
}

TEST_CASE("No lease is taken for what min_uses will not store; from then on one instance fetches for all") {
  Gate gate;
  Pair pair(
      [&](const OriginRequest& request) {
        if (request.target == "/a") gate.pass();
        return text(body);
      },
      "cluster", {}, "  - {match: /a, ttl: 60s, min_uses: 2}\n");
  Client first = pair.first.client();
  first.send(first.head_text("GET", "/a"));
  gate.wait_for_arrivals(1);
  CHECK(pair.redis.cli({"exists", "larder:lease:r:GET:http://shop.test/a"}) == "0");
  gate.open();
  CHECK(first.receive().fields.get("X-Cache") == "MISS");
  CHECK(pair.first.client().get("/a").fields.get("X-Cache") == "MISS");
  CHECK(pair.first.client().get("/a").fields.get("X-Cache") == "HIT");
  CHECK(pair.second.client().get("/a").fields.get("X-Cache") == "HIT");
}

}  // namespace larder::test
