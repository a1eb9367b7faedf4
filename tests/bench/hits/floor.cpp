// The floor: the kernel's cost of a response. An epoll loop that sends canned bytes and parses nothing:
// whatever arrives in one read is taken for one request. `floor PORT BYTES`, on 127.0.0.1, one thread.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <vector>

namespace {

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

int listen_on(std::uint16_t port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("bind");
  if (::listen(listener, 4096) != 0) fail("listen");
  return listener;
}

void watch(int epoll, int socket) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = socket;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event) != 0) fail("epoll_ctl");
}

struct Client {
  std::size_t left = 0;  ///< of the answer, still to be sent
};

class Floor {
 public:
  Floor(std::uint16_t port, std::size_t size) : epoll_(::epoll_create1(0)), listener_(listen_on(port)) {
    answer_ =
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" + std::string(size, 'x');
    watch(epoll_, listener_);
  }

  void run() {
    std::array<epoll_event, 256> events{};
    for (;;) {
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) handle(events[static_cast<std::size_t>(i)]);
    }
  }

 private:
  void handle(const epoll_event& event) {
    const int socket = event.data.fd;
    if (socket == listener_) return accept_all();
    if ((event.events & EPOLLOUT) != 0) return send_rest(socket);
    std::array<char, 16384> request;
    if (::recv(socket, request.data(), request.size(), 0) <= 0) {
      ::close(socket);
      return;
    }
    client(socket).left = answer_.size();
    send_rest(socket);
  }

  void accept_all() {
    for (;;) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
      if (socket < 0) return;
      const int on = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      client(socket).left = 0;
      watch(epoll_, socket);
    }
  }

  void send_rest(int socket) {
    std::size_t& left = client(socket).left;
    const bool waited = left != answer_.size();
    while (left > 0) {
      const ssize_t sent = ::send(socket, answer_.data() + (answer_.size() - left), left, MSG_NOSIGNAL);
      if (sent <= 0) break;
      left -= static_cast<std::size_t>(sent);
    }
    if (left > 0 || waited) wait_for(socket, left > 0 ? EPOLLOUT : EPOLLIN);
  }

  void wait_for(int socket, std::uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.fd = socket;
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, socket, &event);
  }

  Client& client(int socket) {
    const auto index = static_cast<std::size_t>(socket);
    if (clients_.size() <= index) clients_.resize(index + 1);
    return clients_[index];
  }

  int epoll_;
  int listener_;
  std::string answer_;
  std::vector<Client> clients_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: floor PORT BYTES\n", stderr);
    return 2;
  }
  Floor(static_cast<std::uint16_t>(std::atoi(argv[1])), std::strtoul(argv[2], nullptr, 10)).run();
}
