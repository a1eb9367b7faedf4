#pragma once

#include "logs.hpp"
#include "worker.hpp"

#include <larder/admin/handler.hpp>
#include <larder/store/redis_purge_log.hpp>
#include <larder/warm/warmer.hpp>

#include <atomic>
#include <string>
#include <vector>

namespace larder {

/// The admin API's listener on the loop of one worker, and what it reports on the whole program. Workers are
/// asked on their own loops, one after the other.
class AdminServer final : public admin::Instance {
 public:
  /// A worker and the loop that it lives on.
  struct Asked {
    boost::asio::io_context& loop;
    Worker& worker;
  };
  /// All of it outlives the server.
  struct Sources {
    std::vector<Asked> workers;
    const cache::FillCoordinator& coordinator;
    store::MemoryTier* memory = nullptr;  ///< nullptr: no local tier
    store::PurgeLog& purge_log;
    store::RedisPurgeLog* redis_log = nullptr;  ///< nullptr: the purge log is in memory
    const warm::Warmer& warmer;                 ///< on the first worker's loop
    const Clock& clock;
    Logs& logs;
  };

  AdminServer(boost::asio::io_context& loop, Sources sources, const std::string& token);

  server::Server& server() { return server_; }

  /// From now on it answers that the program is draining. From any thread.
  void drain() { is_draining_ = true; }

  Task<admin::Stats> stats() override;
  bool is_draining() const override { return is_draining_; }
  const policy::Sites& sites() const override { return sources_.workers.front().worker.sites(); }

 private:
  Sources sources_;
  const SteadyTime began_ = std::chrono::steady_clock::now();
  std::atomic<bool> is_draining_{false};
  admin::Handler handler_;
  server::Occupancy occupancy_;
  server::Server server_;
};

}  // namespace larder
