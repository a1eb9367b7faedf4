#include <larder/store/memory_store.hpp>

namespace larder::store {

Lookup MemoryStore::look_up(std::string_view primary_key, const http::FieldList& request_fields) {
  MemoryTier::Found found = tier_.find(primary_key, request_fields);
  if (!found.response) {
    const bool is_variant = found.absence == MemoryTier::Absence::no_variant;
    return {nullptr, is_variant ? policy::Reason::vary : policy::Reason::absent};
  }
  StoredResponsePtr judged = as_judged(log_, found.response);
  if (judged != nullptr) {
    // From now on the stale copy is the one that is found.
    if (judged != found.response) tier_.exchange(*found.response, judged);
    return {std::move(judged), policy::Reason::none};
  }
  tier_.drop(*found.response);
  return {nullptr, policy::Reason::purged};
}

StoredResponsePtr MemoryStore::find_now(std::string_view primary_key, const http::FieldList& request_fields) {
  StoredResponsePtr found = tier_.find(primary_key, request_fields).response;
  // A purged one is left for find(), which reports that it was purged, and drops it or makes it stale.
  if (found && !log_.is_valid(*found)) found.reset();
  return found;
}

Task<std::vector<StoredResponsePtr>> MemoryStore::variants(std::string_view primary_key) {
  std::vector<StoredResponsePtr> variants = tier_.variants(primary_key);
  std::erase_if(variants, [this](const StoredResponsePtr& variant) { return !log_.is_valid(*variant); });
  co_return variants;
}

Task<Lookup> MemoryStore::find(std::string_view primary_key, const http::FieldList& request_fields) {
  co_return look_up(primary_key, request_fields);
}

Task<> MemoryStore::put(StoredResponsePtr response) {
  tier_.put(response);
  co_return;
}

}  // namespace larder::store
