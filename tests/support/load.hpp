#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace larder::test {

/// Clients that ask on and on, each over a connection of its own, from its making until stop().
class Load {
 public:
  /// What came back so far.
  struct Counts {
    int requests = 0;
    int failed = 0;                      ///< without a whole response, or with a status from 400 on
    std::map<std::string, int> results;  ///< by the first word of X-Cache
    std::chrono::milliseconds slowest{0};

    int of(const std::string& result) const;
    std::string text() const;  ///< for messages
  };

  /// Each client goes through `targets` in order, from another one on, and rests for `pause` after a
  /// response.
  Load(std::uint16_t port, std::vector<std::string> targets, int clients, std::chrono::milliseconds pause);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  Counts counts() const;
  Counts stop();

 private:
  void ask(std::size_t from, std::uint16_t port, std::chrono::milliseconds pause);

  const std::vector<std::string> targets_;
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  Counts counts_;
  std::vector<std::thread> clients_;
};

}  // namespace larder::test
