#pragma once

#include <larder/base/clock.hpp>
#include <larder/store/purge_log.hpp>
#include <larder/store/purge_table.hpp>

#include <mutex>

namespace larder::store {

/// The purge log of an instance without Redis. Safe to use from any thread.
class MemoryPurgeLog final : public PurgeLog {
 public:
  MemoryPurgeLog(const Clock& clock, PurgeTable::Limits limits) : clock_(clock), table_(limits) {}

  Mark mark() const override { return table_.mark(); }
  Verdict judge(const StoredResponse& response) const override { return table_.judge(response); }
  bool admit(Draft& response) const override { return table_.admit(response); }
  std::optional<Strength> names(const policy::TagsView& tags, const Since& since) const override {
    return table_.names(tags, since);
  }
  bool is_in_step() const override { return true; }
  Task<std::optional<Position>> append(PurgeBatch batch) override;

  const PurgeTable& table() const { return table_; }

 private:
  Position record(const PurgeBatch& batch);

  const Clock& clock_;
  PurgeTable table_;
  std::mutex mutex_;  // purges are applied in the order of their positions
  Position last_;
};

}  // namespace larder::store
