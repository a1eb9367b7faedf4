#pragma once

#include "backoff.hpp"
#include "connection.hpp"
#include "sentinels.hpp"

#include <larder/redis/client.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <random>
#include <string>

namespace larder::redis {

/// Keeps a connection up: finds the server, connects, greets, serves, and begins again after a backoff, until
/// it is stopped. While it serves it looks whether sentinels name another master.
class Client::State final : public std::enable_shared_from_this<Client::State> {
 public:
  enum class Values { small, large };
  State(boost::asio::io_context& loop, const Settings& settings, std::shared_ptr<Counters> counters,
        Values values);

  void start();
  void stop();

  /// Ends the connection, which leads to a server that is no longer wanted; another one is made. That is
  /// not an outage.
  void leave();

  bool is_up() const { return connection_ != nullptr && connection_->is_open(); }
  Link link() const { return is_up() ? Link{connection_->node(), epoch_} : Link{}; }
  std::uint64_t epoch() const { return epoch_; }
  Health health() const;
  std::size_t in_flight() const { return is_up() ? connection_->in_flight() : 0; }
  const Settings& settings() const { return settings_; }
  const std::shared_ptr<Counters>& counters() const { return counters_; }
  const net::Endpoint& endpoint() const { return endpoint_; }  ///< connected to, or tried last

  static Task<Result<Value>> execute(std::shared_ptr<State> self, Command command, Milliseconds timeout,
                                     bool asking);

 private:
  static Task<> run(std::shared_ptr<State> self);
  static Task<> settle(std::shared_ptr<State> self, std::shared_ptr<Connection> connection);
  static Task<> follow_sentinels(std::shared_ptr<State> self, std::shared_ptr<Connection> connection);
  Task<> attempt();
  Task<Result<std::unique_ptr<net::Stream>>> open(SteadyTime deadline);
  Task<> serve(std::unique_ptr<net::Stream> stream, std::uint64_t node);
  Task<> pause();
  void leave_replica(Connection& connection);
  void tell_of_master();
  void lost(const std::string& reason, bool refused);
  std::string server() const;

  boost::asio::io_context& loop_;
  Settings settings_;
  Values values_;
  std::optional<Sentinels> sentinels_;
  net::Endpoint endpoint_;
  std::string certified_;  // whom a certificate is for that is for others
  std::shared_ptr<Counters> counters_;
  std::shared_ptr<Connection> connection_;  ///< the current or the last one; null before the first
  std::uint64_t epoch_ = 0;                 ///< connections so far
  Backoff backoff_;
  boost::asio::steady_timer retry_timer_;
  boost::asio::steady_timer look_timer_;
  boost::asio::steady_timer settle_timer_;
  std::minstd_rand random_{std::random_device{}()};
  std::string master_;  ///< that was connected to last, if sentinels name it
  bool is_attempting_ = false;
  bool is_leaving_ = false;
  bool stopped_ = false;
};

}  // namespace larder::redis
