#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/log.hpp>

#include <atomic>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace larder::origin {

/// Says in the log which server of an upstream fails, and how: a line when that begins, one for each other
/// way in which it goes on, and one when the server has answered without failing for a while, however many
/// requests and threads meet it. So the last word about a server that fails is that it does; one that fails
/// again and again has to answer for longer and longer before it counts as sound. Safe to use from any
/// thread.
///
///   phase     | goes to
///   sound     | failing: a failure, told
///   failing   | failing: a failure, told if it is of another kind
///             | sound: an answer, if the last failure lies `quiet` back, doubled by each relapse; told
class OutageNotices {
 public:
  static constexpr Seconds quiet{2};
  static constexpr Seconds longest_quiet{60};         ///< and how soon a failure counts as a relapse
  static constexpr std::size_t most_words = 4;        ///< ways of failing that one outage is told of
  static constexpr std::size_t most_outages = 1'000;  ///< what more there are is not told

  explicit OutageNotices(Log& log) : log_(log) {}

  /// `words` say what the server did, its name included.
  void failed(const std::string& upstream, const std::string& server, const std::string& words,
              SteadyTime now);

  /// There is no descriptor for a connection to the upstream: our own want, and no server's fault.
  void starved(const std::string& upstream, SteadyTime now);

  /// Whether an outage goes on: if none does, no success need be told of, nor a server be named for it.
  bool any() const { return going_on_.load(std::memory_order_relaxed) != 0; }

  /// The server answered a request.
  void answered(const std::string& upstream, const std::string& server, SteadyTime now);

  /// The upstream answered: there was a descriptor for that.
  void fed(const std::string& upstream, SteadyTime now);

 private:
  struct Outage {
    SteadyTime last_failure{};
    std::optional<SteadyTime> ended;
    Seconds quiet{0};  // that it takes to end
    std::vector<std::string> words;
  };

  bool is_news(const std::string& key, const std::string& words, SteadyTime now);
  bool ends(const std::string& key, SteadyTime now);
  void forget_ended(SteadyTime now);

  Log& log_;
  std::atomic<std::size_t> going_on_{0};
  std::mutex mutex_;
  std::map<std::string, Outage> outages_;
};

}  // namespace larder::origin
