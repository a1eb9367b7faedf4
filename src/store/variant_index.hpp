#pragma once

#include <larder/base/hash.hpp>

#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace larder::store {

/// Which variants were stored under a primary key lately: a hint for finding them, besides the shards that
/// hold them. Bounded: past `most_keys` primary keys the one that was longest without a new variant is
/// forgotten, and variants whose keys clients have made long are not remembered. Safe to use from any thread.
class VariantIndex {
 public:
  static constexpr std::size_t most_keys = 4096;
  static constexpr std::size_t most_variants =
      8;  ///< of one primary key that the origin is asked about; more may be stored
  static constexpr std::size_t longest_key = 512;  ///< bytes of a variant's key

  void add(std::string_view primary_key, std::string_view variant_key);

  /// The latest first.
  std::vector<std::string> find(std::string_view primary_key) const;

 private:
  struct Entry {
    std::string primary_key;
    std::vector<std::string> variant_keys;  ///< the latest first
  };

  mutable std::mutex mutex_;
  std::list<Entry> entries_;  ///< the latest first
  std::unordered_map<std::string_view, std::list<Entry>::iterator, TextHash, std::equal_to<>> table_;
};

}  // namespace larder::store
