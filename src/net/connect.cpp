#include "socket_stream.hpp"
#include "tls_stream.hpp"

#include <larder/base/task.hpp>
#include <larder/net/connect.hpp>
#include <larder/net/descriptors.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <vector>

namespace larder::net {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// An answer of the resolver that may come when nothing waits for it any more: getaddrinfo() cannot be
/// stopped.
struct Resolution {
  explicit Resolution(const asio::any_io_executor& executor) : resolver(executor), waiter(executor) {}
  tcp::resolver resolver;
  asio::steady_timer waiter;
  Result<std::vector<tcp::endpoint>> endpoints = Error::timeout;
};

Task<Result<std::vector<tcp::endpoint>>> resolve(Endpoint endpoint, SteadyTime deadline) {
  boost::system::error_code not_numeric;
  const auto address = asio::ip::make_address(endpoint.host, not_numeric);
  if (!not_numeric) {
    const auto port = static_cast<std::uint16_t>(std::stoul(endpoint.port));
    co_return std::vector<tcp::endpoint>{tcp::endpoint(address, port)};
  }
  const auto executor = co_await asio::this_coro::executor;
  const auto resolution = std::make_shared<Resolution>(executor);
  resolution->waiter.expires_at(deadline);
  resolution->resolver.async_resolve(
      endpoint.host, endpoint.port,
      [resolution](const boost::system::error_code& error, const tcp::resolver::results_type& results) {
        resolution->endpoints = error;
        if (!error) resolution->endpoints = std::vector<tcp::endpoint>(results.begin(), results.end());
        resolution->waiter.cancel();
      });
  co_await resolution->waiter.async_wait(awaiting);
  co_return std::move(resolution->endpoints);
}

Task<Result<std::unique_ptr<Stream>>> connect_unix(Endpoint endpoint, SteadyTime deadline) {
  if (endpoint.unix_path.size() >= sizeof(sockaddr_un::sun_path)) co_return Error::malformed;
  const auto executor = co_await asio::this_coro::executor;
  auto stream = std::make_unique<UnixStream>(asio::local::stream_protocol::socket(executor));
  stream->expires_at(deadline);
  const Result<> connected =
      co_await stream->connect(asio::local::stream_protocol::endpoint(endpoint.unix_path));
  if (!connected) co_return connected.error();
  stream->expires_at(SteadyTime::max());
  co_return std::unique_ptr<Stream>(std::move(stream));
}

Task<Result<std::unique_ptr<Stream>>> secure(std::unique_ptr<TcpStream> tcp, const TlsPeer& tls,
                                             std::string* certified) {
  auto stream = std::make_unique<TlsStream>(std::move(tcp), tls.context);
  stream->expect(tls.server_name);
  const Result<> shaken = co_await stream->handshake();
  if (!shaken && certified != nullptr) *certified = stream->certified();
  if (!shaken) co_return shaken.error();
  stream->expires_at(SteadyTime::max());
  co_return std::unique_ptr<Stream>(std::move(stream));
}

}  // namespace

Task<Result<std::unique_ptr<Stream>>> connect(Endpoint endpoint, SteadyTime deadline, const TlsPeer* tls,
                                              std::string* certified) {
  if (!endpoint.unix_path.empty()) {
    co_return co_await connect_unix(std::move(endpoint), deadline);
  }
  const auto executor = co_await asio::this_coro::executor;
  const Result<std::vector<tcp::endpoint>> addresses = co_await resolve(std::move(endpoint), deadline);
  if (!addresses) co_return addresses.error();
  boost::system::error_code last = Error::unavailable;
  for (const tcp::endpoint& address : *addresses) {
    auto stream = std::make_unique<TcpStream>(tcp::socket(executor));
    stream->expires_at(deadline);
    const Result<> connected = co_await stream->connect(address);
    // No other address would help, and it is not the peer's fault.
    if (!connected) last = connected.error();
    if (!connected && is_out_of_descriptors(connected.error())) co_return connected.error();
    if (connected && tls != nullptr) {
      co_return co_await secure(std::move(stream), *tls, certified);
    }
    if (connected) {
      stream->expires_at(SteadyTime::max());
      co_return std::unique_ptr<Stream>(std::move(stream));
    }
  }
  const bool late = std::chrono::steady_clock::now() >= deadline;
  co_return late ? make_error_code(Error::timeout) : last;
}

}  // namespace larder::net
