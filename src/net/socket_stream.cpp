#include "socket_stream.hpp"

#include <larder/base/address_set.hpp>
#include <larder/base/task.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <exception>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <type_traits>

namespace larder::net {
namespace asio = boost::asio;

namespace {

constexpr std::size_t gathered_at_once = 16;
constexpr std::size_t bytes_at_once = 1024 * 1024;  // Asio's own condition would split a write at 64 KiB

void describe(const asio::ip::tcp::socket& socket, std::string& peer_address) {
  boost::system::error_code error;
  const auto peer = socket.remote_endpoint(error);
  // On [::] clients of IPv4 are mapped into IPv6.
  if (!error) peer_address = text_of(peer.address());
}

void describe(const asio::local::stream_protocol::socket&, std::string& peer_address) {
  peer_address = "unix";
}

void set_options(asio::ip::tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
}

void set_options(asio::local::stream_protocol::socket&) {}

/// Reads into a receiver again and again, without a coroutine in between; `handler` is called only at the
/// end.
template <class Shared, class Handler>
class Receiving {
 public:
  Receiving(Shared& shared, Receiver& receiver, Handler handler)
      : shared_(&shared), receiver_(&receiver), handler_(std::move(handler)) {}

  void read() {
    const std::span<char> room = receiver_->room();
    shared_->socket.async_read_some(asio::buffer(room.data(), room.size()), std::move(*this));
  }

  /// After what else is due: the peer has mostly sent more by then, and looking at once would be useless.
  void read_later() {
    asio::post(shared_->socket.get_executor(), [self = std::move(*this)]() mutable { self.read_now(); });
  }

  void operator()(const boost::system::error_code& error, std::size_t count) {
    std::exception_ptr exception;
    try {
      const bool goes_on = !error && receiver_->received(count);
      if (goes_on && !shared_->timed_out) return read_later();
    } catch (...) {
      exception = std::current_exception();
    }
    std::move(handler_)(exception, error);
  }

 private:
  void read_now() {
    // The deadline may have passed while there was no read for it to end.
    if (shared_->timed_out) return end(nullptr);
    try {
      read();
    } catch (...) {
      end(std::current_exception());
    }
  }

  void end(const std::exception_ptr& exception) {
    std::move(handler_)(exception, boost::system::error_code());
  }

  Shared* shared_;
  Receiver* receiver_;
  Handler handler_;
};

}  // namespace

Error rename(const boost::system::error_code& error, bool timed_out) {
  if (timed_out) return Error::timeout;
  if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) return Error::canceled;
  return error == asio::error::eof ? Error::closed : Error::reset;
}

template <class Protocol>
void SocketStream<Protocol>::Shared::close() {
  closed = true;
  boost::system::error_code ignored;
  socket.close(ignored);
}

template <class Protocol>
void SocketStream<Protocol>::Shared::expire() {
  timed_out = true;
  boost::system::error_code ignored;
  if (stays_open) {
    socket.cancel(ignored);
  } else {
    close();
  }
}

template <class Protocol>
void SocketStream<Protocol>::Shared::note_end(const boost::system::error_code& error) {
  if (error && error != asio::error::operation_aborted) ended = error;
}

template <class Protocol>
SocketStream<Protocol>::SocketStream(Socket socket)
    : shared_(std::make_shared<Shared>(std::move(socket))),
      watchdog_(std::make_shared<Watchdog>(shared_->socket.get_executor(),
                                           [shared = shared_] { shared->expire(); })) {}

template <class Protocol>
SocketStream<Protocol>::~SocketStream() {
  close();
}

template <class Protocol>
Task<Result<>> SocketStream<Protocol>::connect(typename Protocol::endpoint endpoint) {
  const auto [error] = co_await shared_->socket.async_connect(endpoint, awaiting);
  if (error) co_return shared_->timed_out ? make_error_code(Error::timeout) : error;
  settle();
  co_return Result<>();
}

template <class Protocol>
void SocketStream<Protocol>::settle() {
  set_options(shared_->socket);
  describe(shared_->socket, peer_address_);
}

template <class Protocol>
Task<Result<std::size_t>> SocketStream<Protocol>::read_some(std::span<char> buffer) {
  if (shared_->timed_out) co_return Error::timeout;
  if (shared_->ended) co_return rename(shared_->ended, false);
  const auto [error, count] =
      co_await shared_->socket.async_read_some(asio::buffer(buffer.data(), buffer.size()), awaiting);
  shared_->note_end(error);
  if (error) co_return rename(error, shared_->timed_out);
  co_return count;
}

