#include "sample.hpp"
#include "support/manual_clock.hpp"
#include "support/run_task.hpp"

#include <larder/store/memory_purge_log.hpp>

#include <doctest/doctest.h>

namespace larder::memory_purge_log_test {

using larder::policy::Purge;
using larder::store::MemoryPurgeLog;
using larder::test::Sample;

TEST_CASE("without Redis a purge takes effect once it is appended") {
  larder::test::ManualClock clock;
  MemoryPurgeLog log(clock, {});
  Sample sample;
  sample.checked = log.mark().sequence;
  const auto before = sample.make();
  larder::test::run_task(log.append({.purges = {{Purge::Kind::resource, "shop.example/products/7"}}}));
  CHECK_FALSE(log.is_valid(*before));
  sample.checked = log.mark().sequence;
  CHECK(log.is_valid(*sample.make()));
  CHECK(log.is_in_step());
  CHECK(log.trusts_hits());
}

TEST_CASE("without Redis a purge takes effect even if the clock was set back") {
  larder::test::ManualClock clock;
  clock.advance(larder::Milliseconds{60'000});
  MemoryPurgeLog log(clock, {});
  for (const Purge& purge :
       {Purge{Purge::Kind::resource, "shop.example/products/7"}, Purge{Purge::Kind::all, {}}}) {
    larder::test::run_task(log.append({.purges = {purge}}));
    clock.advance(larder::Milliseconds{-10'000});
    Sample sample;
    sample.checked = log.mark().sequence;
    const auto stored = sample.make();
    CHECK(log.is_valid(*stored));
    larder::test::run_task(log.append({.purges = {purge}}));
    CHECK_FALSE(log.is_valid(*stored));
  }
}

TEST_CASE("without Redis positions count up") {
  larder::test::ManualClock clock;
  MemoryPurgeLog log(clock, {});
  const auto first = log.mark().position;
  larder::test::run_task(log.append({.purges = {{Purge::Kind::tag, "a"}}}));
  const auto second = log.mark().position;
  larder::test::run_task(log.append({.purges = {{Purge::Kind::tag, "a"}}}));
  CHECK(first < second);
  CHECK(second < log.mark().position);
}

TEST_CASE("without Redis appending a purge returns its position, and appending nothing returns none") {
  larder::test::ManualClock clock;
  MemoryPurgeLog log(clock, {});
  const auto position = larder::test::run_task(log.append({.purges = {{Purge::Kind::tag, "a"}}}));
  CHECK(position == log.mark().position);
  CHECK_FALSE(larder::test::run_task(log.append({})).has_value());
  CHECK(log.mark().position == position);
  CHECK(log.waiting() == 0);
}

}  // namespace larder::memory_purge_log_test
