#include "support/redis_cluster.hpp"

#include "support/ports.hpp"
#include "support/wait.hpp"

#include <sstream>
#include <stdexcept>

namespace larder::test {

namespace {

constexpr int masters_count = 3;
constexpr int slots = 16'384;
constexpr std::chrono::seconds patience{30};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string id_of(const RedisServer& node) {
  return node.cli({"CLUSTER", "MYID"});
}

void expect(bool is_so, const char* what) {
  if (!is_so) throw std::runtime_error(std::string("redis cluster: ") + what);
}

/// The value of `field:value` in INFO or CLUSTER INFO.
bool says(const RedisServer& node, std::vector<std::string> question, const std::string& line) {
  return node.cli(std::move(question)).find(line) != std::string::npos;
}

}  // namespace

RedisCluster::RedisCluster(const std::vector<std::string>& arguments) {
  std::vector<RedisServer*> all;
  for (int i = 0; i < 2 * masters_count; ++i) {
    std::vector<std::string> own{"--cluster-enabled",
                                 "yes",
                                 "--cluster-node-timeout",
                                 "1000",
                                 "--cluster-replica-validity-factor",
                                 "0",
                                 "--repl-diskless-sync-delay",
                                 "0",
                                 "--repl-ping-replica-period",
                                 "1",
                                 "--enable-debug-command",
                                 "yes",
                                 "--cluster-port",
                                 std::to_string(free_port())};
    own.insert(own.end(), arguments.begin(), arguments.end());
    all.push_back(&nodes_.emplace_back(std::move(own)));
  }
  join(all);
  replicate(all);
}

void RedisCluster::join(const std::vector<RedisServer*>& all) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    const int index = static_cast<int>(i);
    all[i]->cli({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(index + 1)});
    if (index < masters_count) {
      all[i]->cli({"CLUSTER", "ADDSLOTSRANGE", std::to_string(slots * index / masters_count),
                   std::to_string(slots * (index + 1) / masters_count - 1)});
    }
    const std::string bus = all[0]->cli({"CONFIG", "GET", "cluster-port"});
    all[i]->cli({"CLUSTER", "MEET", "127.0.0.1", std::to_string(all[0]->port()), lines_of(bus).at(1)});
  }
  for (const RedisServer* node : all) {
    expect(eventually(
               [&] {
                 return says(*node, {"CLUSTER", "INFO"}, "cluster_state:ok");
               },
               patience),
           "its slots are not served");
    expect(eventually(
               [&] {
                 return says(*node, {"CLUSTER", "INFO"}, "cluster_known_nodes:6");
               },
               patience),
           "its nodes do not meet");
  }
}

void RedisCluster::replicate(const std::vector<RedisServer*>& all) {
  for (std::size_t i = masters_count; i < all.size(); ++i) {
    expect(eventually(
               [&] {
                 return all[i]->cli({"CLUSTER", "REPLICATE", id_of(*all[i - masters_count])}) == "OK";
               },
               patience),
           "a replica finds no master");
  }
  for (std::size_t i = masters_count; i < all.size(); ++i) {
    expect(eventually(
               [&] {
                 return says(*all[i], {"INFO", "replication"}, "master_link_status:up");
               },
               patience),
           "a replica does not follow");
  }
  // Every node must know which replica belongs to which master, or no replica replaces a dead master.
  for (const RedisServer* node : all) {
    expect(eventually(
               [&] {
                 int replicas = 0;
                 for (const std::string& line : lines_of(node->cli({"CLUSTER", "NODES"}))) {
                   replicas += line.find("slave") != std::string::npos ? 1 : 0;
                 }
                 return replicas == masters_count;
               },
               patience),
           "the nodes do not agree");
  }
}

std::string RedisCluster::url() const {
  return "redis+cluster://127.0.0.1:" + std::to_string(nodes_.front().port()) +
         ",127.0.0.1:" + std::to_string(nodes_.back().port());
}

bool RedisCluster::is_whole() {
  for (RedisServer& node : nodes_) {
    if (!node.answers()) continue;
    if (!says(node, {"CLUSTER", "INFO"}, "cluster_state:ok")) return false;
    if (!says(node, {"CLUSTER", "INFO"}, "cluster_slots_ok:16384")) return false;
  }
  return masters().size() == masters_count;
}

bool RedisCluster::is_complete() {
  for (RedisServer& node : nodes_) {
    if (!node.answers()) return false;
    if (says(node, {"ROLE"}, "slave") && !says(node, {"INFO", "replication"}, "master_link_status:up"))
      return false;
  }
  return is_whole();
}

void RedisCluster::fail_over(const std::string& name) {
  RedisServer& master = master_of(name);
  for (RedisServer& node : nodes_) {
    const std::string role = node.cli({"ROLE"});
    if (role.find(std::to_string(master.port())) == std::string::npos || &node == &master) continue;
    expect(node.cli({"CLUSTER", "FAILOVER"}) == "OK", "a replica does not take over");
    expect(eventually([&] { return says(node, {"ROLE"}, "master"); }, patience),
           "a replica does not take over");
    return;
  }
  expect(false, "the master has no replica");
}

int RedisCluster::slot_of(const RedisServer& node, const std::string& name) {
  return std::stoi(node.cli({"CLUSTER", "KEYSLOT", name}));
}

std::vector<RedisServer*> RedisCluster::masters() {
  std::vector<RedisServer*> found;
  for (RedisServer& node : nodes_) {
    if (node.answers() && says(node, {"ROLE"}, "master")) found.push_back(&node);
  }
  return found;
}

RedisServer& RedisCluster::master_of(const std::string& name) {
  for (RedisServer* node : masters()) {
    const std::string reply = node->cli({"EXISTS", name});
    if (reply.find("MOVED") == std::string::npos && reply.find("CLUSTERDOWN") == std::string::npos)
      return *node;
  }
  throw std::runtime_error("redis cluster: nobody serves " + name);
}

RedisServer& RedisCluster::other_master_than(const RedisServer& other) {
  for (RedisServer* node : masters()) {
    if (node != &other) return *node;
  }
  throw std::runtime_error("redis cluster: there is one master only");
}

void RedisCluster::begin_move(int slot, RedisServer& from, RedisServer& to) {
  const std::string number = std::to_string(slot);
  expect(to.cli({"CLUSTER", "SETSLOT", number, "IMPORTING", id_of(from)}) == "OK", "a slot is not imported");
  expect(from.cli({"CLUSTER", "SETSLOT", number, "MIGRATING", id_of(to)}) == "OK", "a slot does not migrate");
}

void RedisCluster::finish_move(int slot, RedisServer& from, RedisServer& to) {
  const std::string number = std::to_string(slot);
  for (std::vector<std::string> names;
       !(names = lines_of(from.cli({"CLUSTER", "GETKEYSINSLOT", number, "100"}))).empty();) {
    if (names.size() == 1 && names[0].empty()) break;
    std::vector<std::string> command{"MIGRATE", "127.0.0.1", std::to_string(to.port()), "", "0",
                                     "5000",    "KEYS"};
    command.insert(command.end(), names.begin(), names.end());
    from.cli(std::move(command));
  }
  const std::string id = id_of(to);
  expect(to.cli({"CLUSTER", "SETSLOT", number, "NODE", id}) == "OK", "a slot does not arrive");
  for (RedisServer* node : masters()) node->cli({"CLUSTER", "SETSLOT", number, "NODE", id});
}

}  // namespace larder::test
