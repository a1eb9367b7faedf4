#pragma once

#include "purge_stream.hpp"

#include <larder/base/clock.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>

namespace larder::store {

/// Waits until replicas have what was written to the log, so that a master which takes over has it too. One
/// WAIT at a time, for all that wrote before it was sent; after one that reported too few replicas nothing
/// waits for a while. All on one loop.
class Replication {
 public:
  struct Settings {
    unsigned replicas = 0;  ///< 0: nothing is waited for
    Milliseconds timeout{50};
  };
  /// `heard` is called with each answer: whether there were enough.
  Replication(boost::asio::io_context& loop, PurgeStream stream, Settings settings,
              std::function<void(bool)> heard);

  /// Waits for what was written over `link` before the call, or until it is known that too few have it.
  Task<> reach(redis::Link link);

 private:
  Task<> ask(redis::Link link);

  PurgeStream stream_;
  Settings settings_;
  std::function<void(bool)> heard_;
  boost::asio::steady_timer answered_;  ///< for those that wait for the WAIT of another
  std::uint64_t written_ = 0;
  std::uint64_t replicated_ = 0;
  bool is_asking_ = false;
  SteadyTime again_{};  ///< nothing waits before
};

}  // namespace larder::store
