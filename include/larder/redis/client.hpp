#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/log.hpp>
#include <larder/base/result.hpp>
#include <larder/base/task.hpp>
#include <larder/net/endpoint.hpp>
#include <larder/net/tls.hpp>
#include <larder/redis/command.hpp>
#include <larder/redis/value.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>

namespace larder::redis {

class Availability;

/// Where Redis is and how to speak to it.
struct Settings {
  net::Endpoint endpoint;
  std::optional<net::TlsPeer> tls;  ///< parse_url() leaves its context to whoever builds those
  std::string username;             ///< of an ACL user; empty: the default user
  std::string password;
  unsigned database = 0;
  Milliseconds timeout{50};            ///< of one command
  Milliseconds connect_timeout{1000};  ///< of a connection with its handshake
  Milliseconds first_backoff{50};  ///< between attempts to connect; doubled up to last_backoff, with jitter
  Milliseconds last_backoff{2000};
  std::size_t max_queued = 10'000;  ///< commands waiting for replies; past it Error::unavailable
  std::size_t max_queued_bytes = 64 * 1024 * 1024;  ///< of commands not yet written; past it the same
  std::size_t max_reply_bytes = 128 * 1024 * 1024;  ///< of one reply; past it the connection is given up
  /// Who tells of outages, for all clients of this server together; without it a client does so for itself.
  std::shared_ptr<Availability> availability;
};

/// What a client did since it began, for metrics.
struct Counters {
  std::uint64_t commands = 0;     ///< sent; those refused at once are not among them
  std::uint64_t timeouts = 0;     ///< commands of connections given up because the oldest passed its deadline
  std::uint64_t failures = 0;     ///< commands without a reply for any other reason
  std::uint64_t refused = 0;      ///< Error::unavailable at once: down, or the queue full
  std::uint64_t attempts = 0;     ///< to connect
  std::uint64_t connections = 0;  ///< with the handshake answered
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
};

/// Reads `redis://[user[:password]@]host[:port][/db]`, `rediss://` likewise and `unix:/path[?db=N]`;
/// Error::unsupported for schemes that this version does not serve, Error::malformed for the rest.
Result<Settings> parse_url(std::string_view url);

/// One pipelined connection to one node, kept up in the background. It belongs to one event loop, like all
/// who use it.
///
///   state       | execute()                       | goes to
///   connecting  | Error::unavailable, at once     | up (handshake answered), or connecting after a backoff
///   up          | written this turn, in order     | connecting: closed, garbled, or a command passed its
///   deadline stopped     | Error::unavailable, at once     |
///
/// Replies come in order, so the deadline of the oldest command decides for all: when it passes, Redis counts
/// as hung, the connection is closed and every waiting command fails. A command with a shorter deadline than
/// the one before it may therefore wait as long as that one: blocking reads belong on a client of their own.
///
/// An outage is logged once when it begins and once when it ends. The client must be destroyed before its
/// loop, on it or after it has ended; after stop() its background work ends within settings.connect_timeout.
class Client {
 public:
  Client(boost::asio::io_context& loop, Settings settings, Log& log);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Begins to connect. Call it once, on the loop.
  void start();

  /// Ends every wait with Error::canceled and stays down. On the loop; may be called again.
  void stop();

  bool is_up() const;

  /// Counts the connections made so far: it changes whenever something may have been missed in between.
  std::uint64_t epoch() const;

  const Counters& counters() const;

  /// Sends a command and waits for its reply, for `timeout` at most (0: settings.timeout). Commands issued in
  /// one turn of the loop leave in one write. Error::timeout, Error::unavailable, Error::closed,
  /// Error::canceled; an error reply is a Value of Kind::error. A caller that goes away early must not: it
  /// always gets an answer.
  Task<Result<Value>> execute(Command command, Milliseconds timeout = Milliseconds{0});

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace larder::redis
