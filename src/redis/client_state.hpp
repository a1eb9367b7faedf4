#pragma once

#include "backoff.hpp"
#include "connection.hpp"

#include <larder/redis/client.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <random>
#include <string>

namespace larder::redis {

/// Keeps a connection up: connects, greets, serves, and begins again after a backoff, until it is stopped.
class Client::State final : public std::enable_shared_from_this<Client::State> {
 public:
  State(boost::asio::io_context& loop, Settings settings, Log& log);

  void start();
  void stop();
  bool is_up() const { return connection_ != nullptr && connection_->is_open(); }
  const Counters& counters() const { return *counters_; }
  Task<Result<Value>> execute(Command command, Milliseconds timeout);

 private:
  static Task<> run(std::shared_ptr<State> self);
  Task<> attempt();
  Task<> serve(std::unique_ptr<net::Stream> stream);
  Task<> pause();

  boost::asio::io_context& loop_;
  Settings settings_;
  std::shared_ptr<Counters> counters_ = std::make_shared<Counters>();
  std::shared_ptr<Connection> connection_;  ///< the current or the last one; null before the first
  Backoff backoff_;
  boost::asio::steady_timer retry_timer_;
  std::minstd_rand random_{std::random_device{}()};
  bool stopped_ = false;
};

}  // namespace larder::redis
