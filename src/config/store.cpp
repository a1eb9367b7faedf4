#include "address.hpp"
#include "sections.hpp"

#include <larder/base/units.hpp>

namespace larder::config {
namespace {

constexpr std::uint64_t mebibyte = 1ull << 20;
constexpr std::uint64_t no_bound = ~0ull;

void warn_of_sizes(Map& map, const Value& value, Store& store) {
  const Value* const max_object = map.find("max_object");
  const Value* const memory = map.find("memory");
  if (store.memory == 0 && !store.redis) {
    value.warning("without memory and without redis nothing is ever stored");
  } else if (store.memory != 0 && store.max_object > store.memory) {
    (max_object != nullptr ? max_object : memory)
        ->warning("max_object (" + format_size(store.max_object) + ") is more than memory (" +
                  format_size(store.memory) + ") can hold");
  }
}

}  // namespace

Table<Store> store_keys() {
  return {{
              key("memory", &Store::memory, BoundedSize{mebibyte, no_bound, "0 (off) or at least 1MiB", true},
                  "How much each larder keeps in its own memory, its local tier; 0: nothing.")
                  .takes_restart(),
              key("max_object", &Store::max_object, BoundedSize{1, no_bound, "more than 0"},
                  "Larger responses stream through, unstored.")
                  .takes_restart(),
              key("max_lifetime", &Store::max_lifetime, a_positive_duration, "Nothing is kept longer.")
                  .takes_restart(),
              key("purge_log", &Store::purge_log, BoundedSize{mebibyte, no_bound, "at least 1MiB"},
                  "Of the log of purges, here and in Redis; past it its old end goes, and what is older "
                  "counts as "
                  "purged.")
                  .takes_restart(),
              key("redis", &Store::redis, Optional<Section<Redis>>{{redis_keys()}},
                  "Where several larders keep what they share, their common tier.")
                  .takes_restart(),
          },
          warn_of_sizes};
}

}  // namespace larder::config