template <class Protocol>
Task<Result<std::size_t>> SocketStream<Protocol>::read_answer(std::span<char> buffer) {
  if (shared_->timed_out) co_return Error::timeout;
  if (shared_->ended) co_return rename(shared_->ended, false);
  const auto begin = [shared = shared_.get(), buffer](auto handler) {
    asio::post(shared->socket.get_executor(), [shared, buffer, handler = std::move(handler)]() mutable {
      if (shared->timed_out)
        return std::move(handler)(boost::system::error_code(asio::error::operation_aborted), std::size_t{0});
      shared->socket.async_read_some(asio::buffer(buffer.data(), buffer.size()), std::move(handler));
    });
  };
  using Signature = void(boost::system::error_code, std::size_t);
  const auto [error, count] = co_await asio::async_initiate<decltype(awaiting), Signature>(begin, awaiting);
  shared_->note_end(error);
  if (error) co_return rename(error, shared_->timed_out);
  co_return count;
}

template <class Protocol>
Task<Result<>> SocketStream<Protocol>::receive(Receiver& receiver) {
  if (shared_->timed_out) co_return Error::timeout;
  if (shared_->ended) co_return rename(shared_->ended, false);
  const auto begin = [shared = shared_.get(), &receiver](auto handler) {
    Receiving(*shared, receiver, std::move(handler)).read();
  };
  using Signature = void(std::exception_ptr, boost::system::error_code);
  const boost::system::error_code error =
      co_await asio::async_initiate<const asio::use_awaitable_t<>, Signature>(begin, asio::use_awaitable);
  shared_->note_end(error);
  if (error || shared_->timed_out) co_return rename(error, shared_->timed_out);
  co_return Result<>();
}

template <class Protocol>
std::size_t SocketStream<Protocol>::write_now(std::string_view bytes) {
  if (shared_->closed) return 0;
  const ssize_t count =
      ::send(shared_->socket.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

template <class Protocol>
Task<Result<>> SocketStream<Protocol>::write(std::span<const std::string_view> parts) {
  const auto condition = [](const boost::system::error_code& error, std::size_t) {
    return error ? std::size_t{0} : bytes_at_once;
  };
  while (!parts.empty()) {
    std::array<asio::const_buffer, gathered_at_once> buffers;
    const std::size_t count = std::min(parts.size(), buffers.size());
    for (std::size_t i = 0; i < count; ++i) buffers[i] = asio::buffer(parts[i].data(), parts[i].size());
    parts = parts.subspan(count);
    const auto [error, written] = co_await asio::async_write(shared_->socket, buffers, condition, awaiting);
    if (error) co_return rename(error, shared_->timed_out);
  }
  co_return Result<>();
}

template <class Protocol>
void SocketStream<Protocol>::expires_at(SteadyTime deadline) {
  if (shared_->closed) return;
  shared_->stays_open = false;
  shared_->timed_out = false;
  watchdog_->expires_at(deadline);
}

template <class Protocol>
void SocketStream<Protocol>::reading_expires_at(SteadyTime deadline) {
  if (shared_->closed) return;
  shared_->stays_open = true;
  watchdog_->expires_at(deadline);
}

template <class Protocol>
void SocketStream<Protocol>::close() {
  watchdog_->stop();
  if (!shared_->closed) shared_->close();
}

template <class Protocol>
void SocketStream<Protocol>::shutdown_write() {
  boost::system::error_code ignored;
  shared_->socket.shutdown(Socket::shutdown_send, ignored);
}

template <class Protocol>
bool SocketStream<Protocol>::is_idle() {
  if (shared_->closed) return false;
  char byte = 0;
  const ssize_t count = ::recv(shared_->socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

template <class Protocol>
bool SocketStream<Protocol>::has_peer_left() {
  if (shared_->closed) return true;
  pollfd polled{.fd = shared_->socket.native_handle(), .events = POLLRDHUP, .revents = 0};
  return ::poll(&polled, 1, 0) > 0;
}

template <class Protocol>
bool SocketStream<Protocol>::is_broken() {
  if (shared_->closed) return true;
  pollfd polled{.fd = shared_->socket.native_handle(), .events = 0, .revents = 0};
  return ::poll(&polled, 1, 0) > 0;
}

template <class Protocol>
std::optional<std::uint64_t> SocketStream<Protocol>::acknowledged() {
  if (!std::is_same_v<Protocol, asio::ip::tcp> || shared_->closed) return std::nullopt;
  // The kernel's struct tcp_info as far as tcpi_bytes_acked, which the C library's lacks.
  std::array<std::uint64_t, 16> info{};
  socklen_t size = sizeof info;
  const int failed = ::getsockopt(shared_->socket.native_handle(), IPPROTO_TCP, TCP_INFO, info.data(), &size);
  if (failed != 0 || size < sizeof info) return std::nullopt;
  return info.back();
}

template class SocketStream<asio::ip::tcp>;
template class SocketStream<asio::local::stream_protocol>;

}  // namespace larder::net
