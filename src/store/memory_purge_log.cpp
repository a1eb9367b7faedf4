#include <larder/store/memory_purge_log.hpp>

#include <algorithm>

namespace larder::store {

Task<std::optional<Position>> MemoryPurgeLog::append(PurgeBatch batch) {
  if (batch.purges.empty()) co_return std::nullopt;
  co_return record(batch);
}

Position MemoryPurgeLog::record(const PurgeBatch& batch) {
  const std::lock_guard lock(mutex_);
  const Time now = clock_.now();
  const auto milliseconds =
      static_cast<std::uint64_t>(std::max<Milliseconds::rep>(now.time_since_epoch().count(), 0));
  // The clock may be set back; the log goes forward.
  last_.milliseconds = std::max(last_.milliseconds, milliseconds);
  ++last_.sequence;
  table_.apply(batch.purges, last_, now, batch.strength);
  table_.advance(last_);
  return last_;
}

}  // namespace larder::store
