#include <larder/redis/counters.hpp>

#include <algorithm>
#include <bit>

namespace larder::redis {

void Latencies::add(std::chrono::nanoseconds latency) {
  const auto microseconds =
      static_cast<std::uint64_t>(std::max<std::chrono::nanoseconds::rep>(latency.count(), 0)) / 1000;
  const auto bucket = static_cast<std::size_t>(std::bit_width(microseconds));
  counts_[std::min(bucket, counts_.size() - 1)] += 1;
}

void Latencies::add(const Latencies& others) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += others.counts_[i];
}

std::chrono::microseconds Latencies::quantile(double share) const {
  std::uint64_t total = 0;
  for (const std::uint64_t count : counts_) total += count;
  if (total == 0) return std::chrono::microseconds{0};
  std::uint64_t below = 0;
  std::size_t bucket = 0;
  while (bucket + 1 < counts_.size()) {
    below += counts_[bucket];
    if (static_cast<double>(below) >= share * static_cast<double>(total)) break;
    ++bucket;
  }
  return std::chrono::microseconds{std::int64_t{1} << bucket};
}

Counters& Counters::operator+=(const Counters& others) {
  add_counts(*this, others);
  latencies.add(others.latencies);
  return *this;
}

}  // namespace larder::redis
