#include "support.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::config;
using namespace std::chrono_literals;

TEST_CASE("the command line alone is a configuration") {
  Loaded loaded;
  Overrides overrides;
  overrides.upstream = "http://127.0.0.1:3000";
  overrides.listen = {"127.0.0.1:0", "[::1]:0"};
  overrides.ttl = "60s";
  overrides.threads = "2";
  overrides.log_level = "debug";
  apply(loaded, overrides);
  CHECK(texts_of(loaded.diagnostics) == "");
  REQUIRE(loaded.config.upstreams.size() == 1);
  CHECK(loaded.config.upstreams[0].name == "default");
  CHECK(loaded.config.upstreams[0].servers == std::vector<Server>{{"http", "127.0.0.1", "3000"}});
  CHECK(loaded.config.listen == std::vector<Listen>{{"127.0.0.1:0"}, {"[::1]:0"}});
  CHECK(loaded.config.threads == 2);
  CHECK(loaded.config.log.level == "debug");
  REQUIRE(loaded.config.routes.size() == 1);
  CHECK(policy::takes_path(loaded.config.routes[0], "/any/path"));
  CHECK(loaded.config.routes[0].upstream == "default");
  CHECK(loaded.config.routes[0].ttl.plain == 60s);
}

TEST_CASE("without a file and without --upstream there is nothing to run") {
  Loaded loaded;
  apply(loaded, {});
  CHECK(texts_of(loaded.diagnostics) == "there is no upstream: name one with --upstream or in a file\n");
}

TEST_CASE("an error on the command line names its option") {
  Loaded loaded;
  Overrides overrides;
  overrides.upstream = "127.0.0.1:3000";
  overrides.listen = {"here"};
  overrides.ttl = "60";
  overrides.threads = "${N}";
  overrides.log_level = "loud";
  apply(loaded, overrides);
  CHECK(texts_of(loaded.diagnostics) ==
        "--upstream: expected a URL such as \"http://127.0.0.1:3000\", found \"127.0.0.1:3000\", did you "
        "mean \"http://127.0.0.1:3000\"?\n"
        "--listen: expected an address such as \"0.0.0.0:8080\", found \"here\": the port is missing, did "
        "you mean \"here:8080\"?\n"
        "--ttl: expected a duration such as \"30s\", found \"60\", did you mean \"60s\"?\n"
        "--threads: expected auto or a number from 1 to 256, found \"${N}\"\n"
        "--log-level: expected trace, debug, info, warn, error or off, found \"loud\"\n");
}

TEST_CASE("--upstream replaces the file's upstreams, and with them their errors") {
  for (const char* yaml :
       {"", "threads: 2\n", "upstreams: {}\n",
        "upstreams: {a: {servers: \"http://h\"}}\nroutes: [{upstream: b}]\n",
        "upstreams: {a: {servers: \"http://h\"}, b: {servers: \"http://h\"}}\nroutes: [{match: /x}]\n"}) {
    CAPTURE(yaml);
    Loaded loaded = load(yaml);
    CHECK_FALSE(loaded.ok());
    Overrides overrides;
    overrides.upstream = "http://other:1";
    apply(loaded, overrides);
    CHECK(texts_of(loaded.diagnostics) == "");
    REQUIRE(loaded.config.upstreams.size() == 1);
    for (const policy::Route& route : loaded.config.routes) CHECK(route.upstream == "default");
  }
}

TEST_CASE("--ttl adds a route after the file's own") {
  Overrides overrides;
  overrides.ttl = "2d";
  Loaded loaded = load_route("match: /a");
  apply(loaded, overrides);
  CHECK(texts_of(loaded.diagnostics) ==
        "warning: --ttl: 2d is longer than store.max_lifetime, which caps it to 1d\n");
  REQUIRE(loaded.config.routes.size() == 2);
  CHECK(loaded.config.routes[1].upstream == "api");

  overrides.ttl = "1s";
  Loaded taken = load_route("ttl: 1h");
  apply(taken, overrides);
  CHECK(texts_of(taken.diagnostics) ==
        "warning: --ttl: can never match: the route \"/**\" before it takes its requests\n");

  Loaded several = load("upstreams: {a: {servers: \"http://h\"}, b: {servers: \"http://i\"}}\n");
  apply(several, overrides);
  CHECK(texts_of(several.diagnostics) == "--ttl: needs --upstream, since the file names several upstreams\n");
}
