#include "cache/later_purges.hpp"

#include "support/manual_clock.hpp"

#include <larder/store/memory_purge_log.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

namespace larder::later_purges_test {

using namespace std::chrono_literals;
using larder::cache::LaterPurges;

namespace {

/// Later purges on one loop, which do not become due while the test runs.
struct Bench {
  boost::asio::io_context loop;
  test::ManualClock clock;
  store::MemoryPurgeLog log{clock, {}};
  LaterPurges later{log};

  void start(std::shared_ptr<const pipeline::Delivery> only_if_whole = nullptr, std::string tag = "a") {
    run_some(later.start(steady_now() + 1h,
                         {.purges = {{policy::Purge::Kind::tag, std::move(tag)}}, .why = "PUT"},
                         std::move(only_if_whole)));
  }

  /// Everything that does not wait for a timer.
  void run_some(Task<> task) {
    boost::asio::co_spawn(loop, std::move(task), boost::asio::detached);
    poll();
  }
  void poll() {
    loop.restart();
    loop.poll();
  }

  std::uint64_t made() const { return log.mark().sequence - first; }

  const std::uint64_t first = log.mark().sequence;
};

}  // namespace

TEST_CASE("what waits for its second purge is purged immediately when the worker drains") {
  Bench bench;
  bench.start();
  bench.start();
  CHECK(bench.made() == 0);
  bench.later.drain();
  bench.poll();
  CHECK(bench.made() == 2);
  SUBCASE("a write that ends without a response meanwhile gets its delay, which stop() cuts short") {
    bench.start();
    CHECK(bench.made() == 2);
    bench.later.stop();
    bench.poll();
    CHECK(bench.made() == 3);
  }
  SUBCASE("once") {
    bench.later.stop();
    bench.poll();
    CHECK(bench.made() == 2);
  }
}

TEST_CASE("a write not delivered whole by the end purges nothing") {
  Bench bench;
  const auto delivery = std::make_shared<pipeline::Delivery>();
  bench.start(delivery);
  bench.later.drain();
  bench.poll();
  CHECK(bench.made() == 0);
  SUBCASE("it never is") {
    bench.later.stop();
    bench.poll();
    CHECK(bench.made() == 0);
  }
  SUBCASE("it is while the worker drains") {
    delivery->is_whole = true;
    bench.later.stop();
    bench.poll();
    CHECK(bench.made() == 1);
  }
}

TEST_CASE("past the most that may wait the oldest is purged early, and none is left out") {
  Bench bench;
  constexpr std::uint64_t most = 16'384;
  for (std::uint64_t i = 0; i < most; ++i) bench.start();
  CHECK(bench.made() == 0);
  bench.start();
  bench.start();
  CHECK(bench.made() == 2);
  bench.later.drain();
  bench.poll();
  CHECK(bench.made() == most + 2);
}

TEST_CASE("past the most bytes that may wait the oldest are purged early, and none is left out") {
  Bench bench;
  const std::string mebibyte(1u << 20, 'x');
  constexpr std::uint64_t most = LaterPurges::most_held >> 20;
  for (std::uint64_t i = 1; i < most; ++i) bench.start(nullptr, mebibyte);
  CHECK(bench.made() == 0);
  bench.start(nullptr, mebibyte);
  CHECK(bench.made() == 1);
  bench.start(nullptr, mebibyte + mebibyte + mebibyte);
  CHECK(bench.made() == 4);
  bench.later.drain();
  bench.poll();
  CHECK(bench.made() == most + 1);
  // And from the beginning again.
  for (std::uint64_t i = 1; i < most; ++i) bench.start(nullptr, mebibyte);
  CHECK(bench.made() == most + 1);
}

TEST_CASE("after stop() nothing waits: the first purge has just been made") {
  Bench bench;
  bench.later.stop();
  bench.start();
  bench.loop.restart();
  CHECK(bench.loop.run() == 0);
  CHECK(bench.made() == 0);
}

}  // namespace larder::later_purges_test
