#include "cache/fill_limiter.hpp"

#include "support/present_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace larder::fill_limiter_test {

using namespace larder::cache;
using namespace std::chrono_literals;

namespace {

using Permit = FillLimiter::Permit;

std::future<std::optional<Permit>> ask(boost::asio::io_context& loop, FillLimiter& limiter) {
  return boost::asio::co_spawn(loop, limiter.acquire(), boost::asio::use_future);
}

bool is_answered(const std::future<std::optional<Permit>>& asked) {
  return asked.wait_for(0s) == std::future_status::ready;
}

/// Acquires a permit many times, and counts how many are held at once.
Task<> go_in_and_out(FillLimiter& limiter, std::atomic<int>& inside, std::atomic<int>& most) {
  for (int i = 0; i < 200; ++i) {
    const std::optional<Permit> permit = co_await limiter.acquire();
    if (!permit) continue;
    const int now = ++inside;
    int known = most.load();
    while (now > known && !most.compare_exchange_weak(known, now)) {
    }
    std::this_thread::yield();
    --inside;
  }
}

}  // namespace

TEST_CASE(
    "max_fills permits are given; further requests wait in turn, and those beyond the queue are refused") {
  boost::asio::io_context loop;
  FillLimiter limiter({.max_fills = 2, .queue = 2, .queue_timeout = 60s});
  std::optional<Permit> first = limiter.try_acquire();
  std::optional<Permit> second = limiter.try_acquire();
  REQUIRE(first);
  REQUIRE(second);
  CHECK_FALSE(limiter.try_acquire());
  auto third = ask(loop, limiter);
  auto fourth = ask(loop, limiter);
  auto fifth = ask(loop, limiter);
  loop.poll();
  CHECK_FALSE(is_answered(third));
  REQUIRE(is_answered(fifth));
  CHECK_FALSE(fifth.get());
  CHECK(limiter.refused() == 1);
  second.reset();
  loop.restart();
  loop.poll();
  REQUIRE(is_answered(third));
  CHECK_FALSE(is_answered(fourth));
  CHECK(third.get());  // and released again
  loop.restart();
  loop.run();
  CHECK(fourth.get());
}

TEST_CASE("a request that waits too long is refused, and holds no permit") {
  boost::asio::io_context loop;
  FillLimiter limiter({.max_fills = 1, .queue = 5, .queue_timeout = 1ms});
  std::optional<Permit> inside = limiter.try_acquire();
  auto late = ask(loop, limiter);
  loop.run();
  CHECK_FALSE(late.get());
  inside.reset();
  CHECK(limiter.try_acquire());
}

TEST_CASE("a request whose client leaves gives its place up, unless others wait for it too") {
  boost::asio::io_context loop;
  FillLimiter limiter({.max_fills = 1, .queue = 5, .queue_timeout = 60s});
  std::optional<Permit> inside = limiter.try_acquire();
  test::PresentClient departure;
  bool is_for_others = false;
  const auto acquired = [&] {
    return boost::asio::co_spawn(loop, limiter.acquire(&departure, [&] { return is_for_others; }),
                                 boost::asio::use_future);
  };
  auto waits = acquired();
  loop.poll();
  CHECK_FALSE(is_answered(waits));
  SUBCASE("of none") {
    departure.note();
    loop.restart();
    loop.run();
    CHECK_FALSE(waits.get());
    CHECK(limiter.refused() == 0);
    inside.reset();
    CHECK(limiter.try_acquire());
  }
  SUBCASE("of others") {
    is_for_others = true;
    departure.note();
    loop.restart();
    loop.poll();
    CHECK_FALSE(is_answered(waits));
    inside.reset();
    loop.restart();
    loop.run();
    CHECK(waits.get());
  }
}

TEST_CASE("a request canceled while it waits, or just as it gets its permit, leaves the permit to others") {
  FillLimiter limiter({.max_fills = 1, .queue = 5, .queue_timeout = 60s});
  std::optional<Permit> inside = limiter.try_acquire();
  {
    boost::asio::io_context loop;
    auto waits = ask(loop, limiter);
    auto is_let_in = ask(loop, limiter);
    loop.poll();
    inside.reset();
  }
  CHECK(limiter.try_acquire());
}

TEST_CASE("on several threads there are never more than max_fills permits in use") {
  FillLimiter limiter({.max_fills = 3, .queue = 100, .queue_timeout = 60s});
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      boost::asio::io_context loop;
      std::vector<std::future<void>> all;
      for (int k = 0; k < 5; ++k) {
        all.push_back(
            boost::asio::co_spawn(loop, go_in_and_out(limiter, inside, most), boost::asio::use_future));
      }
      loop.run();
      for (std::future<void>& one : all) one.get();
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(most <= 3);
  CHECK(inside == 0);
  CHECK(limiter.refused() == 0);
}

TEST_CASE(
    "changed limits apply immediately: waiting requests get a permit if there is room now, and none if there "
    "is less") {
  boost::asio::io_context loop;
  FillLimiter limiter({.max_fills = 1, .queue = 5, .queue_timeout = 60s});
  std::optional<Permit> first = limiter.try_acquire();
  auto second = ask(loop, limiter);
  auto third = ask(loop, limiter);
  loop.poll();
  CHECK_FALSE(is_answered(second));
  limiter.set_limits({.max_fills = 2, .queue = 1, .queue_timeout = 60s});
  loop.restart();
  loop.poll();
  REQUIRE(is_answered(second));
  CHECK_FALSE(is_answered(third));
  auto fourth = ask(loop, limiter);
  loop.restart();
  loop.poll();
  REQUIRE(is_answered(fourth));
  CHECK_FALSE(fourth.get());
  limiter.set_limits({.max_fills = 1, .queue = 1, .queue_timeout = 60s});
  first.reset();
  loop.restart();
  loop.poll();
  CHECK_FALSE(is_answered(third));  // the second still holds its permit
  CHECK(second.get());
  loop.restart();
  loop.run();
  CHECK(third.get());
}

}  // namespace larder::fill_limiter_test
