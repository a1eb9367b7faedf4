#pragma once

#include <larder/store/memory_tier.hpp>
#include <larder/store/record.hpp>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <string_view>

namespace larder::store {

/// A key with its hash, so that it is hashed once, outside of any lock.
struct HashedKey {
  std::string_view text;
  std::uint64_t hash = 0;
  bool operator==(const HashedKey& other) const { return hash == other.hash && text == other.text; }
};

/// One shard of the memory tier: S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction",
/// SOSP 2023).
///
///   new key -> small queue (a tenth of the bytes) --found twice or more--> main queue <--found-- (round
///   again)
///                    |                                  ^                      |
///                    +--else--> ghosts (hashes only) ---+ on a new put         +--else--> gone
///
/// So what is asked for once passes through the small queue and never displaces what is asked for often.
class MemoryShard final {
 public:
  /// What a key leads to: a response, or the names of a Vary.
  struct Item {
    StoredResponsePtr response;
    std::shared_ptr<const VaryRecord> vary;
  };
  /// An entry is built outside of the lock and moved between lists without being copied.
  struct Entry {
    HashedKey key;  ///< its text lies in the item
    Item item;
    std::uint64_t weight = 0;
    std::uint8_t frequency = 0;
    bool is_main = false;
  };
  using Entries = std::list<Entry>;

  explicit MemoryShard(std::uint64_t capacity) : capacity_(capacity), small_share_(capacity / 10) {}

  Item find(const HashedKey& key);

  /// Stores the one entry of `incoming`; false where it is too large.
  bool put(Entries incoming, MemoryTier::Replace replace);

  /// Puts the one entry of `incoming` in the place of this very response, if it is still there.
  void exchange(const StoredResponse& response, Entries incoming);

  /// Removes this very response, if it is still there.
  void drop(const HashedKey& key, const StoredResponse& response);

  /// Adds this shard's own counts.
  void add_to(MemoryTier::Counts& counts) const;

 private:
  struct Queue {
    Entries entries;  ///< the newest first
    std::uint64_t bytes = 0;
  };
  struct Hash {
    using is_avalanching = void;
    std::size_t operator()(const HashedKey& key) const { return key.hash; }
  };
  /// Hashes of what left the small queue unasked for, the oldest first; bounded by the number of entries
  /// kept.
  class Ghosts {
   public:
    bool take(std::uint64_t hash) { return known_.erase(hash) != 0; }
    void add(std::uint64_t hash, std::size_t limit);

   private:
    std::deque<std::uint64_t> by_age_;  ///< may name hashes that were taken
    boost::unordered_flat_set<std::uint64_t> known_;
  };
  using Table = boost::unordered_flat_map<HashedKey, Entries::iterator, Hash>;

  bool insert(Entries& incoming, Entries& removed);
  bool keeps(const Entry& present, const Entry& incoming, MemoryTier::Replace replace) const;
  Queue& queue_of(const Entry& entry) { return entry.is_main ? main_ : small_; }
  void remove(Table::iterator found, Entries& removed);
  void move_to_front(Entries::iterator entry, Queue& from, Queue& to);
  void make_room(std::uint64_t weight, Entries& removed);
  void evict_from_small(Entries& removed);
  void evict_from_main(Entries& removed);

  const std::uint64_t capacity_;
  const std::uint64_t small_share_;
  mutable std::mutex mutex_;
  Table table_;
  Queue small_;
  Queue main_;
  Ghosts ghosts_;
  std::uint64_t evictions_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace larder::store
