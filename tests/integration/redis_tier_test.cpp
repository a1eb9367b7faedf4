#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/shared_tier.hpp"
#include "support/wait.hpp"

#include <larder/store/record.hpp>

#include <doctest/doctest.h>

#include <thread>

/// The shared tier: what is in Redis, which instances find it there, and for how long (src/README.md, "Key"
/// and "Purge log").
namespace larder::test {

namespace {

struct Tiered {
  explicit Tiered(std::string store = "") : store_lines(std::move(store)) {}
  Yaml yaml() const { return {.upstream = origin.url(), .store = store_lines, .redis = redis.url()}; }

  std::string store_lines;
  Origin origin{numbered};
  RedisServer redis;
};

}  // namespace

TEST_CASE("Everything in Redis has a readable name with larder's prefix, and an expiry or a bound") {
  Tiered tiered;
  Larder larder(tiered.yaml());
  REQUIRE(uses(larder, tiered.redis));
  Client client = larder.client();
  tiered.origin.answer([](const OriginRequest& request) {
    return request.target == "/varied" ? text("a").with("Vary", "Accept-Language") : text("b");
  });
  client.get("/products?page=2");
  client.get("/products/7");
  client.get("/varied", {{"Accept-Language", "de"}});
  client.get("/long?q=" + std::string(1000, 'x'));
  client.get("/odd/{id}%20x");
  client.put("/elsewhere");
  for (const std::string part : {"/products?page=2", "/products/7", "/varied", "/odd/%7Bid%7D"}) {
    CAPTURE(part);
    CHECK(is_stored(tiered.redis, part));
  }

  bool is_readable = false;
  for (const std::string& name : names_in(tiered.redis)) {
    CAPTURE(name);
    CHECK(name.starts_with("larder:"));
    CHECK(name.size() <= 600);
    CHECK(name.find_first_of("{} ") == std::string::npos);
    if (name.starts_with("larder:r:GET:http://shop.test/products?page=2")) is_readable = true;
    if (name == "larder:purges") {
      CHECK(tiered.redis.cli({"type", name}) == "stream");
    } else {
      const long long left = std::stoll(tiered.redis.cli({"pttl", name}));
      CHECK(left > 0);
      CHECK(left <= 24ll * 3'600'000 * 17 / 16);
    }
  }
  CHECK(is_readable);
}

TEST_CASE("The purge log keeps only what is younger than the longest lifetime") {
  Tiered tiered("  max_lifetime: 1s\n");
  Larder larder(tiered.yaml());
  REQUIRE(uses(larder, tiered.redis));
  Client client = larder.client();
  const auto length = [&] { return std::stoi(tiered.redis.cli({"xlen", "larder:purges"})); };
  for (int i = 0; i < 400; ++i) client.put("/a");
  CHECK(length() > 1);
  const auto write_on = [&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    client.put("/a");
    return length() <= 250;  // Redis trims whole nodes of a hundred records
  };
  CHECK(eventually(write_on, patience));
}

TEST_CASE("Every name has the configured prefix") {
  Origin origin(numbered);
  RedisServer redis;
  Larder larder("upstreams:\n  shop: {servers: [" + origin.url() + "]}\nstore:\n  redis: {url: \"" +
                redis.url() +
                "\", key_prefix: pantry, timeout: 500ms}\nroutes:\n  - match: /**\n    ttl: 60s\n");
  REQUIRE(uses(larder, redis));
  larder.client().put("/b");
  for (const std::string& name : names_in(redis)) CHECK(name.starts_with("pantry:"));
}

TEST_CASE("What is in Redis survives a restart of larder and keeps ageing") {
  Tiered tiered;
  Larder larder(tiered.yaml());
  REQUIRE(uses(larder, tiered.redis));
  const auto sent = std::chrono::steady_clock::now();
  const std::string body = larder.client().get("/a").body;
  larder.client().get("/b?x=y");
  REQUIRE(is_stored(tiered.redis, "/a"));
  REQUIRE(is_stored(tiered.redis, "/b?x=y"));
  larder.restart();
  REQUIRE(has_cached(larder, "/a"));
  const Response response = larder.client().get("/a");
  CHECK(cache_result(response) == "HIT");
  CHECK(response.body == body);
  CHECK(response.fields.has("Age"));
  CHECK(cache_result(larder.client().head("/b?x=y")) == "HIT");
  CHECK(eventually([&] { return age(larder.client().get("/a")) >= 1; }, patience));
  CHECK(std::chrono::steady_clock::now() - sent >= std::chrono::milliseconds(950));
  CHECK(tiered.origin.count("/a") == 1);
  CHECK(tiered.origin.count("/b?x=y") == 1);
}

TEST_CASE("A second instance finds what the first has stored") {
  Tiered tiered;
  tiered.origin.answer([](const OriginRequest& request) {
    return request.target == "/varied"
               ? text(request.fields.get("Accept-Language")).with("Vary", "Accept-Language")
               : text(Pattern::first(1'000'000)).with("ETag", "\"v1\"");
  });
  Larder first(tiered.yaml());
  Larder second(tiered.yaml());
  REQUIRE(uses(first, tiered.redis));
  REQUIRE(uses(second, tiered.redis));
  first.client().get("/large");
  first.client().get("/varied", {{"Accept-Language", "de"}});
  REQUIRE(has_cached(second, "/large"));
  REQUIRE(has_cached(second, "/varied", {{"Accept-Language", "de"}}));

  const Response large = second.client().get("/large");
  CHECK(cache_result(large) == "HIT");
  CHECK(large.body == Pattern::first(1'000'000));
  CHECK(second.client().get("/large", {{"If-None-Match", "\"v1\""}}).status == 304);
  CHECK(cache_result(second.client().get("/varied", {{"Accept-Language", "de"}})) == "HIT");
  CHECK(second.client().get("/varied", {{"Accept-Language", "fr"}}).body == "fr");
  CHECK(tiered.origin.count("/large") == 1);
  CHECK(tiered.origin.count("/varied") == 2);
}

TEST_CASE("Instances on one machine share entries by `sites`, whatever ports they listen on") {
  Tiered tiered;
  Yaml yaml = tiered.yaml();
  yaml.rest += "sites: {shop.test: [\"127.0.0.1:*\"]}\n";
  Larder first(yaml);
  Larder second(yaml);
  REQUIRE(uses(first, tiered.redis));
  REQUIRE(uses(second, tiered.redis));
  first.client("127.0.0.1:" + std::to_string(first.port())).get("/a");
  REQUIRE(is_stored(tiered.redis, "larder:r:GET:http://shop.test/a"));
  const Response response = second.client("127.0.0.1:" + std::to_string(second.port())).get("/a");
  CHECK(cache_result(response) == "HIT");
}

namespace {

/// A record as larder writes it, but with fields and content of the forger's choice, and valid checksums.
std::string forged(std::string_view key, int status, const http::FieldList& fields, std::string_view content,
                   store::Position born) {
  store::Draft draft;
  draft.primary_key = key;
  draft.status = status;
  draft.fields = fields;
  draft.content = Bytes::copy_of(content);
  draft.lifetimes.response_time = std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
  draft.lifetimes.freshness = Seconds{60};
  draft.tags = {"shop.test", std::string(key.substr(key.find("/", key.find("//") + 2))), {}};
  draft.born = born;
  const store::EncodedRecord record = store::encode(store::StoredResponse::from(draft));
  return record.head + std::string(record.body.view());
}

/// Puts a value under a name in Redis; redis-cli reads it from its standard input.
void put(const RedisServer& redis, const std::string& name, const std::string& value) {
  std::string script =
      "return redis.call('SET', KEYS[1], (string.gsub(ARGV[1], '..', function(h) return "
      "string.char(tonumber(h, 16)) end)), 'PX', 60000)";
  std::string hex;
  for (const char c : value) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    hex += digits[byte >> 4];
    hex += digits[byte & 15];
  }
  REQUIRE(redis.cli({"eval", script, "1", name, hex}) == "OK");
}

}  // namespace

