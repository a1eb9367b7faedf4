#include "variant_index.hpp"

#include <algorithm>

namespace larder::store {

void VariantIndex::add(std::string_view primary_key, std::string_view variant_key) {
  if (variant_key.size() > longest_key || primary_key.size() > longest_key) return;
  const std::lock_guard lock(mutex_);
  const auto found = table_.find(primary_key);
  if (found == table_.end()) {
    entries_.push_front({std::string(primary_key), {}});
    table_.emplace(entries_.front().primary_key, entries_.begin());
  } else {
    entries_.splice(entries_.begin(), entries_, found->second);
  }
  std::vector<std::string>& keys = entries_.front().variant_keys;
  const auto known = std::find(keys.begin(), keys.end(), variant_key);
  if (known == keys.end()) {
    if (keys.size() == most_variants) keys.pop_back();
    keys.insert(keys.begin(), std::string(variant_key));
  } else {
    std::rotate(keys.begin(), known, known + 1);
  }
  if (entries_.size() > most_keys) {
    table_.erase(entries_.back().primary_key);
    entries_.pop_back();
  }
}

std::vector<std::string> VariantIndex::find(std::string_view primary_key) const {
  const std::lock_guard lock(mutex_);
  const auto found = table_.find(primary_key);
  return found == table_.end() ? std::vector<std::string>() : found->second->variant_keys;
}

}  // namespace larder::store
