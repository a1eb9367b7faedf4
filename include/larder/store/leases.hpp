#pragma once

#include <larder/base/clock.hpp>
#include <larder/redis/redis.hpp>
#include <larder/store/purge_log.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace larder::store {

/// Which of several instances does what only one should do: a fetch, a scheduled job. Released when it ends;
/// if its instance died, it expires. On the loop of its Leases, which it may outlive.
class Lease {
 public:
  virtual ~Lease() = default;

  /// Tells those that ask that the outcome is not for others; the lease is then free for nobody until that is
  /// forgotten.
  virtual void set_hit_for_miss() = 0;
};

/// Leases in Redis, for the instances that share it: `SET <prefix>:lease:... token NX PX`, ended only by its
/// owner (EVAL: compare and delete, since between a GET and a DEL it could expire and become another's). One
/// for each thread, over that thread's connections. Redis away or slow: unknown, within the command deadline.
///
///   its value                | position/token | apart
///   acquire(), look() answer | held           | hit_for_miss
class Leases {
 public:
  struct Settings {
    std::string key_prefix = "larder";
    Milliseconds lifetime{5'000};  ///< of a lease whose owner died; also the longest that others should wait
    Milliseconds hit_for_miss_lifetime{10'000};  ///< how long set_hit_for_miss() is remembered
  };

  Leases(redis::Redis& redis, const PurgeLog& log, Settings settings);
  ~Leases();
  Leases(const Leases&) = delete;
  Leases& operator=(const Leases&) = delete;

  const Settings& settings() const;

  enum class State {
    owned,         ///< by the caller
    held,          ///< by another
    hit_for_miss,  ///< see Lease::set_hit_for_miss()
    free,          ///< owned by no instance
    unknown,       ///< Redis does not answer, or may not be read
  };
  struct Answer {
    State state = State::unknown;
    std::unique_ptr<Lease> lease{};  ///< if owned
    Position since{};                ///< if held: the purge log's, as its owner knew it when it took it
  };

  /// Takes the lease of that name if it is free: one round trip, two if it is not.
  Task<Answer> acquire(std::string_view name);

  /// Whether it is held, hit_for_miss or free; owned never.
  Task<Answer> look(std::string_view name);

  /// Lets go of what set_hit_for_miss() had remembered under that name. Does not wait for Redis.
  Task<> end_hit_for_miss(std::string_view name);

 private:
  class Keeper;
  class Held;
  std::shared_ptr<Keeper> keeper_;
};

}  // namespace larder::store
