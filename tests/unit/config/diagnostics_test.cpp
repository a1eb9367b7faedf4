#include "support.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::config;

namespace {

struct Case {
  const char* yaml;
  const char* diagnostics;
};

template <std::size_t N>
void check(const Case (&cases)[N], Loaded (*load_case)(std::string_view)) {
  for (const auto& [yaml, diagnostics] : cases) {
    CAPTURE(yaml);
    CHECK(texts_of(load_case(yaml).diagnostics) == diagnostics);
  }
}

Loaded load_bare(std::string_view yaml) {
  return load(yaml);
}

}  // namespace

TEST_CASE("an error reads as file:line:column, then the key or section, the fault and a suggestion") {
  const Loaded loaded = load_text(
      "upstreams:\n"
      "  api:\n"
      "    servers: [\"http://h:1\"]\n"
      "routes:\n"
      "  - match: /api\n"
      "    tll: 5m\n",
      "larder.yaml", variables({}));
  CHECK(texts_of(loaded.diagnostics) ==
        "larder.yaml:6:5: route \"/api\": unknown key \"tll\", did you mean \"ttl\"?\n");
  CHECK_FALSE(loaded.ok());
}

TEST_CASE("text that is not YAML, a map or a single document is refused where it goes wrong") {
  const Case cases[] = {
      {"", "t.yaml:1:1: \"upstreams\" is missing: larder needs at least one\n"},
      {"# nothing yet\n", "t.yaml:1:1: \"upstreams\" is missing: larder needs at least one\n"},
      {"threads: 2\n", "t.yaml:1:1: \"upstreams\" is missing: larder needs at least one\n"},
      {"just words", "t.yaml:1:1: expected a map, found \"just words\"\n"},
      {"[a]", "t.yaml:1:1: expected a map, found a list\n"},
      {"listen: [1\n",
       "t.yaml:1:9: not YAML: end of sequence flow not found: the \"[\" here is not closed, a \"]\" is "
       "missing\n"},
      {"upstreams: *none\n", "t.yaml:1:12: not YAML: the referenced anchor is not defined\n"},
      {"upstreams: {a: {servers: [\"http://h\"]}}\n---\nthreads: 2\n",
       "t.yaml:2:1: not one YAML document: something else begins here\n"},
      {", which yaml-cpp takes for endless empty documents\n",
       "t.yaml:1:1: not one YAML document: something else begins here\n"},
      {"]", "t.yaml:1:1: not YAML: illegal flow end\n"},
  };
  check(cases, load_bare);
}

TEST_CASE("keys must be known, unique and single words") {
  const Case cases[] = {
      {"thraeds: 2\n", "t.yaml:2:1: unknown key \"thraeds\", did you mean \"threads\"?\n"},
      {"zebra: 2\n", "t.yaml:2:1: unknown key \"zebra\"\n"},
      {"threads: 2\nthreads: 3\n", "t.yaml:3:1: duplicate key \"threads\", first on line 2\n"},
      {"[a, b]: 3\n", "t.yaml:2:1: a key must be a single word\n"},
      {"log: {Level: info}\n", "t.yaml:2:7: log: unknown key \"Level\", did you mean \"level\"?\n"},
      {"store: {redis: {url: \"redis://h\", pasword: x}}\n",
       "t.yaml:2:35: store.redis: unknown key \"pasword\", did you mean \"password\"?\n"},
  };
  check(cases, load_with_upstream);
}