TEST_CASE(
    "A forged record in Redis is a miss, and the next response on that connection is the requested one") {
  Tiered tiered("  memory: 0\n");
  tiered.origin.answer([](const OriginRequest& request) { return text("origin " + request.target); });
  Larder larder(tiered.yaml());
  REQUIRE(uses(larder, tiered.redis));
  larder.client().put("/elsewhere");
  const std::string last = tiered.redis.cli({"xrevrange", "larder:purges", "+", "-", "count", "1"});
  const Result<store::Position> born = store::parse_position(last.substr(0, last.find('\n')));
  REQUIRE(born.has_value());
  const std::string smuggled = "0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
  struct Case {
    int status;
    Fields fields;
    std::string content;
    bool is_hit;
  };
  const std::vector<Case> cases{
      {200, {{"X-A", "b"}}, "forged, but sound", true},
      {200, {{"Transfer-Encoding", "chunked"}}, smuggled, false},
      {200, {{"transfer-encoding", "chunked"}, {"X-A", "b"}}, smuggled, false},
      {200, {{"Content-Length", "0"}}, smuggled, false},
      {200, {{"Connection", "close"}}, "x", false},
      {200, {{"Upgrade", "websocket"}}, "x", false},
      {200, {{"Trailer", "X-A"}}, "x", false},
      {200, {{"Age", "0"}}, "x", false},
      {200, {{"X-Cache", "HIT"}}, "x", false},
      {204, {}, smuggled, false},
      {304, {}, smuggled, false},
      {101, {}, smuggled, false},
      {999, {}, "x", false},
  };
  Client client = larder.client();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case& each = cases[i];
    const std::string path = "/forged/" + std::to_string(i);
    CAPTURE(path);
    const std::string key = "GET:http://shop.test" + path;
    http::FieldList fields;
    for (const auto& [name, value] : each.fields.lines()) fields.add(name, value);
    put(tiered.redis, "larder:r:" + key, forged(key, each.status, fields, each.content, *born));
    // Both are sent before either is answered.
    REQUIRE(client.send(client.head_text("GET", path) + client.head_text("GET", "/next" + path)));
    const Response response = client.receive();
    CHECK(response.status == 200);
    CHECK(cache_result(response) == (each.is_hit ? "HIT" : "MISS"));
    CHECK(response.body == (each.is_hit ? each.content : "origin " + path));
    CHECK(client.receive().body == "origin /next" + path);
  }
}

