#pragma once

#include "purge_tail.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace larder::store {

/// Reads where the log ends, for hits that must know every purge that is in it (`consistency: strict`). One
/// reading at a time, shared by all that came before it was sent; those that come later wait for the next.
/// All on one loop.
class PurgeEnd {
 public:
  /// `timeout` bounds one reach() as a whole.
  PurgeEnd(boost::asio::io_context& loop, PurgeStream stream, PurgeTail& tail, Milliseconds timeout)
      : loop_(loop), stream_(std::move(stream)), tail_(tail), timeout_(timeout), wake_(loop) {}

  /// Whether the tail has passed, in time, what the log held at some moment after the call.
  Task<bool> reach();

  /// Reads for those that wait, until stop().
  Task<> run();
  void stop();

 private:
  struct Reading {
    std::optional<Position> end;  ///< nothing: it could not be read, or the log has lost records
    std::vector<std::shared_ptr<boost::asio::steady_timer>> waiters;
  };

  Task<std::optional<Position>> read() const;

  boost::asio::io_context& loop_;
  PurgeStream stream_;
  PurgeTail& tail_;
  Milliseconds timeout_;
  std::shared_ptr<Reading> next_;  ///< not sent yet
  boost::asio::steady_timer wake_;
  bool is_stopped_ = false;
};

}  // namespace larder::store
