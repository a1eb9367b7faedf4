#pragma once

#include "support/certificates.hpp"
#include "support/process.hpp"
#include "support/redis_server.hpp"
#include "support/temporary_directory.hpp"

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace larder::test {

/// A master and two replicas, and three sentinels that watch over them under the name `shop`: a master that
/// is silent for half a second is replaced. The constructor returns once all know each other.
class RedisSentinels {
 public:
  /// With an `authority` all of them use TLS, also among themselves, with a certificate from it for
  /// 127.0.0.1.
  explicit RedisSentinels(Authority* authority = nullptr);

  /// `redis+sentinel://`, or `rediss+sentinel://` with an authority, with all sentinels.
  std::string url() const;

  RedisServer& master();  ///< the one that the sentinels name now
  std::vector<RedisServer*> replicas();

  /// Requests a failover while the master is alive.
  void fail_over();

 private:
  struct Node {
    Node(std::vector<std::string> arguments, std::uint16_t tls_port)
        : server(std::move(arguments)), port(tls_port != 0 ? tls_port : server.port()) {}

    RedisServer server;
    std::uint16_t port;  ///< by which the sentinels know it
  };
  struct Sentinel {
    TemporaryDirectory directory;
    std::uint16_t port = 0;
    std::uint16_t named_port = 0;  ///< in url()
    std::unique_ptr<Process> process;

    std::string cli(std::vector<std::string> arguments) const;
  };
  std::vector<std::pair<std::string, std::string>> tls_options(std::uint16_t port) const;
  void start_node();
  void start(Sentinel& sentinel);

  std::string ca_;  ///< empty without TLS
  CertificateFiles certificate_;
  std::list<Node> nodes_;
  std::list<Sentinel> sentinels_;
};

}  // namespace larder::test
