#pragma once

#include "connection.hpp"

#include <larder/origin/origin.hpp>

#include <memory>
#include <vector>

namespace larder::origin {

/// One server of an upstream: its connections, and whether it takes new ones.
///
///   state   | asked for new connections  | goes to
///   up      | in turn                    | resting: one could not be made
///   resting | for 2 s after the others   | up: one was made
class Server {
 public:
  static constexpr Seconds rest_after_failure{2};

  explicit Server(ServerSettings settings) : settings_(std::move(settings)) {}

  const ServerSettings& settings() const { return settings_; }

  /// Whether the others are asked first.
  bool is_resting(SteadyTime now) const { return now < rests_until_; }

  /// A connection was made, or could not be made; whether that is another state than before.
  bool note_success();
  bool note_failure(SteadyTime now);

  /// When its newest unused connection was kept; SteadyTime::min() if there is none.
  SteadyTime last_kept() const { return unused_.empty() ? SteadyTime::min() : unused_.back()->kept_at; }

  /// Keeps a connection for another request, unless there are `most` already.
  void keep(std::unique_ptr<Connection> connection, std::size_t most, SteadyTime now);

  /// The unused connection that was kept last, which its server may have ended since; nullptr if there is
  /// none.
  std::unique_ptr<Connection> take_unused();

  /// Puts back what take_unused() gave.
  void put_back(std::unique_ptr<Connection> connection) { unused_.push_back(std::move(connection)); }

  /// A connection is in use from here on, or no longer.
  void note_use(Connection& connection);
  void note_end(Connection& connection);

  /// Closes every connection, those in use too.
  void close();

 private:
  ServerSettings settings_;
  SteadyTime rests_until_{};  // none: it is up
  std::vector<std::unique_ptr<Connection>> unused_;
  std::vector<Connection*> in_use_;
};

}  // namespace larder::origin
