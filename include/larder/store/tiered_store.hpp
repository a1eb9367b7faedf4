#pragma once

#include <larder/store/memory_store.hpp>
#include <larder/store/redis_tier.hpp>
#include <larder/store/store.hpp>

#include <atomic>
#include <cstdint>
#include <memory>

namespace larder::store {

/// Memory first, then Redis; what Redis gave is kept in memory too. Either tier may be missing. One for each
/// thread, like its RedisTier; the memory tier is shared.
class TieredStore final : public Store {
 public:
  /// `memory` and `redis` may be nullptr. Both outlive every run of the event loop that this store's writes
  /// run on.
  TieredStore(MemoryTier* memory, RedisTier* redis, const PurgeLog& log, const Clock& clock);

  bool sees_now() const override { return memory_ != nullptr || redis_ == nullptr; }

  /// The hit path: a response that memory has and no purge names. No coroutine; no allocation unless it has a
  /// Vary.
  StoredResponsePtr find_now(std::string_view primary_key, const http::FieldList& request_fields) override;

  /// If what memory has is stale, Redis is asked too: another instance may have fetched it again. The newer
  /// one is given.
  Task<Lookup> find(std::string_view primary_key, const http::FieldList& request_fields) override;

  /// Those in memory; without memory, those in Redis.
  Task<std::vector<StoredResponsePtr>> variants(std::string_view primary_key) override;

  Task<StoredResponsePtr> find_newer(StoredResponsePtr known, const http::FieldList& request_fields) override;

  bool accepts(const StoredResponse& response, std::uint64_t size) const override;

  /// Does not wait for Redis: the write is on its connection, in order, and goes on by itself.
  Task<> put(StoredResponsePtr response) override;
  Task<> put_holding(StoredResponsePtr response, std::shared_ptr<void> held) override;

  /// Writes to Redis left out because too many bytes waited for it already.
  std::uint64_t skipped_writes() const { return pending_->skipped; }

  /// How many bytes may wait for Redis.
  static constexpr std::uint64_t max_pending_bytes = 64ull << 20;

 private:
  Lookup choose(Lookup local, Lookup shared);

  struct Pending {
    std::uint64_t bytes = 0;
    std::atomic<std::uint64_t> skipped{0};
  };
  static Task<> write_behind(RedisTier& redis, StoredResponsePtr response, std::shared_ptr<Pending> pending,
                             std::shared_ptr<void> held);

  MemoryTier* memory_;
  RedisTier* redis_;
  const PurgeLog& log_;
  const Clock& clock_;
  std::shared_ptr<Pending> pending_ = std::make_shared<Pending>();
};

}  // namespace larder::store
