#include "support.hpp"

#include <larder/config/schema.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::config;

TEST_CASE("what is not YAML is told with what may have been meant") {
  const Mistake mistakes[] = {
      {"store:\n\tmemory: 8MiB\n", "t.yaml:3:1: not YAML: a tab indents this line, which takes spaces"},
      {"routes:\n  - match: /a\n\tttl: 1m\n",
       "t.yaml:4:1: not YAML: a tab indents this line, which takes spaces"},
      {"store:\n  redis:\n  \turl: \"redis://h\"\n",
       "t.yaml:4:3: not YAML: a tab indents this line, which takes spaces"},
      {"routes:\n  - match: /a\n   ttl: 1m\n",
       "t.yaml:4:4: not YAML: end of sequence not found: is the line indented as its neighbours are? Its key "
       "begins "
       "in column 4, that of the line before it in 5"},
      {"routes:\n  - match: /a\n     ttl: 1m\n",
       "t.yaml:4:9: not YAML: illegal map value: is the line indented as its neighbours are? Its key begins "
       "in column "
       "6, that of the line before it in 5"},
      {"routes:\n  - match: /a\n  ttl: 1m\n",
       "t.yaml:4:3: not YAML: end of map not found: is the line indented as its neighbours are? Its key "
       "begins in "
       "column 3, that of the line before it in 5"},
      {"routes:\n  - match: *.png\n",
       "t.yaml:3:12: not YAML: the referenced anchor is not defined: a text that begins with \"*\" stands in "
       "quotes, "
       "did you mean '\"*.png\"'?"},
      {"routes:\n  - match: @x\n",
       "t.yaml:3:12: not YAML: unknown token: a text that begins with \"@\" stands in quotes, did you mean "
       "'\"@x\"'?"},
      {"routes:\n  - match: /a: b\n",
       "t.yaml:3:14: not YAML: illegal map value: a text with \": \" in it stands in quotes"},
  };
  check_told(mistakes);
}

TEST_CASE("a key in the wrong place, or without its space, is told where it belongs") {
  const Mistake mistakes[] = {
      {"redis: {url: \"redis://h\"}\n", "t.yaml:2:1: unknown key \"redis\": it belongs in \"store\""},
      {"ttl: 1m\n", "t.yaml:2:1: unknown key \"ttl\": it belongs in a route"},
      {"memory: 8MiB\n", "t.yaml:2:1: unknown key \"memory\": it belongs in \"store\""},
      {"servers: [\"http://h\"]\n",
       "t.yaml:2:1: unknown key \"servers\": it belongs in an upstream, as upstreams: {NAME: {servers: "
       "\"http://HOST:PORT\"}}"},
      {"store: {replicas: 1}\n",
       "t.yaml:2:9: store: unknown key \"replicas\": it belongs in \"store.redis.wait\""},
      {"routes:\n  - match: /a\n    ttl:1m\n    cache: off\n",
       "t.yaml:5:10: not YAML: illegal map value: a space is missing behind \"ttl:\""},
      {"routes: [{match: /a, \"ttl:1m\": x}]\n",
       "t.yaml:2:22: route \"/a\": unknown key \"ttl:1m\": a space is missing, did you mean \"ttl: 1m\"?"},
      {"routes:\n  match: /a\n",
       "t.yaml:3:3: routes: expected a list of routes, found a map: each begins with \"- \""},
      {"store:\nmemory: 8MiB\n",
       "t.yaml:3:1: store: expected a map, found nothing: what belongs to it is indented further"},
  };
  check_told(mistakes);
}