TEST_CASE("a wrong type says what was expected and what was found") {
  const Case cases[] = {
      {"threads: [1]\n",
       "t.yaml:2:10: threads: expected auto or a number from 1 to 256, found a list: write it without "
       "brackets\n"},
      {"threads: 0\n", "t.yaml:2:10: threads: expected auto or a number from 1 to 256, found \"0\"\n"},
      {"threads: 257\n", "t.yaml:2:10: threads: expected auto or a number from 1 to 256, found \"257\"\n"},
      {"threads: 4x\n", "t.yaml:2:10: threads: expected auto or a number from 1 to 256, found \"4x\"\n"},
      {"store: 5\n", "t.yaml:2:8: store: expected a map, found \"5\": as {memory: 256MiB}\n"},
      {"routes: {a: 1}\n",
       "t.yaml:2:9: routes: expected a list of routes, found a map: each begins with \"- \"\n"},
      {"routes: [5]\n", "t.yaml:2:10: routes[1]: expected a map, found \"5\": as {match: /PATH, ttl: 1m}\n"},
      {"shutdown_grace: 10\n",
       "t.yaml:2:17: shutdown_grace: expected a duration such as \"30s\", found \"10\", did you mean "
       "\"10s\"?\n"},
      {"shutdown_grace: soon\n",
       "t.yaml:2:17: shutdown_grace: expected a duration such as \"30s\", found \"soon\"\n"},
      {"shutdown_grace: 40000d\n", "t.yaml:2:17: shutdown_grace: \"40000d\" is longer than 100 years\n"},
      {"shutdown_grace: ~\n",
       "t.yaml:2:17: shutdown_grace: expected a duration such as \"30s\", found nothing\n"},
      {"log: {access: maybe}\n", "t.yaml:2:15: log.access: expected on or off, found \"maybe\"\n"},
      {"log: {level: wran}\n",
       "t.yaml:2:14: log.level: expected trace, debug, info, warn, error or off, found \"wran\", did you "
       "mean "
       "\"warn\"?\n"},
      {"log: {format: jsn}\n",
       "t.yaml:2:15: log.format: expected json or common, found \"jsn\", did you mean \"json\"?\n"},
  };
  check(cases, load_with_upstream);
}

TEST_CASE("an address to listen on is a host and port or a Unix socket, each once") {
  const Case cases[] = {
      {"listen: 127.0.0.1\n",
       "t.yaml:2:9: listen: expected an address such as \"0.0.0.0:8080\", found \"127.0.0.1\": the port is "
       "missing, did you mean \"127.0.0.1:8080\"?\n"},
      {"listen: \"*:80\"\n",
       "t.yaml:2:9: listen: expected an address such as \"0.0.0.0:8080\", found \"*:80\", did you mean "
       "\":80\"?\n"},
      {"listen: 0.0.0.0:70000\n", "t.yaml:2:9: listen: port \"70000\" is not from 0 to 65535\n"},
      {"listen: [\"a b:80\", 80, \":80\"]\n",
       "t.yaml:2:10: listen: expected an address such as \"0.0.0.0:8080\", found \"a b:80\"\n"
       "t.yaml:2:24: listen: \"0.0.0.0:80\" is listed twice\n"},
      {"listen: h:80x\n",
       "t.yaml:2:9: listen: expected an address such as \"0.0.0.0:8080\", found \"h:80x\"\n"},
      {"listen: []\n", "t.yaml:2:9: listen: must not be empty\n"},
      {"listen: unix:/run/l.sock\n",
       "t.yaml:2:9: listen: \"unix:\" is not served by this version of larder\n"},
      {"listen: [\"[::1]:80\", 0, \"0.0.0.0:0\", \"localhost:81\"]\n", ""},
  };
  check(cases, load_with_upstream);
}

