#pragma once

#include <larder/redis/redis.hpp>

#include <memory>

namespace larder::redis {

/// A single server, or the master that sentinels name: a pipelined connection kept up in the background, and
/// another one for large values from the first of them on, so that they hold up no others.
///
/// Replies come in order, so the deadline of the oldest command decides for all on its connection: when it
/// passes, Redis counts as hung, the connection is closed and every waiting command fails. A command with a
/// shorter deadline than the one before it may therefore wait as long as that one: blocking reads belong on a
/// client of their own.
///
/// The order of commands is kept among small ones, and among large ones. An outage is logged once when it
/// begins and once when it ends. After stop() the background work ends within settings.connect_timeout.
class Client final : public Redis {
 public:
  Client(boost::asio::io_context& loop, Settings settings, Log& log);
  ~Client() override;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void start() override;
  void stop() override;
  bool is_up() const override;
  Link link(std::string_view name) const override;
  Task<Result<Value>> execute(Command command, Milliseconds timeout = Milliseconds{0}) override;
  std::vector<NodeReport> nodes() const override;

  /// The same, right after an ASKING if `asking`: for a slot that is on its way to this node.
  Task<Result<Value>> execute(Command command, Milliseconds timeout, bool asking);

  /// Counts the connections made so far for small values.
  std::uint64_t epoch() const;

  const Counters& counters() const;  ///< of both connections

 private:
  class State;

  const std::shared_ptr<State>& state_for(const Command& command);

  boost::asio::io_context& loop_;
  std::shared_ptr<State> small_;
  std::shared_ptr<State> large_;  ///< null before the first large value
  bool is_stopped_ = false;
};

}  // namespace larder::redis
