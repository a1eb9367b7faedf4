#include "support/chaos_relay.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <poll.h>
#include <random>
#include <system_error>
#include <utility>

namespace larder::test {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds look_every{20};  // for the end of the test, and for changed settings

/// Bytes in transit, with the time at which they arrive.
class Delayed {
 public:
  void push(std::string bytes, Clock::time_point due) { queue_.emplace_back(due, std::move(bytes)); }

  /// Sends what is due; false if the peer has gone.
  bool send_due(Socket& to) {
    while (!queue_.empty() && queue_.front().first <= Clock::now()) {
      if (!to.send(queue_.front().second)) return false;
      queue_.pop_front();
    }
    return true;
  }

  /// How long until something is due, at most `most`.
  milliseconds wait(milliseconds most) const {
    if (queue_.empty()) return most;
    const auto left = std::chrono::ceil<milliseconds>(queue_.front().first - Clock::now());
    return std::clamp(left, milliseconds(0), most);
  }

 private:
  std::deque<std::pair<Clock::time_point, std::string>> queue_;
};

/// What has come; nothing at the end of the connection.
std::string take(Socket& from) {
  std::array<char, 64 * 1024> bytes;
  return {bytes.data(), from.receive(bytes)};
}

void change_some(std::string& bytes, unsigned one_in, std::minstd_rand& random) {
  for (char& byte : bytes) {
    if (random() % one_in == 0) byte = static_cast<char>(byte ^ static_cast<char>(1 + random() % 255));
  }
}

}  // namespace

ChaosRelay::ChaosRelay(std::uint16_t to) : to_(to), listener_(Socket::listening(0)), port_(listener_.port()) {
  acceptor_ = std::thread([this] { accept_all(); });
}

ChaosRelay::~ChaosRelay() {
  stopping_ = true;
  listener_.shutdown();
  acceptor_.join();
  for (std::thread& connection : connections_) connection.join();
}

void ChaosRelay::accept_all() {
  while (Socket client = listener_.accept()) {
    ++taken_;
    if (is_refusing_) continue;
    connections_.emplace_back(
        [this](Socket socket) {
          try {
            relay(std::move(socket));
          } catch (const std::exception&) {  // no peer, or none that reads: the connection ends
          }
        },
        std::move(client));
  }
}

void ChaosRelay::relay(Socket client) {
  const int cuts = cuts_;
  std::minstd_rand random(static_cast<unsigned>(taken_.load()));
  Socket server = Socket::connected_to(to_);
  Delayed back;
  while (!stopping_ && cuts == cuts_) {
    const short wanted = is_black_hole_ ? 0 : POLLIN;
    std::array<pollfd, 2> both{pollfd{client.descriptor(), wanted, 0},
                               pollfd{server.descriptor(), wanted, 0}};
    ::poll(both.data(), both.size(), static_cast<int>(back.wait(look_every).count()));
    if (is_black_hole_) {
      std::this_thread::sleep_for(milliseconds(1));
      continue;
    }
    if (both[0].revents != 0) {
      const std::string bytes = take(client);
      if (bytes.empty() || !server.send(bytes)) return;
    }
    if (both[1].revents != 0) {
      std::string bytes = take(server);
      if (bytes.empty()) return;
      if (const unsigned one_in = garble_one_in_) change_some(bytes, one_in, random);
      back.push(std::move(bytes), Clock::now() + milliseconds(delay_));
    }
    if (!back.send_due(client)) return;
  }
}

}  // namespace larder::test
