#include "admin_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace larder {
namespace {

/// Operators and their tools, not clients.
constexpr std::size_t most_connections = 128;

void add(admin::Stats& stats, std::size_t worker, const Worker::Report& report) {
  stats.connections += report.connections;
  for (std::size_t i = 0; i < report.responses.size(); ++i) stats.responses[i] += report.responses[i];
  if (!report.redis) return;
  const std::string name = "lane " + std::to_string(worker);  // the name that /stats has always had
  for (const redis::NodeReport& node : report.redis->nodes) stats.redis_clients.push_back({name, node});
  if (!stats.redis) stats.redis.emplace();
  add_counts(*stats.redis, report.redis->tier);
}

}  // namespace

AdminServer::AdminServer(boost::asio::io_context& loop, Sources sources, const std::string& token)
    : sources_(std::move(sources)),
      handler_(*this, sources_.purge_log, token, sources_.logs.log()),
      occupancy_({most_connections, 0}, "the admin API", sources_.logs.log()),
      server_(loop, handler_, sources_.clock, server::Settings{}, occupancy_, sources_.logs.log()) {}

Task<admin::Stats> AdminServer::stats() {
  admin::Stats stats;
  stats.uptime = std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - began_);
  stats.is_draining = is_draining_;
  std::size_t worker = 0;
  for (const Asked& asked : sources_.workers) {
    const Worker::Report report =
        co_await boost::asio::co_spawn(asked.loop, asked.worker.report(), boost::asio::use_awaitable);
    add(stats, worker++, report);
  }
  if (sources_.redis_log != nullptr) {
    const std::vector<store::RedisPurgeLog::ClientReport> clients = co_await sources_.redis_log->clients();
    for (const auto& client : clients) {
      for (const redis::NodeReport& node : client.nodes) {
        stats.redis_clients.push_back({std::string(client.name), node});
      }
    }
  }
  stats.fills = sources_.coordinator.counts();
  if (sources_.memory != nullptr) stats.memory = sources_.memory->counts();
  stats.buffered = sources_.coordinator.buffered()->counts_beside(stats.memory ? stats.memory->bytes : 0);
  stats.warm = sources_.warmer.reports();
  stats.log = sources_.logs.lost();
  const store::PurgeLog::Mark mark = sources_.purge_log.mark();
  stats.purge_log = {.position = mark.position,
                     .counts = {.sequence = mark.sequence, .waiting = sources_.purge_log.waiting()},
                     .in_step = sources_.purge_log.is_in_step()};
  co_return stats;
}

}  // namespace larder
