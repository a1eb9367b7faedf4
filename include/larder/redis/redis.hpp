#pragma once

#include <larder/base/log.hpp>
#include <larder/base/result.hpp>
#include <larder/base/task.hpp>
#include <larder/redis/command.hpp>
#include <larder/redis/counters.hpp>
#include <larder/redis/settings.hpp>
#include <larder/redis/value.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace larder::redis {

/// Which node answers for a name at a given moment.
struct Link {
  std::uint64_t node = 0;        ///< the same for the same running server, from whichever client; 0: none
  std::uint64_t connection = 0;  ///< another one whenever something may have been missed in between

  explicit operator bool() const { return node != 0; }
  bool operator==(const Link&) const = default;
};

/// Whether a node is asked: the state of its breaker.
///
///   state   | commands              | goes to
///   up      | are sent              | down: one passed its deadline, or the connection broke
///   down    | are refused at once   | probing, after a backoff that doubles from failure to failure
///   probing | are refused at once   | up: greeted, and a PING answered within a deadline; else down
enum class Health { up, probing, down };

/// One node as one client of it sees it.
struct NodeReport {
  std::string node;  ///< `host:port`
  Health health = Health::down;
  std::size_t in_flight = 0;  ///< commands that wait for replies, now
  Counters counters;
};

/// Redis: a single server, the master that sentinels name, or a cluster. It belongs to one event loop,
/// like its users. It must be destroyed before its loop, on it or after the loop has ended.
class Redis {
 public:
  virtual ~Redis() = default;

  /// Begins to connect. Call it once, on the loop or before it runs.
  virtual void start() = 0;

  /// Ends every wait with Error::canceled and stays down. On the loop; may be called again.
  virtual void stop() = 0;

  /// Whether there is a node to ask.
  virtual bool is_up() const = 0;

  /// Which node would get a command on that name now.
  virtual Link link(std::string_view name) const = 0;

  /// Sends a command to the node that its key belongs to and waits for the reply, for `timeout` at most (0:
  /// as the settings say). Commands issued in one turn of the loop leave in one write. Error::timeout,
  /// Error::unavailable, Error::closed, Error::canceled; an error reply is a Value of Kind::error. A caller
  /// must not go away early: it always gets an answer.
  virtual Task<Result<Value>> execute(Command command, Milliseconds timeout = Milliseconds{0}) = 0;

  /// A report of each node known.
  virtual std::vector<NodeReport> nodes() const = 0;
};

/// What the settings name.
std::unique_ptr<Redis> make_redis(boost::asio::io_context& loop, Settings settings, Log& log);

}  // namespace larder::redis
