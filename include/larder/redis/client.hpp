#pragma once

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>

#include <larder/base/clock.hpp>
#include <larder/base/log.hpp>
#include <larder/base/result.hpp>
#include <larder/base/task.hpp>
#include <larder/net/endpoint.hpp>
#include <larder/redis/command.hpp>
#include <larder/redis/value.hpp>

namespace larder::redis {

/// Where Redis is and how to speak to it.
struct Settings {
  net::Endpoint endpoint;
  std::string username;  ///< of an ACL user; empty: the default user
  std::string password;
  unsigned database = 0;
  Milliseconds timeout{50};            ///< of one command
  Milliseconds connect_timeout{1000};  ///< of a connection with its handshake
  Milliseconds first_backoff{50};      ///< between attempts to connect; doubled up to last_backoff, with jitter
  Milliseconds last_backoff{2000};
  std::size_t max_queued = 10'000;     ///< commands waiting for replies; past it Error::unavailable
  std::size_t max_queued_bytes = 64 * 1024 * 1024;
};

/// Reads `redis://[user[:password]@]host[:port][/db]` and `unix:/path[?db=N]`; Error::unsupported for schemes that this
/// version does not serve, Error::malformed for the rest.
Result<Settings> parse_url(std::string_view url);

/// One pipelined connection to one node, kept up in the background. It belongs to one event loop, like all who use it.
///
///   state       | execute()                       | goes to
///   connecting  | Error::unavailable, at once     | up (handshake answered), or connecting after a backoff
///   up          | written this turn, in order     | connecting: closed, garbled, or a command passed its deadline
///   stopped     | Error::unavailable, at once     |
///
/// An outage is logged once when it begins and once when it ends.
class Client {
 public:
  Client(boost::asio::io_context& loop, Settings settings, std::string name, Log& log);
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

  /// Sends a command and waits for its reply, for `timeout` at most (0: settings.timeout). Commands issued in one turn of
  /// the loop leave in one write. Error::timeout, Error::unavailable, Error::closed, Error::canceled; an error reply is a
  /// Value of Kind::error. A caller that goes away early must not: it always gets an answer.
  Task<Result<Value>> execute(Command command, Milliseconds timeout = Milliseconds{0});

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace larder::redis
