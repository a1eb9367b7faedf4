#pragma once

#include "server.hpp"

#include <larder/origin/origin.hpp>
#include <larder/pipeline/handler.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace larder::origin {

/// The servers of one upstream, and the connections to them: the balancer says which one a request
/// gets.
class Upstream {
 public:
  Upstream(Settings settings, std::shared_ptr<OutageNotices> outages);

  const Settings& settings() const { return settings_; }

  /// An unused connection that its server has not ended, nor is about to, and on which it has sent nothing
  /// more; nullptr if a new one is to be made. `may_repeat`: the request can be sent again if the server ends
  /// the connection just then.
  std::unique_ptr<Connection> take_unused(const pipeline::Request& request, bool may_repeat);

  /// A new connection, to one server after the other until one takes it; else the error of the last one, or
  /// Error::timeout if that was any's.
  Task<Result<std::unique_ptr<Connection>>> connect(const pipeline::Request& request);

  /// Keeps a connection for the next request. Its last response was whole.
  void keep(std::unique_ptr<Connection> connection);

  /// A connection is in use from here on, or no longer.
  void note_use(Connection& connection) { servers_[connection.server()].note_use(connection); }
  void note_end(Connection& connection) { servers_[connection.server()].note_end(connection); }

  /// Where an exchange with a server went wrong.
  enum class Trouble { no_response, amid_head, amid_response };

  /// A server answered, or an exchange with it failed: the log says so.
  void note_answer(std::size_t server);
  void note_trouble(std::size_t server, const boost::system::error_code& error, Trouble trouble);

  /// Closes every connection, those in use too, and connects no more.
  void close();

 private:
  void note_success(Server& server);
  void note_failure(Server& server, const boost::system::error_code& error, const std::string& certified);

  Settings settings_;
  std::shared_ptr<OutageNotices> outages_;
  std::vector<Server> servers_;
  std::size_t turn_ = 0;
  bool is_closed_ = false;
};

}  // namespace larder::origin
