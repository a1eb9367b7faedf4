#pragma once

#include <larder/base/task.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace larder::test {

/// Runs a loop until a coroutine on it has ended.
template <class T>
T run_task(boost::asio::io_context& loop, Task<T> task) {
  auto future = boost::asio::co_spawn(loop, std::move(task), boost::asio::use_future);
  loop.restart();
  while (future.wait_for(std::chrono::seconds{0}) != std::future_status::ready) loop.run_one();
  return future.get();
}

template <class T>
T run_task(Task<T> task) {
  boost::asio::io_context loop;
  return run_task(loop, std::move(task));
}

}  // namespace larder::test
