#pragma once

#include "pipeline.hpp"
#include "waiter.hpp"

#include <larder/net/stream.hpp>
#include <larder/redis/client.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <string>

namespace larder::redis {

/// One connection to Redis from its answered handshake to its end: a reader, a writer, and the deadline of
/// the oldest command. Once closed it stays closed, and every caller has been answered.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::io_context& loop, std::unique_ptr<net::Stream> stream, const Settings& settings,
             std::shared_ptr<Counters> counters, std::uint64_t node);

  /// Reads and writes until the connection ends; returns why, in words. Call it once, on a connection owned
  /// by a shared_ptr.
  Task<std::string> serve();

  bool has_room_for(std::size_t bytes) const { return pipeline_.has_room_for(bytes); }

  /// Only while it is open and has room. The caller is resumed in a later turn of the loop. `asking`: see
  /// Pipeline::push().
  void submit(const Command& command, SteadyTime deadline, bool asking, Caller caller);

  bool is_open() const { return open_; }
  std::uint64_t node() const { return node_; }  ///< see Link
  std::size_t in_flight() const { return pipeline_.waiting(); }
  void close(Error error, std::string reason);

 private:
  struct Pending {
    Caller caller;
    SteadyTime since;
  };
  using Commands = Pipeline<Pending>;

  static Task<> write_all(std::shared_ptr<Connection> self);
  Task<> read_all();
  void count(const Commands::Answers& answers);
  void deliver(Commands::Answers answers);
  void watch_deadline();
  void arm(SteadyTime time);
  void check_deadline();

  boost::asio::io_context& loop_;
  std::unique_ptr<net::Stream> stream_;
  std::shared_ptr<Counters> counters_;
  std::uint64_t node_;
  Commands pipeline_;
  Signal to_write_;
  boost::asio::steady_timer deadline_timer_;
  SteadyTime armed_until_ = SteadyTime::max();  ///< when the timer wakes; max(): it does not
  bool grace_given_ = false;
  bool open_ = true;
  std::string reason_;  ///< why it was closed
};

}  // namespace larder::redis
