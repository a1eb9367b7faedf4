// A load that comes at a constant rate, whatever the server does (an open loop): `steady PORT CONNECTIONS
// RATE SECONDS KIND PATH ARGUMENT`, on 127.0.0.1, one thread. A latency counts from the moment at which the
// request was due, even if every connection was busy then. Kinds:
//   round  GET PATH/1 to PATH/ARGUMENT, one after another; anything but a HIT is bad
//   fresh  GET PATH/ARGUMENT-1, -2, ...
//   purge  POST PATH, each with its own tag: ARGUMENT-1, -2, ...
// Prints "total REQUESTS RATE P50 P99 P999 MAX BAD LATE": latencies in us; LATE is the 99th percentile of how
// much later than due requests were sent, which is this program's own lateness, or the server's if all
// connections wait for it.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr nanoseconds time_to_connect{50'000'000};
constexpr nanoseconds time_to_finish{1'000'000'000};  // a request not answered by then is bad

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

struct Options {
  std::uint16_t port = 0;
  std::size_t connections = 0;
  double rate = 0;  ///< requests a second
  double seconds = 0;
  std::string kind, path, argument;
};

struct Connection {
  int socket = -1;
  std::size_t request = 0;  ///< the one that is under way
  std::string received;
};

class Load {
 public:
  explicit Load(Options options)
      : options_(std::move(options)),
        total_(static_cast<std::size_t>(options_.rate * options_.seconds)),
        epoll_(::epoll_create1(0)),
        connections_(options_.connections) {
    ::prctl(PR_SET_TIMERSLACK, 1);
    latencies_.reserve(total_);
    lateness_.reserve(total_);
    for (std::size_t i = 0; i < connections_.size(); ++i) open(i);
  }

  void run() {
    began_ = Clock::now() + time_to_connect;
    const Clock::time_point end = due(total_) + time_to_finish;
    while (latencies_.size() + bad_ < total_ && Clock::now() < end) {
      while (next_ < total_ && !idle_.empty() && due(next_) <= Clock::now()) send_next();
      wait(next_ < total_ && !idle_.empty() ? due(next_) : end);
    }
  }

  void report() {
    const std::size_t answered = latencies_.size();
    std::sort(latencies_.begin(), latencies_.end());
    std::sort(lateness_.begin(), lateness_.end());
    std::printf("total %zu %.0f %lld %lld %lld %lld %zu %lld\n", answered,
                static_cast<double>(answered) / options_.seconds, at(latencies_, 0.5), at(latencies_, 0.99),
                at(latencies_, 0.999), at(latencies_, 1), total_ - answered, at(lateness_, 0.99));
  }

 private:
  using Times = std::vector<nanoseconds>;

  static long long at(const Times& times, double part) {
    if (times.empty()) return 0;
    const auto place = static_cast<std::size_t>(part * static_cast<double>(times.size()));
    return times[std::min(place, times.size() - 1)].count() / 1000;
  }

  Clock::time_point due(std::size_t request) const {
    return began_ + nanoseconds(static_cast<long long>(1e9 * static_cast<double>(request) / options_.rate));
  }

  void open(std::size_t index) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("connect");
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = index;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0) fail("epoll_ctl");
    connections_[index].socket = socket;
    idle_.push_back(index);
  }

  std::string text_of(std::size_t request) const {
    const std::string end = " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options_.port) + "\r\n";
    if (options_.kind == "round") {
      const std::size_t page = request % std::strtoul(options_.argument.c_str(), nullptr, 10) + 1;
      return "GET " + options_.path + "/" + std::to_string(page) + end + "\r\n";
    }
    const std::string name = options_.argument + "-" + std::to_string(request + 1);
    if (options_.kind == "fresh") return "GET " + options_.path + "/" + name + end + "\r\n";
    const std::string content = "{\"tag\": \"" + name + "\"}";
    return "POST " + options_.path + end + "Content-Length: " + std::to_string(content.size()) + "\r\n\r\n" +
           content;
  }

  void send_next() {
    const std::size_t index = idle_.front();
    idle_.pop_front();
    Connection& connection = connections_[index];
    connection.request = next_++;
    connection.received.clear();
    const std::string text = text_of(connection.request);
    lateness_.push_back(Clock::now() - due(connection.request));
    if (::send(connection.socket, text.data(), text.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(text.size()))
      fail("send");
  }

  void wait(Clock::time_point until) {
    const nanoseconds left = std::max(nanoseconds(0), nanoseconds(until - Clock::now()));
    const timespec timeout{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
    std::array<epoll_event, 256> events;
    const int count =
        ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
    for (int i = 0; i < count; ++i) receive(events[static_cast<std::size_t>(i)].data.u64);
  }

  void receive(std::size_t index) {
    Connection& connection = connections_[index];
    std::array<char, 65536> buffer;
    const ssize_t count = ::recv(connection.socket, buffer.data(), buffer.size(), 0);
    if (count <= 0) fail("the server has ended a connection");
    connection.received.append(buffer.data(), static_cast<std::size_t>(count));
    if (!is_whole(connection.received)) return;
    if (is_good(connection.received)) {
      latencies_.push_back(Clock::now() - due(connection.request));
    } else {
      ++bad_;
    }
    idle_.push_back(index);
  }

  static bool is_whole(std::string_view text) {
    constexpr std::string_view name = "\r\nContent-Length: ";
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) return false;
    const std::size_t length = text.find(name);
    if (length > end) return true;
    return text.size() - end - 4 >= std::strtoul(text.data() + length + name.size(), nullptr, 10);
  }

  bool is_good(std::string_view text) const {
    if (!text.starts_with("HTTP/1.1 200 ")) return false;
    return options_.kind != "round" || text.find("\r\nX-Cache: HIT") != std::string_view::npos;
  }

  Options options_;
  std::size_t total_;
  int epoll_;
  std::vector<Connection> connections_;
  std::deque<std::size_t> idle_;
  Clock::time_point began_;
  std::size_t next_ = 0;
  std::size_t bad_ = 0;
  Times latencies_;
  Times lateness_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) {
    std::fputs("usage: steady PORT CONNECTIONS RATE SECONDS KIND PATH ARGUMENT\n", stderr);
    return 2;
  }
  Load load({static_cast<std::uint16_t>(std::atoi(argv[1])), std::strtoul(argv[2], nullptr, 10),
             std::atof(argv[3]), std::atof(argv[4]), argv[5], argv[6], argv[7]});
  load.run();
  load.report();
}
