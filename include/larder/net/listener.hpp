#pragma once

#include <larder/net/endpoint.hpp>
#include <larder/net/stream.hpp>
#include <larder/net/tls.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <vector>

namespace larder::net {

/// Accepts TCP connections for one event loop. Several listeners share an address by SO_REUSEPORT, one for
/// each worker.
class Listener {
 public:
  /// Binds and listens; with `tls` every connection is secured. `Result` carries the system's own error:
  /// address in use, permission denied.
  static Result<std::unique_ptr<Listener>> open(boost::asio::io_context& loop, const Endpoint& endpoint,
                                                std::shared_ptr<const TlsContext> tls = nullptr);

  /// The next connection; over TLS its handshake is still to be done. Error::canceled once closed, else the
  /// system's own error: EMFILE if the process is out of descriptors.
  Task<Result<std::unique_ptr<Stream>>> accept();

  /// What secures the connections from now on, if open() was given TLS. On the loop.
  void renew(std::shared_ptr<const TlsContext> tls) { tls_ = std::move(tls); }

  /// Whether its connections begin with a header of the PROXY protocol, which is for their reader to take.
  bool has_proxy_headers = false;

  /// The address bound, its port known if 0 was asked for.
  const Endpoint& endpoint() const { return endpoint_; }

  void close();

 private:
  Listener(boost::asio::io_context& loop, std::shared_ptr<const TlsContext> tls)
      : acceptor_(loop), tls_(std::move(tls)) {}

  boost::asio::ip::tcp::acceptor acceptor_;
  std::shared_ptr<const TlsContext> tls_;
  Endpoint endpoint_;
};

/// Whether an address is free to listen on: SO_REUSEPORT alone would let two larders share it by mistake. The
/// system's own error if it is not.
Result<> probe(const Endpoint& endpoint);

}  // namespace larder::net
