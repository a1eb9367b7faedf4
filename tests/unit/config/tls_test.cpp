#include "support.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::config;

namespace {

const char* const secured = R"(
listen: [8080, {address: "0.0.0.0:8443", tls: {cert: s.pem, key: s.key}}]
upstreams:
  shop:
    servers: [https://shop.test, "https://[::1]:8443", http://plain]
    tls: {ca: ca.pem, cert: c.pem, key: c.key, server_name: shop.internal, verify: off}
store:
  redis: {url: "rediss://h", tls: {ca: r.pem, cert: rc.pem, key: rc.key, server_name: redis.internal}}
)";

}  // namespace

TEST_CASE("the files and names of TLS are read and written back unchanged") {
  const Loaded loaded = load(secured);
  CHECK(loaded.ok());
  const Config& config = loaded.config;
  CHECK(config.listen == std::vector<Listen>{{"8080"}, {"0.0.0.0:8443", ListenTls{"s.pem", "s.key"}}});
  CHECK(config.upstreams.at(0).servers == std::vector<Server>{{"https", "shop.test", "443"},
                                                              {"https", "::1", "8443"},
                                                              {"http", "plain", "80"}});
  CHECK(config.upstreams[0].tls == Tls{"ca.pem", "c.pem", "c.key", "shop.internal", false});
  CHECK(config.store.redis->tls == Tls{"r.pem", "rc.pem", "rc.key", "redis.internal", true});
  const std::string yaml = to_yaml(config);
  const Loaded again = load(yaml);
  CHECK(again.ok());
  CHECK(again.config.listen == config.listen);
  CHECK(again.config.upstreams.at(0).tls == config.upstreams[0].tls);
  CHECK(again.config.store.redis->tls == config.store.redis->tls);
  CHECK(to_yaml(again.config) == yaml);
}

TEST_CASE("one listener may be a map, and tls may be left out of it") {
  const Loaded loaded = load_with_upstream("listen: {address: \"[::]:80\"}\n");
  CHECK(texts_of(loaded.diagnostics) == "");
  CHECK(loaded.config.listen == std::vector<Listen>{{"[::]:80"}});
}

TEST_CASE("errors in TLS are reported at their place") {
  struct Case {
    const char* yaml;
    const char* diagnostics;
  };
  const Case cases[] = {
      {"listen: {tls: {cert: a, key: b}}\n", "t.yaml:2:9: listen: \"address\" is missing\n"},
      {"listen: {address: \"h\", tls: {cert: a, key: b}}\n",
       "t.yaml:2:19: listen.address: expected an address such as \"0.0.0.0:8080\", found \"h\": the port is "
       "missing, did you mean \"h:8080\"?\n"},
      {"listen: {address: \":1\", tls: {cert: a}}\n", "t.yaml:2:30: listen.tls: \"key\" is missing\n"},
      {"listen: {address: \":1\", tls: {cert: \"\", key: b}}\n",
       "t.yaml:2:37: listen.tls.cert: must not be empty\n"},
      {"listen: {address: \":1\", tsl: {}}\n",
       "t.yaml:2:25: listen: unknown key \"tsl\", did you mean \"tls\"?\n"},
      {"listen: [\":1\", {address: \"0.0.0.0:1\", tls: {cert: a, key: b}}]\n",
       "t.yaml:2:16: listen: \"0.0.0.0:1\" is listed twice\n"},
      {"store: {redis: {url: \"redis://h\", tls: {ca: a}}}\n",
       "t.yaml:2:40: store.redis.tls: the url is not rediss://\n"},
      {"store: {redis: {url: \"redis://h\", tls: {ca: \"\"}}}\n", ""},
      {"store: {redis: {url: \"rediss://h\", tls: {cert: a}}}\n",
       "t.yaml:2:41: store.redis.tls: \"cert\" needs a \"key\"\n"},
      {"store: {redis: {url: \"rediss://u:p@h:x\"}}\n",
       "t.yaml:2:22: store.redis.url: expected a URL such as \"redis://127.0.0.1:6379/0\" or "
       "\"unix:/run/redis.sock\"\n"},
  };
  for (const auto& [yaml, diagnostics] : cases) {
    CAPTURE(yaml);
    CHECK(texts_of(load_with_upstream(yaml).diagnostics) == diagnostics);
  }
  CHECK(texts_of(load("upstreams: {a: {servers: \"http://h\", tls: {ca: a}}}\n").diagnostics) ==
        "t.yaml:1:43: upstream \"a\": tls: none of the servers is https://\n");
  CHECK(texts_of(load("upstreams: {a: {servers: \"https://h\", tls: {key: k, ca: c, verify: off}}}\n")
                     .diagnostics) ==
        "t.yaml:1:44: upstream \"a\": tls: \"key\" needs a \"cert\"\n"
        "t.yaml:1:44: warning: upstream \"a\": tls: with \"verify: off\" nothing is checked by \"ca\"\n");
}

TEST_CASE("the files that keys name are known with their places") {
  const Loaded loaded = load(
      "listen: {address: \":1\", tls: {cert: s.pem, key: s.key}}\n"
      "upstreams: {a: {servers: \"https://h\", tls: {ca: ca.pem}}}\n"
      "log: {access: on, file: /nowhere/a.log}\n");
  REQUIRE(loaded.named_files.size() == 4);
  std::vector<std::string> keys;
  for (const NamedFile& named : loaded.named_files) keys.push_back(named.key);
  CHECK(keys ==
        std::vector<std::string>{"listen.tls.cert", "listen.tls.key", "upstream \"a\": tls.ca", "log.file"});
  CHECK(placed("upstreams.a.tls.ca: ca.pem: No such file", loaded).text() ==
        "t.yaml:2:49: upstreams.a.tls.ca: ca.pem: No such file");
  CHECK(placed("listen :1.tls.key: s.key: bad", loaded).text() ==
        "t.yaml:1:49: listen :1.tls.key: s.key: bad");
  CHECK(placed("listen :1.tls.key: other: bad", loaded).text() == "listen :1.tls.key: other: bad");
}
