#include "support/redis_sentinels.hpp"

#include "support/ports.hpp"
#include "support/wait.hpp"

#include <fstream>
#include <stdexcept>

namespace larder::test {

namespace {

constexpr int count = 3;
constexpr std::chrono::seconds patience{30};

void expect(bool is_so, const char* what) {
  if (!is_so) throw std::runtime_error(std::string("redis sentinels: ") + what);
}

}  // namespace

RedisSentinels::RedisSentinels(Authority* authority) {
  if (authority != nullptr) {
    ca_ = authority->ca();
    certificate_ = authority->issue("127.0.0.1");
  }
  for (int i = 0; i < count; ++i) start_node();
  for (RedisServer* replica : replicas()) {
    expect(
        eventually(
            [&] {
              return replica->cli({"INFO", "replication"}).find("master_link_status:up") != std::string::npos;
            },
            patience),
        "a replica does not follow");
  }
  for (int i = 0; i < count; ++i) start(sentinels_.emplace_back());
  for (const Sentinel& sentinel : sentinels_) {
    expect(eventually(
               [&] {
                 return sentinel.cli({"SENTINEL", "CKQUORUM", "shop"}).starts_with("OK 3");
               },
               patience),
           "they do not find each other");
    expect(eventually(
               [&] {
                 const std::string known = sentinel.cli({"SENTINEL", "MASTER", "shop"});
                 return known.find("num-slaves\n2") != std::string::npos;
               },
               patience),
           "they do not find the replicas");
  }
}

/// The settings for a server or sentinel to use TLS on that port, also among themselves.
std::vector<std::pair<std::string, std::string>> RedisSentinels::tls_options(std::uint16_t port) const {
  if (ca_.empty()) return {};
  return {{"tls-port", std::to_string(port)}, {"tls-cert-file", certificate_.cert},
          {"tls-key-file", certificate_.key}, {"tls-ca-cert-file", ca_},
          {"tls-auth-clients", "no"},         {"tls-replication", "yes"}};
}

void RedisSentinels::start_node() {
  std::vector<std::string> arguments{"--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"};
  const std::uint16_t tls_port = ca_.empty() ? 0 : free_port();
  for (const auto& [name, value] : tls_options(tls_port)) {
    arguments.insert(arguments.end(), {"--" + name, value});
  }
  if (!nodes_.empty()) {
    arguments.insert(arguments.end(), {"--replicaof", "127.0.0.1 " + std::to_string(nodes_.front().port)});
  }
  nodes_.emplace_back(std::move(arguments), tls_port);
}

void RedisSentinels::start(Sentinel& sentinel) {
  sentinel.port = free_port();
  sentinel.named_port = ca_.empty() ? sentinel.port : free_port();
  const std::string path = (sentinel.directory.path() / "sentinel.conf").string();
  std::ofstream file(path);
  for (const auto& [name, value] : tls_options(sentinel.named_port)) file << name << ' ' << value << '\n';
  file << "port " << sentinel.port << "\nbind 127.0.0.1\ndir " << sentinel.directory.path().string()
       << "\nsentinel monitor shop 127.0.0.1 " << nodes_.front().port
       << " 2\nsentinel down-after-milliseconds shop 500\nsentinel failover-timeout shop 3000\n";
  file.close();
  sentinel.process = std::make_unique<Process>(std::vector<std::string>{"redis-server", path, "--sentinel"});
  expect(eventually([&] { return accepts_connections(sentinel.port); }, patience), "one does not start");
}

std::string RedisSentinels::Sentinel::cli(std::vector<std::string> arguments) const {
  std::vector<std::string> argv{"redis-cli", "-p", std::to_string(port)};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  Process cli(std::move(argv));
  cli.wait();
  return cli.output();
}

std::string RedisSentinels::url() const {
  std::string url = ca_.empty() ? "redis+sentinel://" : "rediss+sentinel://";
  for (const Sentinel& sentinel : sentinels_) {
    url += "127.0.0.1:" + std::to_string(sentinel.named_port) + ',';
  }
  url.pop_back();
  return url + "/shop";
}

RedisServer& RedisSentinels::master() {
  const std::string named = sentinels_.front().cli({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", "shop"});
  for (Node& node : nodes_) {
    if (named == "127.0.0.1\n" + std::to_string(node.port) + '\n') return node.server;
  }
  throw std::runtime_error("redis sentinels: they name no master: " + named);
}

std::vector<RedisServer*> RedisSentinels::replicas() {
  std::vector<RedisServer*> found;
  for (Node& node : nodes_) {
    if (node.server.cli({"ROLE"}).starts_with("slave")) found.push_back(&node.server);
  }
  return found;
}

void RedisSentinels::fail_over() {
  expect(eventually(
             [&] {
               return sentinels_.front().cli({"SENTINEL", "FAILOVER", "shop"}).starts_with("OK");
             },
             patience),
         "no replica can take over");
}

}  // namespace larder::test
