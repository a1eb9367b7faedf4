#include "support/administered.hpp"
#include "support/gate.hpp"
#include "support/origin.hpp"
#include "support/redis_server.hpp"
#include "support/shared_tier.hpp"
#include "support/wait.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

/// The admin API.
namespace larder::test {

namespace {

constexpr const char* routes =
    "  - match: /products/{id}\n    ttl: 60s\n    tags: [\"product:{id}\"]\n"
    "  - match: /**\n    ttl: 60s\n";

struct Case {
  std::string purge;  ///< the content of POST /purge
  std::vector<std::string> purged;
  std::vector<std::string> kept;
};

const std::vector<Case> cases{
    {R"({"url": "/products/7"})", {"/products/7", "/products/7?lang=de"}, {"/products/77", "/products"}},
    {R"({"url": "http://shop.test:81/products/7?x"})", {"/products/7"}, {"/products/8"}},
    {R"({"url": "/products/7", "host": "other.test"})", {}, {"/products/7"}},
    {R"({"tag": "product:7"})", {"/products/7", "/products/7?lang=de"}, {"/products/8", "/products"}},
    {R"({"prefix": "/products"})", {"/products", "/products/7", "/products/8?x"}, {"/productsx", "/other"}},
    {R"({"prefix": "/products/"})", {"/products/7"}, {"/products"}},
    {R"({"pattern": "/products/*"})", {"/products/7", "/products/8"}, {"/products", "/products/7/reviews"}},
    {R"({"all": true, "host": "shop.test"})", {"/", "/products/7"}, {}},
    {R"({"all": true, "host": "other.test"})", {}, {"/", "/products/7"}},
    {R"({"all": true})", {"/", "/products/7"}, {}},
    {R"({"all": true, "dry_run": true})", {}, {"/", "/products/7"}},
};

}  // namespace

TEST_CASE("A purge by URL, tag, prefix or pattern, or of everything, purges exactly that") {
  Origin origin(numbered);
  Administered shop(Yaml{.upstream = origin.url(), .routes = routes});
  Client client = shop.client();
  for (const Case& one : cases) {
    CAPTURE(one.purge);
    for (const auto* targets : {&one.purged, &one.kept}) {
      for (const std::string& target : *targets) {
        client.get(target);
        REQUIRE(cache_result(client.get(target)) == "HIT");
      }
    }
    const Response answer = shop.ask("POST", "/purge", one.purge);
    CHECK(answer.status == 200);
    for (const std::string& target : one.kept) CHECK(cache_result(client.get(target)) == "HIT");
    for (const std::string& target : one.purged) CHECK(cache_result(client.get(target)) == "MISS");
  }
}

TEST_CASE(
    "A purge through one instance's admin API is in Redis's log at the returned position and applies on both "
    "instances") {
  Origin origin(numbered);
  RedisServer redis;
  const Yaml yaml{.upstream = origin.url(), .routes = routes, .redis = redis.url()};
  Administered one(yaml);
  Larder other(yaml);
  REQUIRE(uses(one.larder(), redis));
  REQUIRE(uses(other, redis));
  Client here = one.client();
  Client there = other.client();
  for (const std::string purge :
       {R"({"url": "/products/7"})", R"({"tag": "product:7"})", R"({"prefix": "/products"})",
        R"({"pattern": "/products/*"})", R"({"all": true})"}) {
    CAPTURE(purge);
    here.get("/products/7");
    REQUIRE(has_cached(one.larder(), "/products/7"));
    REQUIRE(eventually([&] { return cache_result(there.get("/products/7")) == "HIT"; }));
    const std::string old = there.get("/products/7").body;
    const Response answer = one.ask("POST", "/purge", purge);
    REQUIRE(answer.status == 200);
    const std::string position(boost::json::parse(answer.body).at("position").as_string());
    CHECK_FALSE(redis.cli({"xrange", "larder:purges", position, position}).empty());
    CHECK(cache_result(here.get("/products/7")) == "MISS");
    CHECK(eventually([&] { return there.get("/products/7").body != old; }));
  }
}

TEST_CASE("While Redis is down a purge is accepted, applies immediately, and reaches the log later") {
  Origin origin(numbered);
  RedisServer redis;
  Administered shop(Yaml{.upstream = origin.url(), .routes = routes, .redis = redis.url()});
  REQUIRE(uses(shop.larder(), redis));
  Client client = shop.client();
  client.get("/products/7");
  REQUIRE(has_cached(shop.larder(), "/products/7"));
  redis.stop();
  CHECK(eventually([&] { return !shop.stats().at("purge_log").at("in_step").as_bool(); }));
  const Response answer = shop.ask("POST", "/purge", R"({"tag": "product:7"})");
  CHECK(answer.status == 202);
  CHECK(boost::json::parse(answer.body).at("position").is_null());
  CHECK(cache_result(client.get("/products/7")) == "MISS");
  CHECK(shop.stats().at("purge_log").at("waiting").as_int64() == 1);
  redis.restart();
  CHECK(eventually([&] { return contains(redis.cli({"xrange", "larder:purges", "-", "+"}), "product:7"); }));
  CHECK(eventually([&] { return shop.stats().at("purge_log").at("waiting").as_int64() == 0; }));
}

TEST_CASE("The admin API requires its token; without it only the health check answers") {
  Origin origin(numbered);
  Administered shop(Yaml{.upstream = origin.url(), .routes = routes}, "sesame");
  for (const std::string authorization : {"", "Bearer", "Bearer wrong", "Basic sesame"}) {
    CAPTURE(authorization);
    const Fields fields = authorization.empty() ? Fields{} : Fields{{"Authorization", authorization}};
    for (const std::string target : {"/stats", "/purge", "/elsewhere"}) {
      const Response refused = shop.ask_with(fields, "POST", target, R"({"all": true})");
      CHECK(refused.status == 401);
      CHECK(refused.fields.get("WWW-Authenticate") == "Bearer");
      CHECK(refused.fields.get("Content-Type") == "application/problem+json");
    }
  }
  CHECK(shop.ask_with({}, "GET", "/healthz").body == "ok\n");
  CHECK(shop.ask("POST", "/purge", R"({"all": true})").status == 200);
  CHECK(shop.ask("GET", "/stats").status == 200);
}

TEST_CASE("Without a token a web page cannot reach the admin API, not even by DNS rebinding") {
  Origin origin(numbered);
  Administered shop(Yaml{.upstream = origin.url(), .routes = routes});
  const std::string own = "localhost:" + std::to_string(shop.port());
  struct Asking {
    Fields fields;
    int status;
  };
  const std::vector<Asking> askings{
      {{{"Host", own}}, 200},
      {{{"Host", "127.0.0.1"}}, 200},
      {{{"Host", "[::1]:1"}}, 200},
      {{{"Host", "evil.example:" + std::to_string(shop.port())}}, 421},
      {{{"Host", own}, {"Origin", "http://" + own}, {"Sec-Fetch-Site", "same-origin"}}, 200},
      {{{"Host", own}, {"Origin", "http://evil.example"}}, 403},
      {{{"Host", own}, {"Sec-Fetch-Site", "same-site"}}, 403},
  };
  for (const Asking& one : askings) {
    CAPTURE(one.fields.text());
    CHECK(shop.ask_with(one.fields, "GET", "/stats").status == one.status);
    CHECK(shop.ask_with(one.fields, "POST", "/purge", R"({"all": true})").status == one.status);
    CHECK(shop.ask_with(one.fields, "GET", "/healthz").status == 200);
  }
  // What `curl -d` sends, and what any page may send without a preflight request.
  CHECK(shop.ask_with({{"Content-Type", "application/x-www-form-urlencoded"}}, "POST", "/purge",
                      R"({"all": true})")
            .status == 415);
  CHECK(shop.purge({"/products/7"}).exit_code == 0);
}

TEST_CASE("The curl command for purging in deploy/README.md works") {
  Origin origin(numbered);
  Administered shop(Yaml{.upstream = origin.url(), .routes = routes}, "sesame");
  Process curl({"curl", "--silent", "-H", "Authorization: Bearer sesame", "--json", R"({"tag": "product:7"})",
                "http://127.0.0.1:" + std::to_string(shop.port()) + "/purge"});
  CHECK(curl.wait(patience) == 0);
  CHECK(contains(curl.output(), R"("purges":["tag product:7"])"));
}

TEST_CASE(
    "A request that the admin API cannot serve gets a problem response, and the connection stays usable") {
  Origin origin(numbered);
  Administered shop(Yaml{.upstream = origin.url(), .routes = routes});
  CHECK(shop.ask("POST", "/purge", "{").status == 400);
  CHECK(shop.ask("POST", "/purge", R"({"ulr": "/a"})").status == 400);
  CHECK(contains(shop.ask("POST", "/purge", R"({"ulr": "/a"})").body, "ulr"));
  CHECK(shop.ask("POST", "/purge", std::string(65 * 1024, ' ') + R"({"all": true})").status == 413);
  CHECK(shop.ask("GET", "/purge").status == 405);
  CHECK(shop.ask("GET", "/products/7").status == 404);
  CHECK(shop.ask("GET", "/healthz").status == 200);
  CHECK(origin.count() == 0);
  for (const std::string target : {"/healthz", "/stats", "/purge"}) shop.client().get(target);
  CHECK(origin.count() == 3);
}

TEST_CASE("The statistics are JSON and count what every thread served") {
  Origin origin(numbered);
  RedisServer redis;
  Administered shop(
      Yaml{.upstream = origin.url(), .routes = routes, .redis = redis.url(), .rest = "threads: 3\n"});
  REQUIRE(uses(shop.larder(), redis));
  const boost::json::value before = shop.stats();
  std::vector<Client> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(shop.client());
  for (Client& client : clients) client.put("/products/7");
  const boost::json::value stats = shop.stats();
  CHECK(stats.at("version").as_string() == LARDER_VERSION);
  CHECK(stats.at("draining").as_bool() == false);
  CHECK(stats.at("connections").as_int64() >= 6);
  CHECK(stats.at("responses").at("bypass").as_int64() == before.at("responses").at("bypass").as_int64() + 6);
  CHECK(stats.at("memory").at("entries").as_int64() >= 1);
  CHECK(stats.at("redis").at("clients").as_array().size() == 3 + 2);
  // On a busy machine a connection may be lost and made again.
  CHECK(eventually([&] {
    const boost::json::value now = shop.stats();
    const auto is_up = [](const boost::json::value& client) {
      return client.at("up").as_bool() && client.at("connections").as_int64() > 0;
    };
    return now.at("purge_log").at("in_step").as_bool() &&
           std::ranges::all_of(now.at("redis").at("clients").as_array(), is_up);
  }));
  CHECK(stats.at("purge_log").at("sequence").as_int64() > before.at("purge_log").at("sequence").as_int64());
}

TEST_CASE("Many clients can read statistics and purge concurrently while requests are served") {
  Origin origin(numbered);
  Administered shop(Yaml{.upstream = origin.url(), .routes = routes, .rest = "threads: 3\n"});
  std::vector<std::thread> threads;
  std::atomic<int> answered{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 25; ++n) {
        const Response response = i == 0   ? shop.ask("GET", "/stats")
                                  : i == 1 ? shop.ask("POST", "/purge", R"({"tag": "product:7"})")
                                           : shop.client().get("/products/7");
        if (response.status == 200) ++answered;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(answered == 100);
}

TEST_CASE("While requests finish after SIGTERM the admin API says that the instance is draining") {
  Gate gate;
  Origin origin([&](const OriginRequest&) {
    gate.pass();
    return text("whole");
  });
  Administered shop(Yaml{.upstream = origin.url(), .rest = "shutdown_grace: 60s\n"});
  CHECK(shop.ask("GET", "/healthz").status == 200);
  Client reading = shop.client();
  reading.send(reading.head_text("GET", "/a"));
  gate.wait_for_arrivals(1);
  shop.larder().process().terminate();
  CHECK(eventually([&] { return shop.ask("GET", "/healthz").status == 503; }));
  CHECK(shop.stats().at("draining").as_bool());
  gate.open();
  CHECK(reading.receive().body == "whole");
  CHECK(shop.larder().process().wait(patience) == 0);
}

TEST_CASE("After a soft purge, over HTTP or the command line, responses may still be served stale") {
  Origin origin([](const OriginRequest& request) {
    return numbered(request).with("Cache-Control", "max-age=60, stale-while-revalidate=60");
  });
  Administered shop(Yaml{.upstream = origin.url(), .routes = "  - match: /**\n"});
  Client client = shop.client();
  client.get("/a");
  CHECK(contains(shop.ask("POST", "/purge", R"({"url": "/a", "soft": true})").body, "\"soft\":true"));
  CHECK(cache_result(client.get("/a")) == "STALE");
  CHECK(eventually([&] { return cache_result(client.get("/a")) == "HIT"; }));
  const Run run = shop.purge({"/a", "--soft"});
  CHECK(contains(run.output, "purged softly resource {*}/a"));
  CHECK(cache_result(client.get("/a")) == "STALE");
}

TEST_CASE("A configuration whose admin API others could reach without a token is refused") {
  TemporaryDirectory directory;
  const std::string path = (directory.path() / "larder.yaml").string();
  std::ofstream(path)
      << "upstreams: {a: {servers: [\"http://127.0.0.1:1\"]}}\nadmin: {listen: \"0.0.0.0:9090\"}\n";
  const Run run = run_larder({"--config", path});
  CHECK(run.exit_code == 2);
  CHECK(contains(run.errors, path + ":2:17: "));
  CHECK(contains(run.errors, "token"));
}

}  // namespace larder::test
