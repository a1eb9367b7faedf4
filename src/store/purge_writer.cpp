#include "purge_writer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace larder::store {
namespace {

constexpr auto awaiting = boost::asio::as_tuple(boost::asio::use_awaitable);
constexpr Milliseconds retry_after{25};

}  // namespace

PurgeWriter::PurgeWriter(boost::asio::io_context& loop, PurgeStream stream, PurgeTail& tail,
                         PurgeTable& table, Settings settings, std::function<void()> changed)
    : stream_(std::move(stream)),
      tail_(tail),
      table_(table),
      settings_(settings),
      changed_(std::move(changed)),
      wake_(loop) {}

Task<std::optional<Position>> PurgeWriter::append(PurgeRecord record, bool in_step) {
  if (!in_step || !waiting_.empty()) {
    hold(std::move(record));
    co_return std::nullopt;
  }
  const SteadyTime deadline = std::chrono::steady_clock::now() + settings_.timeout;
  const Result<std::optional<Position>> written = co_await stream_.append(record, tail_.trim_to());
  if (!written || !*written) {
    // It may have been written all the same; written twice does no harm.
    hold(std::move(record));
    co_return std::nullopt;
  }
  const Position position = **written;
  tail_.expect(position);
  const bool is_passed = co_await tail_.passes(position, deadline);
  if (!is_passed) table_.apply(record.purges, position, record.at);
  co_return position;
}

/// Keeps a record for later, and lets it count here now. Not in step comes first: a response from Redis must
/// not be judged by positions while a purge counts that has none.
void PurgeWriter::hold(PurgeRecord record) {
  if (waiting_.size() >= settings_.max_waiting) {
    waiting_.clear();
    waiting_.push_back({{{policy::Purge::Kind::all, "*"}}, record.at});
    ++collapses_;
  } else {
    waiting_.push_back(record);
  }
  count_waiting();
  table_.apply(record.purges, std::nullopt, record.at);
  wake_.cancel();
}

Task<> PurgeWriter::run() {
  while (!is_stopped_) {
    bool is_written = false;
    if (!waiting_.empty() && stream_.client().is_up()) is_written = co_await write_oldest();
    if (is_written || is_stopped_) continue;
    wake_.expires_after(waiting_.empty() ? Milliseconds{1'000} : retry_after);
    co_await wake_.async_wait(awaiting);
  }
}

Task<bool> PurgeWriter::write_oldest() {
  const std::uint64_t collapses = collapses_;
  const PurgeRecord oldest = waiting_.front();
  const Result<std::optional<Position>> written = co_await stream_.append(oldest, tail_.trim_to());
  if (!written) co_return false;
  if (!*written) {
    // There is no stream: a marker makes one.
    const Result<> appended = co_await stream_.append_marker(tail_.expected(), oldest.at);
    co_return appended.has_value();
  }
  const Position position = **written;
  tail_.expect(position);
  table_.apply(oldest.purges, position, oldest.at);
  if (collapses == collapses_) waiting_.pop_front();
  count_waiting();
  co_return true;
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
