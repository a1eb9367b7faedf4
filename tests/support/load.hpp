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

/// Clients that send requests continuously, each over its own connection, from construction until stop().
class Load {
 public:
  /// What came back so far.
  struct Counts {
    int requests = 0;
    int failed = 0;                      ///< without a complete response, or with a status of 400 or above
    std::map<std::string, int> results;  ///< by the first word of X-Cache
    std::chrono::milliseconds slowest{0};

    int of(const std::string& result) const;
    std::string text() const;  ///< for messages
  };

  /// Each client goes through `targets` in order, each from a different start, and pauses for `pause` after a
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
