#include "collapser.hpp"

#include <algorithm>

namespace larder::cache {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

}  // namespace

JoinResult Collapser::enter(const std::string& key, store::PurgeLog::Mark mark, bool may_lead, Time now,
                            const SharedFill* outdated) {
  using Kind = JoinResult::Kind;
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  if (is_hit_for_miss(shard, key, now)) return {Kind::hit_for_miss, nullptr};
  const auto running = shard.fills.find(key);
  if (running != shard.fills.end() && running->second.get() != outdated) {
    if (!running->second->admit_follower()) return {};
    joined_.fetch_add(1, relaxed);
    return {Kind::join, running->second};
  }
  if (!may_lead) return {};
  begun_.fetch_add(1, relaxed);
  auto fill =
      std::make_shared<SharedFill>(mark, running != shard.fills.end() ? running->second.get() : nullptr);
  shard.fills.insert_or_assign(key, fill);
  return {Kind::lead, std::move(fill)};
}

bool Collapser::is_hit_for_miss(std::string_view key, Time now) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  return is_hit_for_miss(shard, key, now);
}

bool Collapser::is_hit_for_miss(Shard& shard, std::string_view key, Time now) {
  if (shard.hit_for_miss.empty()) return false;
  const auto found = shard.hit_for_miss.find(hash_of(key));
  return found != shard.hit_for_miss.end() && now < found->second;
}

void Collapser::set_hit_for_miss(const std::string& key, Time now) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  forget(shard, now);
  const Time until = now + hit_for_miss_lifetime;
  const std::uint64_t hash = hash_of(key);
  if (!shard.hit_for_miss.insert_or_assign(hash, until).second) return;  // its first time to go is in by_age
  shard.by_age.emplace_back(until, hash);
  hit_for_miss_.fetch_add(1, relaxed);
}

void Collapser::end_hit_for_miss(std::string_view key) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.hit_for_miss.find(hash_of(key));
  // It goes with its place in by_age.
  if (found != shard.hit_for_miss.end()) found->second = Time::min();
}

/// Drops what is over, and the oldest if there are too many.
void Collapser::forget(Shard& shard, Time now) {
  while (!shard.by_age.empty()) {
    const auto [until, hash] = shard.by_age.front();
    if (until > now && shard.hit_for_miss.size() < most_hit_for_miss) return;
    const auto found = shard.hit_for_miss.find(hash);
    if (found->second > now && shard.hit_for_miss.size() < most_hit_for_miss) {
      shard.by_age.emplace_back(found->second, hash);  // it was set again meanwhile
    } else {
      shard.hit_for_miss.erase(found);
    }
    shard.by_age.pop_front();
  }
}

void Collapser::leave(const std::string& key, const SharedFill& fill) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.fills.find(key);
  if (found == shard.fills.end() || found->second.get() != &fill) return;
  shard.fills.erase(found);
  shard.left[shard.next_left++ % most_left] = {steady_now(), hash_of(key)};
}

bool Collapser::has_left_since(std::string_view key, SteadyTime time) {
  Shard& shard = shard_of(key);
  const std::uint64_t hash = hash_of(key);
  const std::lock_guard lock(shard.mutex);
  return std::ranges::any_of(shard.left,
                             [&](const auto& one) { return one.second == hash && one.first >= time; });
}

FillCoordinator::Counts Collapser::counts() const {
  return {.begun = begun_.load(relaxed),
          .joined = joined_.load(relaxed),
          .hit_for_miss = hit_for_miss_.load(relaxed)};
}

}  // namespace larder::cache
