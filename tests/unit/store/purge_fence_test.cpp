// A response older than a purge that names it is kept out, even if things happen in an unusual order.
#include "sample.hpp"

#include <larder/store/purge_table.hpp>

#include <doctest/doctest.h>

namespace larder::purge_fence_test {

using larder::Milliseconds;
using larder::Time;
using larder::policy::Purge;
using larder::store::Position;
using larder::store::PurgeTable;
using larder::test::admits;
using larder::test::Sample;
using Kind = Purge::Kind;

namespace {

Position position_at(std::uint64_t seconds) {
  return {1'700'000'000'000 + seconds * 1'000, 0};
}
Time time_at(int seconds) {
  return Time{Milliseconds{1'700'000'000'000 + 1'000 * seconds}};
}

}  // namespace

TEST_CASE("a forgotten purge counts for everything older than it, whatever its kind") {
  for (const Purge& forgotten :
       {Purge{Kind::pattern, "shop.example/x/*"}, Purge{Kind::tag, "a"},
        Purge{Kind::resource, "shop.example/x"}, Purge{Kind::below, "shop.example/x/"}}) {
    CAPTURE(forgotten.value);
    PurgeTable table({.max_lifetime = Milliseconds{10'000}});
    Sample sample;
    sample.path = "/never/purged";
    sample.checked = table.mark().sequence;
    const auto older = sample.make();
    table.apply({forgotten}, position_at(1), time_at(1));
    sample.checked = table.mark().sequence;
    const auto younger = sample.make();
    table.apply({{Kind::tag, "b"}}, position_at(12), time_at(12));
    CHECK(table.counts().names == 1);
    CHECK(table.counts().patterns == 0);
    CHECK_FALSE(table.is_valid(*older));
    CHECK(table.is_valid(*younger));
  }
}

TEST_CASE("patterns that arrive in another order than logged are all checked") {
  PurgeTable table({});
  table.apply({{Kind::pattern, "shop.example/a/*"}}, position_at(5), time_at(5));
  table.apply({{Kind::pattern, "shop.example/b/*"}}, position_at(3), time_at(5));
  table.advance(position_at(5));
  Sample sample;
  sample.born = position_at(4);
  sample.path = "/a/1";
  CHECK_FALSE(admits(table, sample.make()));
  sample.path = "/b/1";
  CHECK(admits(table, sample.make()));
}

}  // namespace larder::purge_fence_test
