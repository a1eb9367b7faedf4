#pragma once

#include "support/socket.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <string>
#include <thread>

namespace larder::test {

/// A network that can be bad: accepts TCP connections on a free port of 127.0.0.1 and relays them to another,
/// both ways. Settings take effect immediately, for open connections too. One thread per connection; the
/// setters are safe from any thread.
class ChaosRelay {
 public:
  explicit ChaosRelay(std::uint16_t to);
  ~ChaosRelay();
  ChaosRelay(const ChaosRelay&) = delete;
  ChaosRelay& operator=(const ChaosRelay&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }

  /// Delays what comes back by this much.
  void delay(std::chrono::milliseconds time) { delay_ = time.count(); }

  /// Nothing passes in either direction, silently: connections are accepted and stay open.
  void black_hole(bool is_on) { is_black_hole_ = is_on; }

  /// Changes about one in this many of the bytes that come back; 0: none.
  void garble(unsigned one_in) { garble_one_in_ = one_in; }

  /// New connections are closed immediately.
  void refuse(bool is_on) { is_refusing_ = is_on; }

  /// Closes every connection, in the middle of whatever it carries.
  void cut() { ++cuts_; }

  int connections() const { return taken_; }  ///< taken so far

 private:
  void accept_all();
  void relay(Socket client);

  std::uint16_t to_;
  Socket listener_;
  std::uint16_t port_;
  std::atomic<std::chrono::milliseconds::rep> delay_{0};
  std::atomic<bool> is_black_hole_{false};
  std::atomic<bool> is_refusing_{false};
  std::atomic<unsigned> garble_one_in_{0};
  std::atomic<int> cuts_{0};
  std::atomic<int> taken_{0};
  std::atomic<bool> stopping_{false};
  std::list<std::thread> connections_;
  std::thread acceptor_;
};

}  // namespace larder::test
