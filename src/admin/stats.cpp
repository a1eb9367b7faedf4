#include <larder/admin/stats.hpp>
#include <larder/base/text.hpp>
#include <larder/pipeline/access_log.hpp>

#include <boost/json/serialize.hpp>

#include <fmt/chrono.h>
#include <map>

namespace larder::admin {
namespace {

namespace json = boost::json;
using pipeline::CacheResult;

constexpr std::string_view purge_log_tail = "purge log tail";

json::object responses_of(const server::Server::Responses& responses) {
  json::object counts;
  for (const CacheResult result : {CacheResult::hit, CacheResult::miss, CacheResult::stale,
                                   CacheResult::revalidated, CacheResult::bypass}) {
    std::string name;
    for (const char c : pipeline::word_of(result)) name.push_back(to_lower(c));
    counts[name] = responses[static_cast<std::size_t>(result)];
  }
  counts["own"] = responses[static_cast<std::size_t>(CacheResult::none)];
  return counts;
}

json::value memory_of(const std::optional<store::MemoryTier::Counts>& counts) {
  if (!counts) return nullptr;
  return json::object{{"entries", counts->entries},
                      {"bytes", counts->bytes},
                      {"evictions", counts->evictions},
                      {"refused", counts->refused}};
}

std::string_view word_of(redis::Health health) {
  switch (health) {
    case redis::Health::up:
      return "up";
    case redis::Health::probing:
      return "probing";
    case redis::Health::down:
      break;
  }
  return "down";
}

json::string_view json_text(std::string_view text) {
  return {text.data(), text.size()};
}

json::object figures_of(const redis::NodeReport& report) {
  const redis::Counters& counters = report.counters;
  return {{"node", report.node},
          {"state", json_text(word_of(report.health))},
          {"in_flight", report.in_flight},
          {"latency_us",
           {{"p50", counters.latencies.quantile(0.5).count()},
            {"p99", counters.latencies.quantile(0.99).count()}}},
          {"commands", counters.commands},
          {"timeouts", counters.timeouts},
          {"failures", counters.failures},
          {"errors", counters.errors},
          {"refused", counters.refused},
          {"attempts", counters.attempts},
          {"connections", counters.connections},
          {"bytes_sent", counters.bytes_sent},
          {"bytes_received", counters.bytes_received}};
}

json::object client_of(const RedisClientStats& client) {
  json::object figures = figures_of(client.report);
  figures["name"] = client.name;
  figures["up"] = client.report.health == redis::Health::up;
  return figures;
}

/// A node by all clients together. The purge log's tail waits for most of its replies on purpose: it has no
/// say in the latency.
struct NodeStats {
  redis::NodeReport sum;
  std::size_t clients = 0;
  std::size_t clients_up = 0;

  void add(const RedisClientStats& client) {
    redis::NodeReport report = client.report;
    if (client.name == purge_log_tail) report.counters.latencies = {};
    sum.node = report.node;
    sum.in_flight += report.in_flight;
    sum.counters += report.counters;
    if (clients == 0 || report.health > sum.health) sum.health = report.health;
    clients += 1;
    if (report.health == redis::Health::up) clients_up += 1;
  }
};

/// By node, each in the state of its worst client.
json::array nodes_of(const std::vector<RedisClientStats>& clients) {
  std::map<std::string, NodeStats> nodes;
  for (const RedisClientStats& client : clients) nodes[client.report.node].add(client);
  json::array array;
  for (const auto& [name, node] : nodes) {
    json::object figures = figures_of(node.sum);
    figures["clients"] = node.clients;
    figures["clients_up"] = node.clients_up;
    array.push_back(std::move(figures));
  }
  return array;
}

json::object fills_of(const FillStats& fills) {
  return {{"begun", fills.begun},
          {"joined", fills.joined},
          {"hit_for_miss", fills.hit_for_miss},
          {"refused", fills.refused}};
}

json::value redis_of(const Stats& stats) {
  if (!stats.redis) return nullptr;
  json::array clients;
  for (const RedisClientStats& client : stats.redis_clients) clients.push_back(client_of(client));
  return json::object{{"reads", stats.redis->reads},
                      {"failed_reads", stats.redis->failed_reads},
                      {"bad_records", stats.redis->bad_records},
                      {"writes", stats.redis->writes},
                      {"failed_writes", stats.redis->failed_writes},
                      {"skipped_writes", stats.redis->skipped_writes},
                      {"unadmitted_writes", stats.redis->unadmitted_writes},
                      {"packed_writes", stats.redis->packed_writes},
                      {"nodes", nodes_of(stats.redis_clients)},
                      {"clients", std::move(clients)}};
}

json::value time_of(std::optional<Time> time) {
  if (!time) return nullptr;
  return json::string(
      fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(*time))));
}

json::array warm_of(const std::vector<warm::Report>& reports) {
  json::array jobs;
  for (const warm::Report& report : reports) {
    jobs.push_back({{"route", report.route},
                    {"running", report.is_running},
                    {"runs", report.runs},
                    {"began", time_of(report.began)},
                    {"ended", time_of(report.ended)},
                    {"next", time_of(report.next)},
                    {"pages", report.pages},
                    {"fetched", report.fetched},
                    {"fresh", report.fresh},
                    {"rejected", report.rejected},
                    {"failed", report.failed}});
  }
  return jobs;
}

json::object purge_log_of(const PurgeLogStats& log) {
  return {{"position", log.mark.position.text()},
          {"sequence", log.mark.sequence},
          {"waiting", log.waiting},
          {"in_step", log.in_step}};
}

}  // namespace

std::string to_json(const Stats& stats, std::string_view version) {
  const json::object object{{"version", json::string_view(version.data(), version.size())},
                            {"uptime_seconds", stats.uptime.count() / 1000},
                            {"draining", stats.is_draining},
                            {"connections", stats.connections},
                            {"responses", responses_of(stats.responses)},
                            {"fills", fills_of(stats.fills)},
                            {"buffered", {{"held", stats.buffered.held}, {"limit", stats.buffered.limit}}},
                            {"memory", memory_of(stats.memory)},
                            {"redis", redis_of(stats)},
                            {"purge_log", purge_log_of(stats.purge_log)},
                            {"warm", warm_of(stats.warm)},
                            {"log",
                             {{"dropped", stats.log.lost_access + stats.log.lost_messages},
                              {"dropped_access", stats.log.lost_access},
                              {"dropped_messages", stats.log.lost_messages}}}};
  return json::serialize(object) + "\n";
}

}  // namespace larder::admin
