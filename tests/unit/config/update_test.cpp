#include "support.hpp"

#include <larder/config/update.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::config;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view running =
    "upstreams: {a: {servers: [\"http://h:1\"]}}\n"
    "admin: {listen: \"127.0.0.1:9090\", token: one}\n"
    "store: {redis: {url: \"redis://:one@r\"}}\n"
    "routes: [{match: /a, ttl: 1m}]\n";

Config read(std::string text, std::string_view from = "", std::string_view to = "") {
  if (!from.empty()) text.replace(text.find(from), from.size(), to);
  const Loaded loaded = load(text);
  REQUIRE_MESSAGE(loaded.ok(), texts_of(loaded.diagnostics));
  return loaded.config;
}

}  // namespace

TEST_CASE("routes, upstreams, the log's level and the grace are taken from the new configuration") {
  const Config before = read(std::string(running));
  const Config fresh = read(
      "upstreams: {a: {servers: [\"http://h:2\"], max_fills: 3}, b: {servers: [\"http://i:1\"]}}\n"
      "admin: {listen: \"127.0.0.1:9090\", token: one}\n"
      "store: {redis: {url: \"redis://:one@r\"}}\n"
      "routes: [{match: /a, ttl: 2m, upstream: a}, {match: /b, upstream: b}]\n"
      "shutdown_grace: 3s\nlog: {level: debug}\n");
  const Update update = update_of(before, fresh);
  CHECK(update.kept.empty());
  CHECK(update.has_new_routes);
  CHECK(to_yaml(update.config) == to_yaml(fresh));
}

TEST_CASE("sites are taken from the new configuration, which changes what is warmed") {
  const Config before = read(std::string(running));
  const Update update = update_of(before, read(std::string(running), "routes:", "sites: {a: [b]}\nroutes:"));
  CHECK(update.kept.empty());
  CHECK(update.has_new_routes);
  CHECK(update.config.sites == std::vector<policy::SiteRule>{{"a", {"b"}}});
}

TEST_CASE("what takes a restart stays and is named") {
  struct Case {
    std::string_view from;
    std::string_view to;
    std::vector<std::string> kept;
  };
  const std::vector<Case> cases{
      {"routes:", "listen: 127.0.0.1:1\nroutes:", {"listen"}},
      {"routes:", "threads: 3\nroutes:", {"threads"}},
      {"routes:", "limits: {idle: 1s}\nroutes:", {"limits"}},
      {"routes:", "log: {access: on, file: /x}\nroutes:", {"log.access", "log.file"}},
      {"token: one", "token: two", {"admin"}},
      {"9090", "9091", {"admin"}},
      {"{redis:", "{memory: 1GiB, redis:", {"store.memory"}},
      {"{redis:", "{max_object: 1MiB, redis:", {"store.max_object"}},
      {"{redis:", "{max_lifetime: 2h, redis:", {"store.max_lifetime"}},
      {":one@r", ":two@r", {"store.redis"}},
      {"routes:", "log: {access: on, format: common}\nroutes:", {"log.access", "log.format"}},
  };
  const Config before = read(std::string(running));
  for (const Case& one : cases) {
    CAPTURE(one.to);
    const Update update = update_of(before, read(std::string(running), one.from, one.to));
    CHECK(update.kept == one.kept);
    CHECK_FALSE(update.has_new_routes);
    CHECK(update.config.listen == before.listen);
    CHECK(update.config.threads == before.threads);
    CHECK(update.config.admin == before.admin);
    CHECK(update.config.store == before.store);
    CHECK(update.config.log == before.log);
  }
}

TEST_CASE("an equal configuration changes nothing") {
  const Config before = read(std::string(running));
  const Update update = update_of(before, before);
  CHECK(update.kept.empty());
  CHECK_FALSE(update.has_new_routes);
}

TEST_CASE("a route that differs in any of its keys is a new route") {
  const Config before = load_route("match: /a").config;
  for (const char* keys : {"match: /b",
                           "match: /a, methods: [GET]",
                           "match: /a, ttl: 1m",
                           "match: /a, ttl: {404: 1m}",
                           "match: /a, jitter: 1%",
                           "match: /a, stale_while_revalidate: 0s",
                           "match: /a, stale_if_error: 1s",
                           "match: /a, refresh_ahead: on",
                           "match: /a, cache: off",
                           "match: /a, ttl: 0s, override: on",
                           "match: /a, heuristic: on",
                           "match: /a, request_directives: ignore",
                           "match: /a, set_cookie: strip",
                           "match: /a, credentials: shared",
                           "match: /a, query: {sorted: on}",
                           "match: /a, query: {only: []}",
                           "match: /a, query: {forward: all}",
                           "match: /a, headers: [X]",
                           "match: /a, cookies: [x]",
                           "match: /a, tags: [x]",
                           "match: /a, purge: none",
                           "match: /a, purge: {tags: [x]}",
                           "match: /a, consistency: strict",
                           "match: /a, collapse: off",
                           "match: /a, websocket: on",
                           "match: /a, debug: on",
                           "match: /a, warm: {site: \"http://s\", urls: [/a]}",
                           "match: /a}, {match: /b"}) {
    CAPTURE(keys);
    const Loaded fresh = load_route(keys);
    REQUIRE_MESSAGE(fresh.ok(), texts_of(fresh.diagnostics));
    const Update update = update_of(before, fresh.config);
    CHECK(update.kept.empty());
    CHECK(update.has_new_routes);
    CHECK(update.config == fresh.config);
  }
}

TEST_CASE("routes that only look different are the same") {
  const Config before = load_route("match: /a, ttl: 60s, debug: yes, cookies: {ignore: [\"*\"]}").config;
  const Config fresh = load_route("debug: on, match: /a, ttl: 1m, cookies: ignore, tags: []").config;
  CHECK(before == fresh);
  CHECK_FALSE(update_of(before, fresh).has_new_routes);
}

TEST_CASE("upstreams are taken from the new configuration, and the routes stay as they are") {
  const Config before = read(std::string(running));
  const Config fresh = read(std::string(running), "http://h:1", "http://h:2");
  const Update update = update_of(before, fresh);
  CHECK(update.config == fresh);
  CHECK(update.kept.empty());
  CHECK_FALSE(update.has_new_routes);
}

TEST_CASE("of a new section, what takes a restart is left out and the rest is taken") {
  const Config before = read(std::string(running));
  const Config fresh = read(std::string(running), "routes:", "log: {level: warn, access: on}\nroutes:");
  const Update update = update_of(before, fresh);
  CHECK(update.kept == std::vector<std::string>{"log.access"});
  CHECK(update.config.log.level == "warn");
  CHECK(update.config.log.access == Logging::Access::off);
}
