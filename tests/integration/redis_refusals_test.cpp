#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/shared_tier.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <fstream>

/// A Redis that refuses commands: each is told once, and nothing that it does not take is called stored.
namespace larder::test {

namespace {

/// deploy/README.md's user, but for what a test takes from it.
void set_user(const RedisServer& redis, std::vector<std::string> but) {
  std::vector<std::string> words{
      "ACL",       "SETUSER",   "larder",        "reset",    "on",         ">secret",
      "~larder:*", "-@all",     "+ping",         "+info",    "+select",    "+role",
      "+get",      "+getrange", "+set",          "+del",     "+eval",      "+xadd",
      "+xread",    "+xrange",   "+xinfo|stream", "+zincrby", "+zrevrange", "+zremrangebyrank",
      "+pexpire",  "+wait",     "+asking"};
  words.insert(words.end(), but.begin(), but.end());
  REQUIRE(redis.cli(words) == "OK");
}

Yaml as_user(const Origin& origin, const RedisServer& redis) {
  return {.upstream = origin.url(),
          .store = "  memory: 0\n",
          .redis = "redis://larder:secret@127.0.0.1:" + std::to_string(redis.port())};
}

std::string cache_status(const Response& response) {
  return response.fields.get("Cache-Status");
}

}  // namespace

TEST_CASE("A command that the ACL does not allow is told once, with the line that allows it") {
  struct Row {
    const char* taken;
    const char* told;
    const char* mend;
  };
  for (const Row& row : {Row{"-set", "redis refuses SET: NOPERM", "ACL SETUSER larder +set"},
                         Row{"-xadd", "redis refuses XADD: NOPERM", "ACL SETUSER larder +xadd"},
                         Row{"-xread", "redis refuses XREAD: NOPERM", "ACL SETUSER larder +xread"},
                         Row{"-getrange", "redis refuses GETRANGE: NOPERM", "ACL SETUSER larder +getrange"},
                         Row{"-info", "redis refuses INFO: NOPERM", "ACL SETUSER larder +info"}}) {
    CAPTURE(row.taken);
    Origin origin(numbered);
    RedisServer redis;
    set_user(redis, {row.taken});
    Larder larder(as_user(origin, redis));
    Client client = larder.client();
    CHECK(eventually([&] {
      client.get("/a");
      client.remove("/b");
      return larder.log_lines_with(row.told) > 0;
    }));
    for (int i = 0; i < 50; ++i) client.get("/a");
    CHECK(eventually([&] { return larder.log_lines_with(row.told) == 1; }));
    CHECK(eventually([&] { return larder.log_lines_with(row.mend) == 1; }));
  }
}

TEST_CASE("Once the ACL allows what larder was started without, the log says so, last") {
  struct Row {
    const char* taken;
    const char* told;
  };
  for (const Row& row : {Row{"-xadd", "XADD"}, Row{"-xinfo|stream", "XINFO"}, Row{"-set", "SET"}}) {
    CAPTURE(row.told);
    Origin origin(numbered);
    RedisServer redis;
    set_user(redis, {row.taken});
    Larder larder(as_user(origin, redis));
    Client client = larder.client();
    const auto goes_on_until = [&](const std::string& text) {
      return eventually(
          [&] {
            client.get("/" + std::to_string(origin.count()));
            return larder.log_lines_with(text) > 0;
          },
          patience);
    };
    REQUIRE(goes_on_until("redis refuses " + std::string(row.told)));
    const bool is_out_of_step = larder.log_lines_with("not there yet") > 0;
    set_user(redis, {});
    CHECK(goes_on_until("redis takes " + std::string(row.told) + " again"));
    if (is_out_of_step) CHECK(goes_on_until("connected, and every purge is known"));
  }
}

TEST_CASE("What Redis does not take is not called stored; once it takes it, it is") {
  Origin origin(numbered);
  RedisServer redis;
  set_user(redis, {});
  Larder larder(as_user(origin, redis));
  REQUIRE(uses(larder, redis));
  Client client = larder.client();
  CHECK(contains(cache_status(client.get("/before")), "stored"));
  for (const char* command : {"-set", "-getrange"}) {
    CAPTURE(command);
    set_user(redis, {command});
    // The first that is refused tells of it.
    CHECK(eventually([&] {
      const std::string status = cache_status(client.get("/refused/" + std::to_string(origin.count())));
      return !contains(status, "; stored") && contains(status, "detail=no-store-takes-it");
    }));
    set_user(redis, {});
    CHECK(eventually([&] {
      return contains(cache_status(client.get("/again/" + std::to_string(origin.count()))), "; stored");
    }));
  }
}

TEST_CASE("A Redis without room is told once, however many writes it refuses") {
  Origin origin(numbered);
  RedisServer redis;
  Larder larder(Yaml{.upstream = origin.url(), .store = "  memory: 0\n", .redis = redis.url()});
  REQUIRE(uses(larder, redis));
  redis.cli({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
  redis.cli({"CONFIG", "SET", "maxmemory", "1"});
  Client client = larder.client();
  CHECK(eventually([&] {
    client.get("/a");
    return larder.log_lines_with("redis refuses SET: OOM") == 1;
  }));
  for (int i = 0; i < 100; ++i) client.get("/" + std::to_string(i));
  CHECK(eventually([&] { return larder.log_lines_with("redis refuses SET") == 1; }));
}

TEST_CASE("A replica that is taken for the server is told of once") {
  Origin origin(numbered);
  RedisServer master;
  RedisServer replica({"--replicaof", "127.0.0.1 " + std::to_string(master.port())});
  Larder larder(Yaml{.upstream = origin.url(), .store = "  memory: 0\n", .redis = replica.url()});
  CHECK(eventually([&] { return larder.log_lines_with("store.redis.url must name its master") > 0; }));
  Client client = larder.client();
  for (int i = 0; i < 20; ++i) client.remove("/a");
  CHECK(eventually([&] { return larder.log_lines_with("redis refuses XADD: READONLY") == 1; }));
  CHECK(larder.log_lines_with("not available") == 0);
}

TEST_CASE("A command that this Redis does not have is told once, however often it is tried") {
  Origin origin(numbered);
  RedisServer redis({"--rename-command", "XADD", ""});
  Larder larder(Yaml{.upstream = origin.url(), .store = "  memory: 0\n", .redis = redis.url()});
  CHECK(eventually([&] { return larder.log_lines_with("redis refuses XADD: ERR unknown command") > 0; }));
  Client client = larder.client();
  for (int i = 0; i < 20; ++i) client.remove("/a");
  CHECK(eventually([&] { return larder.log_lines_with("redis refuses") == 1; }));
  CHECK_FALSE(contains(cache_status(client.get("/a")), "; stored"));
}

TEST_CASE("A password file is read at each connect: the password may change while larder runs") {
  Origin origin(numbered);
  RedisServer redis;
  TemporaryDirectory directory;
  const std::string file = (directory.path() / "password").string();
  std::ofstream(file) << "secret\n";
  set_user(redis, {});
  Larder larder(Yaml{.upstream = origin.url(),
                     .store = "  memory: 0\n  redis: {url: \"" + redis.url() +
                              "\", username: larder, timeout: 500ms, password_file: " + file + "}\n"});
  REQUIRE(uses(larder, redis));
  set_user(redis, {"resetpass", ">another"});
  redis.cli({"CLIENT", "KILL", "USER", "larder"});
  CHECK(eventually([&] { return larder.log_lines_with("WRONGPASS") > 0; }, patience));
  std::ofstream(file) << "another\n";
  Client client = larder.client();
  CHECK(eventually(
      [&] { return contains(cache_status(client.get("/" + std::to_string(origin.count()))), "; stored"); },
      patience));
}

TEST_CASE("Past max_used_memory nothing new is stored, what is there is replaced, and below it both again") {
  Origin origin(numbered);
  RedisServer redis;
  Larder larder(Yaml{.upstream = origin.url(),
                     .store = "  memory: 0\n  redis: {url: \"" + redis.url() +
                              "\", timeout: 500ms, max_used_memory: 50%}\n"});
  REQUIRE(uses(larder, redis));
  Client client = larder.client();
  client.get("/there");
  REQUIRE(is_stored(redis, "/there"));
  redis.cli({"CONFIG", "SET", "maxmemory", "1gb"});
  redis.cli({"EVAL", "redis.call('SET', 'app', string.rep('x', 20000000))", "0"});
  redis.cli({"CONFIG", "SET", "maxmemory", "30mb"});
  CHECK(eventually(
      [&] {
        return larder.log_lines_with("more than 50% of its maxmemory is used") == 1 ||
               (client.get("/" + std::to_string(origin.count())), false);
      },
      patience));
  CHECK_FALSE(contains(cache_status(client.get("/new")), "; stored"));
  CHECK(client.get("/new").body != client.get("/new").body);
  const std::string older = client.get("/there").body;
  const std::string newer = client.get("/there", {{"Cache-Control", "no-cache"}}).body;
  CHECK(newer != older);
  CHECK(eventually([&] { return client.get("/there").body == newer; }));
  redis.cli({"DEL", "app"});
  CHECK(eventually(
      [&] {
        return contains(cache_status(client.get("/new")), "; stored") ||
               cache_result(client.get("/new")) == "HIT";
      },
      patience));
  CHECK(
      eventually([&] { return larder.log_lines_with("less than 50% of its maxmemory is used again") == 1; }));
}

}  // namespace larder::test
