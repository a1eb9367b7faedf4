#include <larder/store/memory_purge_log.hpp>

#include <algorithm>

namespace larder::store {

Task<std::optional<Position>> MemoryPurgeLog::append(Purging purging) {
  if (purging.purges.empty()) co_return std::nullopt;
  co_return record(purging);
}

Position MemoryPurgeLog::record(const Purging& purging) {
  const std::lock_guard lock(mutex_);
  const Time now = clock_.now();
  const auto milliseconds =
      static_cast<std::uint64_t>(std::max<Milliseconds::rep>(now.time_since_epoch().count(), 0));
  // The clock may be set back; the log goes forward.
  last_.milliseconds = std::max(last_.milliseconds, milliseconds);
  ++last_.sequence;
  table_.apply(purging.purges, last_, now, purging.strength);
  table_.advance(last_);
  return last_;
}

}  // namespace larder::store
