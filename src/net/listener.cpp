#include "socket_stream.hpp"
#include "tls_stream.hpp"

#include <larder/base/task.hpp>
#include <larder/net/listener.hpp>

#include <boost/asio/ip/tcp.hpp>

namespace larder::net {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

Result<tcp::endpoint> resolve_to_bind(asio::io_context& loop, const Endpoint& endpoint) {
  error_code error;
  tcp::resolver resolver(loop);
  const auto results = resolver.resolve(endpoint.host, endpoint.port, tcp::resolver::passive, error);
  if (error) return error;
  if (results.empty()) return Error::unavailable;
  return results.begin()->endpoint();
}

error_code bind(tcp::acceptor& acceptor, const tcp::endpoint& address, bool share) {
  error_code error;
  acceptor.open(address.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && share) acceptor.set_option(ReusePort(true), error);
  if (!error) acceptor.bind(address, error);
  return error;
}

}  // namespace

Result<std::unique_ptr<Listener>> Listener::open(asio::io_context& loop, const Endpoint& endpoint,
                                                 std::shared_ptr<const TlsContext> tls) {
  const Result<tcp::endpoint> address = resolve_to_bind(loop, endpoint);
  if (!address) return address.error();
  std::unique_ptr<Listener> listener(new Listener(loop, std::move(tls)));
  error_code error = bind(listener->acceptor_, *address, true);
  if (!error) listener->acceptor_.listen(tcp::acceptor::max_listen_connections, error);
  if (error) return error;
  listener->endpoint_ = {endpoint.host, std::to_string(listener->acceptor_.local_endpoint(error).port()), {}};
  return listener;
}

Task<Result<std::unique_ptr<Stream>>> Listener::accept() {
  auto [error, socket] = co_await acceptor_.async_accept(awaiting);
  if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor)
    co_return Error::canceled;
  if (error) co_return error;
  auto stream = std::make_unique<TcpStream>(std::move(socket));
  stream->settle();
  if (tls_ != nullptr) {
    co_return std::unique_ptr<Stream>(std::make_unique<TlsStream>(std::move(stream), tls_));
  }
  co_return std::unique_ptr<Stream>(std::move(stream));
}

void Listener::close() {
  error_code ignored;
  acceptor_.close(ignored);
}

Result<> probe(const Endpoint& endpoint) {
  asio::io_context loop;
  const Result<tcp::endpoint> address = resolve_to_bind(loop, endpoint);
  if (!address) return address.error();
  tcp::acceptor acceptor(loop);
  const error_code error = bind(acceptor, *address, false);
  if (error) return error;
  return {};
}

}  // namespace larder::net
