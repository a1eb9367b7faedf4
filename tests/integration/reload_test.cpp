#include "support/gate.hpp"
#include "support/larder.hpp"
#include "support/load.hpp"
#include "support/origin.hpp"
#include "support/shared_tier.hpp"
#include "support/temporary_directory.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

/// SIGHUP: the configuration is reloaded while requests are served.
namespace larder::test {

namespace {

std::string ttl_of_all(const std::string& ttl) {
  return "  - {match: /**, ttl: " + ttl + ", debug: on}\n";
}

/// The ttl of the route that stored the response, in minutes, rounded up as some of it may have passed.
int minutes_to_live(const Response& response) {
  const std::string seconds = response.fields.get("X-Cache-TTL");
  return seconds.empty() ? -1 : (std::stoi(seconds) + 59) / 60;
}

/// A GET on the existing connection, which must still be open.
Response ask_on(Client& client, std::string_view target) {
  REQUIRE(client.send(client.head_text("GET", target)));
  return client.receive();
}

}  // namespace

TEST_CASE("a changed ttl applies to new responses; stored responses and connections stay") {
  Origin origin(numbered);
  Larder larder(Yaml{.upstream = origin.url(), .routes = ttl_of_all("1h"), .rest = "threads: 2\n"});
  std::vector<Client> clients;
  for (int i = 0; i < 8; ++i) CHECK(clients.emplace_back(larder.client()).get("/kept").status == 200);
  REQUIRE(larder.reload(Yaml{.upstream = origin.url(), .routes = ttl_of_all("1m"), .rest = "threads: 2\n"}));
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const Response kept = ask_on(clients[i], "/kept");
    CHECK(cache_result(kept) == "HIT");
    CHECK(kept.body == "answer 1");
    const Response fresh = ask_on(clients[i], "/new/" + std::to_string(i));
    CHECK(minutes_to_live(fresh) == 1);
  }
  CHECK(eventually([&] { return larder.log_lines_with("configuration reloaded: 1 route") == 1; }));
}

TEST_CASE(
    "an invalid file changes nothing: each mistake is reported with its place, and that the old "
    "configuration stays") {
  Origin origin(numbered);
  Larder larder(Yaml{.upstream = origin.url(), .routes = ttl_of_all("1h")});
  CHECK_FALSE(larder.reload(Yaml{.upstream = origin.url(),
                                 .routes = "  - {match: /**, tll: 1m}\n  - {match: /a, cache: perhaps}\n"}));
  CHECK(eventually(
      [&] { return larder.log_lines_with("larder.yaml:6:18: route \"/**\": unknown key \"tll\"") == 1; }));
  CHECK(eventually([&] { return larder.log_lines_with("larder.yaml:7:24: ") == 1; }));
  CHECK(eventually([&] {
    return larder.log_lines_with("configuration not reloaded: keeping the current configuration") == 1;
  }));
  CHECK(minutes_to_live(larder.client().get("/a")) == 60);
  CHECK_FALSE(larder.reload(std::string("upstreams: [")));
  CHECK(minutes_to_live(larder.client().get("/b")) == 60);
}

TEST_CASE("included files are read again, and what is wrong in one is told with its name") {
  Origin origin(numbered);
  const TemporaryDirectory directory;
  const std::filesystem::path included = directory.path() / "routes.yaml";
  const auto write = [&](const std::string& routes) { std::ofstream(included) << "routes:\n" << routes; };
  const Yaml yaml{.upstream = origin.url(),
                  .routes = "  - include: " + directory.path().string() + "/*.yaml\n"};
  write(ttl_of_all("1h"));
  Larder larder(yaml);
  CHECK(minutes_to_live(larder.client().get("/a")) == 60);
  write(ttl_of_all("1m"));
  REQUIRE(larder.reload(yaml));
  CHECK(minutes_to_live(larder.client().get("/b")) == 1);
  write("  - {match: /**, tll: 1m}\n");
  CHECK_FALSE(larder.reload(yaml));
  CHECK(eventually([&] {
    return larder.log_lines_with(included.string() + ":2:18: route \"/**\": unknown key \"tll\"") == 1;
  }));
  CHECK(minutes_to_live(larder.client().get("/c")) == 1);
}

TEST_CASE("changes that take a restart are named and not made; the rest is applied") {
  Origin origin(numbered);
  Larder larder(Yaml{.upstream = origin.url(), .routes = ttl_of_all("1h"), .rest = "log: {level: error}\n"});
  const ReservedPort other;
  const Yaml changed{.upstream = origin.url(),
                     .routes = ttl_of_all("1m"),
                     .store = "  memory: 20MiB\n",
                     .rest = "threads: 7\nlog: {level: info, format: common}\n"};
  REQUIRE(larder.reload(changed.text(), other.address()));
  // At level `info` from here on.
  REQUIRE(larder.reload(changed.text(), other.address()));
  for (const char* key : {"listen", "threads", "store.memory", "log.format"}) {
    CAPTURE(key);
    CHECK(eventually(
        [&] { return larder.log_lines_with(std::string(key) + " has changed: that takes a restart") == 1; }));
  }
  CHECK(minutes_to_live(larder.client().get("/a")) == 1);
}

