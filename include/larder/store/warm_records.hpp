#pragma once

#include <larder/base/clock.hpp>
#include <larder/redis/redis.hpp>
#include <larder/store/purge_log.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace larder::store {

/// How often a URL was asked for.
struct AskedFor {
  std::string url;
  std::uint64_t times = 0;
};

/// What the instances on one Redis tell each other, and their next runs, for warming: whose turn a scheduled
/// run is, and what was asked for most. One for each thread, over that thread's Redis. Redis away is not an
/// error.
///
///   `larder:turn:r:NAME`     the instance that does the run of that name; goes after an hour
///   `larder:hot:r:DAY:LIST`  a sorted set of URLs by how often they were asked for on that day (UTC, counted
///   from
///                            1970); goes a day after its last change
class WarmRecords final {
 public:
  WarmRecords(redis::Redis& redis, const PurgeLog& log, const Clock& clock, std::string key_prefix)
      : redis_(redis), log_(log), clock_(clock), key_prefix_(std::move(key_prefix)) {}

  /// Whether what Redis holds can be found, so that nothing is fetched that lies there.
  bool is_ready() const { return redis_.is_up() && log_.is_in_step(); }

  /// Whether the run of that name is ours: the first that asks for it gets it. Ours too if Redis does not
  /// answer: better warmed twice than not at all.
  Task<bool> take_turn(std::string_view name);

  /// Counts what was asked for since the last time; of each day's list the `most` highest are kept. False
  /// if that did not come to Redis.
  Task<bool> add(std::string_view list, const std::vector<AskedFor>& asked, std::size_t most);

  /// The `count` URLs most asked for today and yesterday, the first most of all. They are as they were asked
  /// for: they are to be checked before use.
  Task<std::vector<std::string>> hottest(std::string_view list, std::size_t count);

 private:
  std::int64_t today() const;
  std::string list_name(std::int64_t day, std::string_view list) const;
  Task<std::vector<AskedFor>> read(std::string name, std::size_t count);

  redis::Redis& redis_;
  const PurgeLog& log_;
  const Clock& clock_;
  const std::string key_prefix_;
};

}  // namespace larder::store
