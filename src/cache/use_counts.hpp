#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

namespace larder::cache {

/// How often keys were asked for under which nothing is stored, for routes with `min_uses`. In a table of a
/// fixed size, each shard of which is made when it is first written to; past it the key of a set that was
/// asked for the longest ago is forgotten. Of all workers together; safe to use from any thread.
class UseCounts {
 public:
  static constexpr std::size_t shards = 16;
  static constexpr std::size_t sets = 1'024;  ///< in a shard
  static constexpr std::size_t ways = 8;      ///< keys in a set; all together 2 MiB

  /// One use more; how many that makes.
  std::uint32_t add(std::string_view key);

  /// How many there were, as far as they are remembered.
  std::uint32_t count(std::string_view key) const;

 private:
  struct Slot {
    std::uint64_t key = 0;     // its hash
    std::uint32_t uses = 0;    // 0: the slot is free
    std::uint32_t moment = 0;  // of the last one
  };
  using Set = std::array<Slot, ways>;

  struct Shard {
    mutable std::mutex mutex;
    std::vector<Set> table;    // empty until it is needed
    std::uint32_t moment = 0;  // now, in uses
  };

  Shard& shard_of(std::uint64_t hash) { return shards_[hash % shards]; }
  const Shard& shard_of(std::uint64_t hash) const { return shards_[hash % shards]; }

  std::array<Shard, shards> shards_;
};

}  // namespace larder::cache
