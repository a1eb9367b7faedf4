#include <larder/store/purge_table.hpp>

#include <algorithm>
#include <mutex>

namespace larder::store {

void PurgeTable::apply(const std::vector<policy::Purge>& purges, std::optional<Position> position, Time at,
                       Strength strength) {
  const std::unique_lock lock(mutex_);
  PurgeIndex& index = strength == Strength::soft ? soft_ : hard_;
  const PurgeIndex::Said said{position, sequence_.load(std::memory_order_relaxed) + 1, at};
  bool changed = false;
  for (const policy::Purge& purge : purges) changed |= index.apply(purge, said);
  hard_.prune(said);
  soft_.prune(said);
  if (changed) sequence_.store(said.sequence, std::memory_order_release);
}

void PurgeTable::advance(Position position) {
  const std::unique_lock lock(mutex_);
  position_ = std::max(position_, position);
}

void PurgeTable::doubt_before(Position position) {
  const std::unique_lock lock(mutex_);
  certain_since_ = std::max(certain_since_, position);
}

bool PurgeTable::is_certain_since(Position born) const {
  const std::shared_lock lock(mutex_);
  return born >= certain_since_;
}

PurgeLog::Mark PurgeTable::mark() const {
  const std::shared_lock lock(mutex_);
  return {position_, sequence_.load(std::memory_order_relaxed)};
}

Verdict PurgeTable::judge(const policy::TagsView& tags, const Since& since) const {
  if (hard_.find(tags, since)) return {Verdict::Kind::purged, {}};
  const std::optional<Time> softly = soft_.find(tags, since);
  return softly ? Verdict{Verdict::Kind::stale, *softly} : Verdict{};
}

Verdict PurgeTable::judge(const StoredResponse& response) const {
  const std::uint64_t checked = response.checked.load(std::memory_order_relaxed);
  const std::uint64_t sequence = sequence_.load(std::memory_order_acquire);
  if (checked >= sequence) return {};
  const std::shared_lock lock(mutex_);
  const Verdict verdict = judge(response.tags(), {std::nullopt, checked});
  // What is stale stays, and is found as such.
  if (verdict.kind == Verdict::Kind::valid) move_on(response, sequence);
  return verdict;
}

bool PurgeTable::admit(Draft& response) const {
  const std::uint64_t sequence = sequence_.load(std::memory_order_acquire);
  const std::shared_lock lock(mutex_);
  // Born later than all that is known here: what this instance has not heard of yet may lie before it, or the
  // log has lost its end (a replica that lagged became master).
  if (response.born > position_) return false;
  const Verdict verdict = judge(response.tags, {response.born, 0});
  if (verdict.kind == Verdict::Kind::purged) return false;
  if (verdict.kind == Verdict::Kind::stale) {
    response.lifetimes = policy::ended_at(response.lifetimes, verdict.since);
    response.softly_purged = true;
  }
  response.checked = std::max(response.checked, sequence);
  return true;
}

std::optional<Strength> PurgeTable::names(const policy::TagsView& tags, const Since& since) const {
  const bool is_local = !since.position;
  if (is_local && since.sequence >= sequence_.load(std::memory_order_acquire)) return std::nullopt;
  const std::shared_lock lock(mutex_);
  // As in admit().
  if (since.position && *since.position > position_) return Strength::hard;
  const Verdict verdict = judge(tags, since);
  if (verdict.kind == Verdict::Kind::valid) return std::nullopt;
  return verdict.kind == Verdict::Kind::purged ? Strength::hard : Strength::soft;
}

void PurgeTable::move_on(const StoredResponse& response, std::uint64_t sequence) {
  std::uint64_t checked = response.checked.load(std::memory_order_relaxed);
  while (checked < sequence &&
         !response.checked.compare_exchange_weak(checked, sequence, std::memory_order_relaxed)) {
  }
}

PurgeTable::Counts PurgeTable::counts() const {
  const std::shared_lock lock(mutex_);
  return {sequence_.load(std::memory_order_relaxed), hard_.names() + soft_.names(),
          hard_.patterns() + soft_.patterns(), hard_.forgotten_early() + soft_.forgotten_early()};
}

}  // namespace larder::store
