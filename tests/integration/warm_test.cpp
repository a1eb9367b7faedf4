#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/reserved_port.hpp"
#include "support/shared_tier.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

/// Warming: responses are fetched before a client asks.
namespace larder::test {

namespace {

std::string route(const std::string& warm) {
  return "  - {match: /api/**, ttl: 1h, warm: {" + warm + "}}\n  - {match: /**, ttl: 1m}\n";
}

}  // namespace

TEST_CASE("URLs and a sitemap are fetched at the start: the first client has a HIT") {
  Origin origin([](const OriginRequest& request) {
    if (request.target != "/sitemap.xml") return numbered(request);
    return text(
        "<urlset><url><loc>http://shop.test/api/3</loc></url><url><loc>/elsewhere</loc></url></urlset>");
  });
  ReservedPort admin;
  Larder larder(Yaml{
      .upstream = origin.url(),
      .routes = route("site: \"http://shop.test\", urls: [\"/api/1?a=b\", /api/2], sitemap: /sitemap.xml"),
      .rest = "admin: {listen: \"" + admin.address() + "\"}\n"});
  REQUIRE(eventually([&] { return larder.log_lines_with("warmed /api/**: 3 pages") == 1; }, patience));
  Client client = larder.client("shop.test");
  for (const char* target : {"/api/1?a=b", "/api/2", "/api/3"}) {
    CAPTURE(target);
    CHECK(cache_result(client.get(target)) == "HIT");
    CHECK(origin.count(target) == 1);
  }
  CHECK(origin.count("/elsewhere") == 0);
  const std::string stats = Client(admin.number(), "localhost").get("/stats").body;
  CHECK(stats.find("\"pages\":3,\"fetched\":3,\"fresh\":0,\"rejected\":0,\"failed\":0") != std::string::npos);
}

TEST_CASE("a warmed site may be named by any of its spellings") {
  Origin origin([](const OriginRequest& request) { return text(request.fields.get("Host")); });
  Larder larder(Yaml{.upstream = origin.url(),
                     .routes = route("site: \"http://127.0.0.1:8080\", urls: [/api/1]"),
                     .rest = "sites: {shop.test: [\"127.0.0.1:*\"]}\n"});
  REQUIRE(eventually([&] { return larder.log_lines_with("warmed /api/**: 1 page") == 1; }, patience));
  for (const std::string host : {"shop.test", "127.0.0.1", "127.0.0.1:9"}) {
    CAPTURE(host);
    const Response response = larder.client(host).get("/api/1");
    CHECK(cache_result(response) == "HIT");
    CHECK(response.body == "shop.test");
  }
}

TEST_CASE("an origin that is down at the start is asked again") {
  std::optional<Origin> origin(std::in_place, [](const OriginRequest&) { return status(503); });
  Larder larder(
      Yaml{.upstream = origin->url(), .routes = route("site: \"http://shop.test\", urls: [/api/1, /api/2]")});
  REQUIRE(eventually([&] { return larder.log_lines_with("2 of 2 pages failed so far") == 1; }, patience));
  origin->answer(numbered);
  REQUIRE(eventually([&] { return larder.log_lines_with("2 fetched") == 1; }, patience));
  CHECK(cache_result(larder.client("shop.test").get("/api/2")) == "HIT");
}

TEST_CASE("larder shuts down though an origin keeps its warming waiting") {
  Origin origin([](const OriginRequest&) {
    OriginResponse response;
    response.silent = true;
    return response;
  });
  Larder larder(Yaml{.upstream = origin.url(),
                     .routes = route("site: \"http://shop.test\", urls: [/api/1, /api/2], concurrency: 1")});
  REQUIRE(eventually([&] { return origin.count() == 1; }, patience));
  CHECK(larder.stop() == 0);
  CHECK(origin.count() == 1);
}

TEST_CASE("the hottest URLs of the last run are warm in the next, whatever became of the stored responses") {
  Origin origin(numbered);
  RedisServer redis;
  Larder larder(Yaml{.upstream = origin.url(), .routes = route("hottest: 2"), .redis = redis.url()});
  REQUIRE(uses(larder, redis));
  Client client = larder.client("shop.test");
  for (int i = 0; i < 5; ++i) client.get("/api/hot?a=b");
  for (int i = 0; i < 3; ++i) client.get("/api/warm");
  client.get("/api/cold");
  client.put("/api/hot");
  client.put("/api/warm");
  const int before = origin.count("GET", "/api/hot?a=b") + origin.count("GET", "/api/warm");
  larder.restart();
  const auto fetched = [&] { return origin.count("GET", "/api/hot?a=b") + origin.count("GET", "/api/warm"); };
  CHECK(eventually([&] { return fetched() == before + 2; }, patience));
  CHECK(origin.count("GET", "/api/cold") == 1);
  REQUIRE(has_cached(larder, "/api/hot?a=b"));
  for (const std::string& name : names_in(redis)) {
    CAPTURE(name);
    if (name != "larder:purges") CHECK(std::stoll(redis.cli({"pttl", name})) > 0);
  }
}

}  // namespace larder::test
