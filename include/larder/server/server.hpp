#pragma once

#include <larder/base/address_set.hpp>
#include <larder/base/byte_budget.hpp>
#include <larder/base/clock.hpp>
#include <larder/base/log.hpp>
#include <larder/http1/head_parser.hpp>
#include <larder/net/listener.hpp>
#include <larder/pipeline/access_log.hpp>
#include <larder/pipeline/handler.hpp>
#include <larder/server/occupancy.hpp>
#include <larder/server/responses.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace larder::server {

/// Bounds on client connections.
struct Settings {
  http1::HeadLimits head_limits;
  Milliseconds head_timeout{10'000};  ///< for a whole request head, from its first byte; for the first byte
                                      ///< of a new connection, and for its TLS handshake
  Milliseconds idle_timeout{75'000};  ///< between two requests, and for pauses of the client amid content
  std::uint64_t slowest_rate = 500;   ///< bytes of content a second: a client slower than that, either way,
                                      ///< is cut off, however long the content is; 0: none is
  std::uint64_t max_content = 0;      ///< bytes of a request's content; 0: no bound
  Milliseconds linger{1'000};         ///< for a client to read an answer given before its request was whole
};

class Session;
struct SessionContext;

/// The client connections of one worker, each served by one coroutine. It belongs to one event loop.
class Server {
 public:
  /// `refusals` gets a record of each request that is refused before the handler sees it; nullptr: nothing
  /// does. If `buffered` has no room, clients that take nothing make some; nullptr: they need not. Its
  /// connections take places of `occupancy`.
  Server(boost::asio::io_context& loop, pipeline::Handler& handler, const Clock& clock, Settings settings,
         Occupancy& occupancy, Log& log, pipeline::AccessSink* refusals = nullptr,
         ByteBudget* buffered = nullptr);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Accepts on a listener of this loop from now on.
  void accept_on(std::shared_ptr<net::Listener> listener);

  /// Who stands in front for many clients, so that its connections do not count as one address'; on listeners
  /// that have headers of the PROXY protocol nobody else may connect. On the loop.
  void trust(std::shared_ptr<const AddressSet> proxies);

  /// Accepts nothing more, ends idle connections, lets requests in flight finish and closes theirs after the
  /// answer.
  void drain();

  /// Ends every connection, whatever it is doing; returns how many requests that cut off.
  std::size_t close();

  std::size_t connections() const { return sessions_.size(); }

  /// Ends the connection that has waited longest for its client, for a newcomer; false if none may go. One
  /// whose request is being answered never does.
  bool end_longest_waiting();

  /// On the loop.
  const Responses& responses() const;

 private:
  Task<> look_at_answering();
  void end_departed(SteadyTime now);
  void make_room_in_memory(SteadyTime now);
  Task<> accept_loop(std::shared_ptr<net::Listener> listener);
  Task<> admit(std::unique_ptr<net::Stream> stream, bool has_proxy_header);
  void serve(std::unique_ptr<net::Stream> stream, bool has_proxy_header, std::string counted);
  void give_back_place(Session& session);
  void forget(const std::shared_ptr<Session>& session);

  std::unique_ptr<SessionContext> context_;
  Occupancy& occupancy_;
  Log& log_;
  ByteBudget* buffered_;
  std::vector<std::shared_ptr<net::Listener>> listeners_;
  std::vector<std::shared_ptr<Session>> sessions_;
  boost::asio::steady_timer departures_;
};

}  // namespace larder::server
