#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/hash.hpp>
#include <larder/policy/path_pattern.hpp>
#include <larder/policy/purge.hpp>
#include <larder/store/purge_log.hpp>

#include <atomic>
#include <cstdint>
#include <list>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace larder::store {

/// In place of a purge's site: every site. No host can be written so (RFC 3986, section 3.2.2), or a request
/// for that host could purge others.
inline constexpr std::string_view every_site = "{*}";

/// What was purged, and when: the purge log in the form that questions are asked of. No input, no output, no
/// clock: time and positions are passed in. Safe to use from any thread.
///
/// Each applied record gets two numbers: its position in the shared log, by which responses from Redis are
/// judged, and a sequence that counts in this instance alone, by which responses in memory are judged. What
/// is forgotten (too old, or too much) turns into a purge of everything up to it, so forgetting makes misses
/// and never a stale hit.
class PurgeTable final {
 public:
  struct Limits {
    Milliseconds max_lifetime{24 * 3'600'000};  ///< how long a purge is remembered
    std::size_t max_names = 1'000'000;          ///< past it one purge of everything takes their place
    std::size_t max_patterns = 10'000;          ///< as above
  };
  explicit PurgeTable(Limits limits) : limits_(limits) {}

  /// Applies one record, said at time `at`. `position` is nothing for one that is not in the shared log
  /// (yet). What was applied with this or a later position before is left alone.
  void apply(const std::vector<policy::Purge>& purges, std::optional<Position> position, Time at);

  /// Every record up to `position` has been applied: responses fetched from now on are born there.
  void advance(Position position);

  PurgeLog::Mark mark() const;

  /// See PurgeLog::is_valid().
  bool is_valid(const StoredResponse& response) const;

  /// See PurgeLog::admit().
  bool admit(StoredResponse& response) const;

  struct Counts {
    std::uint64_t sequence = 0;   ///< purges applied so far
    std::uint64_t names = 0;      ///< remembered now
    std::uint64_t patterns = 0;   ///< remembered now
    std::uint64_t collapses = 0;  ///< times that too many became a purge of everything
  };
  Counts counts() const;

 private:
  /// A moment in both countings.
  struct Moment {
    Position position;
    std::uint64_t sequence = 0;
  };
  struct Purged {
    std::string name;
    Moment last;
    Time at{};
    std::optional<policy::PathPattern> pattern;
    std::size_t site_size = 0;  ///< of a pattern: how much of `name` is the site
  };
  /// Purged things of one kind, the longest ago first.
  struct Names {
    std::list<Purged> by_age;
    std::unordered_map<std::string_view, std::list<Purged>::iterator, TextHash, std::equal_to<>> by_name;
  };
  /// Whether a moment is later than what a response is as new as.
  struct Since;

  /// One record as it is applied.
  struct Said {
    std::optional<Position> position;
    std::uint64_t sequence = 0;
    Time at{};
  };

  // These say whether anything changed.
  bool apply_one(const policy::Purge& purge, const Said& said);
  bool apply_pattern(const std::string& value, const Said& said);
  bool purge_everything(const Said& said);
  static bool remember(Names& names, const std::string& name, const Said& said);

  void forget_before(Names& names, Time oldest);
  void collapse(const Said& said);
  bool is_named(const policy::Tags& tags, const Since& since) const;
  bool is_path_named(const policy::Tags& tags, const Since& since) const;
  bool is_place_named(std::string_view place, const Since& since) const;
  static bool is_known(const Names& names, std::string_view name, const Since& since);
  static void move_on(const StoredResponse& response, std::uint64_t sequence);

  Limits limits_;
  mutable std::shared_mutex mutex_;
  std::atomic<std::uint64_t> sequence_{1};  ///< changes under the lock only
  Position position_;                       ///< the tail's
  Moment everything_;                       ///< the last purge of everything, or what was forgotten
  Position latest_;                         ///< the latest position applied
  Names resources_;
  Names below_;
  Names tags_;
  Names patterns_;
  std::uint64_t collapses_ = 0;
};

}  // namespace larder::store
