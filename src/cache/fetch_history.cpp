#include "fetch_history.hpp"

#include <larder/base/hash.hpp>

namespace larder::cache {
namespace {

constexpr std::uint64_t golden = 0x9E37'79B9'7F4A'7C15;  // so that the next response is another one

/// A soft purge makes another one of it: what is fetched already may be as old as the purged one.
std::uint64_t claim_on(const store::StoredResponse& stored) {
  return identity_of(stored) + (stored.softly_purged ? 1 : 0);
}

std::uint64_t hanging(const store::StoredResponse& stored) {
  return ~identity_of(stored);
}

}  // namespace

std::uint64_t identity_of(const store::StoredResponse& stored) {
  const auto moment = static_cast<std::uint64_t>(stored.lifetimes.response_time().time_since_epoch().count());
  return hash_of(stored.variant_key()) ^ (moment * golden);
}

bool FetchHistory::claim(const store::StoredResponse& stored, Time now, Time until) {
  const std::uint64_t id = claim_on(stored);
  Shard& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.table.find(id);
  if (found != shard.table.end() && now < found->second->until) return false;
  shard.set(id, until);
  return true;
}

void FetchHistory::release(const store::StoredResponse& stored) {
  const std::uint64_t id = claim_on(stored);
  Shard& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  shard.forget(id);
}

void FetchHistory::rest(const store::StoredResponse& stored, Time until) {
  const std::uint64_t id = claim_on(stored);
  Shard& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  shard.set(id, until);
}

void FetchHistory::set_hangs(const store::StoredResponse& stored, bool hangs) {
  const std::uint64_t id = hanging(stored);
  Shard& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  if (hangs) {
    shard.set(id, Time::max());
  } else {
    shard.forget(id);
  }
}

bool FetchHistory::hangs(const store::StoredResponse& stored) const {
  const std::uint64_t id = hanging(stored);
  const Shard& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  return shard.table.contains(id);
}

/// Under the lock, as forget().
void FetchHistory::Shard::set(std::uint64_t id, Time until) {
  forget(id);
  entries.push_front({id, until});
  table.emplace(id, entries.begin());
  if (entries.size() <= most) return;
  table.erase(entries.back().id);
  entries.pop_back();
}

void FetchHistory::Shard::forget(std::uint64_t id) {
  const auto found = table.find(id);
  if (found == table.end()) return;
  entries.erase(found->second);
  table.erase(found);
}

}  // namespace larder::cache
