#include "memory_shard.hpp"

#include <algorithm>

namespace larder::store {
namespace {

constexpr std::uint8_t max_frequency = 3;
/// Hits in the small queue that earn a place in the main queue.
constexpr std::uint8_t promotion_frequency = 2;
constexpr std::size_t least_ghosts = 64;

}  // namespace

MemoryShard::Item MemoryShard::find(const HashedKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = table_.find(key);
  if (found == table_.end()) return {};
  Entry& entry = *found->second;
  if (entry.frequency < max_frequency) ++entry.frequency;
  return entry.item;
}

bool MemoryShard::put(Entries incoming, MemoryTier::Replace replace) {
  Entries removed;  // destroyed after the lock is released
  const std::lock_guard lock(mutex_);
  const auto found = table_.find(incoming.front().key);
  if (found != table_.end() && keeps(*found->second, incoming.front(), replace)) return true;
  return insert(incoming, removed);
}

void MemoryShard::exchange(const StoredResponse& response, Entries incoming) {
  Entries removed;
  const std::lock_guard lock(mutex_);
  const auto found = table_.find(incoming.front().key);
  if (found != table_.end() && found->second->item.response.get() == &response) insert(incoming, removed);
}

/// In place of what has its key, if anything has.
bool MemoryShard::insert(Entries& incoming, Entries& removed) {
  Entry& entry = incoming.front();
  const auto found = table_.find(entry.key);
  if (found != table_.end()) {
    entry.is_main = found->second->is_main;
    entry.frequency = found->second->frequency;
    remove(found, removed);
  } else {
    entry.is_main = ghosts_.take(entry.key.hash);
  }
  if (entry.weight > capacity_) {
    ++refused_;
    return false;
  }
  make_room(entry.weight, removed);
  table_.emplace(entry.key, incoming.begin());
  Queue& queue = queue_of(entry);
  queue.bytes += entry.weight;
  queue.entries.splice(queue.entries.begin(), incoming);
  return true;
}

bool MemoryShard::keeps(const Entry& present, const Entry& incoming, MemoryTier::Replace replace) const {
  if (present.item.response) {
    if (replace == MemoryTier::Replace::always) return false;
    return !incoming.item.response ||
           present.item.response->lifetimes.response_time >= incoming.item.response->lifetimes.response_time;
  }
  return incoming.item.vary && incoming.item.vary->names == present.item.vary->names;
}

void MemoryShard::drop(const HashedKey& key, const StoredResponse& response) {
  Entries removed;
  const std::lock_guard lock(mutex_);
  const auto found = table_.find(key);
  if (found != table_.end() && found->second->item.response.get() == &response) remove(found, removed);
}

void MemoryShard::add_to(MemoryTier::Counts& counts) const {
  const std::lock_guard lock(mutex_);
  counts.entries += table_.size();
  counts.bytes += small_.bytes + main_.bytes;
  counts.evictions += evictions_;
  counts.refused += refused_;
}

void MemoryShard::remove(Table::iterator found, Entries& removed) {
  const Entries::iterator entry = found->second;
  table_.erase(found);
  Queue& queue = queue_of(*entry);
  queue.bytes -= entry->weight;
  removed.splice(removed.end(), queue.entries, entry);
}

void MemoryShard::move_to_front(Entries::iterator entry, Queue& from, Queue& to) {
  from.bytes -= entry->weight;
  to.bytes += entry->weight;
  to.entries.splice(to.entries.begin(), from.entries, entry);
}

void MemoryShard::make_room(std::uint64_t weight, Entries& removed) {
  while (small_.bytes + main_.bytes + weight > capacity_) {
    if (small_.bytes > small_share_ || main_.entries.empty()) {
      evict_from_small(removed);
    } else {
      evict_from_main(removed);
    }
  }
}

void MemoryShard::evict_from_small(Entries& removed) {
  const auto oldest = std::prev(small_.entries.end());
  if (oldest->frequency >= promotion_frequency) {
    oldest->frequency = 0;
    oldest->is_main = true;
    move_to_front(oldest, small_, main_);
    return;
  }
  ++evictions_;
  ghosts_.add(oldest->key.hash, std::max(table_.size(), least_ghosts));
  remove(table_.find(oldest->key), removed);
}

void MemoryShard::evict_from_main(Entries& removed) {
  const auto oldest = std::prev(main_.entries.end());
  if (oldest->frequency > 0) {
    --oldest->frequency;
    move_to_front(oldest, main_, main_);
    return;
  }
  ++evictions_;
  remove(table_.find(oldest->key), removed);
}

void MemoryShard::Ghosts::add(std::uint64_t hash, std::size_t limit) {
  known_.insert(hash);
  by_age_.push_back(hash);
  while (by_age_.size() > limit) {
    known_.erase(by_age_.front());
    by_age_.pop_front();
  }
}

}  // namespace larder::store
