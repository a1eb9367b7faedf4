#pragma once

#include "support/process.hpp"
#include "support/redis_server.hpp"
#include "support/temporary_directory.hpp"

#include <list>
#include <memory>
#include <string>
#include <vector>

namespace larder::test {

/// A master and two replicas, and three sentinels that watch over them under the name `shop`: a master that
/// says nothing for half a second is replaced. The constructor returns once all know of each other.
class RedisSentinels {
 public:
  /// `arguments` are every redis-server's own.
  explicit RedisSentinels(const std::vector<std::string>& arguments = {});

  /// `redis+sentinel://` with all sentinels.
  std::string url() const;

  RedisServer& master();  ///< that the sentinels name now
  std::vector<RedisServer*> replicas();

  /// Asks for a failover while the master lives.
  void fail_over();

 private:
  struct Sentinel {
    TemporaryDirectory directory;
    std::uint16_t port = 0;
    std::unique_ptr<Process> process;

    std::string cli(std::vector<std::string> arguments) const;
  };
  void start(Sentinel& sentinel);

  std::list<RedisServer> servers_;
  std::list<Sentinel> sentinels_;
};

}  // namespace larder::test
