#include "support.hpp"

#include <chrono>

using namespace larder;
using namespace larder::config;
using namespace std::chrono_literals;

TEST_CASE(
    "what is wrong with the keys that say what is stored, and what writes purge, is told at its place") {
  struct Case {
    const char* keys;
    const char* told;
  };
  const Case cases[] = {
      {"bypass: {}", "route \"/**\": bypass: must not be empty: cookies, headers or query"},
      {"bypass: on",
       "route \"/**\": bypass: expected none or a map of cookies, headers and query, found \"on\""},
      {"bypass: [X-Preview]",
       "route \"/**\": bypass: expected a map of cookies, headers and query, found a list"},
      {"bypass: {header: [X-Preview]}",
       "route \"/**\": bypass: unknown key \"header\", did you mean \"headers\"?"},
      {"bypass: {headers: X-Preview}",
       "route \"/**\": bypass.headers: expected a list of header names, found \"X-Preview\", did you mean "
       "[X-Preview]?"},
      {"bypass: {headers: []}", "route \"/**\": bypass.headers: must not be empty"},
      {"bypass: {headers: [\"*\"]}",
       "route \"/**\": bypass.headers: \"*\" is in every request: to pass them all say \"cache: off\""},
      {"bypass: {headers: [host]}",
       "route \"/**\": bypass.headers: \"host\" is in every request: to pass them all say \"cache: off\""},
      {"bypass: {headers: [\"X Preview\"]}",
       "route \"/**\": bypass.headers: expected a name without spaces and marks, found \"X Preview\""},
      {"bypass: {cookies: [\"^wordpress_logged_in_\"]}",
       "route \"/**\": bypass.cookies: \"^wordpress_logged_in_\" is a regular expression, and would only "
       "match "
       "itself: names are literal, and * stands for any run of characters, did you mean "
       "\"wordpress_logged_in_*\"?"},
      {"bypass: {query: [\"nocache=1\"]}",
       "route \"/**\": bypass.query: expected the name of a query parameter, found \"nocache=1\""},
      {"bypass: {query: [a, a]}", "route \"/**\": bypass.query: \"a\" is listed twice"},
      {"cache: off, bypass: {query: [a]}",
       "warning: route \"/**\": bypass: does nothing beside \"cache: off\""},
      {"min_uses: 0", "route \"/**\": min_uses: expected a number from 1 to 1000000, found \"0\""},
      {"min_uses: two", "route \"/**\": min_uses: expected a number from 1 to 1000000, found \"two\""},
      {"cache: off, min_uses: 2", "warning: route \"/**\": min_uses: does nothing beside \"cache: off\""},
      {"max_object: 0", "route \"/**\": max_object: must be more than 0"},
      {"max_object: 1M",
       "route \"/**\": max_object: expected a size such as \"64MiB\", found \"1M\", did you mean \"1MiB\"?"},
      {"max_object: 9MiB",
       "route \"/**\": max_object: 9MiB is more than store.max_object (8MiB), past which nothing is stored: "
       "raise that one"},
      {"max_content: none", "route \"/**\": max_content: expected a size such as \"64MiB\", found \"none\""},
      {"cache: shadow",
       "route \"/**\": cache: \"shadow\" is reserved for comparing what is cached with the origin, and not "
       "there yet: on or off"},
      {"cache: shadw", "route \"/**\": cache: expected on or off, found \"shadw\""},
      {"stale_if_error: {}", "route \"/**\": stale_if_error: \"for\" is missing"},
      {"stale_if_error: {for: 1h, overide: on}",
       "route \"/**\": stale_if_error: unknown key \"overide\", did you mean \"override\"?"},
      {"stale_if_error: {for: 1}",
       "route \"/**\": stale_if_error.for: expected a duration such as \"30s\", found \"1\", did you mean "
       "\"1s\"?"},
      {"purge: {on: 201}",
       "route \"/**\": purge.on: expected a list of statuses such as [2xx, 303], found \"201\", did you mean "
       "[201]?"},
      {"purge: {on: []}", "route \"/**\": purge.on: must not be empty: nothing is purged by \"purge: none\""},
      {"purge: {on: [2xx, 100]}",
       "route \"/**\": purge.on: \"100\" is not a status from 200 to 599 or a class as 2xx"},
      {"purge: {on: [ok]}",
       "route \"/**\": purge.on: \"ok\" is not a status from 200 to 599 or a class as 2xx"},
      {"purge: {on: [6xx]}",
       "route \"/**\": purge.on: \"6xx\" is not a status from 200 to 599 or a class as 2xx"},
      {"purge: {on: [2xx, 2xx]}", "route \"/**\": purge.on: \"2xx\" is listed twice"},
      {"purge: {on: [2xx, 409]}",
       "warning: route \"/**\": purge.on: a write that fails with 409 purges as well: whoever may send one "
       "can "
       "have all that it names fetched anew"},
      {"purge: {on: [4xx]}",
       "warning: route \"/**\": purge.on: a write that fails with 4xx purges as well: whoever may send one "
       "can "
       "have all that it names fetched anew"},
      {"purge: {on: [2xx, 504]}",
       "warning: route \"/**\": purge.on: does nothing: whether a write with 504 has changed anything is "
       "unknown, so it purges"},
      {"purge: {again: 2}",
       "route \"/**\": purge.again: expected a duration such as \"30s\", found \"2\", did you mean \"2s\"?"},
      {"purge: {again: 6m}", "route \"/**\": purge.again: 6m is more than 5m, the most there is"},
      {"purge: {agian: 2s}", "route \"/**\": purge: unknown key \"agian\", did you mean \"again\"?"},
  };
  for (const auto& [keys, told] : cases) {
    CAPTURE(keys);
    const std::vector<Diagnostic> found = load_route(keys).diagnostics;
    REQUIRE(found.size() == 1);
    CHECK(found[0].text() == "t.yaml:2:" + std::to_string(found[0].column) + ": " + told);
  }
}

