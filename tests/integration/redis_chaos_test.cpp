#include "support/chaos_relay.hpp"
#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/redis_load.hpp"
#include "support/shared_tier.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

/// A bad network between larder and Redis: never a wrong body, and no request fails or waits long.
namespace larder::test {

namespace {

using std::chrono::milliseconds;

/// The origin's constant response for a target: 40 KB that name the target.
std::string body_of(const std::string& target) {
  std::string body;
  while (body.size() < 40'000) body += target + '\n';
  return body;
}

struct Chaos {
  std::string yaml() const {
    return "threads: 1\nupstreams:\n  shop: {servers: [" + origin.url() +
           "]}\nstore:\n  memory: 0\n  redis: {url: \"" + relay.url() +
           "\", timeout: 100ms}\nroutes:\n  - match: /**\n    ttl: 600s\n";
  }

  Origin origin{[](const OriginRequest& request) { return text(body_of(request.target)); }};
  RedisServer redis;
  ChaosRelay relay{redis.port()};
};

/// Every response must be a 200, complete, and the right one.
void ask_around(const Larder& larder, int count) {
  Client client = larder.client();
  for (int i = 0; i < count; ++i) {
    const std::string target = "/a/" + std::to_string(i % 10);
    const Response response = client.get(target);
    CHECK(response.status == 200);
    CHECK(response.body == body_of(target));
    CHECK(response.took < allowed_delay());
    if (i % 10 == 9) CHECK(client.put("/b").status == 200);
  }
}

}  // namespace

TEST_CASE("Garbled replies from Redis never lead to a wrong body") {
  Chaos chaos;
  Larder first(chaos.yaml());
  Larder second(chaos.yaml());
  REQUIRE(share(first, second, "before"));
  for (const unsigned one_in : {1'000'000u, 50'000u, 1'000u, 20u}) {
    CAPTURE(one_in);
    chaos.relay.garble(one_in);
    ask_around(first, 100);
    ask_around(second, 100);
  }
  chaos.relay.garble(0);
  chaos.relay.cut();
  CHECK(share(first, second, "after"));
}

TEST_CASE("No request fails when connections to Redis are cut again and again") {
  Chaos chaos;
  Larder first(chaos.yaml());
  Larder second(chaos.yaml());
  REQUIRE(share(first, second, "before"));
  for (int i = 0; i < 10; ++i) {
    ask_around(first, 10);
    chaos.relay.cut();
    ask_around(second, 10);
  }
  chaos.relay.refuse(true);
  chaos.relay.cut();
  ask_around(first, 20);
  chaos.relay.refuse(false);
  CHECK(share(first, second, "after"));
}

TEST_CASE("Requests do not wait for a Redis behind a network that drops everything") {
  Chaos chaos;
  Larder first(chaos.yaml());
  Larder second(chaos.yaml());
  REQUIRE(share(first, second, "before"));
  chaos.relay.black_hole(true);
  ask_around(first, 50);
  chaos.relay.black_hole(false);
  CHECK(share(first, second, "after"));
}

TEST_CASE("A Redis whose round trip exceeds the command timeout is not asked: its breaker stays open") {
  Chaos chaos;
  Larder first(chaos.yaml());
  Larder second(chaos.yaml());
  REQUIRE(share(first, second, "before"));
  chaos.relay.delay(milliseconds(200));
  ask_around(first, 100);
  const int connections = chaos.relay.connections();
  // It is probed every two seconds at most, and asked nothing in between.
  Client client = first.client();
  CHECK(eventually([&] { return chaos.relay.connections() > connections; }, patience));
  CHECK(client.get("/a/1").body == body_of("/a/1"));
  chaos.relay.delay(milliseconds(0));
  CHECK(share(first, second, "after"));
}

}  // namespace larder::test
