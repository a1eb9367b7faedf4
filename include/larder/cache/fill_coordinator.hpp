#pragma once

#include <larder/base/byte_budget.hpp>
#include <larder/base/clock.hpp>
#include <larder/base/count_table.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace larder::cache {

class Collapser;
class FetchHistory;
class FillLimiter;
class UseCounts;

/// How many fills one upstream is asked for at once, and how long one may take. A fill counts from its
/// request until its response is whole, or turns out not to be kept.
struct Protection {
  std::size_t max_fills = 1'024;
  std::size_t queue = 1'024;          ///< fills that may wait; past it the answer is 503 (or stale)
  Milliseconds queue_timeout{2'000};  ///< for each of them
  Milliseconds until_head{32'000};    ///< of one that was let through: to connect, and to the response's head
  Milliseconds total{300'000};        ///< from then to the end of its content
};

/// What the cache handlers of all workers share about fetching: the fills that run, and how many each
/// upstream may have. It outlives them. Safe to use from any thread.
class FillCoordinator {
 public:
  using Protections = std::map<std::string, Protection>;  ///< by the upstreams' names

  /// `buffered`: bytes in memory, all together: what the local tier holds, contents on their way, and those
  /// that are sent still though the tier has let go of them.
  explicit FillCoordinator(const Protections& upstreams, std::uint64_t buffered = 320ull << 20);
  ~FillCoordinator();
  FillCoordinator(const FillCoordinator&) = delete;
  FillCoordinator& operator=(const FillCoordinator&) = delete;

  /// These hold from now on. An upstream that is no longer among them stays limited as it was, for what
  /// is still under way there.
  void adopt(const Protections& upstreams);

  Collapser& collapser() { return *collapser_; }
  FetchHistory& history() { return *history_; }
  UseCounts& uses() { return *uses_; }
  const std::shared_ptr<ByteBudget>& buffered() const { return buffered_; }

  /// nullptr for an upstream that is not limited.
  FillLimiter* limiter(const std::string& upstream) const;

  struct Counts {
    std::uint64_t begun = 0;
    std::uint64_t joined = 0;
    std::uint64_t hit_for_miss = 0;
    std::uint64_t refused = 0;

    static constexpr auto table = std::to_array<CountRow<Counts>>({
        {"begun", &Counts::begun, "Fills begun for all requests for the same."},
        {"joined", &Counts::joined, "Requests that waited for a fill instead of asking the origin."},
        {"hit_for_miss", &Counts::hit_for_miss, "Keys whose response turned out not to be for others."},
        {"refused", &Counts::refused, "Fills that an upstream had no room for."},
    });
  };
  Counts counts() const;

 private:
  std::unique_ptr<Collapser> collapser_;
  std::unique_ptr<FetchHistory> history_;
  std::unique_ptr<UseCounts> uses_;
  const std::shared_ptr<ByteBudget> buffered_;
  mutable std::mutex mutex_;  // of the map: limiters stay to the end
  std::map<std::string, std::unique_ptr<FillLimiter>> limiters_;
};

}  // namespace larder::cache
