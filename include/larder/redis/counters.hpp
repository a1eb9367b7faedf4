#pragma once

#include <larder/base/count_table.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace larder::redis {

/// How long replies took, counted by powers of two of a microsecond.
class Latencies {
 public:
  void add(std::chrono::nanoseconds latency);
  void add(const Latencies& others);

  /// What that share of them (0 to 1) stayed below, to the next power of two; 0 if there are none.
  std::chrono::microseconds quantile(double share) const;

 private:
  std::array<std::uint64_t, 32> counts_{};
};

/// What a client did since it began.
struct Counters {
  std::uint64_t commands = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t failures = 0;
  std::uint64_t errors = 0;
  std::uint64_t refused = 0;  ///< with Error::unavailable
  std::uint64_t attempts = 0;
  std::uint64_t connections = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  Latencies latencies;  ///< of replies, blocking reads among them

  /// All but the latencies.
  static constexpr auto table = std::to_array<CountRow<Counters>>({
      {"commands", &Counters::commands, "Commands sent to Redis, without those refused at once."},
      {"timeouts", &Counters::timeouts,
       "Commands of connections given up because the oldest passed its deadline."},
      {"failures", &Counters::failures, "Commands without a reply for any other reason."},
      {"errors", &Counters::errors, "Error replies."},
      {"refused", &Counters::refused, "Commands refused at once: Redis was down, or the queue full."},
      {"attempts", &Counters::attempts, "Attempts to connect to Redis."},
      {"connections", &Counters::connections, "Connections to Redis that answered the handshake."},
      {"bytes_sent", &Counters::bytes_sent, "Bytes sent to Redis."},
      {"bytes_received", &Counters::bytes_received, "Bytes received from Redis."},
  });

  Counters& operator+=(const Counters& others);
};

}  // namespace larder::redis
