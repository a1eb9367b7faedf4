#pragma once

#include <larder/base/byte_budget.hpp>
#include <larder/base/clock.hpp>
#include <larder/base/count_table.hpp>
#include <larder/cache/fill_coordinator.hpp>
#include <larder/pipeline/access_log.hpp>
#include <larder/redis/redis.hpp>
#include <larder/server/responses.hpp>
#include <larder/store/memory_tier.hpp>
#include <larder/store/purge_log.hpp>
#include <larder/store/redis_tier.hpp>
#include <larder/warm/warmer.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::admin {

/// One node of Redis, as one of our clients sees it.
struct RedisClientStats {
  std::string name;  ///< the client's
  redis::NodeReport report;
};

/// The purge log, now.
struct PurgeLogStats {
  struct Counts {
    std::uint64_t sequence = 0;
    std::uint64_t waiting = 0;

    static constexpr auto table = std::to_array<CountRow<Counts>>({
        {"sequence", &Counts::sequence, "Purges that this instance has applied."},
        {"waiting", &Counts::waiting, "Records that wait for Redis.", CountKind::gauge},
    });
  };
  store::Position position;
  Counts counts;
  bool in_step = false;
};

/// The figures of an instance at one moment, counted since it began unless said otherwise.
struct Stats {
  Milliseconds uptime{0};
  bool is_draining = false;
  std::size_t connections = 0;  ///< of clients, now; the admin API's own are not among them
  server::Responses responses{};
  cache::FillCoordinator::Counts fills;
  ByteBudget::Counts buffered;
  std::optional<store::MemoryTier::Counts> memory;  ///< nothing: there is no such tier
  std::optional<store::RedisTier::Counts> redis;    ///< the same
  std::vector<RedisClientStats> redis_clients;
  PurgeLogStats purge_log;
  std::vector<warm::Report> warm;
  pipeline::LostLines log;
};

/// What `GET /stats` answers.
std::string to_json(const Stats& stats, std::string_view version);

}  // namespace larder::admin
