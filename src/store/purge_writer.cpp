#include "purge_writer.hpp"

namespace larder::store {

PurgeWriter::PurgeWriter(boost::asio::io_context& loop, PurgeStream stream, PurgeTail& tail,
                         PurgeTable& table, Replication& replication, Settings settings,
                         std::function<void()> changed)
    : loop_(loop),
      stream_(std::move(stream)),
      tail_(tail),
      table_(table),
      replication_(replication),
      settings_(settings),
      changed_(std::move(changed)),
      wake_(loop) {}

Task<std::optional<Position>> PurgeWriter::append(PurgeRecord record, bool in_step) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + settings_.timeout;
  const std::uint64_t node = tail_.node();
  const redis::Link link = stream_.link();
  if (!in_step || !waiting_.empty() || link.node != node) {
    hold(std::move(record), deadline);
    co_return std::nullopt;
  }
  const Result<std::optional<Position>> written = co_await stream_.append(record, tail_.trim_to());
  if (!written) {
    // It may have been written nevertheless; writing it twice does no harm.
    hold(std::move(record), deadline);
    co_return std::nullopt;
  }
  if (tail_.node() != node) {
    // Written to a log that has been replaced.
    hold(std::move(record), deadline);
    co_return std::nullopt;
  }
  if (*written) {
    tail_.expect(**written);
    co_await replication_.reach(link);
    co_return co_await pass(**written, record, deadline);
  }
  // There is no stream. A new one is made at once.
  const std::shared_ptr<Receipt> receipt = hold(record, deadline);
  co_await receipt->arrived.async_wait(awaiting);
  if (!receipt->position) co_return std::nullopt;
  co_await replication_.reach(stream_.link());
  co_return co_await pass(*receipt->position, record, deadline);
}

/// Waits until this instance has applied a record that is in the log.
Task<std::optional<Position>> PurgeWriter::pass(Position position, const PurgeRecord& record,
                                                SteadyTime deadline) {
  const std::uint64_t node = tail_.node();
  tail_.expect(position);
  const bool is_passed = co_await tail_.passes(position, deadline);
  if (tail_.node() != node) {
    hold(record, deadline);
    co_return std::nullopt;
  }
  if (!is_passed) record.apply_to(table_, position);
  co_return position;
}

/// Keeps a record for later, and lets it count here now. Leaving step comes first: a response from Redis must
/// not be judged by positions while a purge counts that has none.
std::shared_ptr<PurgeWriter::Receipt> PurgeWriter::hold(PurgeRecord record, SteadyTime deadline) {
  const auto receipt =
      std::make_shared<Receipt>(Receipt{std::nullopt, boost::asio::steady_timer(loop_, deadline)});
  if (waiting_.size() >= settings_.max_waiting) {
    waiting_.clear();
    PurgeBatch everything{{{policy::Purge::Kind::all, "*"}}, Strength::hard, "too many purges waited"};
    waiting_.push_back({{std::move(everything), record.at}, receipt});
    ++collapses_;
  } else {
    waiting_.push_back({record, receipt});
  }
  count_waiting();
  record.apply_to(table_, std::nullopt);
  wake_.cancel();
  return receipt;
}

Task<> PurgeWriter::run() {
  while (!is_stopped_) {
    bool is_written = false;
    if (!waiting_.empty()) is_written = co_await write_oldest();
    if (is_written || is_stopped_) continue;
    wake_.expires_after(waiting_.empty() ? Milliseconds{1'000} : retry_after);
    co_await wake_.async_wait(awaiting);
  }
}

Task<bool> PurgeWriter::write_oldest() {
  // Only to the log that the tail follows: what is written raises the position that the tail expects, and
  // would hide from it that a log it has not looked at yet has lost records.
  const std::uint64_t node = tail_.node();
  if (node == 0 || stream_.link().node != node) co_return false;
  const std::uint64_t collapses = collapses_;
  const Waiting oldest = waiting_.front();
  const Result<std::optional<Position>> written = co_await stream_.append(oldest.record, tail_.trim_to());
  if (!written) co_return co_await make_room();
  if (tail_.node() != node) co_return false;
  if (!*written) {
    // There is no stream: a marker makes one.
    const Result<> appended = co_await stream_.append_marker(tail_.expected(), oldest.record.at);
    co_return appended.has_value();
  }
  const Position position = **written;
  tail_.expect(position);
  oldest.record.apply_to(table_, position);
  if (collapses == collapses_) waiting_.pop_front();
  count_waiting();
  oldest.receipt->position = position;
  oldest.receipt->arrived.cancel();
  co_return true;
}

/// A full Redis takes no record, but it lets the log be removed. Whether to try again at once.
Task<bool> PurgeWriter::make_room() {
  if (!stream_.is_full()) co_return false;
  const Result<bool> removed = co_await stream_.remove();
  co_return removed.has_value() && *removed;
}

void PurgeWriter::stop() {
  is_stopped_ = true;
  wake_.cancel();
}

void PurgeWriter::count_waiting() {
  waiting_count_.store(waiting_.size(), std::memory_order_relaxed);
  changed_();
}

}  // namespace larder::store
