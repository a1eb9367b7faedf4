#include "support/certificates.hpp"
#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/redis_load.hpp"
#include "support/redis_sentinels.hpp"
#include "support/shared_tier.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

/// larder on the master that sentinels name, and on its successor.
namespace larder::test {

namespace {

struct Watched {
  explicit Watched(Authority* authority = nullptr) : sentinels(authority) {}

  std::string yaml(const std::string& options = "") const {
    return "threads: 1\nupstreams:\n  shop: {servers: [" + origin.url() + "]}\nstore:\n  redis: {url: \"" +
           sentinels.url() + "\", timeout: 500ms" + options + "}\nroutes:\n  - match: /**\n    ttl: 600s\n";
  }

  Origin origin{numbered};
  RedisSentinels sentinels;
};

}  // namespace

TEST_CASE("A master killed under load: no request fails or waits long, and the new one is used") {
  Watched watched;
  Larder first(watched.yaml());
  Larder second(watched.yaml());
  REQUIRE(share(first, second, "before"));
  CHECK(purge_across(first, second, "/purged"));
  RedisLoad load(first);
  load.go_on(50);
  RedisServer& master = watched.sentinels.master();
  const Stopwatch since_the_end;
  master.stop();
  load.go_on(100);
  CHECK(eventually([&] { return &watched.sentinels.master() != &master; }, patience));
  const auto named = since_the_end.read();
  CHECK(share(first, second, "after"));
  MESSAGE("the new master was named after " << named.count() << " ms, and used after "
                                            << since_the_end.read().count() << " ms");
  CHECK(purge_across(first, second, "/purged"));
  load.finish();
  CHECK(eventually([&] { return first.log_lines_with("redis: available again at master shop") == 1; },
                   patience));
  CHECK(eventually([&] { return first.log_lines_with("redis: not available at master shop") == 1; }));
}

TEST_CASE(
    "A hung master is left for the new one, and not returned to when it wakes up still believing to be the "
    "master") {
  Watched watched;
  Larder first(watched.yaml());
  Larder second(watched.yaml());
  REQUIRE(share(first, second, "before"));
  RedisLoad load(first);
  load.go_on(20);
  RedisServer& master = watched.sentinels.master();
  master.pause();
  CHECK(eventually([&] { return &watched.sentinels.master() != &master; }, patience));
  CHECK(share(first, second, "after"));
  master.resume();
  CHECK(share(first, second, "later"));
  CHECK(purge_across(first, second, "/purged"));
  load.finish();
}

TEST_CASE("A manual failover of a live master loses no purge") {
  Watched watched;
  Larder first(watched.yaml());
  Larder second(watched.yaml());
  REQUIRE(share(first, second, "before"));
  Client client = first.client();
  Client elsewhere = second.client();
  RedisServer& master = watched.sentinels.master();
  watched.sentinels.fail_over();
  // Whichever of the two has it, no client here is served what preceded its own write.
  for (int i = 0; i < 200; ++i) {
    const std::string target = "/written/" + std::to_string(i % 7);
    const std::string before = client.get(target).body;
    client.put(target);
    CHECK(client.get(target).body != before);
  }
  CHECK(eventually([&] { return &watched.sentinels.master() != &master; }, patience));
  CHECK(share(first, second, "after"));
  CHECK(purge_across(first, second, "/purged"));
}

TEST_CASE("Over TLS too a failover is followed, but only to servers whose certificates are trusted") {
  Authority authority;
  const Authority other;
  Watched watched(&authority);
  const auto trusting = [&](const Authority& trusted) {
    return watched.yaml(", tls: {ca: \"" + trusted.ca() + "\"}");
  };
  Larder first(trusting(authority));
  Larder second(trusting(authority));
  const Larder mistrusting(trusting(other));
  REQUIRE(share(first, second, "before"));
  RedisServer& master = watched.sentinels.master();
  master.stop();
  CHECK(eventually([&] { return &watched.sentinels.master() != &master; }, patience));
  CHECK(share(first, second, "after"));
  CHECK(purge_across(first, second, "/purged"));
  CHECK(mistrusting.client().get("/a").status == 200);
  CHECK(mistrusting.log_lines_with("redis:") == 2);  // with what it began with
  CHECK(eventually(
      [&] { return mistrusting.log_lines_with("not available at master shop: sentinel 127.0.0.1:") == 1; }));
  CHECK(eventually([&] { return mistrusting.log_lines_with("connect: certificate not trusted") == 1; }));
}

TEST_CASE("With wait a purge is acknowledged once a replica has it, or reported as not replicated") {
  Origin origin(numbered);
  RedisServer master({"--repl-diskless-sync-delay", "0"});
  RedisServer replica({"--replicaof", "127.0.0.1 " + std::to_string(master.port())});
  const auto records = [](const RedisServer& server) { return server.cli({"XLEN", "larder:purges"}); };
  Larder larder(
      "threads: 1\nupstreams:\n  shop: {servers: [" + origin.url() + "]}\nstore:\n  redis: {url: \"" +
      master.url() +
      "\", timeout: 500ms, wait: {replicas: 1, timeout: 2s}}\nroutes:\n  - match: /**\n    ttl: 600s\n");
  REQUIRE(uses(larder, master));
  // A replica that is still loading the initial snapshot counts for WAIT until something is written.
  REQUIRE(
      eventually([&] { return records(master) != "0" && records(replica) == records(master); }, patience));
  Client client = larder.client();
  for (int i = 0; i < 20; ++i) {
    client.put("/a");
    CHECK(records(replica) == records(master));
  }
  CHECK(larder.log_lines_with("not on 1 replica") == 0);
  replica.pause();
  for (int i = 0; i < 5; ++i) CHECK(client.put("/a").status == 200);
  // The log is written after the responses.
  CHECK(eventually([&] { return larder.log_lines_with("not on 1 replica") == 1; }, patience));
  replica.resume();
  CHECK(eventually(
      [&] {
        client.put("/a");
        return larder.log_lines_with("on 1 replica again") == 1;
      },
      patience));
  client.put("/a");
  CHECK(records(replica) == records(master));
}

}  // namespace larder::test