TEST_CASE("sizes and durations in other programs' units are told in those here") {
  const Mistake mistakes[] = {
      {"store: {memory: 8M}\n",
       "t.yaml:2:17: store.memory: expected a size such as \"64MiB\", found \"8M\", did you mean \"8MiB\"?"},
      {"store: {memory: 8 mb}\n",
       "t.yaml:2:17: store.memory: expected a size such as \"64MiB\", found \"8 mb\", did you mean \"8MB\"?"},
      {"store: {memory: 1Gi}\n",
       "t.yaml:2:17: store.memory: expected a size such as \"64MiB\", found \"1Gi\", did you mean \"1GiB\"?"},
      {"store: {memory: 64kib}\n",
       "t.yaml:2:17: store.memory: expected a size such as \"64MiB\", found \"64kib\", did you mean "
       "\"64KiB\"?"},
      {"shutdown_grace: 5min\n",
       "t.yaml:2:17: shutdown_grace: expected a duration such as \"30s\", found \"5min\", did you mean "
       "\"5m\"?"},
      {"shutdown_grace: 30 seconds\n",
       "t.yaml:2:17: shutdown_grace: expected a duration such as \"30s\", found \"30 seconds\", did you mean "
       "\"30s\"?"},
      {"shutdown_grace: 10\n",
       "t.yaml:2:17: shutdown_grace: expected a duration such as \"30s\", found \"10\", did you mean "
       "\"10s\"?"},
      {"shutdown_grace: 5 parsecs\n",
       "t.yaml:2:17: shutdown_grace: expected a duration such as \"30s\", found \"5 parsecs\""},
  };
  check_told(mistakes);
}

/// Seven lines, each of ten times the one before.
std::string many_aliases() {
  std::string yaml = "x-0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
  for (int i = 1; i < 8; ++i) {
    const std::string number = std::to_string(i);
    const std::string one = "*a" + std::to_string(i - 1);
    yaml += "x-" + number + ": &a" + number + " [" + one;
    for (int j = 1; j < 10; ++j) yaml += ", " + one;
    yaml += "]\n";
  }
  return yaml;
}

TEST_CASE("merge keys work, what a map says itself wins, and what is wrong keeps its place") {
  const Loaded loaded = load_with_upstream(
      "x-shared: &shared {ttl: 1m, jitter: 5%, cookies: ignore}\n"
      "routes:\n"
      "  - &first {<<: *shared, match: /a, ttl: 2m}\n"
      "  - {<<: *first, match: /b}\n"
      "  - {match: /c, <<: [{ttl: 3m}, *shared]}\n");
  CHECK(texts_of(loaded.diagnostics) == "");
  const auto& routes = loaded.config.routes;
  REQUIRE(routes.size() == 3);
  CHECK(routes[0].name == "/a");
  CHECK(routes[0].ttl.plain == std::chrono::minutes(2));
  CHECK(routes[1].name == "/b");
  CHECK(routes[1].ttl.plain == std::chrono::minutes(2));
  CHECK(routes[1].jitter == 5);
  CHECK(routes[2].ttl.plain == std::chrono::minutes(3));
  CHECK(routes[2].jitter == 5);

  const std::string bomb = many_aliases();
  const std::string nested = "routes: " + std::string(1'000, '[');
  const Mistake mistakes[] = {
      {"x-a: &a {tll: 1m}\nroutes:\n  - {<<: *a, match: /a}\n",
       "t.yaml:2:10: route \"/a\": unknown key \"tll\", did you mean \"ttl\"?"},
      {"x-a: &a {ttl: 1x}\nroutes:\n  - {<<: *a, match: /a}\n",
       "t.yaml:2:15: route \"/a\": ttl: expected a duration such as \"30s\", found \"1x\""},
      {"routes:\n  - {<<: *b, match: /a}\n", "t.yaml:3:10: not YAML: the referenced anchor is not defined"},
      {"routes:\n  - {<<: 5, match: /a}\n",
       "t.yaml:3:10: \"<<\" takes a map by its name, as <<: *name, or a list of some"},
      {"routes:\n  - &a {match: /a, <<: *a}\n", "t.yaml:3:24: an alias stands within what it names"},
      {"routes: &a [*a]\n", "t.yaml:2:13: an alias stands within what it names"},
      {nested.c_str(), "t.yaml:2:1: lists or maps within each other: too many of them"},
      {bomb.c_str(), "t.yaml:8:6: aliases within aliases: too many of them"},
  };
  check_told(mistakes);
  CHECK(json_schema().find("\"^x-\"") != std::string::npos);
}
