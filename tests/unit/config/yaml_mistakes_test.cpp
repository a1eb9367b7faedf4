#include "support.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::config;

TEST_CASE("a fault within braces or brackets is told where it is, and not by the indent of its line") {
  const Mistake mistakes[] = {
      {"routes:\n  - {match: /a/{id}, ttl: 1m}\n",
       "3:13: not YAML: end of map flow not found: quote it: \"/a/{id}\""},
      {"routes:\n  - match: /a\n    tags: [product:{id}]\n",
       "4:12: not YAML: end of sequence flow not found: quote it: \"product:{id}\""},
      {"routes:\n  - {match: /a, ttl: ${X}}\n",
       "3:22: not YAML: end of map flow not found: quote it: \"${X}\""},
      {"routes:\n  - {match: /a ttl: 1m}\n",
       "3:16: not YAML: end of map flow not found: a comma is missing before \"ttl:\""},
      {"routes:\n  - {match: \"/a\" ttl: 1m}\n",
       "3:18: not YAML: end of map flow not found: a comma is missing before \"ttl:\""},
      {"routes:\n  - match: /a\n    tags: [a, b\n    ttl: 1m\n",
       "4:11: not YAML: end of sequence flow not found: the \"[\" here is not closed, a \"]\" is missing"},
      {"routes: [{match: /a}\n",
       "2:9: not YAML: end of sequence flow not found: the \"[\" here is not closed, a \"]\" is missing"},
      {"routes:\n  - match: /a\n    tags: [{x: 1]\n",
       "4:12: not YAML: illegal flow end: the \"{\" here is not closed, a \"}\" is missing"},
      {"store: {memory: 8MiB}:\n",
       "2:22: not YAML: illegal map value: what follows the \"}\" is one too many: \":\""},
      {"x-1: {a: 'it''s {', b: \"\\\"[\"}   # {\nx-2: &a {b: [c, d]}\nstore: {memory: 8MiB max_object: 1}\n",
       "4:22: not YAML: end of map flow not found: a comma is missing before \"max_object:\""},
  };
  check_told(mistakes, "t.yaml:");
}

TEST_CASE("an item that is one column off, and a map on its key's line, are told as what they are") {
  const Mistake mistakes[] = {
      {"x-1:\n      - http://h:1\n     - http://h:2\n",
       "4:6: not YAML: end of map not found: is the line indented as its neighbours are? Its \"-\" stands in "
       "column 6, that of the line before it in 7"},
      {"routes:\n  - match: /a\n    purge: urls: [/x]\n",
       "4:16: not YAML: illegal map value: a map in one line stands in braces, did you mean 'purge: {urls: "
       "[/x]}'?"},
      {"store: redis: {url: \"redis://h\"}\n",
       "2:13: not YAML: illegal map value: a map in one line stands in braces, did you mean 'store: {redis: "
       "{url: \"redis://h\"}}'?"},
      {"routes:\n  - match:/a\n",
       "3:5: routes[1]: expected a map, found \"match:/a\": a space is missing behind "
       "\"match:\""},
  };
  check_told(mistakes, "t.yaml:");
  CHECK(texts_of(load("upstreams:\n  a:\n    servers:\n    - http://h:1\n     - http://h:2\n").diagnostics) ==
        "t.yaml:4:7: upstream \"a\": servers: expected a URL such as \"http://127.0.0.1:3000\", found "
        "\"http://h:1 - http://h:2\": is the \"-\" of the next line indented as this one is?\n");
}

TEST_CASE("a key of another program is told with the one that says it here") {
  const Mistake mistakes[] = {
      {"store: {redis: {url: \"redis://h\", host: h}}\n",
       "2:35: store.redis: unknown key \"host\": it is part of the url, as url: redis://HOST:6379/DB"},
      {"port: 80\n", "2:1: unknown key \"port\": it is part of the address, as listen: 0.0.0.0:PORT"},
      {"ssl: on\n",
       "2:1: unknown key \"ssl\": it belongs to an address, as listen: {address: \"0.0.0.0:8443\", "
       "tls: {cert: FILE, key: FILE}}"},
      {"routes: [{match: /a, timeout: 5s}]\n",
       "2:22: route \"/a\": unknown key \"timeout\": it belongs in \"upstreams.NAME.timeouts\""},
      {"routes: [{path: /a}]\n", "2:11: route \"/**\": unknown key \"path\", did you mean \"match\"?"},
      {"routes: [{prefix: /a}]\n",
       "2:11: route \"/**\": unknown key \"prefix\", did you mean \"match: /PATH/**\"?"},
      {"log: {url: x}\n", "2:7: log: unknown key \"url\""},
      {"routes: [{match: /a, file: x}]\n", "2:22: route \"/a\": unknown key \"file\": it belongs in \"log\""},
      {"routes: [{match: /a, level: x}]\n",
       "2:22: route \"/a\": unknown key \"level\": it belongs in \"log\""},
  };
  check_told(mistakes, "t.yaml:");
  CHECK(texts_of(load("upstreams: {a: {url: \"http://h\", ssl: on}}\n").diagnostics) ==
        "t.yaml:1:16: upstream \"a\": \"servers\" is missing\n"
        "t.yaml:1:17: upstream \"a\": unknown key \"url\": it is part of the servers, as servers: "
        "\"http://HOST:PORT\"\n"
        "t.yaml:1:34: upstream \"a\": unknown key \"ssl\": it is part of the servers, as servers: "
        "\"https://HOST\"\n");
}

