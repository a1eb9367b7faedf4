#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/count_table.hpp>
#include <larder/policy/purge.hpp>
#include <larder/store/purge_index.hpp>
#include <larder/store/purge_log.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <shared_mutex>
#include <vector>

namespace larder::store {

/// What was purged, and when: the purge log in the form that lookups need. No input, no output, no
/// clock: time and positions are passed in. Safe to use from any thread.
///
/// Each applied record gets two numbers: its position in the shared log, by which responses from Redis are
/// judged, and a sequence that counts in this instance alone, by which responses in memory are judged. What
/// is forgotten (too old, or too much) turns into a purge of everything up to it, so forgetting makes misses
/// and never a stale hit.
class PurgeTable final {
 public:
  using Limits = PurgeIndex::Limits;
  explicit PurgeTable(Limits limits) : hard_(limits), soft_(limits) {}

  /// Applies one record, said at time `at`, which is not later than now. `position` is nothing for one that
  /// is not in the shared log (yet). What was applied with this or a later position before is left alone.
  void apply(const std::vector<policy::Purge>& purges, std::optional<Position> position, Time at,
             Strength strength = Strength::hard);

  /// Every record up to `position` has been applied: responses fetched from now on are born there.
  void advance(Position position);

  /// Records before `position` may have been lost that were never seen here.
  void doubt_before(Position position);

  /// See PurgeLog::is_certain_since().
  bool is_certain_since(Position born) const;

  PurgeLog::Mark mark() const;

  /// See PurgeLog::judge().
  Verdict judge(const StoredResponse& response) const;

  bool is_valid(const StoredResponse& response) const { return judge(response).kind == Verdict::Kind::valid; }

  /// See PurgeLog::admit().
  bool admit(Draft& response) const;

  /// See PurgeLog::names().
  std::optional<Strength> names(const policy::TagsView& tags, const Since& since) const;

  struct Counts {
    std::uint64_t sequence = 0;
    std::uint64_t names = 0;
    std::uint64_t patterns = 0;
    std::uint64_t forgotten_early = 0;

    static constexpr auto table = std::to_array<CountRow<Counts>>({
        {"sequence", &Counts::sequence, "Purges applied."},
        {"names", &Counts::names, "Purged names that are remembered.", CountKind::gauge},
        {"patterns", &Counts::patterns, "Purged patterns that are remembered.", CountKind::gauge},
        {"forgotten_early", &Counts::forgotten_early,
         "Purges forgotten before max_lifetime had passed because there were too many."},
    });
  };
  Counts counts() const;

 private:
  Verdict judge(const policy::TagsView& tags, const Since& since) const;
  static void move_on(const StoredResponse& response, std::uint64_t sequence);

  mutable std::shared_mutex mutex_;
  std::atomic<std::uint64_t> sequence_{1};  ///< changes under the lock only
  Position position_;                       ///< the tail's
  Position certain_since_;
  PurgeIndex hard_;
  PurgeIndex soft_;
};

}  // namespace larder::store
