#include "history.hpp"

#include <algorithm>
#include <sstream>

namespace larder::test::model {
namespace {

constexpr std::size_t remembered = 256;

std::chrono::milliseconds between(Moment from, Moment to) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(to - from);
}

}  // namespace

void History::Latest::add(const Write& write) {
  soft = std::max(soft, write.version);
  if (!write.is_soft) hard = std::max(hard, write.version);
}

Version History::change(Version next) {
  const std::lock_guard lock(mutex_);
  changes_.push_back({next, std::chrono::steady_clock::now()});
  if (changes_.size() > remembered) changes_.pop_front();
  return next;
}

Version History::current() const {
  const std::lock_guard lock(mutex_);
  return changes_.empty() ? 0 : changes_.back().version;
}

void History::answered(const Write& write) {
  const std::lock_guard lock(mutex_);
  same_[static_cast<std::size_t>(write.instance)].add(write);
  if (write.is_logged) strict_.add(write);
  writes_.push_back(write);
  if (writes_.size() <= remembered) return;
  if (!writes_.front().is_soft) seen_ = std::max(seen_, writes_.front().version);
  writes_.pop_front();
}

Floors History::floors(int instance, Moment seen_by) const {
  const std::lock_guard lock(mutex_);
  const Latest& same = same_[static_cast<std::size_t>(instance)];
  Floors floors{
      .same = same.hard, .same_soft = same.soft, .strict = strict_.hard, .strict_soft = strict_.soft};
  floors.push = seen_;
  for (const Write& write : writes_) {
    if (write.is_soft) continue;
    if (write.answered <= seen_by) floors.push = std::max(floors.push, write.version);
    if (write.version > floors.any) {
      floors.any = write.version;
      floors.any_answered = write.answered;
    }
  }
  if (!changes_.empty()) floors.origin = changes_.back().version;
  return floors;
}

std::optional<std::chrono::milliseconds> History::outdated_for(Version version, Moment now) const {
  const std::lock_guard lock(mutex_);
  const auto next = std::ranges::find_if(changes_, [&](const Change& one) { return one.version > version; });
  if (next == changes_.end()) return std::chrono::milliseconds{0};
  return between(next->at, now);
}

std::optional<Moment> History::first_answered_after(Version version) const {
  const std::lock_guard lock(mutex_);
  std::optional<Moment> first;
  for (const Write& write : writes_) {
    if (!write.is_soft && write.version > version)
      first = std::min(first.value_or(write.answered), write.answered);
  }
  return first;
}

std::string History::text(Moment now) const {
  const std::lock_guard lock(mutex_);
  std::ostringstream text;
  for (auto write = writes_.size() > 12 ? writes_.end() - 12 : writes_.begin(); write != writes_.end();
       ++write) {
    text << "  version " << write->version << " by instance " << write->instance
         << (write->is_soft ? " (soft)" : "") << (write->is_logged ? "" : " (its purge waits)")
         << ", answered " << between(write->answered, now).count() << " ms ago\n";
  }
  return text.str();
}

}  // namespace larder::test::model
