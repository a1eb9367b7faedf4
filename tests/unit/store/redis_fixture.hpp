#pragma once

#include <larder/base/log.hpp>
#include <larder/redis/client.hpp>
#include <larder/store/redis_purge_log.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <spdlog/sinks/null_sink.h>

#include <memory>
#include <string>
#include <vector>

namespace larder::test {

/// One event loop, run by the test itself, and a log that is not read.
struct LoopFixture {
  boost::asio::io_context loop{1};
  SystemClock clock;
  Log log{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};

  /// Runs the loop until `condition` holds; false when it does not within ten seconds.
  template <class Condition>
  bool run_until(Condition condition) {
    const SteadyTime end = std::chrono::steady_clock::now() + Seconds{10};
    while (!condition()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      if (loop.stopped()) loop.restart();
      loop.run_one_for(Milliseconds{20});
    }
    return true;
  }

  /// Runs the loop until a coroutine on it has ended.
  void run(Task<> task) {
    auto done = std::make_shared<bool>(false);
    boost::asio::co_spawn(loop, std::move(task), [done](std::exception_ptr) { *done = true; });
    REQUIRE(run_until([&] { return *done; }));
  }

  template <class T>
  T run(Task<T> task) {
    auto result = std::make_shared<std::optional<T>>();
    boost::asio::co_spawn(loop, std::move(task),
                          [result](std::exception_ptr, T value) { *result = std::move(value); });
    REQUIRE(run_until([&] { return result->has_value(); }));
    return std::move(**result);
  }

  /// Lets what was stopped finish.
  void drain() {
    if (loop.stopped()) loop.restart();
    loop.run_for(Seconds{10});
    CHECK(loop.stopped());
  }
};

inline redis::Settings redis_settings(const std::string& url, Milliseconds timeout = Seconds{5}) {
  redis::Settings settings = *redis::parse_url(url);
  settings.timeout = timeout;
  settings.connect_timeout = Milliseconds{300};
  settings.first_backoff = Milliseconds{5};
  settings.last_backoff = Milliseconds{50};
  return settings;
}

inline store::RedisPurgeLog::Settings log_settings(const std::string& url,
                                                   Milliseconds timeout = Seconds{5}) {
  store::RedisPurgeLog::Settings settings;
  settings.redis = redis_settings(url, timeout);
  return settings;
}

}  // namespace larder::test
