#include "sample.hpp"

#include <larder/store/purge_table.hpp>

#include <doctest/doctest.h>

namespace larder::soft_purge_test {

using larder::Milliseconds;
using larder::Time;
using larder::policy::Purge;
using larder::store::Draft;
using larder::store::Position;
using larder::store::PurgeTable;
using larder::store::StoredResponse;
using larder::store::Strength;
using larder::store::Verdict;
using larder::test::admits;
using larder::test::Sample;
using Kind = Purge::Kind;

namespace {

const Purge product{Kind::resource, "shop.example/products/7"};

/// A position, and a time, this many seconds after the start.
Position at(std::uint64_t seconds) {
  return {1'700'000'000'000 + seconds * 1'000, 0};
}
Time time_at(int seconds) {
  return Time{Milliseconds{1'700'000'000'000 + 1'000 * std::int64_t{seconds}}};
}

}  // namespace

TEST_CASE(
    "a soft purge makes responses stale from then on, in memory and from Redis, and later ones are fresh") {
  PurgeTable table({});
  table.advance(at(0));
  Sample sample;
  sample.born = at(0);
  sample.checked = table.mark().sequence;
  sample.tags = {"a"};
  sample.response_time = time_at(0);
  sample.freshness = Milliseconds{60'000};
  const auto in_memory = sample.make();
  Draft from_redis = sample.draft();
  table.apply({{Kind::tag, "a"}}, at(20), time_at(20), Strength::soft);
  table.advance(at(20));
  for (int again = 0; again < 2; ++again) {
    CHECK(table.judge(*in_memory).kind == Verdict::Kind::stale);
    CHECK(table.judge(*in_memory).since == time_at(20));
    CHECK_FALSE(table.is_valid(*in_memory));
  }
  REQUIRE(table.admit(from_redis));
  CHECK(from_redis.lifetimes.freshness == Milliseconds{20'000});
  CHECK(from_redis.softly_purged);
  CHECK(table.is_valid(*StoredResponse::from(from_redis)));  // it is already stale
  sample.born = table.mark().position;
  sample.checked = table.mark().sequence;
  sample.response_time = time_at(21);
  Draft later = sample.draft();
  CHECK(table.is_valid(*StoredResponse::from(later)));
  CHECK(table.admit(later));
  CHECK(later.lifetimes.freshness == Milliseconds{60'000});
}

TEST_CASE("a soft purge does not weaken a hard one, before or after it") {
  for (const bool hard_first : {false, true}) {
    PurgeTable table({});
    Sample sample;
    sample.checked = table.mark().sequence;
    const auto response = sample.make();
    table.apply({product}, at(1), time_at(1), hard_first ? Strength::hard : Strength::soft);
    table.apply({product}, at(2), time_at(2), hard_first ? Strength::soft : Strength::hard);
    CHECK(table.judge(*response).kind == Verdict::Kind::purged);
    CHECK_FALSE(admits(table, response));
  }
}

TEST_CASE("of several soft purges the earliest known one counts; forgotten ones are still soft") {
  PurgeTable table({.max_lifetime = Milliseconds{10'000}});
  Sample sample;
  sample.tags = {"a", "b"};
  sample.checked = table.mark().sequence;
  const auto response = sample.make();
  table.apply({{Kind::tag, "b"}}, at(2), time_at(2), Strength::soft);
  table.apply({{Kind::tag, "a"}}, at(1), time_at(1), Strength::soft);
  CHECK(table.judge(*response).since == time_at(1));
  table.apply({{Kind::tag, "c"}}, at(30), time_at(30));
  CHECK(table.counts().names == 1);
  CHECK(table.judge(*response).kind == Verdict::Kind::stale);
}

TEST_CASE("whether a purge has named tags since a given moment is found without a stored response") {
  PurgeTable table({});
  table.advance(at(1));
  const Sample sample;
  const larder::policy::Tags tags = sample.draft().tags;
  const larder::store::Since here{.sequence = table.mark().sequence};
  const larder::store::Since there{.position = at(1)};
  for (const auto& since : {here, there}) CHECK(table.names(tags, since) == std::nullopt);

  table.apply({{Kind::resource, "shop.example/other"}}, at(2), time_at(2));
  table.advance(at(2));
  for (const auto& since : {here, there}) CHECK(table.names(tags, since) == std::nullopt);
  table.apply({product}, at(3), time_at(3), Strength::soft);
  table.advance(at(3));
  for (const auto& since : {here, there}) CHECK(table.names(tags, since) == Strength::soft);
  table.apply({product}, at(4), time_at(4));
  table.apply({product}, at(5), time_at(5), Strength::soft);
  table.advance(at(5));
  for (const auto& since : {here, there}) CHECK(table.names(tags, since) == Strength::hard);

  CHECK(table.names(tags, {.position = at(4)}) == Strength::soft);
  CHECK(table.names(tags, {.position = at(5)}) == std::nullopt);
  CHECK(table.names(tags, {.sequence = table.mark().sequence}) == std::nullopt);
  // A fetch that began beyond what is known here cannot be judged yet.
  CHECK(table.names(tags, {.position = at(6)}) == Strength::hard);
}

}  // namespace larder::soft_purge_test
