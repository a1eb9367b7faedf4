#pragma once

#include "connection.hpp"

#include <larder/origin/origin.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace larder::origin {

/// The connections to one upstream: unused ones waiting, newest first, and which servers answer at present.
class Pool {
 public:
  Pool(Settings settings, Log& log);

  const Settings& settings() const { return settings_; }

  /// An unused connection that the server has not ended, and on which it has sent nothing more; nullptr where
  /// there is none.
  std::unique_ptr<Connection> take_unused();

  /// A new connection to the next server in turn that takes one. Error::unavailable, Error::timeout.
  Task<Result<std::unique_ptr<Connection>>> connect();

  /// Keeps a connection for the next request. Its last response was whole.
  void keep(std::unique_ptr<Connection> connection);

  /// A connection is in use from here on, or no longer.
  void note_use(Connection& connection);
  void note_end(Connection& connection);

  /// Closes every connection, those in use too, and connects no more.
  void close();

 private:
  struct Place {
    Server server;
    SteadyTime down_until{};  ///< after a failure the others are tried first
  };

  std::size_t next_server(SteadyTime now);
  void note_failure(Place& place, const boost::system::error_code& error);
  void note_want_of_descriptors(SteadyTime now);

  Settings settings_;
  Log& log_;
  std::vector<Place> servers_;
  std::size_t turn_ = 0;
  std::vector<std::unique_ptr<Connection>> unused_;
  std::vector<Connection*> in_use_;
  std::optional<SteadyTime> last_want_;  // of descriptors
  bool is_closed_ = false;
};

}  // namespace larder::origin
