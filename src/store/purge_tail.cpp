#include "purge_tail.hpp"

#include <larder/base/units.hpp>

#include <utility>

namespace larder::store {
namespace {

/// This many records are remembered as places to trim at.
constexpr int milestones_in_all = 16;

Time time_of(Position position) {
  return Time{Milliseconds{static_cast<Milliseconds::rep>(position.milliseconds)}};
}

}  // namespace

PurgeTail::PurgeTail(boost::asio::io_context& loop, PurgeStream stream, PurgeTable& table, const Clock& clock,
                     Log& log, Settings settings, std::function<void()> changed)
    : loop_(loop),
      stream_(std::move(stream)),
      table_(table),
      clock_(clock),
      log_(log),
      settings_(settings),
      changed_(std::move(changed)),
      pause_(loop),
      longest_(settings.max_lifetime),
      latest_lifetime_(settings.max_lifetime) {}

Task<> PurgeTail::run() {
  while (!is_stopped_) {
    if (const redis::Link link = stream_.link()) {
      const bool is_caught_up = co_await catch_up();
      if (is_caught_up && stream_.link() == link) {
        set_followed(link);
        co_await follow(link);
        set_followed({});
      }
    }
    if (is_stopped_) break;
    pause_.expires_after(retry_after);
    co_await pause_.async_wait(awaiting);
  }
}

void PurgeTail::stop() {
  is_stopped_ = true;
  pause_.cancel();
  for (Waiter& waiter : waiters_) waiter.timer.cancel();
}

Task<bool> PurgeTail::catch_up() {
  if (!has_begun_) co_return co_await begin();
  const bool is_known = co_await verify();
  if (!is_known) co_return false;
  const bool is_read = co_await read_to_end(Gap::lost);
  if (is_read && vouched_node_ != stream_.link().node) {
    // At once: Redis may not take the statement yet.
    table_.doubt_before({position_.milliseconds, position_.sequence + 1});
    co_await vouch();
  }
  co_return is_read;
}

/// Says that the log is whole here. If that cannot be said, new instances begin the log again.
Task<> PurgeTail::vouch() {
  // Once, whatever becomes of it: an attempt for each record that is read would be too many.
  latest_lifetime_ = std::max(latest_lifetime_, settings_.max_lifetime);
  co_await stream_.append_witness(clock_.now());
}

/// The first reading: the whole stream. What came before its oldest record is unknown.
Task<bool> PurgeTail::begin() {
  expect(position_);  // of a reading that broke off, perhaps from another Redis
  position_ = Position{};
  vouched_node_ = 0;
  milestones_.clear();
  const bool is_read = co_await read_to_end(Gap::expected);
  if (!is_read) co_return false;
  const Result<PurgeStream::Extent> extent = co_await stream_.extent();
  if (!extent) co_return false;
  const bool is_vouched = vouched_node_ != 0 && vouched_node_ == stream_.link().node;
  const bool is_usable = extent->first && extent->last >= expected() && is_vouched;
  has_begun_ = is_usable;
  if (!is_usable) has_begun_ = co_await replace_log();
  co_return has_begun_;
}

/// Whether the stream holds what we saw of it; if it does not, it gets a new marker first.
Task<bool> PurgeTail::verify() {
  const Result<PurgeStream::Extent> extent = co_await stream_.extent();
  if (!extent) co_return false;
  if (extent->first && extent->last >= expected()) {
    const Result<bool> is_held = co_await stream_.holds(expected());
    if (!is_held) co_return false;
    if (*is_held) co_return true;
    // The reading that comes next leaves out what is missing.
    if (is_trimmed(*extent)) co_return true;
  }
  co_return co_await replace_log();
}

/// Whether what we saw last may have been trimmed in a long absence.
bool PurgeTail::is_trimmed(const PurgeStream::Extent& extent) const {
  return *extent.first > expected() && time_of(extent.last) - time_of(expected()) > longest_;
}

/// The log in Redis lost records, or is another one, or is new: all that was fetched before counts as purged.
Task<bool> PurgeTail::replace_log() {
  const Time now = clock_.now();
  if (has_begun_ && !is_lost_) {
    log_.warn("the purge log in Redis lost records: everything stored counts as purged");
    // At once: Redis may not take the marker yet.
    table_.apply({{policy::Purge::Kind::all, "*"}}, std::nullopt, now);
    is_lost_ = true;
  }
  const Result<> appended = co_await stream_.append_marker(expected(), now);
  if (!appended) co_return false;
  is_lost_ = false;
  co_return co_await read_to_end(Gap::expected);
}

Task<bool> PurgeTail::read_to_end(Gap gap) {
  while (true) {
    const SteadyTime asked = std::chrono::steady_clock::now();
    const auto reading = co_await stream_.read(position_, Milliseconds{0}, Milliseconds{0});
    if (!reading) co_return false;
    take(*reading, gap, asked);
    if (reading->records.empty()) co_return true;
  }
}

Task<> PurgeTail::follow(redis::Link link) {
  while (!is_stopped_ && stream_.link() == link) {
    const Position known = expected();  // what is written from now on may come after the answer
    const SteadyTime asked = std::chrono::steady_clock::now();
    const auto reading = co_await stream_.read(position_, settings_.block, settings_.timeout);
    if (!reading) co_return;
    // A stream that is gone looks to a waiting read as if nothing came.
    const PurgeStream::Extent& extent = reading->extent;
    if (!extent.exists || extent.last < known) co_return;
    take(*reading, Gap::lost, asked);
    // Before it is trimmed.
    if (is_vouch_due()) co_await vouch();
  }
}

/// What comes after all that was read before. An instance that stood still may find that what it has yet to
/// read was trimmed meanwhile, though its connection lived on; what it then reads may have been answered long
/// ago, so it is as new as the moment it was asked for.
void PurgeTail::take(const PurgeStream::Reading& reading, Gap gap, SteadyTime asked) {
  heard_.store(asked.time_since_epoch().count(), std::memory_order_relaxed);
  const std::optional<Position> missing = reading.extent.gap_after(position_);
  if (missing) leave_gap(*missing, gap);
  apply(reading.records);
}

void PurgeTail::leave_gap(Position end, Gap gap) {
  if (gap == Gap::lost) {
    log_.warn(
        "the purge log in Redis was trimmed past what this instance had read: everything stored until then "
        "counts as purged");
  }
  forget_before(end);
  table_.advance(end);
  position_ = end;
  wake_waiters();
  changed_();
}

void PurgeTail::apply(const std::vector<ReadRecord>& records) {
  if (records.empty()) return;
  const Time now = clock_.now();
  for (const ReadRecord& record : records) {
    // Redis' clock may be ahead of ours.
    const Time at = std::min(time_of(record.position), now);
    table_.apply(record.purges, record.position, at, record.strength);
    table_.advance(record.position);
    set_milestone(record);
    bytes_ += record.bytes;
    if (record.max_lifetime) hear_lifetime(*record.max_lifetime);
    if (!record.node) continue;
    if (*record.node != vouched_node_) table_.doubt_before(record.position);
    vouched_node_ = *record.node;
    vouched_ = record.position;
    vouched_bytes_ = bytes_;
  }
  // What was read amid a gap lies before its end.
  position_ = std::max(position_, records.back().position);
  wake_waiters();
  changed_();
}

void PurgeTail::set_milestone(const ReadRecord& record) {
  const Milliseconds distance = longest_ / milestones_in_all;
  const bool is_due = milestones_.empty() ||
                      time_of(record.position) - time_of(milestones_.back().position) >= distance ||
                      bytes_ - milestones_.back().before >= settings_.max_bytes / milestones_in_all;
  if (is_due) milestones_.push_back({record.position, bytes_});
}

/// All trim by the longest lifetime, as what one instance stored others use.
void PurgeTail::hear_lifetime(Milliseconds lifetime) {
  latest_lifetime_ = lifetime;
  const bool is_told =
      std::exchange(has_told_lifetime_, has_told_lifetime_ || lifetime != settings_.max_lifetime);
  longest_ = std::max(longest_, lifetime);
  if (lifetime == settings_.max_lifetime || is_told) return;
  log_.warn(
      "another larder on this Redis has store.max_lifetime {}, this one {}: the purge log is kept for the "
      "longer; all should have the same",
      format_duration(lifetime), format_duration(settings_.max_lifetime));
}

/// Before the record that vouches for the log is trimmed, by time or by bytes: without it new instances
/// begin the log again. And if the others have yet to learn how far back this instance needs the log, or that
/// it has moved.
bool PurgeTail::is_vouch_due() const {
  return vouched_node_ != followed_.node || latest_lifetime_ < settings_.max_lifetime ||
         time_of(position_) - time_of(vouched_) > longest_ / 2 ||
         bytes_ - vouched_bytes_ > settings_.max_bytes / 2;
}

Position PurgeTail::trim_to() {
  // By Redis' own clock: the time of the last record.
  const Time oldest_entry = time_of(position_) - longest_;
  const auto is_given_up = [&] {
    return time_of(milestones_[1].position) < oldest_entry ||
           bytes_ - milestones_.front().before > settings_.max_bytes;
  };
  while (milestones_.size() > 1 && is_given_up()) milestones_.pop_front();
  return milestones_.empty() ? Position{} : milestones_.front().position;
}

void PurgeTail::forget_before(Position position) {
  table_.apply({{policy::Purge::Kind::all, "*"}}, position, time_of(position));
}

void PurgeTail::set_followed(redis::Link link) {
  followed_ = link;
  changed_();
}

Task<bool> PurgeTail::passes(Position position, SteadyTime deadline) {
  if (position_ >= position) co_return true;
  if (is_stopped_) co_return false;
  const auto waiter =
      waiters_.insert(waiters_.end(), Waiter{position, boost::asio::steady_timer(loop_, deadline)});
  co_await waiter->timer.async_wait(awaiting);
  waiters_.erase(waiter);
  co_return position_ >= position;
}

void PurgeTail::wake_waiters() {
  for (Waiter& waiter : waiters_) {
    if (waiter.position <= position_) waiter.timer.cancel();
  }
}

Milliseconds PurgeTail::silence() const {
  const SteadyTime heard{SteadyTime::duration(heard_.load(std::memory_order_relaxed))};
  return std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - heard);
}

}  // namespace larder::store
