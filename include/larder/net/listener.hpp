#pragma once

#include <larder/net/endpoint.hpp>
#include <larder/net/stream.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <vector>

namespace larder::net {

/// Accepts TCP connections for one event loop. Several listeners share an address by SO_REUSEPORT, one a
/// worker.
class Listener {
 public:
  /// Binds and listens. `Result` carries the system's own error: address in use, permission denied.
  static Result<std::unique_ptr<Listener>> open(boost::asio::io_context& loop, const Endpoint& endpoint);

  /// The next connection. Error::canceled once closed; Error::unavailable where the system is out of
  /// descriptors.
  Task<Result<std::unique_ptr<Stream>>> accept();

  /// The address bound, its port known where 0 was asked for.
  const Endpoint& endpoint() const { return endpoint_; }

  void close();

 private:
  explicit Listener(boost::asio::io_context& loop) : acceptor_(loop) {}

  boost::asio::ip::tcp::acceptor acceptor_;
  Endpoint endpoint_;
};

/// Whether an address is free to listen on: SO_REUSEPORT alone would let two larders share it by mistake. The
/// system's own error where it is not.
Result<> probe(const Endpoint& endpoint);

}  // namespace larder::net
