#pragma once

#include <larder/base/byte_budget.hpp>
#include <larder/store/memory_tier.hpp>
#include <larder/store/record.hpp>

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace larder::store {

/// A key with its hash, so that it is hashed once, outside any lock.
struct HashedKey {
  std::string_view text;
  std::uint64_t hash = 0;
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
  struct Entry {
    HashedKey key;  ///< its text lies in the item
    Item item;
    std::uint64_t weight = 0;  ///< of the item, in bytes
  };

  /// What an entry costs beside its item, in bytes: its node, the places in the tables when they have just
  /// grown, and the ghost that it leaves.
  static constexpr std::uint64_t cost_of_entry = 64;

  /// What it holds beside larger contents, which count by themselves, counts in `budget`; nullptr: nowhere.
  explicit MemoryShard(std::uint64_t capacity, std::shared_ptr<ByteBudget> budget = nullptr);

  Item find(const HashedKey& key);

  /// False if it is too large, or the budget has no room for it.
  bool put(Entry incoming, MemoryTier::Replace replace);

  /// Whether it holds the response, or put() would keep it with content of `size` bytes more than it has.
  bool accepts(const HashedKey& key, const StoredResponse& response, std::uint64_t size) const;

  /// Puts `incoming` in place of this very response, if it is still there.
  void exchange(const StoredResponse& response, Entry incoming);

  /// Removes this very response, if it is still there.
  void drop(const HashedKey& key, const StoredResponse& response);

  /// Adds this shard's own counts.
  void add_to(MemoryTier::Counts& counts) const;

 private:
  /// By the number of its node, which stays the same.
  using Place = std::uint32_t;
  static constexpr Place nowhere = std::numeric_limits<Place>::max();

  static constexpr std::uint64_t grain = 16;  // bytes, in which weights are counted: as malloc does
  static constexpr unsigned weight_bits = 28;
  static constexpr std::uint32_t most_grains = (1U << weight_bits) - 1;
  static constexpr std::uint64_t heaviest = grain * most_grains;  // 4 GiB: no shard holds more

  struct Node {
    std::shared_ptr<const void> item;  ///< a StoredResponse or a VaryRecord; none if the node is free
    Place newer = nowhere;
    Place older = nowhere;   ///< of a free one: the next
    std::uint32_t hash = 0;  ///< half of it
    std::uint32_t grains : weight_bits = 0;
    std::uint32_t frequency : 2 = 0;
    std::uint32_t is_main : 1 = 0;
    std::uint32_t is_vary : 1 = 0;
  };
  static_assert(sizeof(Node) == 32);

  /// In slabs: growing moves none, and few of them lie between the responses, which would not fit into what
  /// small ones leave free.
  class Nodes {
   public:
    Node& operator[](Place place) { return slabs_[place / slab][place % slab]; }
    const Node& operator[](Place place) const { return slabs_[place / slab][place % slab]; }
    Place add();
    std::size_t size() const { return size_; }

   private:
    static constexpr Place slab = 128;
    std::vector<std::unique_ptr<Node[]>> slabs_;
    Place size_ = 0;
  };

  struct Queue {
    Place newest = nowhere;
    Place oldest = nowhere;
    std::uint64_t bytes = 0;
  };

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(Place place) const { return (*nodes)[place].hash; }
    std::size_t operator()(const HashedKey& key) const { return half_of(key.hash); }
    const Nodes* nodes;
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(Place a, Place b) const { return a == b; }
    bool operator()(const HashedKey& key, Place place) const { return is_key((*nodes)[place], key); }
    bool operator()(Place place, const HashedKey& key) const { return is_key((*nodes)[place], key); }
    const Nodes* nodes;
  };
  using Table = boost::unordered_flat_set<Place, Hash, Equal>;

  /// Halves of hashes of what left the small queue unasked for, the oldest first; bounded by the number of
  /// entries kept. Two with the same half are rare and do no harm.
  class Ghosts {
   public:
    bool take(std::uint32_t hash) { return known_.erase(hash) != 0; }
    void add(std::uint32_t hash, std::size_t limit);

   private:
    std::deque<std::uint32_t> by_age_;  ///< may name hashes that were taken
    boost::unordered_flat_set<std::uint32_t> known_;
  };

  /// Items are destroyed after the lock is released.
  using Removed = boost::container::small_vector<std::shared_ptr<const void>, 8>;

  static std::uint32_t half_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }
  static bool is_key(const Node& node, const HashedKey& key);
  static const StoredResponse& response_of(const Node& node);
  static const VaryRecord& vary_of(const Node& node);
  static std::uint64_t weight_of(const Node& node) { return grain * node.grains; }
  /// Of an entry whose item weighs so much.
  static std::uint64_t full_weight(std::uint64_t item) {
    return (item + cost_of_entry + grain - 1) / grain * grain;
  }

  Place find_place(const HashedKey& key) const;
  bool holds(Place place, const StoredResponse& response) const;
  bool insert(Place present, Entry& incoming, Removed& removed);
  bool keeps(const Node& present, const Item& incoming, MemoryTier::Replace replace) const;
  static std::uint64_t beside_content(const StoredResponse* response, std::uint64_t weight);
  static std::uint64_t beside_content(const Node& node);
  bool has_room_for(const Entry& incoming) const;
  void shed(std::uint64_t weight);
  std::uint64_t spare_bytes() const;
  void make_room(std::uint64_t weight, Removed& removed);
  void evict_one(Removed& removed);
  void evict_from_small(Removed& removed);
  void evict_from_main(Removed& removed);
  void remove(Place place, Removed& removed);

  Queue& queue_of(const Node& node) { return node.is_main != 0 ? main_ : small_; }
  Place take_node();
  void push(Place place);
  void unlink(Place place);

  const std::uint64_t capacity_;
  const std::uint64_t small_share_;
  const std::shared_ptr<ByteBudget> budget_;
  mutable std::mutex mutex_;
  Nodes nodes_;
  Place free_ = nowhere;
  Table table_;
  Queue small_;
  Queue main_;
  Ghosts ghosts_;
  std::uint64_t evictions_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace larder::store