TEST_CASE("while the match of a route is not known, no other route is told that it can never match") {
  const char* const routes[] = {
      "{path: /a, ttl: 1m}, {location: /b}, {match: /c}",
      "{mtach: /a}, {match: /b}",
      "{match: [/a, x]}, {match: /a/b}, {match: /a}",
      "{match: /a/../**}, {match: /b}",
      "{match: \"/a b\"}, {match: /c}",
  };
  for (const char* const one : routes) {
    CAPTURE(std::string(one));
    const Loaded loaded = load_with_upstream("routes: [" + std::string(one) + "]\n");
    CHECK_FALSE(loaded.ok());
    CHECK(texts_of(loaded.diagnostics).find("warning") == std::string::npos);
  }
  CHECK(texts_of(load_with_upstream("routes: [{ttl: 1m}, {match: /a}]\n").diagnostics).find("never match") !=
        std::string::npos);
}

TEST_CASE("another form of a value is told with the one that is read") {
  const Mistake mistakes[] = {
      {"store: {redis: {url: \"redis://h\", timeout: 50}}\n",
       "2:44: store.redis.timeout: expected a duration such as \"50ms\", found \"50\", did you mean "
       "\"50ms\"?"},
      {"store: {redis: {url: \"redis://h\", wait: {timeout: 100}}}\n",
       "2:51: store.redis.wait.timeout: expected a duration such as \"50ms\", found \"100\", did you mean "
       "\"100ms\"?"},
      {"admin: 9090\n", "2:8: admin: expected a map, found \"9090\": as {listen: \"127.0.0.1:9090\"}"},
      {"purge_method: [10.0.0.0/8]\n",
       "2:15: purge_method: expected a map, found a list: as {allow: [127.0.0.1]}"},
      {"trusted_proxies: [10.0.0.1/8]\n",
       "2:19: trusted_proxies: expected an address or a network such as \"10.0.0.0/8\", with no bits beyond "
       "its prefix, found \"10.0.0.1/8\", did you mean \"10.0.0.0/8\"?"},
      {"trusted_proxies: [\"fd00::1/8\"]\n",
       "2:19: trusted_proxies: expected an address or a network such as \"10.0.0.0/8\", with no bits beyond "
       "its prefix, found \"fd00::1/8\", did you mean \"fd00::/8\"?"},
      {"log: {level: warning}\n",
       "2:14: log.level: expected trace, debug, info, warn, error or off, found \"warning\", did you mean "
       "\"warn\"?"},
      {"log: {format: combined}\n",
       "2:15: log.format: expected json or common, found \"combined\", did you mean \"common\"?"},
      {"log: {access: /var/log/a.log}\n",
       "2:15: log.access: expected on or off, found \"/var/log/a.log\", did you mean {access: on, file: "
       "\"/var/log/a.log\"}?"},
      {"listen: \"http://0.0.0.0:80/\"\n",
       "2:9: listen: expected an address such as \"0.0.0.0:8080\", found \"http://0.0.0.0:80/\", did you "
       "mean "
       "\"0.0.0.0:80\"?"},
      {"limits: {content: {slowest: 10k}}\n",
       "2:29: limits.content.slowest: expected a number from 0 to 1000000, found \"10k\", did you mean "
       "\"10000\"?"},
      {"store: {redis: {url: \"redis://h/0?x=1\"}}\n",
       "2:22: store.redis.url: expected a URL such as \"redis://127.0.0.1:6379/0\" or "
       "\"unix:/run/redis.sock\": nothing may follow \"h/0\", neither query nor fragment"},
      {"store: {redis: {url: \"redis://:secret@/0\"}}\n",
       "2:22: store.redis.url: expected a URL such as \"redis://127.0.0.1:6379/0\" or "
       "\"unix:/run/redis.sock\": the host is missing"},
  };
  check_told(mistakes, "t.yaml:");
}
