#include "tunnel.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace larder::origin {

Tunnel::~Tunnel() {
  upstream_->note_end(*connection_);
  connection_->stream().close();
}

Task<> Tunnel::relay(net::ByteStream& client, std::string_view ahead) {
  using namespace boost::asio::experimental::awaitable_operators;
  net::ByteStream& server = connection_->stream();
  co_await (pass_on(client, server, ahead, up_) &&
            pass_on(server, client, connection_->take_buffered(), down_));
}

/// One direction, to its end: an orderly one is passed on, a broken one ends the other direction too.
Task<> Tunnel::pass_on(net::ByteStream& from, net::ByteStream& to, std::string_view ahead, Buffer& buffer) {
  std::string_view piece = ahead;
  while (true) {
    wait(from, to);
    const std::array<std::string_view, 1> parts{piece};
    Result<> sent;
    if (!piece.empty()) sent = co_await to.write(parts);
    if (!sent) break;
    const Result<std::size_t> count = co_await from.read_some(buffer);
    if (!count && count.error() == Error::closed) {
      to.shutdown_write();
      co_return;
    }
    if (!count) break;
    piece = {buffer.data(), *count};
  }
  from.close();
  to.close();
}

/// Bytes in one direction are a sign of life for both: a peer that only listens is not idle.
void Tunnel::wait(net::ByteStream& one, net::ByteStream& other) const {
  const SteadyTime deadline = std::chrono::steady_clock::now() + upstream_->settings().tunnel_timeout;
  one.expires_at(deadline);
  other.expires_at(deadline);
}

}  // namespace larder::origin
