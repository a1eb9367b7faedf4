#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/redis_load.hpp"
#include "support/shared_tier.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

/// Redis absent, killed, hung and back: requests are served with a bounded extra delay (src/README.md,
/// "Promises").
namespace larder::test {

namespace {

struct Outage {
  std::string yaml(const std::string& redis_options = "") const {
    return "threads: 1\nupstreams:\n  shop: {servers: [" + origin.url() + "]}\nstore:\n  redis: {url: \"" +
           redis.url() + "\", timeout: 100ms" + redis_options + "}\nroutes:\n  - match: /**\n    ttl: 600s\n";
  }

  Origin origin{numbered};
  RedisServer redis;
};

}  // namespace

TEST_CASE(
    "Redis absent at the start: requests are answered and cached in memory, and Redis is used once it is "
    "up") {
  Outage outage;
  outage.redis.stop();
  Larder first(outage.yaml());
  Larder second(outage.yaml());
  Client client = first.client();
  CHECK(client.get("/a").status == 200);
  CHECK(cache_result(client.get("/a")) == "HIT");
  CHECK(client.put("/a").status == 200);
  const Response response = client.get("/a");
  CHECK(cache_result(response) == "MISS");
  CHECK(response.took < allowed_delay());
  outage.redis.restart();
  CHECK(share(first, second, "late"));
  CHECK(purge_across(first, second, "/purged"));
}

TEST_CASE("A purge that never reaches Redis makes larder end with 3, and is counted in the log") {
  Outage outage;
  Larder larder(outage.yaml());
  outage.redis.stop();
  CHECK(larder.client().put("/a").status == 200);
  CHECK(larder.stop() == 3);
  CHECK(eventually([&] { return larder.log_lines_with("1 purge never reached Redis: what it names") == 1; }));
}

TEST_CASE(
    "Redis killed under load: no request fails or waits long, the log says it once, and recovery needs no "
    "restart") {
  Outage outage;
  Larder first(outage.yaml());
  Larder second(outage.yaml());
  REQUIRE(share(first, second, "before"));
  RedisLoad load(first);
  load.go_on(50);
  const int lines_before = first.log_lines_with("redis");
  outage.redis.stop();
  load.go_on(300);
  CHECK(eventually([&] { return first.log_lines_with("redis") > lines_before; }));
  CHECK(first.log_lines_with("redis") <=
        lines_before + 4);  // a line for each connection, one for the purge log
  outage.redis.restart();
  CHECK(share(first, second, "after"));
  CHECK(purge_across(first, second, "/purged"));
  load.finish();
}

TEST_CASE("Redis hung under load: no request fails or waits long, and it is used again once it resumes") {
  Outage outage;
  Larder first(outage.yaml());
  Larder second(outage.yaml());
  REQUIRE(share(first, second, "before"));
  RedisLoad load(first);
  load.go_on(50);
  const int lines_before = first.log_lines_with("redis");
  outage.redis.pause();
  load.go_on(100);
  CHECK(first.log_lines_with("redis") <= lines_before + 6);
  outage.redis.resume();
  CHECK(share(first, second, "after"));
  CHECK(purge_across(second, first, "/purged"));
  load.finish();
}

TEST_CASE("A write during an outage takes effect here immediately, and elsewhere when Redis is back") {
  Outage outage;
  Larder first(outage.yaml());
  Larder second(outage.yaml());
  REQUIRE(uses(first, outage.redis));
  REQUIRE(uses(second, outage.redis));
  Client reader = first.client();
  Client elsewhere = second.client();
  reader.get("/a");
  const std::string old = elsewhere.get("/a").body;
  outage.redis.pause();
  CHECK(reader.put("/a").status == 200);
  CHECK(cache_result(reader.get("/a")) == "MISS");
  outage.redis.resume();
  CHECK(eventually([&] { return elsewhere.get("/a").body != old; }, patience));
}

TEST_CASE("A new and empty Redis at the old address serves nothing stale") {
  Outage outage;
  Larder first(outage.yaml());
  Larder second(outage.yaml());
  REQUIRE(uses(first, outage.redis));
  REQUIRE(uses(second, outage.redis));
  Client elsewhere = second.client();
  elsewhere.get("/a");
  const std::string old = elsewhere.get("/a").body;
  outage.redis.stop();
  CHECK(first.client().put("/a").status == 200);
  outage.redis.restart();
  CHECK(eventually([&] { return elsewhere.get("/a").body != old; }, patience));
}

TEST_CASE("on_outage decides whether HITs are served without Redis") {
  Outage outage;
  Larder serving(outage.yaml(", on_outage: serve, outage_ttl: 200ms"));
  Larder asking(outage.yaml(", on_outage: origin, outage_ttl: 200ms"));
  for (const Larder* larder : {&serving, &asking}) {
    REQUIRE(uses(*larder, outage.redis));
    larder->client().get("/a");
    REQUIRE(cache_result(larder->client().get("/a")) == "HIT");
  }
  outage.redis.stop();
  CHECK(eventually([&] { return cache_result(asking.client().get("/a")) != "HIT"; }));
  CHECK(asking.client().get("/a").status == 200);
  CHECK(cache_result(serving.client().get("/a")) == "HIT");
  outage.redis.restart();
  CHECK(eventually([&] { return cache_result(asking.client().get("/b")) == "HIT"; }, patience));
}

TEST_CASE("A larder whose Redis hangs still shuts down") {
  Outage outage;
  Larder larder(outage.yaml());
  REQUIRE(uses(larder, outage.redis));
  larder.client().get("/a");
  outage.redis.pause();
  larder.client().put("/a");
  CHECK(larder.stop() == 3);  // the purge has nobody to go to
}

}  // namespace larder::test
