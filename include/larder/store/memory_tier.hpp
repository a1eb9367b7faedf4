#pragma once

#include <larder/base/count_table.hpp>
#include <larder/http/field_list.hpp>
#include <larder/store/stored_response.hpp>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace larder {
class ByteBudget;
}

namespace larder::store {

class MemoryShard;
class VariantIndex;

/// The local tier: stored responses in memory, bounded in bytes, admitted and evicted by S3-FIFO. Shared by
/// all threads; each shard has one short lock, under which nothing is built, freed or hashed. A hit copies a
/// pointer.
///
///   primary key -> a response without Vary
///                | the field names of the newest Vary; variant key -> the response
///
/// The names are the newest response's alone. A response stored under other names is then out of reach and
/// ages out; it is never used by mistake, since what is found must have those names, that primary key and
/// that variant key exactly.
class MemoryTier final {
 public:
  /// `bytes` bounds all weights together; `max_object` is the largest body that must find room, so it decides
  /// how many shards there are. With `bytes` smaller than that, what is larger than a shard is refused. All
  /// that is stored counts in `budget`, unless that is nullptr; larger contents do so by themselves. Where it
  /// is used up nothing is stored that would not take the place of something else.
  MemoryTier(std::uint64_t bytes, std::uint64_t max_object,
             const std::shared_ptr<ByteBudget>& budget = nullptr);
  ~MemoryTier();
  MemoryTier(const MemoryTier&) = delete;
  MemoryTier& operator=(const MemoryTier&) = delete;

  enum class Absence { none, no_key, no_variant };
  struct Found {
    StoredResponsePtr response;
    Absence absence = Absence::none;  ///< why there is no response
  };

  /// The response that `request_fields` select, purged or not. Allocates only if the response has a Vary.
  Found find(std::string_view primary_key, const http::FieldList& request_fields);

  /// The responses with a Vary that were stored last under a primary key and are still there, purged or not;
  /// the latest first, VariantIndex::most_variants at most.
  std::vector<StoredResponsePtr> variants(std::string_view primary_key);

  enum class Replace {
    always,
    if_newer,  ///< keeps what came at the same time or later: for copies from another tier
  };

  /// Stores it. If it is larger than a shard, or the budget has no room, it is refused, and what was there is
  /// removed.
  void put(const StoredResponsePtr& response, Replace replace = Replace::always);

  /// Whether it is there, or put() would keep it now, with content of `size` bytes more than it has.
  bool accepts(const StoredResponse& response, std::uint64_t size) const;

  /// Puts `by` in place of this very response, if it is still there; both have the same keys.
  void exchange(const StoredResponse& response, const StoredResponsePtr& by);

  /// Removes this very response, if it is still there.
  void drop(const StoredResponse& response);

  struct Counts {
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
    std::uint64_t evictions = 0;
    std::uint64_t refused = 0;

    static constexpr auto table = std::to_array<CountRow<Counts>>({
        {"entries", &Counts::entries, "Entries in the local tier.", CountKind::gauge},
        {"bytes", &Counts::bytes, "Bytes that the entries in the local tier weigh.", CountKind::gauge},
        {"evictions", &Counts::evictions, "Entries that made room for others in the local tier."},
        {"refused", &Counts::refused,
         "Responses too large for the local tier, or that memory had no room for."},
    });
  };
  Counts counts() const;

  std::size_t shards() const { return shards_.size(); }

  /// What one shard may hold, in bytes.
  std::uint64_t shard_capacity() const { return shard_capacity_; }

 private:
  MemoryShard& shard_of(std::uint64_t hash) const;

  std::uint64_t shard_capacity_;
  std::vector<std::unique_ptr<MemoryShard>> shards_;
  std::unique_ptr<VariantIndex> variants_;
};

}  // namespace larder::store
