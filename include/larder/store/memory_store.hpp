#pragma once

#include <larder/store/memory_tier.hpp>
#include <larder/store/purge_log.hpp>
#include <larder/store/store.hpp>

namespace larder::store {

/// The memory tier as a Store: what a purge names is dropped when it is found. Safe to use from any thread.
class MemoryStore final : public Store {
 public:
  MemoryStore(MemoryTier& tier, const PurgeLog& log) : tier_(tier), log_(log) {}

  /// find() without a coroutine.
  Lookup look_up(std::string_view primary_key, const http::FieldList& request_fields);

  StoredResponsePtr find_now(std::string_view primary_key, const http::FieldList& request_fields) override;

  Task<std::vector<StoredResponsePtr>> variants(std::string_view primary_key) override;

  Task<Lookup> find(std::string_view primary_key, const http::FieldList& request_fields) override;
  bool accepts(const StoredResponse& response, std::uint64_t size) const override {
    return tier_.accepts(response, size);
  }
  Task<> put(StoredResponsePtr response) override;

 private:
  MemoryTier& tier_;
  const PurgeLog& log_;
};

}  // namespace larder::store
