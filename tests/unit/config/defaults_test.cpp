#include "support.hpp"

#include <larder/config/schema.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::config;
using namespace std::chrono_literals;

namespace {

struct DefaultsCase {
  const char* yaml;  // from line 2 on
  const char* told;
};

}  // namespace

TEST_CASE("routes and upstreams say what the defaults say unless they say otherwise") {
  const Loaded loaded = load(
      "defaults:\n"
      "  route: {ttl: {200: 1m, 404: 5s}, upstream: b, cookies: {ignore: [seen_*]}, request_directives: "
      "ignore}\n"
      "  upstream: {timeouts: {first_byte: 10s, idle: 7s}, queue: 5}\n"
      "upstreams:\n"
      "  a: {servers: \"http://h:1\", timeouts: {connect: 1s}}\n"
      "  b: {servers: \"http://h:2\", queue: 6}\n"
      "routes:\n"
      "  - {match: /plain}\n"
      "  - {match: /own, ttl: {200: 2m}, upstream: a, cookies: {key: [lang]}, request_directives: honor}\n");
  CHECK(texts_of(loaded.diagnostics) == "");
  const Config& config = loaded.config;
  REQUIRE(config.upstreams.size() == 2);
  SUBCASE("a key of their own replaces the default's whole") {
    CHECK(config.upstreams[0].timeouts.connect == 1s);
    CHECK(config.upstreams[0].timeouts.first_byte == Timeouts{}.first_byte);
    CHECK(config.upstreams[0].queue == 5);
    CHECK(config.upstreams[1].timeouts.first_byte == 10s);
    CHECK(config.upstreams[1].timeouts.idle == 7s);
    CHECK(config.upstreams[1].queue == 6);
    REQUIRE(config.routes.size() == 2);
    CHECK(config.routes[0].ttl.for_status(404) == 5s);
    CHECK(config.routes[0].upstream == "b");
    CHECK(config.routes[0].cookies.ignore == std::vector<std::string>{"seen_*"});
    CHECK_FALSE(config.routes[0].honor_request_directives);
    CHECK(config.routes[1].ttl == policy::TtlRule{.plain = {}, .by_status = {{200, 2min}}});
    CHECK(config.routes[1].upstream == "a");
    CHECK(config.routes[1].cookies == policy::CookieRule{.key = {"lang"}, .ignore = {}});
    CHECK(config.routes[1].honor_request_directives);
  }
  SUBCASE("the effective configuration shows them in each, and itself reads back to the same") {
    const std::string yaml = to_yaml(config);
    CHECK(yaml.find(
              "defaults:\n"
              "  route:\n"
              "    upstream: b\n"
              "    ttl: {200: 1m, 404: 5s}\n"
              "    request_directives: ignore\n"
              "    cookies: {ignore: [seen_*]}\n"
              "  upstream:\n"
              "    timeouts: {connect: 2s, first_byte: 10s, idle: 7s, keepalive: 1m, tunnel: 1m, total: 5m}\n"
              "    queue: 5\n") != yaml.npos);
    CHECK(load(yaml).config == config);
  }
}

TEST_CASE("anchors and merge keys work in the defaults and from them") {
  const Loaded loaded = load_with_upstream(
      "x-short: &short {ttl: 1s}\n"
      "defaults: {route: &usual {<<: *short, jitter: 5%}}\n"
      "routes: [{match: /a}, {match: /b, <<: *usual, ttl: 2s}]\n");
  CHECK(texts_of(loaded.diagnostics) == "");
  REQUIRE(loaded.config.routes.size() == 2);
  CHECK(loaded.config.routes[0].ttl.plain == 1s);
  CHECK(loaded.config.routes[0].jitter == 5);
  CHECK(loaded.config.routes[1].ttl.plain == 2s);
  CHECK(loaded.config.routes[1].jitter == 5);
}

TEST_CASE("what is wrong in the defaults is told once, where it stands") {
  const DefaultsCase cases[] = {
      {"defaults: 3\n", "t.yaml:2:11: defaults: expected a map, found \"3\": as {route: {ttl: 1m}}\n"},
      {"defaults: {route: 3}\n",
       "t.yaml:2:19: defaults.route: expected a map of what a route may say, found \"3\": as {ttl: 1m}\n"},
      {"defaults: {ttl: 1m}\n", "t.yaml:2:12: defaults: unknown key \"ttl\": it belongs in a route\n"},
      {"defaults: {route: {tll: 1m}}\nroutes: [{match: /a}, {match: /b}]\n",
       "t.yaml:2:20: defaults.route: unknown key \"tll\", did you mean \"ttl\"?\n"},
      {"defaults: {route: {ttl: 1}}\nroutes: [{match: /a}, {match: /b}]\n",
       "t.yaml:2:25: defaults.route.ttl: expected a duration such as \"30s\", found \"1\", did you mean "
       "\"1s\"?\n"},
      {"defaults: {route: {match: /a}}\n",
       "t.yaml:2:27: defaults.route.match: each route has its own: it has no default\n"},
      {"defaults: {route: {methods: [GET]}}\n",
       "t.yaml:2:29: defaults.route.methods: each route has its own: it has no default\n"},
      {"defaults: {route: {warm: {}}}\n",
       "t.yaml:2:26: defaults.route.warm: each route has its own: it has no default\n"},
      {"defaults: {upstream: {servers: \"http://h\"}}\n",
       "t.yaml:2:32: defaults.upstream.servers: each upstream has its own: it has no default\n"},
      {"defaults: {route: {upstream: apj}}\nroutes: [{match: /a}]\n",
       "t.yaml:2:30: defaults.route.upstream: there is no upstream \"apj\", did you mean \"api\"?\n"},
      {"defaults: {route: {tags: [\"x:{id}\"]}}\nroutes: [{match: \"/a/{id}\"}]\n",
       "t.yaml:2:27: defaults.route.tags: \"x:{id}\": the match has no \"{id}\"\n"},
      {"defaults: {route: {collapse: cluster, ttl: 9d}}\nroutes: [{match: /a}, {match: /b}]\n",
       "t.yaml:2:30: warning: defaults.route.collapse: without store.redis fetches are shared within each "
       "larder "
       "alone\n"
       "t.yaml:2:44: warning: defaults.route.ttl: 9d is longer than store.max_lifetime, which caps it to "
       "1d\n"},
  };
  for (const auto& [yaml, told] : cases) {
    CAPTURE(yaml);
    CHECK(texts_of(load_with_upstream(yaml).diagnostics) == told);
  }
}

