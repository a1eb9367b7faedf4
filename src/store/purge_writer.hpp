#pragma once

#include "purge_tail.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>

namespace larder::store {

/// Writes records to the stream: at once while this instance and the log are in step, else in order, later,
/// when Redis is back. What waits counts here already. All on one loop, but for waiting().
class PurgeWriter {
 public:
  struct Settings {
    Milliseconds timeout{50};  ///< of one append() as a whole
    std::size_t max_waiting = 10'000;
  };
  /// `changed` is called whenever is_empty() may have changed, and before what waits counts here.
  PurgeWriter(boost::asio::io_context& loop, PurgeStream stream, PurgeTail& tail, PurgeTable& table,
              Settings settings, std::function<void()> changed);

  /// See PurgeLog::append(). `in_step`: write it at once.
  Task<std::optional<Position>> append(PurgeRecord record, bool in_step);

  /// Writes what waits, until stop().
  Task<> run();
  void stop();

  bool is_empty() const { return waiting_.empty(); }
  std::size_t waiting() const { return waiting_count_.load(std::memory_order_relaxed); }

 private:
  Task<bool> write_oldest();
  void hold(PurgeRecord record);
  void count_waiting();

  PurgeStream stream_;
  PurgeTail& tail_;
  PurgeTable& table_;
  Settings settings_;
  std::function<void()> changed_;
  boost::asio::steady_timer wake_;
  std::deque<PurgeRecord> waiting_;
  std::uint64_t collapses_ = 0;  ///< times that what waited became one purge of everything
  bool is_stopped_ = false;
  std::atomic<std::size_t> waiting_count_{0};
};

}  // namespace larder::store
