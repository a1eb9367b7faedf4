#pragma once

#include "lane.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <future>
#include <thread>

namespace larder {

/// A loop with its thread: it runs until stopped, whether or not there is work.
class Worker {
 public:
  explicit Worker(const Shared& shared) : lane_(loop_, shared) {}

  boost::asio::io_context& loop() { return loop_; }
  Lane& lane() { return lane_; }

  void start() {
    lane_.start();
    thread_ = std::thread([this] {
      loop_.run();
      ended_.set_value();
    });
  }

  /// Lets what was told to stop come to its end, until `deadline`.
  void join(SteadyTime deadline) {
    guard_.reset();
    if (ended_.get_future().wait_until(deadline) == std::future_status::timeout) loop_.stop();
    thread_.join();
  }

 private:
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{loop_.get_executor()};
  Lane lane_;
  std::promise<void> ended_;
  std::thread thread_;
};

}  // namespace larder