TEST_CASE("an upstream has servers: only scheme, host and port") {
  const Case cases[] = {
      {"upstreams: {}\n", "t.yaml:1:12: upstreams: must not be empty: larder needs at least one\n"},
      {"upstreams: [a]\n",
       "t.yaml:1:12: upstreams: expected a map of upstreams by name, found a list: as {NAME: {servers: "
       "\"http://HOST:PORT\"}}\n"},
      {"upstreams: {a: {}}\n", "t.yaml:1:16: upstream \"a\": \"servers\" is missing\n"},
      {"upstreams: {a: {servers: []}}\n", "t.yaml:1:26: upstream \"a\": servers: must not be empty\n"},
      {"upstreams: {a: {servers: h:3000}}\n",
       "t.yaml:1:26: upstream \"a\": servers: expected a URL such as \"http://127.0.0.1:3000\", found "
       "\"h:3000\", did you mean \"http://h:3000\"?\n"},
      {"upstreams: {a: {servers: [\"http://*.internal\"]}}\n",
       "t.yaml:1:27: upstream \"a\": servers: expected a URL such as \"http://127.0.0.1:3000\", found "
       "\"http://*.internal\"\n"},
      {"upstreams: {a: {servers: [\"http://h/base\"]}}\n",
       "t.yaml:1:27: upstream \"a\": servers: a server's URL may not have a path or query: requests keep "
       "their own, "
       "found \"http://h/base\"\n"},
      {"upstreams: {a: {servers: [\"http://h:3000x\"]}}\n",
       "t.yaml:1:27: upstream \"a\": servers: expected a URL such as \"http://127.0.0.1:3000\", found "
       "\"http://h:3000x\"\n"},
      {"upstreams: {a: {servers: [\"http://h?x\"]}}\n",
       "t.yaml:1:27: upstream \"a\": servers: a server's URL may not have a path or query: requests keep "
       "their own, "
       "found \"http://h?x\"\n"},
      {"upstreams: {a: {servers: [\"http://me:secret@h\"]}}\n",
       "t.yaml:1:27: upstream \"a\": servers: a server's URL may not have a user or password\n"},
      {"upstreams: {a: {servers: [\"ftp://me:secret@h\"]}}\n",
       "t.yaml:1:27: upstream \"a\": servers: expected a URL such as \"http://127.0.0.1:3000\", found "
       "\"ftp://***@h\"\n"},
      {"upstreams: {a: {servers: [\"http://h:0\"]}}\n",
       "t.yaml:1:27: upstream \"a\": servers: port \"0\" is not from 1 to 65535\n"},
      {"upstreams: {a: {servers: [\"http://h\", \"http://h:80/\"]}}\n",
       "t.yaml:1:39: upstream \"a\": servers: \"http://h:80\" is listed twice\n"},
      {"upstreams: {a: {servers: \"http://h\", timeouts: {conect: 1s, idle: 0s}}}\n",
       "t.yaml:1:49: upstream \"a\": timeouts: unknown key \"conect\", did you mean \"connect\"?\n"
       "t.yaml:1:67: upstream \"a\": timeouts.idle: must be more than 0\n"},
  };
  check(cases, load_bare);
}

