#pragma once

#include "shared_fill.hpp"

#include <larder/base/clock.hpp>
#include <larder/base/hash.hpp>
#include <larder/cache/fill_coordinator.hpp>

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace larder::cache {

/// What a request is to do about a key.
struct JoinResult {
  enum class Kind {
    lead,          ///< no fill is under way: `fill` is the caller's to lead
    join,          ///< wait for `fill`
    alone,         ///< the caller may not lead, or the fill has followers enough
    hit_for_miss,  ///< responses under this key are not for others
  };
  Kind kind = Kind::alone;
  std::shared_ptr<SharedFill> fill;
};

/// Which fills run, by key, and which keys are better fetched by each request for itself (hit-for-miss). One
/// table for all workers, in shards with a lock each.
class Collapser {
 public:
  /// How long a key is remembered whose response was not for others.
  static constexpr Milliseconds hit_for_miss_lifetime{10'000};
  static constexpr std::size_t shards = 16;
  static constexpr std::size_t most_hit_for_miss =
      4'096;                                    ///< remembered in a shard; past it the oldest is forgotten
  static constexpr std::size_t most_left = 64;  ///< likewise

  /// How a request enters. `mark`: the purge log's, now. `outdated`: a fill that it must not
  /// join, whose place a new one takes; or nullptr.
  JoinResult enter(const std::string& key, store::PurgeLog::Mark mark, bool may_lead, Time now,
                   const SharedFill* outdated);

  /// Whether enter() would say hit_for_miss.
  bool is_hit_for_miss(std::string_view key, Time now);

  void set_hit_for_miss(const std::string& key, Time now);

  /// A response under the key was for others after all: the next ones share a fill again.
  void end_hit_for_miss(std::string_view key);

  /// The fill takes no more followers.
  void leave(const std::string& key, const SharedFill& fill);

  /// Whether one has left since then, as far as that is remembered: the last few are.
  bool has_left_since(std::string_view key, SteadyTime time);

  FillCoordinator::Counts counts() const;

 private:
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, std::shared_ptr<SharedFill>, TextHash, std::equal_to<>> fills;
    // By hash: clients make keys long, and two of one hash only fetch for themselves for a while.
    std::unordered_map<std::uint64_t, Time> hit_for_miss;                // until when
    std::deque<std::pair<Time, std::uint64_t>> by_age;                   // as `hit_for_miss` got them
    std::array<std::pair<SteadyTime, std::uint64_t>, most_left> left{};  // in turn; by hash too
    std::size_t next_left = 0;
  };

  Shard& shard_of(std::string_view key) { return table_[hash_of(key) % shards]; }
  static bool is_hit_for_miss(Shard& shard, std::string_view key, Time now);
  static void forget(Shard& shard, Time now);

  std::array<Shard, shards> table_;
  std::atomic<std::uint64_t> begun_{0};
  std::atomic<std::uint64_t> joined_{0};
  std::atomic<std::uint64_t> hit_for_miss_{0};
};

}  // namespace larder::cache
