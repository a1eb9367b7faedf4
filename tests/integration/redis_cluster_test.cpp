#include "support/redis_cluster.hpp"

#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/redis_load.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <vector>

/// larder on a Redis Cluster: entries across all slots, nodes that die, slots that move.
namespace larder::test {

namespace {

struct Clustered {
  std::string yaml(const std::string& memory = "0") const {
    return "threads: 1\nupstreams:\n  shop: {servers: [" + origin.url() + "]}\nstore:\n  memory: " + memory +
           "\n  redis: {url: \"" + cluster.url() +
           "\", timeout: 500ms}\nroutes:\n  - match: /**\n    ttl: 600s\n";
  }

  Origin origin{numbered};
  RedisCluster cluster;
};

/// The slot of the name that `target` is stored under.
int slot_of_target(const RedisServer& node, const std::string& target) {
  return RedisCluster::slot_of(node, "larder:r:GET:http://shop.test" + target);
}

}  // namespace

TEST_CASE("Entries are spread across all nodes of a cluster, and what one larder stores another one serves") {
  Clustered clustered;
  Larder first(clustered.yaml());
  Larder second(clustered.yaml());
  REQUIRE(share(first, second, "begin"));
  Client client = first.client();
  for (int i = 0; i < 15; ++i) client.get("/a/" + std::to_string(i));
  for (int i = 0; i < 15; ++i) {
    const std::string target = "/a/" + std::to_string(i);
    CHECK(eventually([&] { return cache_result(second.client().get(target)) == "HIT"; }, patience));
  }
  const std::vector<RedisServer*> masters = clustered.cluster.masters();
  CHECK(masters.size() == 3);
  for (const RedisServer* master : masters) CHECK(std::stoi(master->cli({"DBSIZE"})) > 2);
  CHECK(purge_across(first, second, "/purged"));
  CHECK(first.log_lines_with("redis") == 1);  // what it began with
}

TEST_CASE(
    "A master of a cluster killed under load: no request fails or waits long, and its slots are used again") {
  Clustered clustered;
  Larder first(clustered.yaml("16MiB"));
  Larder second(clustered.yaml("16MiB"));
  REQUIRE(share(first, second, "before"));
  for (const std::string name : {"larder:purges", "larder:r:GET:http://shop.test/hot"}) {
    CAPTURE(name);
    RedisLoad load(first);
    load.go_on(50);
    RedisServer& master = clustered.cluster.master_of(name);
    const Stopwatch since_the_end;
    master.stop();
    load.go_on(100);
    CHECK(eventually([&] { return clustered.cluster.is_whole(); }, patience));
    const auto whole = since_the_end.read();
    CHECK(share(first, second, "after-" + std::to_string(master.port())));
    MESSAGE("the cluster had recovered after " << whole.count() << " ms, and used after "
                                               << since_the_end.read().count() << " ms");
    CHECK(purge_across(first, second, "/purged"));
    load.go_on(50);
    load.finish();
    master.restart();
    REQUIRE(eventually([&] { return clustered.cluster.is_complete(); }, patience));
  }
}

TEST_CASE("Slots that move under load: no request fails, and names are found during the move") {
  Clustered clustered;
  Larder first(clustered.yaml());
  Larder second(clustered.yaml());
  REQUIRE(share(first, second, "before"));
  first.client().get("/moving");
  REQUIRE(eventually([&] { return cache_result(second.client().get("/moving")) == "HIT"; }, patience));
  RedisLoad load(first);
  load.go_on(50);

  RedisServer& from = clustered.cluster.master_of("larder:r:GET:http://shop.test/moving");
  RedisServer& to = clustered.cluster.other_master_than(from);
  const int fetched = clustered.origin.count("/moving");
  const int slot = slot_of_target(from, "/moving");
  clustered.cluster.move_slot(slot, from, to, [&] {
    CHECK(cache_result(second.client().get("/moving")) == "HIT");
    load.go_on(20);
  });
  CHECK(eventually([&] { return cache_result(second.client().get("/moving")) == "HIT"; }, patience));
  CHECK(clustered.origin.count("/moving") <= fetched + 1);

  // The purge log's own slot.
  RedisServer& log = clustered.cluster.master_of("larder:purges");
  RedisServer& next = clustered.cluster.other_master_than(log);
  clustered.cluster.move_slot(RedisCluster::slot_of(log, "larder:purges"), log, next,
                              [&] { load.go_on(50); });
  CHECK(share(first, second, "after"));
  CHECK(purge_across(first, second, "/purged"));
  CHECK(purge_across(second, first, "/purged"));
  load.finish();
}

TEST_CASE("A planned failover of the master that holds the log is followed immediately") {
  Clustered clustered;
  Larder first(clustered.yaml());
  Larder second(clustered.yaml());
  REQUIRE(share(first, second, "before"));
  RedisLoad load(first);
  load.go_on(20);
  clustered.cluster.fail_over("larder:purges");
  CHECK(share(first, second, "after"));
  CHECK(purge_across(first, second, "/purged"));
  load.go_on(20);
  load.finish();
}

}  // namespace larder::test
