#include <larder/admin/stats.hpp>

#include <boost/json/serialize.hpp>

#include <fmt/chrono.h>
#include <map>

namespace larder::admin {
namespace {

namespace json = boost::json;

constexpr std::string_view purge_log_tail = "purge log tail";

json::string_view json_text(std::string_view text) {
  return {text.data(), text.size()};
}

template <class Counts>
void append(json::object& figures, const Counts& counts) {
  for (const CountRow<Counts>& row : Counts::table) figures[json_text(row.name)] = counts.*row.member;
}

template <class Counts>
json::object figures_of(const Counts& counts) {
  json::object figures;
  append(figures, counts);
  return figures;
}

/// null: there is no such tier.
template <class Counts>
json::value figures_of(const std::optional<Counts>& counts) {
  if (!counts) return nullptr;
  return figures_of(*counts);
}

json::object figures_of(const server::Responses& responses) {
  json::object figures;
  for (const server::ResponseRow& row : server::response_table)
    figures[json_text(row.name)] = row.of(responses);
  return figures;
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

json::object figures_of(const redis::NodeReport& report) {
  const redis::Counters& counters = report.counters;
  json::object figures{{"node", report.node},
                       {"state", json_text(word_of(report.health))},
                       {"in_flight", report.in_flight},
                       {"latency_us",
                        {{"p50", counters.latencies.quantile(0.5).count()},
                         {"p99", counters.latencies.quantile(0.99).count()}}}};
  append(figures, counters);
  return figures;
}

json::object client_of(const RedisClientStats& client) {
  json::object figures = figures_of(client.report);
  figures["name"] = client.name;
  figures["up"] = client.report.health == redis::Health::up;
  return figures;
}

/// A node by all clients together. The purge log's tail waits for most of its replies on purpose: it does
/// not count in the latency.
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

json::value redis_of(const Stats& stats) {
  if (!stats.redis) return nullptr;
  json::array clients;
  for (const RedisClientStats& client : stats.redis_clients) clients.push_back(client_of(client));
  json::object figures = figures_of(*stats.redis);
  figures["nodes"] = nodes_of(stats.redis_clients);
  figures["clients"] = std::move(clients);
  return figures;
}

json::value time_of(std::optional<Time> time) {
  if (!time) return nullptr;
  return json::string(
      fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(*time))));
}

json::array warm_of(const std::vector<warm::Report>& reports) {
  json::array jobs;
  for (const warm::Report& report : reports) {
    json::object job{
        {"route", report.route},          {"running", report.is_running},   {"runs", report.runs},
        {"began", time_of(report.began)}, {"ended", time_of(report.ended)}, {"next", time_of(report.next)}};
    append(job, report.last_run);
    jobs.push_back(std::move(job));
  }
  return jobs;
}

json::object purge_log_of(const PurgeLogStats& log) {
  json::object figures{{"position", log.position.text()}};
  append(figures, log.counts);
  figures["in_step"] = log.in_step;
  return figures;
}

json::object log_of(const pipeline::LostLines& lost) {
  json::object figures{{"dropped", lost.access + lost.messages}};
  append(figures, lost);
  return figures;
}

}  // namespace

std::string to_json(const Stats& stats, std::string_view version) {
  const json::object object{{"version", json_text(version)},
                            {"uptime_seconds", stats.uptime.count() / 1000},
                            {"draining", stats.is_draining},
                            {"connections", stats.connections},
                            {"responses", figures_of(stats.responses)},
                            {"fills", figures_of(stats.fills)},
                            {"buffered", figures_of(stats.buffered)},
                            {"memory", figures_of(stats.memory)},
                            {"redis", redis_of(stats)},
                            {"purge_log", purge_log_of(stats.purge_log)},
                            {"warm", warm_of(stats.warm)},
                            {"log", log_of(stats.log)}};
  return json::serialize(object) + "\n";
}

}  // namespace larder::admin
