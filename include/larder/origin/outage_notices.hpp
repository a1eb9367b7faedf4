#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/log.hpp>

#include <atomic>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace larder::origin {

/// Says in the log which server of an upstream fails, and how: a line when that begins, one for each other
/// way in which it goes on, and one when the server answers again, however many requests and threads meet it.
/// An outage that begins within 2 s of the end of another one is the same. Safe to use from any thread.
class OutageNotices {
 public:
  /// What of a server fails: each has outages of its own.
  enum class What { connecting, answering };

  static constexpr Seconds quiet{2};
  static constexpr std::size_t most_words = 4;        ///< ways of failing that one outage is told of
  static constexpr std::size_t most_outages = 1'000;  ///< what more there are is not told

  explicit OutageNotices(Log& log) : log_(log) {}

  /// `words` say what the server did, its name included.
  void failed(What what, const std::string& upstream, const std::string& server, const std::string& words,
              SteadyTime now);

  /// Whether an outage goes on: if none does, no success need be told of, nor a server be named for it.
  bool any() const { return going_on_.load(std::memory_order_relaxed) != 0; }

  /// It did what it could not do before.
  void succeeded(What what, const std::string& upstream, const std::string& server, SteadyTime now);

 private:
  struct Outage {
    bool goes_on = false;
    bool is_told = false;  // since it began last
    SteadyTime ended{};
    std::vector<std::string> words;
  };

  void forget_ended(SteadyTime now);

  Log& log_;
  std::atomic<std::size_t> going_on_{0};
  std::mutex mutex_;
  std::map<std::string, Outage> outages_;
};

}  // namespace larder::origin
