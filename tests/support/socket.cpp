#include "support/socket.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace larder::test {

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// The sockets API takes addresses of every family by one pointer type.
template <class Address>
auto* generic(Address* address) {
  return reinterpret_cast<std::conditional_t<std::is_const_v<Address>, const sockaddr, sockaddr>*>(address);
}

void set_option(int descriptor, int level, int name, int value) {
  ::setsockopt(descriptor, level, name, &value, sizeof value);
}

void wait_for(int descriptor, short events, std::chrono::milliseconds limit) {
  pollfd waiting{descriptor, events, 0};
  int ready = 0;
  do {
    ready = ::poll(&waiting, 1, static_cast<int>(limit.count()));
  } while (ready == -1 && errno == EINTR);
  if (ready == 0) throw TimedOut(events == POLLIN ? "nothing came in time" : "nothing could be sent in time");
}

}  // namespace

Socket::~Socket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Socket::Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Socket Socket::listening(std::uint16_t port) {
  Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) fail("socket");
  set_option(socket.descriptor_, SOL_SOCKET, SO_REUSEADDR, 1);
  const sockaddr_in address = loopback(port);
  if (::bind(socket.descriptor_, generic(&address), sizeof address) != 0) fail("bind");
  if (::listen(socket.descriptor_, 256) != 0) fail("listen");
  return socket;
}

Socket Socket::connected_to(std::uint16_t port) {
  Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) fail("socket");
  set_option(socket.descriptor_, IPPROTO_TCP, TCP_NODELAY, 1);
  const sockaddr_in address = loopback(port);
  if (::connect(socket.descriptor_, generic(&address), sizeof address) != 0) fail("connect");
  return socket;
}

std::uint16_t Socket::port() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (::getsockname(descriptor_, generic(&address), &size) != 0) fail("getsockname");
  return ntohs(address.sin_port);
}

Socket Socket::accept() {
  int accepted = -1;
  do {
    accepted = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
  } while (accepted == -1 && (errno == EINTR || errno == ECONNABORTED));
  if (accepted >= 0) set_option(accepted, IPPROTO_TCP, TCP_NODELAY, 1);
  return Socket(accepted);
}

bool Socket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    wait_for(descriptor_, POLLOUT, patience);
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == -1 && errno != EAGAIN && errno != EINTR) return false;
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::size_t Socket::receive(std::span<char> buffer, std::chrono::milliseconds limit) {
  wait_for(descriptor_, POLLIN, limit);
  ssize_t received = 0;
  do {
    received = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
  } while (received == -1 && errno == EINTR);
  return received > 0 ? static_cast<std::size_t>(received) : 0;
}

void Socket::shutdown() {
  ::shutdown(descriptor_, SHUT_RDWR);
}

void Socket::shutdown_write() {
  ::shutdown(descriptor_, SHUT_WR);
}

void Socket::shrink_receive_buffer(int bytes) {
  set_option(descriptor_, SOL_SOCKET, SO_RCVBUF, bytes);
}

}  // namespace larder::test
