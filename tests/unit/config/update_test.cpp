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

TEST_CASE("routes, upstreams, the log's level and the grace are taken from what was read anew") {
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

TEST_CASE("sites are taken from what was read anew, and warmed ones are then other ones") {
  const Config before = read(std::string(running));
  const Update update = update_of(before, read(std::string(running), "routes:", "sites: {a: [b]}\nroutes:"));
  CHECK(update.kept.empty());
  CHECK(update.has_new_routes);
  CHECK(update.config.sites == std::vector<policy::SiteRule>{{"a", {"b"}}});
}

TEST_CASE("what takes a restart stays, and is named") {
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

TEST_CASE("what is the same changes nothing") {
  const Config before = read(std::string(running));
  const Update update = update_of(before, before);
  CHECK(update.kept.empty());
  CHECK_FALSE(update.has_new_routes);
}
