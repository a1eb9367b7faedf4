#include "purge_groups.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <vector>

namespace larder::store {
namespace {

std::string kind_and_name(const policy::Purge& purge) {
  return static_cast<char>(purge.kind) + purge.value;
}

}  // namespace

PurgeGroups::Group::Group(boost::asio::io_context& loop, Time at, Strength strength, bool alone)
    : record{{.purges = {}, .strength = strength, .why = {}, .stands_alone = alone}, at},
      stands_alone(alone),
      written(loop, SteadyTime::max()) {}

bool PurgeGroups::Group::takes(const PurgeRecord& other, const policy::Purge& purge) const {
  return !stands_alone && !other.batch.stands_alone && other.batch.strength == record.batch.strength &&
         has_room_for(purge);
}

bool PurgeGroups::Group::has_room_for(const policy::Purge& purge) const {
  return bytes + purge.value.size() <= largest_record || names.contains(kind_and_name(purge));
}

void PurgeGroups::Group::add(const policy::Purge& purge) {
  if (!names.insert(kind_and_name(purge)).second) return;
  bytes += purge.value.size();
  record.batch.purges.push_back(purge);
}

Task<std::optional<Position>> PurgeGroups::append(std::shared_ptr<void> owner, PurgeRecord record) {
  std::vector<GroupPtr> groups;
  for (const policy::Purge& purge : record.batch.purges) {
    const bool goes_on_alone =
        record.batch.stands_alone && !groups.empty() && groups.back()->has_room_for(purge);
    const GroupPtr group = goes_on_alone ? groups.back() : group_for(owner, record, purge);
    group->add(purge);
    if (!groups.empty() && groups.back() == group) continue;
    std::string& why = group->record.batch.why;
    if (why.empty())
      why = record.batch.why;
    else
      ++group->merged;
    groups.push_back(group);
  }
  std::optional<Position> last;
  for (const GroupPtr& group : groups) {
    if (!group->is_written) co_await group->written.async_wait(awaiting);
    last = group->position;
    if (!last) break;
  }
  co_return last;
}

/// The group that the purge goes into: the open one, or a new one, which is written in its turn.
PurgeGroups::GroupPtr PurgeGroups::group_for(const std::shared_ptr<void>& owner, const PurgeRecord& record,
                                             const policy::Purge& purge) {
  if (open_ != nullptr && open_->takes(record, purge)) return open_;
  open_ = std::make_shared<Group>(loop_, record.at, record.batch.strength, record.batch.stands_alone);
  boost::asio::co_spawn(loop_, run(owner, this, open_), boost::asio::detached);
  return open_;
}

Task<> PurgeGroups::run(std::shared_ptr<void> owner, PurgeGroups* self, GroupPtr group) {
  const SteadyTime slot = std::max(steady_now(), self->next_slot_);
  self->next_slot_ = slot + interval;
  boost::asio::steady_timer turn(self->loop_, slot);
  co_await turn.async_wait(awaiting);
  if (self->open_ == group) self->open_.reset();
  if (group->merged != 0) group->record.batch.why += " and " + std::to_string(group->merged) + " more";
  group->position = co_await self->write_(std::move(group->record));
  group->is_written = true;
  group->written.cancel();
}

}  // namespace larder::store
