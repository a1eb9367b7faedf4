#include "use_counts.hpp"

#include <larder/base/hash.hpp>

#include <algorithm>
#include <limits>

namespace larder::cache {
namespace {

std::size_t set_of(std::uint64_t hash) {
  return hash / UseCounts::shards % UseCounts::sets;
}

}  // namespace

std::uint32_t UseCounts::add(std::string_view key) {
  const std::uint64_t hash = hash_of(key);
  Shard& shard = shard_of(hash);
  const std::lock_guard lock(shard.mutex);
  if (shard.table.empty()) shard.table.resize(sets);
  const std::uint32_t moment = ++shard.moment;
  Set& set = shard.table[set_of(hash)];
  const auto known =
      std::ranges::find_if(set, [hash](const Slot& slot) { return slot.uses != 0 && slot.key == hash; });
  if (known != set.end()) {
    if (known->uses != std::numeric_limits<std::uint32_t>::max()) ++known->uses;
    known->moment = moment;
    return known->uses;
  }
  const auto oldest = std::ranges::max_element(set, {}, [moment](const Slot& slot) {
    return slot.uses == 0 ? std::numeric_limits<std::uint32_t>::max() : moment - slot.moment;
  });
  *oldest = {.key = hash, .uses = 1, .moment = moment};
  return 1;
}

std::uint32_t UseCounts::count(std::string_view key) const {
  const std::uint64_t hash = hash_of(key);
  const Shard& shard = shard_of(hash);
  const std::lock_guard lock(shard.mutex);
  if (shard.table.empty()) return 0;
  for (const Slot& slot : shard.table[set_of(hash)]) {
    if (slot.uses != 0 && slot.key == hash) return slot.uses;
  }
  return 0;
}

}  // namespace larder::cache
