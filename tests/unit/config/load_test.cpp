#include "support.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace larder;
using namespace larder::config;
using namespace std::chrono_literals;

namespace {

const std::string source_directory = LARDER_SOURCE_DIR;

const char* const everything = R"(
listen: ["127.0.0.1:8080", "[::1]:0"]
threads: 3
limits:
  connections: 100
  connections_per_address: 3
  head: {size: 8KiB, fields: 50, time: 2s}
  content: {size: 1MiB, slowest: 0}
  idle: 5s
upstreams:
  shop:
    servers: [http://127.0.0.1:3000, "http://[::1]"]
    timeouts: {connect: 1s, first_byte: 2s, idle: 3s}
    max_fills: 7
    queue: 0
    queue_timeout: 100ms
  "null": {servers: http://other}
store:
  memory: 64MiB
  max_object: 1MiB
  max_lifetime: 2h
  redis:
    url: redis://10.0.0.1:6380/2
    username: "lar$${der"
    password: "se$${cret"
    key_prefix: l
    timeout: 20ms
    on_outage: origin
    outage_ttl: 1s
    wait: {replicas: 2, timeout: 75ms}
    max_used_memory: 75%
routes:
  - match: /p/{id}/{part}
    upstream: shop
    methods: [GET, PUT]
    ttl: {200: 1m, 404: 10s}
    jitter: 15%
    stale_while_revalidate: 0s
    stale_if_error: 1h
    refresh_ahead: off
    cache: off
    override: true
    heuristic: on
    request_directives: ignore
    set_cookie: strip
    query: {only: ["a*", "true", "~"], sorted: on, forward: all}
    headers: [Accept-Language, "null"]
    cookies: [theme]
    tags: ["p:{id}", "$x", "- a: b # c", "&b"]
    purge: {urls: ["/q/{id}/**"], tags: ["r:{part}"]}
    consistency: strict
    collapse: off
    websocket: on
    debug: on
  - {match: /q/**, upstream: "null", ttl: 5m, query: {ignore: []}, cookies: ignore, purge: none}
shutdown_grace: 0
log: {level: off, access: on, format: common}
)";

/// What is wrong with it, but for what is said of a lifetime beside `cache: off`.
std::string complaints_of(const Loaded& loaded) {
  std::vector<Diagnostic> others = loaded.diagnostics;
  std::erase_if(others, [](const Diagnostic& one) { return one.message.ends_with("beside \"cache: off\""); });
  return texts_of(others);
}

}  // namespace

TEST_CASE("every key is read into its place") {
  const Loaded loaded = load(everything);
  CHECK(complaints_of(loaded) == "");
  const Config& config = loaded.config;
  CHECK(config.listen == std::vector<Listen>{{"127.0.0.1:8080"}, {"[::1]:0"}});
  CHECK(config.threads == 3);
  REQUIRE(config.upstreams.size() == 2);
  CHECK(config.upstreams[0].servers ==
        std::vector<Server>{{"http", "127.0.0.1", "3000"}, {"http", "::1", "80"}});
  CHECK(config.upstreams[0].timeouts.connect == 1s);
  CHECK(config.upstreams[0].timeouts.first_byte == 2s);
  CHECK(config.upstreams[0].timeouts.idle == 3s);
  CHECK(config.upstreams[1].name == "null");
  CHECK(config.store.memory == 64u << 20);
  CHECK(config.store.max_object == 1u << 20);
  CHECK(config.store.max_lifetime == 2h);
  REQUIRE(config.store.redis);
  CHECK(config.store.redis->url == "redis://10.0.0.1:6380/2");
  CHECK(config.store.redis->username == "lar${der");
  CHECK(config.store.redis->password == "se${cret");
  CHECK(config.store.redis->key_prefix == "l");
  CHECK(config.store.redis->timeout == 20ms);
  CHECK(config.store.redis->origin_on_outage);
  CHECK(config.store.redis->outage_ttl == 1s);
  CHECK(config.store.redis->wait_replicas == 2);
  CHECK(config.store.redis->max_used_memory == 75);
  CHECK(config.store.redis->wait_timeout == 75ms);
  CHECK(config.shutdown_grace == 0s);
  CHECK(config.log.level == "off");
  CHECK(config.log.access == Logging::Access::on);
  CHECK(config.log.format == Logging::Format::common);
}

TEST_CASE("every key of a route is read into its place") {
  const Loaded loaded = load(everything);
  REQUIRE(loaded.config.routes.size() == 2);
  const policy::Route& route = loaded.config.routes[0];
  CHECK(route.match == std::vector<std::string>{"/p/{id}/{part}"});
  CHECK(policy::takes_path(route, "/p/7/name"));
  CHECK(route.upstream == "shop");
  CHECK(route.methods == std::vector<std::string>{"GET", "PUT"});
  CHECK(route.ttl == policy::TtlRule{.plain = {}, .by_status = {{200, 1min}, {404, 10s}}});
  CHECK(route.jitter == 15);
  CHECK(route.stale_while_revalidate == 0s);
  CHECK(route.stale_if_error == 1h);
  CHECK(route.refresh_ahead == policy::RefreshAhead::off);
  CHECK_FALSE(route.cache);
  CHECK(route.override_origin);
  CHECK(route.heuristic);
  CHECK_FALSE(route.honor_request_directives);
  CHECK(route.set_cookie == policy::SetCookieRule::strip);
  CHECK_FALSE(route.shares_credentials);
  CHECK(route.websocket);
  CHECK(route.debug);
  CHECK(route.query == policy::QueryRule{.mode = policy::QueryRule::Mode::only,
                                         .names = {"a*", "true", "~"},
                                         .sorted = true,
                                         .forward_all = true});
  CHECK(route.headers == std::vector<std::string>{"Accept-Language", "null"});
  CHECK(route.cookies == policy::CookieRule::keep_only({"theme"}));
  CHECK(route.tags == std::vector<std::string>{"p:{id}", "$x", "- a: b # c", "&b"});
  CHECK(route.collapse == policy::Collapse::off);
  CHECK(loaded.config.routes[1].collapse == policy::Collapse::cluster);
  CHECK(route.purge == policy::PurgeRule{.none = false, .urls = {"/q/{id}/**"}, .tags = {"r:{part}"}});
  const policy::Route& other = loaded.config.routes[1];
  CHECK(other.ttl.plain == 5min);
  CHECK(other.cookies == policy::CookieRule::ignore_all());
  CHECK(other.set_cookie == policy::SetCookieRule::refuse);
  CHECK_FALSE(other.shares_credentials);
  CHECK(other.purge.none);
  CHECK(other.jitter == 0);
  CHECK_FALSE(other.stale_while_revalidate);
  CHECK_FALSE(other.stale_if_error);
  CHECK(other.refresh_ahead == policy::RefreshAhead::where_needed);
}

TEST_CASE("the effective configuration reads back as itself except for its secrets") {
  const Loaded loaded = load(everything);
  const std::string yaml = to_yaml(loaded.config);
  CHECK(yaml.find("se$") == std::string::npos);
  const Loaded again = load(yaml);
  CHECK(complaints_of(again) == "");
  CHECK(to_yaml(again.config) == yaml);
  CHECK(again.config.store.redis->password == "***");
  CHECK(again.config.routes.at(0).tags == loaded.config.routes.at(0).tags);
  CHECK(again.config.routes.at(0).query == loaded.config.routes.at(0).query);
}

TEST_CASE("the effective configuration has every default filled in") {
  CHECK(to_yaml(load_route("ttl: 1m").config) == R"(listen: [0.0.0.0:8080]
threads: auto
limits:
  connections: auto
  connections_per_address: 0
  head: {size: 64KiB, fields: 200, time: 10s}
  content: {size: 0, slowest: 500}
  idle: 1m15s
  buffered: auto
credentials: {add: [], remove: []}
tag_fields: [Surrogate-Key, Cache-Tag, Cache-Tags, xkey]
purge_method: {allow: []}
store:
  memory: 256MiB
  max_object: 8MiB
  max_lifetime: 1d
  purge_log: 64MiB
upstreams:
  api:
    servers: [http://h:1]
    timeouts: {connect: 2s, first_byte: 30s, idle: 1m, keepalive: 1m, tunnel: 1m, total: 5m}
    max_fills: 1024
    queue: 1024
    queue_timeout: 2s
routes:
  - match: /**
    upstream: api
    ttl: 1m
    jitter: 0%
    refresh_ahead: auto
    cache: on
    override: off
    heuristic: off
    request_directives: honor
    set_cookie: refuse
    credentials: refuse
    query: {sorted: off, forward: keyed}
    headers: []
    cookies: refuse
    tags: []
    purge: resource
    consistency: push
    collapse: local
    websocket: off
    debug: off
shutdown_grace: 10s
log: {level: info, access: off, format: json, file: ""}
)");
}

TEST_CASE("trusted_proxies is a list of addresses, or says what is believed of what they say") {
  const auto proxies = [](const std::string& text) {
    const Loaded loaded = load_with_upstream("trusted_proxies: " + text + "\n");
    REQUIRE(loaded.ok());
    CHECK(load(to_yaml(loaded.config)).config == loaded.config);
    return loaded.config.trusted_proxies;
  };
  CHECK(proxies("[10.0.0.0/8]").addresses.contains("10.1.2.3"));
  CHECK(proxies("[10.0.0.0/8]").fields == policy::TrustedProxies::Fields::x_forwarded);
  CHECK_FALSE(proxies("{addresses: [\"::1\"]}").host);
  CHECK(proxies("{addresses: [\"::1\"], fields: forwarded, host: on}").host);
  CHECK(proxies("{addresses: [\"::1\"], fields: forwarded}").fields ==
        policy::TrustedProxies::Fields::forwarded);
  for (const char* wrong :
       {"10.0.0.7/8", "[10.0.0.7/8]", "[proxy.test]", "{}", "{fields: forwarded}",
        "{addresses: [10.0.0.1], fields: x-real-ip}", "{addresses: [10.0.0.1], hosts: on}"}) {
    CAPTURE(wrong);
    CHECK_FALSE(load_with_upstream("trusted_proxies: " + std::string(wrong) + "\n").ok());
  }
  const Loaded everybody = load_with_upstream("trusted_proxies: [0.0.0.0/0]\n");
  REQUIRE(everybody.ok());
  CHECK(everybody.diagnostics.size() == 1);
}

TEST_CASE("a listener behind the PROXY protocol needs trusted_proxies") {
  const std::string listen = "listen: [{address: 8081, proxy_protocol: on}, 8080]\n";
  const Loaded loaded = load_with_upstream(listen + "trusted_proxies: [10.0.0.1]\n");
  REQUIRE(loaded.ok());
  CHECK(loaded.config.listen[0].proxy_protocol);
  CHECK_FALSE(loaded.config.listen[1].proxy_protocol);
  CHECK(load(to_yaml(loaded.config)).config == loaded.config);
  CHECK_FALSE(load_with_upstream(listen).ok());
  CHECK_FALSE(load_with_upstream("listen: [{address: 8081, proxy_protocol: v2}]\n").ok());
}

TEST_CASE("those who may use PURGE are a list of addresses, and the log of purges has a size") {
  const Loaded loaded =
      load_with_upstream("purge_method: {allow: [10.0.0.0/8, \"::1\"]}\nstore: {purge_log: 8MiB}\n");
  REQUIRE(loaded.ok());
  CHECK(loaded.config.purge_method.allow.contains("10.1.2.3"));
  CHECK(loaded.config.purge_method.allow.contains("::1"));
  CHECK_FALSE(loaded.config.purge_method.allow.contains("192.0.2.1"));
  CHECK(loaded.config.store.purge_log == 8u << 20);
  for (const char* wrong : {"purge_method: {allow: [10.0.0.7/8]}", "purge_method: {allow: [localhost]}",
                            "purge_method: {allow: 10.0.0.0/8}", "purge_method: {alow: []}",
                            "store: {purge_log: 0}", "store: {purge_log: 64KiB}"}) {
    CAPTURE(wrong);
    CHECK_FALSE(load_with_upstream(std::string(wrong) + "\n").ok());
  }
}

TEST_CASE("a client that may purge and is a trusted proxy too is warned of, for it purges for others alone") {
  const auto warned = [](const std::string& yaml) {
    const Loaded loaded = load_with_upstream(yaml);
    REQUIRE(loaded.ok());
    return std::ranges::any_of(loaded.diagnostics, [](const Diagnostic& one) {
      return one.text().find("some of \"allow\" are trusted_proxies") != std::string::npos;
    });
  };
  CHECK(warned("trusted_proxies: [127.0.0.1]\npurge_method: {allow: [127.0.0.0/8]}\n"));
  CHECK(warned("trusted_proxies: [10.0.0.0/8]\npurge_method: {allow: [192.0.2.1, 10.9.0.0/16]}\n"));
  CHECK_FALSE(warned("trusted_proxies: [127.0.0.1]\npurge_method: {allow: [10.0.0.0/8]}\n"));
  CHECK_FALSE(warned("purge_method: {allow: [127.0.0.0/8]}\n"));
  CHECK_FALSE(warned("trusted_proxies: [127.0.0.1]\n"));
}

TEST_CASE("a password inside a URL is masked") {
  const Loaded loaded = load_with_upstream("store: {redis: {url: \"redis://me:secret@h:1/0\"}}\n");
  CHECK(loaded.ok());
  CHECK(loaded.config.store.redis->url == "redis://me:secret@h:1/0");
  CHECK(to_yaml(loaded.config).find("url: redis://me:***@h:1/0\n") != std::string::npos);
}

TEST_CASE("sentinels may have a user of their own, whose password is not shown") {
  const Loaded loaded = load_with_upstream(
      "store: {redis: {url: \"redis+sentinel://a,b/m\", sentinel: {username: w, password: secret}}}\n");
  REQUIRE(loaded.ok());
  CHECK(loaded.config.store.redis->sentinel_username == "w");
  CHECK(loaded.config.store.redis->sentinel_password == "secret");
  CHECK(to_yaml(loaded.config).find("sentinel: {username: w, password: \"***\"}") != std::string::npos);
}

TEST_CASE("a user or password in a URL that is not percent-encoded is an error that says how it is written") {
  for (const char* url :
       {"redis://:p@ss@h", "redis://u:1/2@h", "redis://:p/w@h:6379/1", "redis://:a?b@h", "redis://:a#b@h",
        "redis://:100%@h", "redis+sentinel://u:1/2@h", "rediss+cluster://u:p@q@a,b"}) {
    CAPTURE(url);
    const Loaded loaded = load_with_upstream("store: {redis: {url: \"" + std::string(url) + "\"}}\n");
    CHECK_FALSE(loaded.ok());
    const std::string said = texts_of(loaded.diagnostics);
    CAPTURE(said);
    CHECK(said.find("percent-encoded: %40 for @, %2F for /") != std::string::npos);
    CHECK(said.find("p@ss") == std::string::npos);
  }
}

TEST_CASE("a password file takes the place of any other password; Redis's certificate need not be checked") {
  const Loaded loaded = load_with_upstream(
      "store: {redis: {url: \"rediss://me@h\", password_file: /run/secrets/redis, tls: {verify: off}}}\n");
  REQUIRE(loaded.ok());
  CHECK(loaded.config.store.redis->password_file == "/run/secrets/redis");
  CHECK_FALSE(loaded.config.store.redis->tls.verify);
  CHECK(loaded.config.store.redis->max_used_memory == 90);
  for (const char* rest :
       {"url: \"redis://:secret@h\", password_file: /p", "url: \"redis://h\", password: x, password_file: /p",
        "url: \"redis://h\", max_used_memory: 0%", "url: \"redis://h\", max_used_memory: 101%",
        "url: \"redis://h\", max_used_memory: 90"}) {
    CAPTURE(rest);
    CHECK_FALSE(load_with_upstream("store: {redis: {" + std::string(rest) + "}}\n").ok());
  }
}

TEST_CASE("a Redis URL is accepted in every form that the Redis client reads") {
  for (const char* url :
       {"redis://localhost", "REDIS://127.0.0.1:7000/3", "redis://[::1]:7000/15", "redis://larder@h",
        "redis://:a:b@h/", "redis://a%40b:p%3Aq%2F%25@h", "unix:/run/redis.sock", "unix:///run/redis.sock",
        "unix:/run/redis.sock?db=4", "redis+sentinel://h/m", "rediss+sentinel://u:p@a:1,[::1]:2,c/m/3",
        "redis+cluster://h", "rediss+cluster://u:p@a:1,[::1]:2,c/"}) {
    CAPTURE(url);
    CHECK(load_with_upstream("store: {redis: {url: \"" + std::string(url) + "\"}}\n").ok());
  }
  for (const char* url :
       {"",
        "localhost",
        "redis:",
        "redis://",
        "redis:///0",
        "redis://h:port",
        "redis://h/1x",
        "redis://h/99999999999",
        "redis://h/0?db=1",
        "redis://h/0#x",
        "redis://u:%zz@h",
        "unix:/",
        "unix:relative.sock",
        "redis+sentinel://h/m%2F1",
        "redis+sentinel://h/%2f",
        "unix:/a_socket_address_holds_107_bytes_of_a_path_at_most_and_this_one_has_more_than_that"
        "_so_it_is_refused_here_and_now",
        "unix://host/path.sock",
        "unix:/a.sock?db=x",
        "redis://a,b",
        "redis+sentinel://h",
        "redis+sentinel://h/",
        "redis+sentinel://h//1",
        "redis+sentinel://h/m/x",
        "redis+sentinel://a,,b/m",
        "redis+sentinel://a,/m",
        "redis+cluster://",
        "redis+cluster://a,b/1",
        "redis+cluster://a,b?x",
        "redis+other://h"}) {
    CAPTURE(url);
    CHECK_FALSE(load_with_upstream("store: {redis: {url: \"" + std::string(url) + "\"}}\n").ok());
  }
}

TEST_CASE("the design's example is supported") {
  const Loaded loaded = load_file(source_directory + "/tests/unit/config/larder.example.yaml", variables({}));
  std::string errors;
  std::string warnings;
  for (const Diagnostic& one : loaded.diagnostics) {
    (one.severity == Diagnostic::Severity::error ? errors : warnings) +=
        std::to_string(one.line) + ":" + std::to_string(one.column) + ": " + one.message + "\n";
  }
  CHECK(errors == "");
  CHECK(warnings ==
        "47:15: route \"/legacy/**\": override: with \"cookies: ignore\" one user's private response could "
        "be shared "
        "with others\n");
}

TEST_CASE("the configurations that come with larder are valid as they are") {
  for (const char* name : {"/config/larder.yaml", "/config/compose.yaml", "/deploy/demo.yaml"}) {
    CAPTURE(name);
    const Loaded loaded = load_file(source_directory + name, variables({}));
    CHECK(texts_of(loaded.diagnostics) == "");
    CHECK(loaded.ok());
  }
}

TEST_CASE("a file that cannot be read is an error") {
  CHECK(texts_of(load_file("/nowhere/larder.yaml", variables({})).diagnostics) ==
        "/nowhere/larder.yaml: cannot be read: No such file or directory\n");
  CHECK(texts_of(load_file("/tmp", variables({})).diagnostics) == "/tmp: cannot be read: Is a directory\n");
}
