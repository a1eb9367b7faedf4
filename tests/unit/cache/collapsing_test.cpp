#include "cache/collapsing.hpp"

#include "workbench.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <doctest/doctest.h>

#include <future>

namespace larder::collapsing_test {

using namespace larder::cache;
using namespace std::chrono_literals;
using larder::test::answer_of;
using larder::test::field_of;
using larder::test::run_task;
using larder::test::Workbench;

namespace {

using Answered = std::future<Fetched>;

/// Starts a request, and runs until all requests wait for the origin.
Answered begin(Workbench& bench, Workbench::Asked& asked) {
  bench.origin.holds = true;
  Answered answered =
      boost::asio::co_spawn(bench.loop, bench.collapsing.answer(asked.transaction), boost::asio::use_future);
  bench.loop.restart();
  for (int i = 0; i < 50; ++i) bench.loop.poll_one();
  return answered;
}

pipeline::Response finish(Workbench& bench, Answered& answered) {
  bench.origin.holds = false;
  bench.loop.restart();
  while (answered.wait_for(0s) != std::future_status::ready) bench.loop.run_one();
  Fetched fetched = answered.get();
  REQUIRE(fetched.has_value());
  return std::move(*fetched);
}

}  // namespace

TEST_CASE("one fetch answers all requests for the same") {
  Workbench bench;
  bench.origin.answers({[] { return answer_of(200, {}, "a"); }});
  const auto first = bench.ask("/a");
  const auto second = bench.ask("/a");
  Answered leads = begin(bench, *first);
  Answered follows = begin(bench, *second);
  CHECK(bench.origin.asked.size() == 1);
  CHECK(finish(bench, leads).body.bytes().view() == "a");
  const pipeline::Response shared = finish(bench, follows);
  CHECK(shared.body.bytes().view() == "a");
  CHECK(field_of(shared, "Cache-Status") == "larder; fwd=uri-miss; ttl=60; stored; collapsed");
  CHECK(bench.origin.asked.size() == 1);
}

TEST_CASE("a request that must not get another's response fetches without waiting") {
  Workbench bench;
  bench.origin.answers({[] { return answer_of(200, {}, "a"); }});
  const auto first = bench.ask("/a");
  SUBCASE("with a credential outside the key") {
    const auto second = bench.ask("/a", {{"Authorization", "Basic x"}});
    Answered leads = begin(bench, *first);
    Answered alone = begin(bench, *second);
    CHECK(bench.origin.asked.size() == 2);
    finish(bench, leads);
    finish(bench, alone);
  }
  SUBCASE("on a route that does not collapse") {
    bench.route.collapse = policy::Collapse::off;
    const auto second = bench.ask("/a");
    Answered one = begin(bench, *first);
    Answered other = begin(bench, *second);
    CHECK(bench.origin.asked.size() == 2);
    finish(bench, one);
    finish(bench, other);
  }
  SUBCASE("after a purge of the response being fetched") {
    const auto second = bench.ask("/a");
    Answered leads = begin(bench, *first);
    bench.purge("shop.test/a");
    Answered newer = begin(bench, *second);
    CHECK(bench.origin.asked.size() == 2);
    finish(bench, leads);
    finish(bench, newer);
  }
}

TEST_CASE("followers of a response that is not shareable fetch for themselves, and so do the next requests") {
  Workbench bench;
  bench.origin.answers({[] { return answer_of(200, {{"Cache-Control", "private"}}, "mine"); }});
  const auto first = bench.ask("/a");
  const auto second = bench.ask("/a");
  CHECK_FALSE(bench.collapsing.is_hit_for_miss(first->transaction));
  Answered leads = begin(bench, *first);
  Answered follows = begin(bench, *second);
  finish(bench, leads);
  finish(bench, follows);
  CHECK(bench.origin.asked.size() == 2);
  CHECK(bench.collapsing.is_hit_for_miss(second->transaction));
  CHECK(bench.coordinator.counts().hit_for_miss == 1);
  bench.clock.advance(Collapser::hit_for_miss_lifetime);
  CHECK_FALSE(bench.collapsing.is_hit_for_miss(second->transaction));
}

TEST_CASE("a failure goes to all waiting requests, and none of them asks again") {
  Workbench bench;
  bench.origin.answers({[] { return answer_of(503, {{"Retry-After", "7"}}, "out of order"); }});
  const auto first = bench.ask("/a");
  const auto second = bench.ask("/a");
  Answered leads = begin(bench, *first);
  Answered follows = begin(bench, *second);
  CHECK(finish(bench, leads).head.status == 503);
  const pipeline::Response told = finish(bench, follows);
  CHECK(told.head.status == 503);
  CHECK(field_of(told, "Retry-After") == "7");
  CHECK(told.body.bytes().view().find("out of order") == std::string_view::npos);
  CHECK(bench.origin.asked.size() == 1);
}

TEST_CASE("a response stored since the look-up is not fetched again") {
  Workbench bench;
  const auto late = bench.ask("/a");
  bench.fill("/a", {}, {}, "a");
  const Fetched fetched = run_task(bench.loop, bench.collapsing.answer(late->transaction));
  REQUIRE(fetched.has_value());
  CHECK(fetched->cache_result == pipeline::CacheResult::hit);
  CHECK(bench.origin.asked.empty());
}

TEST_CASE("a background fetch does not wait for another's fetch") {
  Workbench bench;
  bench.origin.answers({[] { return answer_of(200, {}, "a"); }});
  const auto first = bench.ask("/a");
  const auto behind = bench.ask("/a");
  behind->transaction.is_background = true;
  Answered leads = begin(bench, *first);
  Answered canceled = begin(bench, *behind);
  REQUIRE(canceled.wait_for(0s) == std::future_status::ready);
  CHECK(canceled.get().error() == Error::canceled);
  finish(bench, leads);
}

TEST_CASE("followers that fetch for themselves are not fills: they need no permit of the upstream") {
  Workbench bench({{"origin", {.max_fills = 1, .queue = 0}}});
  bench.origin.answers({[] { return answer_of(200, {{"Cache-Control", "private"}}, "mine"); }});
  const auto first = bench.ask("/a");
  const auto second = bench.ask("/a");
  Answered leads = begin(bench, *first);
  Answered follows = begin(bench, *second);
  CHECK(finish(bench, leads).head.status == 200);
  CHECK(first->transaction.permit.has_value());
  CHECK(finish(bench, follows).head.status == 200);
  CHECK_FALSE(second->transaction.permit.has_value());
}

TEST_CASE("followers of a canceled fill fetch for themselves") {
  Workbench bench;
  bench.origin.answers({[]() -> Result<pipeline::Response> { return Error::canceled; },
                        [] { return answer_of(200, {}, "a"); }});
  const auto first = bench.ask("/a");
  const auto second = bench.ask("/a");
  Answered leads = begin(bench, *first);
  Answered follows = begin(bench, *second);
  CHECK(finish(bench, leads).head.status == 503);
  CHECK(finish(bench, follows).body.bytes().view() == "a");
  CHECK(bench.origin.asked.size() == 2);
}

}  // namespace larder::collapsing_test