TEST_CASE("Redis alone, without the memory tier, serves HITs and honors purges") {
  Tiered tiered("  memory: 0\n");
  Larder larder(tiered.yaml());
  REQUIRE(uses(larder, tiered.redis));
  Client client = larder.client();
  client.get("/a");
  REQUIRE(is_stored(tiered.redis, "/a"));
  CHECK(cache_result(client.get("/a")) == "HIT");
  client.put("/a");
  CHECK(cache_result(client.get("/a")) == "MISS");
}

TEST_CASE("A purge survives a restart of the instance that acknowledged it") {
  Tiered tiered;
  Larder larder(tiered.yaml());
  REQUIRE(uses(larder, tiered.redis));
  larder.client().get("/a");
  REQUIRE(is_stored(tiered.redis, "/a"));
  larder.client().get("/b");
  REQUIRE(is_stored(tiered.redis, "/b"));
  larder.client().put("/a");
  larder.restart();
  REQUIRE(has_cached(larder, "/b"));
  CHECK(cache_result(larder.client().get("/a")) == "MISS");
}

TEST_CASE("A flushed Redis means a cold cache, not a stale one") {
  Tiered tiered;
  Larder first(tiered.yaml());
  Larder second(tiered.yaml());
  REQUIRE(uses(first, tiered.redis));
  REQUIRE(uses(second, tiered.redis));
  Client reader = second.client();
  reader.get("/a");
  REQUIRE(is_stored(tiered.redis, "/a"));
  tiered.redis.cli({"flushall"});
  CHECK(first.client().put("/a").status == 200);
  CHECK(eventually([&] { return reader.get("/a").body != "answer 1"; }));
  CHECK(reader.get("/a").status == 200);
}

TEST_CASE(
    "A Redis restored to its state before a purge serves nothing older than the purge, even if no larder "
    "remembers it") {
  Tiered tiered;
  std::string written;
  {
    Larder larder(tiered.yaml());
    REQUIRE(uses(larder, tiered.redis));
    Client client = larder.client();
    client.get("/a");
    REQUIRE(is_stored(tiered.redis, "/a"));
    CHECK(tiered.redis.cli({"SAVE"}) == "OK");
    written = client.put("/a").body;
    CHECK(larder.stop() == 0);
  }
  tiered.redis.stop();
  tiered.redis.restart();
  REQUIRE(is_stored(tiered.redis, "/a"));
  Larder larder(tiered.yaml());
  REQUIRE(uses(larder, tiered.redis));
  CHECK(cache_result(larder.client().get("/a")) == "MISS");
  CHECK(cache_result(larder.client().get("/a")) == "HIT");
}

