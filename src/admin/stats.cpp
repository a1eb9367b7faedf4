#include <larder/admin/stats.hpp>
#include <larder/base/text.hpp>
#include <larder/pipeline/access_log.hpp>

#include <boost/json/serialize.hpp>

namespace larder::admin {
namespace {

namespace json = boost::json;
using pipeline::CacheResult;

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

json::object client_of(const RedisClientStats& client) {
  const redis::Counters& counters = client.counters;
  return {{"name", client.name},
          {"up", client.is_up},
          {"commands", counters.commands},
          {"timeouts", counters.timeouts},
          {"failures", counters.failures},
          {"refused", counters.refused},
          {"attempts", counters.attempts},
          {"connections", counters.connections},
          {"bytes_sent", counters.bytes_sent},
          {"bytes_received", counters.bytes_received}};
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
                      {"clients", std::move(clients)}};
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
                            {"memory", memory_of(stats.memory)},
                            {"redis", redis_of(stats)},
                            {"purge_log", purge_log_of(stats.purge_log)}};
  return json::serialize(object) + "\n";
}

}  // namespace larder::admin