TEST_CASE("the store's sizes, times and Redis are checked, and no message repeats a password") {
  const Case cases[] = {
      {"store: {memory: 4kB}\n", "t.yaml:2:17: store.memory: must be 0 (off) or at least 1MiB\n"},
      {"store: {memory: lots}\n",
       "t.yaml:2:17: store.memory: expected a size such as \"64MiB\", found \"lots\"\n"},
      {"store: {max_object: 0}\n", "t.yaml:2:21: store.max_object: must be more than 0\n"},
      {"store: {max_lifetime: 0}\n", "t.yaml:2:23: store.max_lifetime: must be more than 0\n"},
      {"store: {redis: {}}\n", "t.yaml:2:16: store.redis: \"url\" is missing\n"},
      {"store: {redis: {url: \"http://:secret@h\"}}\n",
       "t.yaml:2:22: store.redis.url: expected a URL such as \"redis://127.0.0.1:6379/0\" or "
       "\"unix:/run/redis.sock\": \"http://\" is not one of Redis\n"},
      {"store: {redis: {url: \"redis://h/name\"}}\n",
       "t.yaml:2:22: store.redis.url: expected a URL such as \"redis://127.0.0.1:6379/0\" or "
       "\"unix:/run/redis.sock\": \"name\" is not the number of a database, as 0 in redis://HOST:6379/0\n"},
      {"store: {redis: {url: \"redis://h\", wait: {replicas: many, timeout: 0}}}\n",
       "t.yaml:2:52: store.redis.wait.replicas: expected a number of replicas from 0 to 100, found \"many\"\n"
       "t.yaml:2:67: store.redis.wait.timeout: must be more than 0\n"},
      {"store: {redis: {url: \"redis://h\", sentinel: {password: x}}}\n",
       "t.yaml:2:45: store.redis.sentinel: the url is not redis+sentinel://\n"},
      {"store: {redis: {url: \"redis://a,b\"}}\n",
       "t.yaml:2:22: store.redis.url: expected a URL such as \"redis://127.0.0.1:6379/0\" or "
       "\"unix:/run/redis.sock\": several hosts are those of redis+sentinel:// or redis+cluster://\n"},
      {"store: {redis: {url: \"redis+sentinel://:secret@a,b\"}}\n",
       "t.yaml:2:22: store.redis.url: expected a URL such as "
       "\"redis+sentinel://10.0.0.1,10.0.0.2/mymaster\": the name of the master is missing\n"},
      {"store: {redis: {url: \"redis+cluster://:secret@a,b/1\"}}\n",
       "t.yaml:2:22: store.redis.url: expected a URL such as \"redis+cluster://10.0.0.1,10.0.0.2\": a "
       "cluster has no databases, and no path\n"},
      {"store: {redis: {url: \"redis+cluster://a,b:99999\"}}\n",
       "t.yaml:2:22: store.redis.url: port \"99999\" is not from 1 to 65535\n"},
      {"store: {redis: {url: \"redis://h:99999\"}}\n",
       "t.yaml:2:22: store.redis.url: port \"99999\" is not from 1 to 65535\n"},
      {"store: {redis: {url: \"redis://:secret@h\", password: other}}\n",
       "t.yaml:2:53: store.redis.password: the url holds a password already\n"},
      {"store: {redis: {url: \"unix:/run/r.sock?db=3\", timeout: 0ms, on_outage: servee, key_prefix: \"a "
       "b\"}}\n",
       "t.yaml:2:56: store.redis.timeout: must be more than 0\n"
       "t.yaml:2:72: store.redis.on_outage: expected serve or origin, found \"servee\", did you mean "
       "\"serve\"?\n"
       "t.yaml:2:92: store.redis.key_prefix: must not be empty or hold spaces, control bytes or any of "
       "{}*?[]\\\n"},
      {"store: {memory: 0}\n",
       "t.yaml:2:8: warning: store: without memory and without redis nothing is ever stored\n"},
      {"store: {memory: 4MiB}\n",
       "t.yaml:2:17: warning: store.memory: max_object (8MiB) is more than memory (4MiB) can hold\n"},
      {"store: {max_object: 1GiB}\n",
       "t.yaml:2:21: warning: store.max_object: max_object (1GiB) is more than memory (256MiB) can hold\n"},
      {"store: {memory: 0, max_object: 1GiB, redis: {url: \"redis://h\"}}\n", ""},
  };
  check(cases, load_with_upstream);
}

TEST_CASE("all errors of a file are reported together, in the order of the lines") {
  const Loaded loaded = load(
      "threads: many\n"
      "routes:\n"
      "  - match: api\n"
      "    upstream: shpo\n"
      "    tags: [\"product:{id}\"]\n"
      "  - {ttl: 1h, cookie: ignore}\n"
      "upstreams:\n"
      "  shop: {servers: [\"http://h:x\"]}\n"
      "listne: 80\n"
      "log: {access: \"${ACCESS}\"}\n");
  CHECK(
      texts_of(loaded.diagnostics) ==
      "t.yaml:1:10: threads: expected auto or a number from 1 to 256, found \"many\"\n"
      "t.yaml:3:12: route \"api\": match: \"api\" is not a path pattern: one begins with \"/\", names each "
      "{part} once, and has one {part**} or \"**\" at the most before a last \"**\", did you mean \"/api\"?\n"
      "t.yaml:4:15: route \"api\": upstream: there is no upstream \"shpo\", did you mean \"shop\"?\n"
      "t.yaml:6:15: route \"/**\": unknown key \"cookie\", did you mean \"cookies\"?\n"
      "t.yaml:8:20: upstream \"shop\": servers: expected a URL such as \"http://127.0.0.1:3000\", found "
      "\"http://h:x\"\n"
      "t.yaml:9:1: unknown key \"listne\", did you mean \"listen\"?\n"
      "t.yaml:10:15: log.access: ${ACCESS} is not set and has no default\n");
}
