#pragma once

#include "purge_tail.hpp"
#include "replication.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>
#include <memory>

namespace larder::store {

/// Writes records to the stream: at once while this instance and the log are in step, else in order, later,
/// when Redis is back. What waits counts here already. If Redis is full and takes no record, the stream is
/// removed: others then see within a blocking read that the log is lost, and count everything as purged. All
/// on one loop, except waiting().
class PurgeWriter {
 public:
  struct Settings {
    Milliseconds timeout{50};  ///< of one append() as a whole
    std::size_t max_waiting = 10'000;
  };
  /// `changed` is called whenever is_empty() may have changed, and before what waits counts here.
  PurgeWriter(boost::asio::io_context& loop, PurgeStream stream, PurgeTail& tail, PurgeTable& table,
              Replication& replication, Settings settings, std::function<void()> changed);

  /// See PurgeLog::append(). `in_step`: write it at once.
  Task<std::optional<Position>> append(PurgeRecord record, bool in_step);

  /// Writes what waits, until stop().
  Task<> run();
  void stop();

  bool is_empty() const { return waiting_.empty(); }
  std::size_t waiting() const { return waiting_count_.load(std::memory_order_relaxed); }

 private:
  /// Where a record that waited came to stand.
  struct Receipt {
    std::optional<Position> position;
    boost::asio::steady_timer arrived;
  };
  struct Waiting {
    PurgeRecord record;
    std::shared_ptr<Receipt> receipt;
  };

  Task<bool> write_oldest();
  Task<bool> make_room();
  Task<std::optional<Position>> pass(Position position, const PurgeRecord& record, SteadyTime deadline);
  std::shared_ptr<Receipt> hold(PurgeRecord record, SteadyTime deadline);
  void count_waiting();

  boost::asio::io_context& loop_;
  PurgeStream stream_;
  PurgeTail& tail_;
  PurgeTable& table_;
  Replication& replication_;
  Settings settings_;
  std::function<void()> changed_;
  boost::asio::steady_timer wake_;
  std::deque<Waiting> waiting_;
  std::uint64_t collapses_ = 0;  ///< times that what waited became one purge of everything
  bool is_stopped_ = false;
  std::atomic<std::size_t> waiting_count_{0};
};

}  // namespace larder::store
