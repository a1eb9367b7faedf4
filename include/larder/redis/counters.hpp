#pragma once

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

  /// What that share of them (0 to 1) stayed below, to the next power of two; 0 where there are none.
  std::chrono::microseconds quantile(double share) const;

 private:
  std::array<std::uint64_t, 32> counts_{};
};

/// What a client did since it began, for metrics.
struct Counters {
  std::uint64_t commands = 0;     ///< sent; those refused at once are not among them
  std::uint64_t timeouts = 0;     ///< commands of connections given up because the oldest passed its deadline
  std::uint64_t failures = 0;     ///< commands without a reply for any other reason
  std::uint64_t errors = 0;       ///< error replies
  std::uint64_t refused = 0;      ///< Error::unavailable at once: down, or the queue full
  std::uint64_t attempts = 0;     ///< to connect
  std::uint64_t connections = 0;  ///< with the handshake answered
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  Latencies latencies;  ///< of replies, blocking reads among them

  Counters& operator+=(const Counters& others);
};

}  // namespace larder::redis
