#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/result.hpp>
#include <larder/net/endpoint.hpp>
#include <larder/net/tls.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::redis {

class Availability;
class Refusals;

/// Where Redis is and how to speak to it.
struct Settings {
  enum class Topology {
    single,    ///< one server, at `endpoint`
    sentinel,  ///< the master that the sentinels at `endpoints` name
    cluster    ///< a Redis Cluster, some nodes of which are at `endpoints`
  };
  Topology topology = Topology::single;
  net::Endpoint endpoint;                ///< of a single server
  std::vector<net::Endpoint> endpoints;  ///< of sentinels, or of nodes to begin with
  std::string master;                    ///< the name that sentinels know the master by
  std::string sentinel_username;         ///< the sentinels' own ACL user; empty: the default user
  std::string sentinel_password;

  /// parse_url() leaves its context to the caller; without a server_name each server's certificate
  /// must be for the host that is connected to.
  std::optional<net::TlsPeer> tls;
  std::string username;  ///< of an ACL user; empty: the default user
  std::string password;
  std::string password_file;  ///< read before each handshake, in place of `password`; empty: none
  unsigned database = 0;
  Milliseconds timeout{50};            ///< of one command; for large values ten times as long
  Milliseconds connect_timeout{1000};  ///< of a connection with its handshake
  Milliseconds first_backoff{50};   ///< between attempts to connect; doubled up to last_backoff, with jitter
  Milliseconds last_backoff{2000};  ///< also how long a connection must last to end an outage
  Milliseconds look_around{1000};   ///< how often sentinels, or a cluster, are asked what has changed
  std::size_t large_from = 65'536;  ///< bytes of a command; it then takes the connection for large values
  std::size_t max_queued = 10'000;  ///< commands waiting for replies; past it Error::unavailable
  std::size_t max_queued_bytes = 64 * 1024 * 1024;  ///< of commands not yet written; past it the same
  std::size_t max_reply_bytes = 128 * 1024 * 1024;  ///< of one reply; past it the connection is given up
  /// Logs outages for all clients of one program; without it each client does so itself.
  std::shared_ptr<Availability> availability;
  /// Logs what Redis refuses, for all clients of one program as above.
  std::shared_ptr<Refusals> refusals;

  /// How to speak TLS with the server at `to`, nullptr without TLS. It is kept in `peer`.
  const net::TlsPeer* tls_for(const net::Endpoint& to, net::TlsPeer& peer) const;
};

/// Reads `redis://[user[:password]@]host[:port][/db]`, `unix:/path[?db=N]`,
/// `redis+sentinel://[user[:password]@]host[:port][,host[:port]...]/master[/db]`,
/// `redis+cluster://[user[:password]@]host[:port][,host[:port]...]`, and the same with `rediss` for `redis`;
/// Error::unsupported for other schemes, Error::malformed for the rest.
Result<Settings> parse_url(std::string_view url);

}  // namespace larder::redis