TEST_CASE("Large text content takes less space in Redis and reaches another instance whole") {
  Tiered tiered;
  std::string content = "[";
  while (content.size() < 3'000'000) content += "{\"id\": " + std::to_string(content.size()) + "}, ";
  tiered.origin.answer([&](const OriginRequest&) {
    OriginResponse response = text(content);
    response.fields = {{"Content-Type", "application/json"}};
    return response;
  });
  Larder first(tiered.yaml());
  Larder second(tiered.yaml());
  REQUIRE(uses(first, tiered.redis));
  REQUIRE(uses(second, tiered.redis));
  CHECK(first.client().get("/large").body == content);
  REQUIRE(is_stored(tiered.redis, "/large"));
  for (const std::string& name : names_in(tiered.redis)) {
    if (name.ends_with("/large")) CHECK(std::stoul(tiered.redis.cli({"STRLEN", name})) < content.size() / 3);
  }
  CHECK(eventually([&] {
    const Response response = second.client().get("/large");
    return cache_result(response) == "HIT" && response.body == content;
  }));
  CHECK(tiered.origin.count("/large") <= 2);
}

TEST_CASE("An entry that was tampered with is a miss and does no harm") {
  Tiered tiered("  memory: 0\n");
  Larder larder(tiered.yaml());
  REQUIRE(uses(larder, tiered.redis));
  Client client = larder.client();
  for (const std::string garbage :
       {"", "x", "garbage that is a little longer than the head of a record would be"}) {
    client.get("/a");
    REQUIRE(is_stored(tiered.redis, "/a"));
    for (const std::string& name : names_in(tiered.redis)) {
      if (name != "larder:purges") tiered.redis.cli({"set", name, garbage, "px", "60000"});
    }
    const Response response = client.get("/a");
    CHECK(response.status == 200);
    CHECK(cache_result(response) == "MISS");
  }
}

TEST_CASE("Redis is reached by password, by ACL user, by Unix socket and in another database") {
  struct Case {
    std::string what;
    std::vector<std::string> arguments;
    RedisServer::Transport transport;
    std::string prefix;
    std::string suffix;
  };
  using Transport = RedisServer::Transport;
  const Case cases[] = {
      {"password", {"--requirepass", "secret"}, Transport::tcp, ":secret@", ""},
      {"ACL user",
       {"--user", "ann", "on", ">secret", "~*", "&*", "+@all"},
       Transport::tcp,
       "ann:secret@",
       ""},
      {"Unix socket", {}, Transport::unix_socket, "", ""},
      {"database", {}, Transport::tcp, "", "/3"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.what);
    Origin origin(numbered);
    RedisServer redis(one.arguments, one.transport);
    std::string url = redis.url();
    if (one.transport == Transport::tcp) url.insert(std::string("redis://").size(), one.prefix);
    const Yaml yaml{.upstream = origin.url(), .redis = url + one.suffix};
    Larder first(yaml);
    Larder second(yaml);
    CHECK(eventually([&] {
      const std::string target = "/" + std::to_string(origin.count());
      first.client().get(target);
      return cache_result(second.client().get(target)) == "HIT";
    }));
  }
}

TEST_CASE("A wrong password costs the shared tier, but no request") {
  Tiered tiered;
  RedisServer guarded({"--requirepass", "secret"});
  Larder larder(Yaml{.upstream = tiered.origin.url(),
                     .redis = "redis://:hunter2@127.0.0.1:" + std::to_string(guarded.port())});
  Client client = larder.client();
  CHECK(client.get("/a").status == 200);
  CHECK(cache_result(client.get("/a")) == "HIT");
  CHECK(client.put("/a").status == 200);
  CHECK(cache_result(client.get("/a")) == "MISS");
  CHECK(larder.log().find("hunter2") == std::string::npos);
}

}  // namespace larder::test
