#include <larder/store/memory_purge_log.hpp>

namespace larder::store {

Task<std::optional<Position>> MemoryPurgeLog::append(std::vector<policy::Purge> purges) {
  if (purges.empty()) co_return std::nullopt;
  const Time now = clock_.now();
  const auto milliseconds =
      static_cast<std::uint64_t>(std::max<Milliseconds::rep>(now.time_since_epoch().count(), 0));
  const Position position{milliseconds, ++last_};
  table_.apply(purges, position, now);
  table_.advance(position);
  co_return position;
}

}  // namespace larder::store
