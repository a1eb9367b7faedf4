#include "memory_shard.hpp"
#include "variant_index.hpp"

#include <larder/base/hash.hpp>
#include <larder/policy/key.hpp>
#include <larder/store/memory_tier.hpp>

#include <algorithm>
#include <bit>

namespace larder::store {
namespace {

constexpr std::uint64_t most_shards = 64;
/// How many of the largest objects must fit into one shard, so that one of them does not displace everything.
constexpr std::uint64_t objects_in_shard = 2;
/// Room for the head and keys of a largest object.
constexpr std::uint64_t head_allowance = 64 * 1024;

std::uint64_t shard_count(std::uint64_t bytes, std::uint64_t max_object) {
  const std::uint64_t wanted = bytes / (objects_in_shard * (max_object + head_allowance));
  return std::bit_floor(std::clamp<std::uint64_t>(wanted, 1, most_shards));
}

HashedKey hashed(std::string_view text) {
  return {text, hash_of(text)};
}

MemoryShard::Entry entry_of(const StoredResponsePtr& response) {
  return {hashed(response->own_key()), {response, nullptr}, response->weight()};
}

MemoryShard::Entry entry_of(const std::shared_ptr<const VaryRecord>& vary) {
  std::uint64_t weight = sizeof(VaryRecord) + vary->primary_key.size();
  for (const std::string& name : vary->names) weight += sizeof(std::string) + name.size();
  return {hashed(vary->primary_key), {nullptr, vary}, weight};
}

}  // namespace

MemoryTier::MemoryTier(std::uint64_t bytes, std::uint64_t max_object,
                       const std::shared_ptr<ByteBudget>& budget)
    : variants_(std::make_unique<VariantIndex>()) {
  const std::uint64_t count = shard_count(bytes, max_object);
  shard_capacity_ = bytes / count;
  shards_.reserve(count);
  while (shards_.size() < count) shards_.push_back(std::make_unique<MemoryShard>(shard_capacity_, budget));
}

MemoryTier::~MemoryTier() = default;

MemoryShard& MemoryTier::shard_of(std::uint64_t hash) const {
  // The tables inside use the upper half of the hash: taking bits of that here would crowd them.
  return *shards_[(hash >> 16) & (shards_.size() - 1)];
}

MemoryTier::Found MemoryTier::find(std::string_view primary_key, const http::FieldList& request_fields) {
  const HashedKey primary = hashed(primary_key);
  MemoryShard::Item item = shard_of(primary.hash).find(primary);
  if (item.response && !item.response->has_vary()) return {std::move(item.response), Absence::none};
  if (!item.vary) return {nullptr, Absence::no_key};

  // RFC 9111, section 4.1: the selecting header fields must match.
  const std::string variant_key = policy::variant_key(primary_key, item.vary->names, request_fields);
  const HashedKey variant = hashed(variant_key);
  StoredResponsePtr response = shard_of(variant.hash).find(variant).response;
  if (!response || !response->is_variant(primary_key, item.vary->names)) {
    return {nullptr, Absence::no_variant};
  }
  return {std::move(response), Absence::none};
}

void MemoryTier::put(const StoredResponsePtr& response, Replace replace) {
  MemoryShard::Entry entry = entry_of(response);
  MemoryShard& shard = shard_of(entry.key.hash);
  const bool stored = shard.put(std::move(entry), replace);
  if (!stored || !response->has_vary()) return;
  const std::vector<std::string_view> fields = response->vary();
  const auto vary = std::make_shared<const VaryRecord>(
      VaryRecord{std::string(response->primary_key()), {fields.begin(), fields.end()}});
  MemoryShard::Entry names = entry_of(vary);
  MemoryShard& names_shard = shard_of(names.key.hash);
  names_shard.put(std::move(names), replace);
  variants_->add(response->primary_key(), response->variant_key());
}

std::vector<StoredResponsePtr> MemoryTier::variants(std::string_view primary_key) {
  std::vector<StoredResponsePtr> found;
  for (const std::string& key : variants_->find(primary_key)) {
    const HashedKey variant = hashed(key);
    StoredResponsePtr response = shard_of(variant.hash).find(variant).response;
    if (response && response->primary_key() == primary_key) found.push_back(std::move(response));
  }
  return found;
}

bool MemoryTier::accepts(const StoredResponse& response, std::uint64_t size) const {
  const HashedKey key = hashed(response.own_key());
  return shard_of(key.hash).accepts(key, response, size);
}

void MemoryTier::exchange(const StoredResponse& response, const StoredResponsePtr& by) {
  MemoryShard::Entry entry = entry_of(by);
  shard_of(entry.key.hash).exchange(response, std::move(entry));
}

void MemoryTier::drop(const StoredResponse& response) {
  const HashedKey key = hashed(response.own_key());
  shard_of(key.hash).drop(key, response);
}

MemoryTier::Counts MemoryTier::counts() const {
  Counts counts;
  for (const auto& shard : shards_) shard->add_to(counts);
  return counts;
}

}  // namespace larder::store