TEST_CASE("a route's max_content is compared with that of all") {
  const Loaded loaded = load_with_upstream(
      "limits: {content: {size: 1MiB}}\nroutes: [{match: /a, max_content: 1MiB}, {match: /b, max_content: "
      "2MiB}]\n");
  CHECK(
      texts_of(loaded.diagnostics) ==
      "t.yaml:3:67: warning: route \"/b\": max_content: 2MiB is more than limits.content.size (1MiB), which "
      "holds for every request\n");
}

TEST_CASE("what is stored, and what writes purge, reads back from the effective configuration") {
  const Loaded loaded = load_route(
      "bypass: {cookies: [\"wp_*\"], query: [nocache]}, min_uses: 2, max_object: 1MiB, max_content: 64KiB, "
      "stale_if_error: {for: 1h, override: on}, purge: {on: [2xx, 303], again: 2s, urls: [/a]}");
  CHECK(texts_of(loaded.diagnostics) == "");
  const policy::Route& route = loaded.config.routes.at(0);
  CHECK(route.bypass == policy::BypassRule{.cookies = {"wp_*"}, .headers = {}, .query = {"nocache"}});
  CHECK(route.min_uses == 2u);
  CHECK(route.max_object == 1u << 20);
  CHECK(route.max_content == 64u << 10);
  CHECK(route.stale_if_error == policy::StaleIfError(1h, true));
  CHECK(route.purge.on == policy::Statuses{.numbers = {303}, .classes = {2}});
  CHECK(route.purge.again == 2s);
  CHECK(load(to_yaml(loaded.config)).config == loaded.config);
  CHECK(load_route("stale_if_error: {for: 1h}").config.routes.at(0).stale_if_error ==
        policy::StaleIfError(1h));
}

TEST_CASE("a default of what is stored holds unless the route says otherwise") {
  const Loaded loaded = load_with_upstream(
      "defaults: {route: {min_uses: 3, max_content: 1MiB, purge: {again: 2s}, bypass: {query: [a]}}}\n"
      "routes: [{match: /a}, {match: /b, min_uses: 1, max_content: 0, purge: resource, bypass: none}]\n");
  CHECK(texts_of(loaded.diagnostics) == "");
  CHECK(loaded.config.routes.at(0).min_uses == 3u);
  CHECK(loaded.config.routes.at(0).purge.again == 2s);
  CHECK(loaded.config.routes.at(0).bypass == policy::BypassRule{.query = {"a"}});
  CHECK(loaded.config.routes.at(1).bypass == policy::BypassRule());
  CHECK(loaded.config.routes.at(1).min_uses == 1u);
  CHECK(loaded.config.routes.at(1).max_content == 0u);
  CHECK(loaded.config.routes.at(1).purge == policy::PurgeRule());
  CHECK(load(to_yaml(loaded.config)).config == loaded.config);
}