TEST_CASE(
    "what a route and the defaults mean together is told at the route, and nothing that is only a default") {
  const DefaultsCase cases[] = {
      {"defaults: {route: {ttl: 1m, jitter: 5%}}\nroutes: [{match: /a, cache: off}]\n", ""},
      {"defaults: {route: {override: on}}\nroutes: [{match: /a, ttl: 1m}, {match: /b, cache: off}]\n", ""},
      {"defaults: {route: {override: on}}\nroutes: [{match: /a}]\n",
       "t.yaml:3:10: route \"/a\": \"override: on\" of the defaults needs a ttl, which then decides\n"},
      {"defaults: {route: {ttl: 1m}}\nroutes: [{match: /a, override: on}]\n", ""},
      {"defaults: {route: {override: on, ttl: 1m}}\nroutes: [{match: /a, cookies: ignore}, {match: /b}]\n",
       "t.yaml:3:31: warning: route \"/a\": cookies: with \"override: on\" one user's private response could "
       "be "
       "shared with others\n"},
      {"defaults: {route: {cookies: ignore}}\nroutes: [{match: /a, ttl: 1m, override: on}, {match: /b}]\n",
       "t.yaml:3:41: warning: route \"/a\": override: with \"cookies: ignore\" one user's private response "
       "could "
       "be shared with others\n"},
      {"defaults: {route: {cookies: ignore, ttl: 1m, override: on}}\nroutes: [{match: /a}, {match: /b}]\n",
       "t.yaml:2:56: warning: defaults.route.override: with \"cookies: ignore\" one user's private response "
       "could "
       "be shared with others\n"},
  };
  for (const auto& [yaml, told] : cases) {
    CAPTURE(yaml);
    CHECK(texts_of(load_with_upstream(yaml).diagnostics) == told);
  }
}

TEST_CASE("a default upstream settles which one is meant where there are several") {
  const std::string upstreams = "upstreams: {a: {servers: \"http://h:1\"}, b: {servers: \"http://h:2\"}}\n";
  const Loaded loaded = load(upstreams + "defaults: {route: {upstream: b}}\nroutes: [{match: /a}]\n");
  CHECK(texts_of(loaded.diagnostics) == "");
  CHECK(loaded.config.routes.at(0).upstream == "b");
}

TEST_CASE("the command line's upstream and route take the defaults") {
  Loaded loaded = load(
      "defaults: {route: {upstream: b, jitter: 5%}, upstream: {queue: 9}}\n"
      "upstreams: {a: {servers: \"http://h:1\"}, b: {servers: \"http://h:2\"}}\n");
  Overrides overrides;
  overrides.ttl = "5s";
  SUBCASE("the route alone goes to the default upstream") {
    apply(loaded, overrides);
    CHECK(texts_of(loaded.diagnostics) == "");
    CHECK(loaded.config.routes.at(0).upstream == "b");
  }
  SUBCASE("with an upstream there is no other") {
    overrides.upstream = "http://h:3";
    apply(loaded, overrides);
    CHECK(texts_of(loaded.diagnostics) == "");
    CHECK(loaded.config.upstreams.at(0).queue == 9);
    CHECK(loaded.config.routes.at(0).upstream == "default");
    CHECK(load(to_yaml(loaded.config)).config == loaded.config);
  }
  CHECK(loaded.config.routes.at(0).jitter == 5);
  CHECK(loaded.config.routes.at(0).ttl.plain == 5s);
}

TEST_CASE("without defaults none are shown") {
  CHECK(to_yaml(load_route("match: /a").config).find("defaults") == std::string::npos);
}

TEST_CASE("what is removed from responses by default and by a route goes together") {
  const Loaded loaded = load(
      "upstreams: {api: {servers: [\"http://h\"]}}\n"
      "defaults: {route: {response: {remove: [Server, Via], always: on}}}\n"
      "routes:\n"
      "  - {match: /a, response: {remove: [via, X-A]}}\n"
      "  - {match: /b, response: {always: off}}\n"
      "  - match: /c\n");
  CHECK(texts_of(loaded.diagnostics) == "");
  using Names = std::vector<std::string>;
  const auto& routes = loaded.config.routes;
  REQUIRE(routes.size() == 3);
  CHECK(routes[0].response == policy::ResponseRule{.remove = Names{"via", "X-A", "Server"}, .always = true});
  CHECK(routes[1].response == policy::ResponseRule{.remove = Names{"Server", "Via"}, .always = false});
  CHECK(routes[2].response == policy::ResponseRule{.remove = Names{"Server", "Via"}, .always = true});
}