TEST_CASE("new routes come with their upstreams, and requests to a removed upstream finish") {
  Gate gate;
  Origin before([&](const OriginRequest& request) {
    if (request.target == "/slow") gate.pass();
    return text("before");
  });
  Origin after([](const OriginRequest&) { return text("after"); });
  Larder larder(Yaml{.upstream = before.url()});
  Client waiting = larder.client();
  waiting.send(waiting.head_text("GET", "/slow"));
  gate.wait_for_arrivals(1);
  const std::string other = "upstreams:\n  new: {servers: [" + after.url() +
                            "]}\nroutes:\n  - {match: /**, upstream: new, ttl: 1m}\nshutdown_grace: 1s\n";
  REQUIRE(larder.reload(other));
  CHECK(larder.client().get("/a").body == "after");
  REQUIRE(larder.reload(other));
  gate.open();
  CHECK(waiting.receive().body == "before");
  CHECK(cache_result(larder.client().get("/slow")) == "HIT");
}

TEST_CASE("warming follows the routes, and does not start again if they did not change") {
  Origin origin(numbered);
  const auto warming = [&](const std::string& url) {
    return Yaml{.upstream = origin.url(),
                .routes = "  - {match: /api/**, ttl: 1h, warm: {site: \"http://shop.test\", urls: [" + url +
                          "], schedule: \"0 0 1 1 *\"}}\n"};
  };
  Larder larder(warming("/api/1"));
  REQUIRE(eventually([&] { return larder.log_lines_with("warmed /api/**: 1 page") == 1; }, patience));
  REQUIRE(larder.reload(warming("/api/1")));
  REQUIRE(larder.reload(warming("/api/2")));
  REQUIRE(eventually([&] { return origin.count("/api/2") == 1; }, patience));
  REQUIRE(eventually([&] { return larder.log_lines_with("warmed /api/**: 1 page") == 2; }, patience));
  CHECK(eventually([&] { return larder.log_lines_with("warming /api/**") == 2; }));
  CHECK(origin.count("/api/1") == 1);
  CHECK(cache_result(larder.client().get("/api/1")) == "HIT");
}

TEST_CASE("hot keys are counted from the reload that turns it on") {
  Origin origin(numbered);
  RedisServer redis;
  const auto with = [&](const std::string& more) {
    return Yaml{.upstream = origin.url(),
                .routes = "  - {match: /api/**, ttl: 1h" + more + "}\n",
                .redis = redis.url()};
  };
  Larder larder(with(""));
  REQUIRE(uses(larder, redis));
  REQUIRE(larder.reload(with(", warm: {hottest: 2}")));
  for (int i = 0; i < 3; ++i) larder.client().get("/api/hot");
  REQUIRE(larder.reload(with("")));
  const std::vector<std::string> names = names_in(redis);
  CHECK(std::ranges::any_of(names, [](const std::string& name) { return name.starts_with("larder:hot:"); }));
}

TEST_CASE(
    "two hundred reloads during hits, misses, background fetches, purges and streams: no request fails") {
  Origin origin([](const OriginRequest& request) {
    OriginResponse response = numbered(request);
    if (request.target.starts_with("/large")) {
      response.body.clear();
      response.pattern = 1'000'000;
      response.framing = OriginResponse::Framing::chunked;
    }
    if (request.target.starts_with("/slow")) response.delay = std::chrono::milliseconds(5);
    return response;
  });
  origin.keep_no_requests();
  RedisServer redis;
  const std::vector<std::string> shapes{
      "  - {match: \"/{kind}/**\", ttl: 20ms, stale_while_revalidate: 1h, tags: [\"kind:{kind}\"]}\n",
      "  - {match: /slow/**, cache: off}\n  - {match: /**, ttl: 1h, collapse: local}\n",
      "  - {match: /**, ttl: 50ms, refresh_ahead: on, warm: {site: \"http://shop.test\", urls: [/hit/1], "
      "hottest: 3}}\n",
      "  - {match: /large/**, ttl: 1ms, query: {sorted: on}}\n  - {match: /**, ttl: 10ms, collapse: off}\n",
      "  - {match: /hit/**, ttl: 1m, headers: [Accept-Language]}\n  - {match: /slow/**, ttl: 1ms, "
      "consistency: strict}\n"};
  const auto variant = [&](std::size_t i) {
    return Yaml{.upstream = origin.url(),
                .routes = shapes[i % shapes.size()],
                .redis = redis.url(),
                .timeouts = i % 2 == 0 ? "" : "{idle: 30s}",
                .protection = "    max_fills: " + std::to_string(2 + i % 3) + "\n    queue_timeout: 30s\n",
                .rest = "threads: 2\n"};
  };
  Larder larder(variant(0));
  REQUIRE(uses(larder, redis));
  Load load(larder.port(), {"/hit/1", "/slow/1", "/hit/2", "/large/1", "/written/1", "/hit/1", "/slow/2"}, 8,
            std::chrono::milliseconds(1));
  std::atomic<bool> is_over{false};
  int failed_writes = 0;
  std::thread writer([&] {
    Client client = larder.client();
    for (int i = 0; !is_over; ++i) {
      const std::string target = "/written/" + std::to_string(i % 3);
      if (client.put(target).status != 200) ++failed_writes;
    }
  });
  for (std::size_t i = 1; i <= 200; ++i) REQUIRE(larder.reload(variant(i)));
  is_over = true;
  writer.join();
  const Load::Counts counts = load.stop();
  INFO(counts.text());
  CHECK(counts.failed == 0);
  CHECK(failed_writes == 0);
  CHECK(counts.of("HIT") > 0);
  CHECK(counts.of("MISS") > 0);
  CHECK(counts.of("STALE") > 0);
}

}  // namespace larder::test
