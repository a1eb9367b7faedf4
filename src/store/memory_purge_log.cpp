#include <larder/store/memory_purge_log.hpp>

namespace larder::store {

Task<std::optional<Position>> MemoryPurgeLog::append(Purging purging) {
  if (purging.purges.empty()) co_return std::nullopt;
  const Time now = clock_.now();
  const auto milliseconds =
      static_cast<std::uint64_t>(std::max<Milliseconds::rep>(now.time_since_epoch().count(), 0));
  const Position position{milliseconds, ++last_};
  table_.apply(purging.purges, position, now, purging.strength);
  table_.advance(position);
  co_return position;
}

}  // namespace larder::store
