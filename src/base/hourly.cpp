#include <larder/base/address_set.hpp>
#include <larder/base/hash.hpp>
#include <larder/base/hourly.hpp>

#include <algorithm>

namespace larder {
namespace {

constexpr std::size_t most_known = 1024;
constexpr Seconds quiet{3600};

// A slot holds the end of a hash and, behind it, a minute: enough of them for thirty years.
constexpr unsigned minute_bits = 24;
constexpr std::uint64_t minute_mask = (std::uint64_t{1} << minute_bits) - 1;

std::uint64_t minute_of(SteadyTime time) {
  const auto minutes = std::chrono::floor<std::chrono::minutes>(time.time_since_epoch()).count();
  return static_cast<std::uint64_t>(minutes) & minute_mask;
}

}  // namespace

bool Hourly::is_due(std::string_view peer, SteadyTime now) {
  const std::uint64_t name = hash_of(peer);
  if (is_known_quiet(name, now)) return false;
  const std::uint64_t whom = address_group(peer).value_or(name);
  const std::lock_guard lock(mutex_);
  const auto known = last_.find(whom);
  const bool is_due = known == last_.end() ? has_room(now) : now - known->second >= quiet;
  if (is_due) last_.insert_or_assign(whom, now);
  if (is_due || known != last_.end()) remember(name, last_.at(whom));
  return is_due;
}

bool Hourly::is_known_quiet(std::uint64_t name, SteadyTime now) const {
  if (now.time_since_epoch().count() < full_until_.load(std::memory_order_relaxed)) return true;
  const std::uint64_t slot = quiet_[name % slots].load(std::memory_order_relaxed);
  if (slot >> minute_bits != name << minute_bits >> minute_bits) return false;
  return ((minute_of(now) - slot) & minute_mask) < std::chrono::floor<std::chrono::minutes>(quiet).count();
}

void Hourly::remember(std::uint64_t name, SteadyTime said) {
  quiet_[name % slots].store(name << minute_bits | minute_of(said), std::memory_order_relaxed);
}

/// With the mutex.
bool Hourly::has_room(SteadyTime now) {
  if (last_.size() < most_known) return true;
  std::erase_if(last_, [now](const auto& one) { return now - one.second >= quiet; });
  if (last_.size() < most_known) return true;
  const auto oldest = std::min_element(last_.begin(), last_.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
  full_until_.store((oldest->second + quiet).time_since_epoch().count(), std::memory_order_relaxed);
  return false;
}

}  // namespace larder
