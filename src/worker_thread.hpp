#pragma once

#include "worker.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <future>
#include <thread>

namespace larder {

/// A loop with its thread: it runs until stopped, whether or not there is work.
class WorkerThread {
 public:
  explicit WorkerThread(const Shared& shared) : worker_(loop_, shared) {}

  boost::asio::io_context& loop() { return loop_; }
  Worker& worker() { return worker_; }

  void start() {
    worker_.start();
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
  Worker worker_;
  std::promise<void> ended_;
  std::thread thread_;
};

}  // namespace larder
