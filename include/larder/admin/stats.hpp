#pragma once

#include <larder/base/clock.hpp>
#include <larder/redis/redis.hpp>
#include <larder/server/server.hpp>
#include <larder/store/memory_tier.hpp>
#include <larder/store/purge_log.hpp>
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

/// As store::RedisTier::Counts, of all threads together.
struct RedisTierStats {
  std::uint64_t reads = 0;
  std::uint64_t failed_reads = 0;
  std::uint64_t bad_records = 0;
  std::uint64_t writes = 0;
  std::uint64_t failed_writes = 0;
  std::uint64_t skipped_writes = 0;
  std::uint64_t unadmitted_writes = 0;
  std::uint64_t packed_writes = 0;
};

struct PurgeLogStats {
  store::PurgeLog::Mark mark;
  std::size_t waiting = 0;  ///< records that wait for Redis, now
  bool in_step = false;     ///< now
};

/// Contents in memory, in bytes: stored, on their way, or being sent though the store has let go of them.
struct BufferedStats {
  std::uint64_t held = 0;
  std::uint64_t limit = 0;
};

/// As cache::FillCoordinator::Counts.
struct FillStats {
  std::uint64_t begun = 0;
  std::uint64_t joined = 0;
  std::uint64_t hit_for_miss = 0;
  std::uint64_t refused = 0;
};

/// Lines that were never written, because nobody read them or the disk was full.
struct LogStats {
  std::uint64_t lost_access = 0;
  std::uint64_t lost_messages = 0;
};

/// The figures of an instance at one moment, counted since it began unless said otherwise.
struct Stats {
  Milliseconds uptime{0};
  bool is_draining = false;
  std::size_t connections = 0;  ///< of clients, now; the admin API's own are not among them
  server::Server::Responses responses{};
  FillStats fills;
  BufferedStats buffered;
  std::optional<store::MemoryTier::Counts> memory;  ///< nothing: there is no such tier
  std::optional<RedisTierStats> redis;              ///< the same
  std::vector<RedisClientStats> redis_clients;
  PurgeLogStats purge_log;
  std::vector<warm::Report> warm;
  LogStats log;
};

/// What `GET /stats` answers.
std::string to_json(const Stats& stats, std::string_view version);

}  // namespace larder::admin
