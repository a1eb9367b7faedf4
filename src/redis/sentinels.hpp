#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/result.hpp>
#include <larder/base/task.hpp>
#include <larder/net/endpoint.hpp>
#include <larder/redis/settings.hpp>
#include <larder/redis/value.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace larder::redis {

/// A sentinel's answer: where the master is, and the epoch of the failover that made it so.
struct Named {
  net::Endpoint master;
  std::uint64_t epoch = 0;
  bool is_sure = false;  ///< no sentinel that was not heard may know of a later failover
};

/// Reads the reply to SENTINEL MASTER, a flat list of names and values; nothing if it names no master.
std::optional<Named> read_master(const Value& reply);

/// Asks sentinels, one after the other, where the master is.
class Sentinels {
 public:
  explicit Sentinels(const Settings& settings) : settings_(settings) {}

  /// The master by the first sentinel that answers and knows no less than those before it did: one that was
  /// cut off may still name an old master. Error::unavailable if none knows it.
  Task<Result<Named>> master(SteadyTime deadline);

  /// Why the last call of master() had no answer, in words; empty if it had one.
  const std::string& problem() const { return problem_; }

 private:
  Task<Result<Named>> ask(net::Endpoint sentinel, SteadyTime deadline);

  const Settings& settings_;
  std::size_t next_ = 0;      ///< which sentinel is asked first
  std::uint64_t latest_ = 0;  ///< the latest failover heard of
  std::string problem_;
};

}  // namespace larder::redis
