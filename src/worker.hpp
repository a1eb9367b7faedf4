#pragma once

#include <larder/cache/cache_handler.hpp>
#include <larder/origin/origin.hpp>
#include <larder/pipeline/access_log.hpp>
#include <larder/redis/redis.hpp>
#include <larder/server/server.hpp>
#include <larder/store/leases.hpp>
#include <larder/store/memory_tier.hpp>
#include <larder/store/redis_tier.hpp>
#include <larder/store/tiered_store.hpp>
#include <larder/store/warm_records.hpp>
#include <larder/warm/hot_counter.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <future>
#include <memory>
#include <optional>
#include <thread>

namespace larder {

/// How often to look whether a drain has come to its end.
inline constexpr Milliseconds drain_step{10};

/// What a configuration read again may replace while workers run.
struct Generation {
  std::shared_ptr<const cache::Settings> cache;
  std::shared_ptr<const std::vector<origin::Settings>> upstreams;    ///< those that the routes name
  std::vector<std::shared_ptr<const net::TlsContext>> certificates;  ///< by listener; nullptr: no TLS

  /// The routes by themselves; they keep the rest alive.
  warm::RoutesPtr routes() const { return {cache, &cache->routes}; }
  std::shared_ptr<const AddressSet> trusted_proxies() const {
    return {cache, &cache->trusted_proxies.addresses};
  }
};

/// What all workers share. It outlives them.
struct Shared {
  const Clock& clock;
  Log& log;
  Generation generation;  ///< the first
  cache::FillCoordinator& coordinator;
  cache::LoopNotices& loops;
  cache::FrontNotices& fronts;
  const std::shared_ptr<origin::OutageNotices>& outages;
  store::PurgeLog& purge_log;
  store::MemoryTier* memory = nullptr;     ///< nullptr: no local tier
  const redis::Settings* redis = nullptr;  ///< nullptr: no shared tier
  store::RedisTier::Settings redis_tier;
  server::Settings server;
  server::Occupancy& occupancy;                 ///< of clients' connections
  pipeline::AccessSink* access_sink = nullptr;  ///< nullptr: no access log
};

/// All that a request meets on its way, from the client's connection to the upstream's, on one event loop
/// that one thread runs. Nothing in it is touched by another thread.
class Worker {
 public:
  Worker(boost::asio::io_context& loop, const Shared& shared);

  /// Uses another generation from now on: requests under way finish by theirs, no connection ends, nothing
  /// stored is lost. On the loop.
  Task<> adopt(Generation generation);

  /// Accepts there once started. Before the loop runs.
  void accept_on(std::unique_ptr<net::Listener> listener) { listeners_.push_back(std::move(listener)); }

  /// Connects to Redis, if there is one, and accepts as soon as it can be read, so that what it holds counts
  /// from the first request; without it after a moment. Until then connections wait in the kernel. Before the
  /// loop runs.
  void start();

  /// The cache, for requests that come from no client. On the loop.
  pipeline::Handler& cache() { return cache_; }

  /// The sites that requests use now. On the loop, and until it turns.
  const policy::Sites& sites() const { return cache_.settings()->sites; }

  /// For warming; nullptr without Redis. On the loop.
  store::WarmRecords* warm_records() { return warm_records_ ? &*warm_records_ : nullptr; }

  /// Its share of the program's figures.
  struct Report {
    struct Redis {
      std::vector<redis::NodeReport> nodes;
      store::RedisTier::Counts tier;
    };
    std::size_t connections = 0;
    server::Responses responses{};
    std::optional<Redis> redis;  ///< nothing: no shared tier
  };
  /// On the loop.
  Task<Report> report();

  /// Accepts nothing more and lets requests in flight finish, until `deadline`; then ends what is left.
  Task<std::size_t> drain(SteadyTime deadline);

  /// Ends everything that keeps the loop busy. On the loop.
  void stop();

 private:
  Task<> accept();
  pipeline::Handler& front_of_cache(const Shared& shared);

  boost::asio::io_context& loop_;
  store::PurgeLog& purge_log_;
  std::vector<std::shared_ptr<net::Listener>> listeners_;  // in the order of Generation::certificates
  std::unique_ptr<redis::Redis> redis_;
  std::optional<store::RedisTier> redis_tier_;
  std::optional<store::Leases> leases_;
  store::TieredStore store_;
  origin::Origin origin_;
  cache::CacheHandler cache_;
  std::optional<store::WarmRecords> warm_records_;
  std::optional<warm::HotCounter> hot_counter_;
  std::optional<pipeline::AccessLog> access_log_;
  server::Server server_;
};

}  // namespace larder
