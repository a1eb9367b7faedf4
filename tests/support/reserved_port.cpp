#include "support/reserved_port.hpp"

#include "support/socket.hpp"

#include <cstddef>
#include <random>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace larder::test {

namespace {

// Below the range from which Linux assigns ports by itself (net.ipv4.ip_local_port_range).
constexpr int first_port = 20'000;
constexpr int last_port = 32'000;

bool is_free(std::uint16_t port) {
  try {
    Socket::listening(port);
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

/// A socket bound to a name that only one process can have at a time; -1 if it is taken.
int take_name(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path + 1, sizeof address.sun_path - 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), size) == 0) return descriptor;
  ::close(descriptor);
  return -1;
}

}  // namespace

ReservedPort::ReservedPort() {
  std::random_device random;
  std::uniform_int_distribution<int> ports(first_port, last_port);
  for (int attempt = 0; attempt < 1000; ++attempt) {
    if (reserve(static_cast<std::uint16_t>(ports(random)))) return;
  }
  throw std::runtime_error("no port is free");
}

ReservedPort::~ReservedPort() {
  ::close(name_);
}

bool ReservedPort::reserve(std::uint16_t number) {
  const int name = take_name("larder-test-port-" + std::to_string(number));
  if (name == -1) return false;
  if (!is_free(number)) {
    ::close(name);
    return false;
  }
  name_ = name;
  number_ = number;
  return true;
}

}  // namespace larder::test
