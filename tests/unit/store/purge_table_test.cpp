#include "sample.hpp"

#include <larder/store/purge_table.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace larder::purge_table_test {

using larder::Milliseconds;
using larder::Time;
using larder::policy::Purge;
namespace store = larder::store;
using larder::store::Position;
using larder::store::PurgeTable;
using larder::test::admits;
using larder::test::Sample;
using Kind = Purge::Kind;

namespace {

const Time start{Milliseconds{1'700'000'000'000}};

/// A position `seconds` after the start.
Position at(std::uint64_t seconds) {
  return {1'700'000'000'000 + seconds * 1'000, 0};
}
Time time_at(int seconds) {
  return start + Milliseconds{1'000 * seconds};
}

/// Whether a response fetched before a purge may be used after it, in memory and from Redis. Both must agree.
bool survives(const Sample& sample, const Purge& purge) {
  PurgeTable table({});
  table.advance(at(1));
  const auto mark = table.mark();
  Sample fetched = sample;
  fetched.born = mark.position;
  fetched.checked = mark.sequence;
  const auto in_memory = fetched.make();
  const auto in_redis = fetched.make();
  CHECK(table.is_valid(*in_memory));
  table.apply({purge}, at(2), time_at(2));
  table.advance(at(2));
  const bool is_valid = table.is_valid(*in_memory);
  CHECK(admits(table, in_redis) == is_valid);
  // What is fetched after it is not affected.
  fetched.born = table.mark().position;
  fetched.checked = table.mark().sequence;
  const auto later = fetched.make();
  CHECK(table.is_valid(*later));
  CHECK(admits(table, later));
  return is_valid;
}

}  // namespace

TEST_CASE("a purge of a path on every site names it on each, and no other path") {
  const std::string every(larder::store::every_site);
  for (const std::string site : {"shop.example", "[::1]", "*", ""}) {
    CAPTURE(site);
    Sample sample;
    sample.site = site;
    sample.path = "/products/7";
    CHECK_FALSE(survives(sample, {Kind::resource, every + "/products/7"}));
    CHECK_FALSE(survives(sample, {Kind::below, every + "/products/"}));
    CHECK_FALSE(survives(sample, {Kind::below, every + "/"}));
    CHECK_FALSE(survives(sample, {Kind::pattern, every + "/products/*"}));
    CHECK(survives(sample, {Kind::resource, every + "/products/8"}));
    CHECK(survives(sample, {Kind::below, every + "/products/7/"}));
    CHECK(survives(sample, {Kind::pattern, every + "/categories/*"}));
  }
  // A star is a host like any other.
  Sample sample;
  sample.site = "shop.example";
  CHECK(survives(sample, {Kind::resource, "*" + sample.path}));
}

TEST_CASE("each kind of purge matches what it says and nothing else") {
  Sample sample;
  sample.site = "shop.example";
  sample.path = "/products/7";
  sample.tags = {"product:7", "products"};
  struct Row {
    Kind kind;
    const char* value;
    bool survives;
  };
  const Row rows[] = {
      {Kind::resource, "shop.example/products/7", false},
      {Kind::resource, "shop.example/products/8", true},
      {Kind::resource, "shop.example/products", true},
      {Kind::resource, "other.example/products/7", true},
      {Kind::below, "shop.example/products/", false},
      {Kind::below, "shop.example/", false},
      {Kind::below, "shop.example/products/7/", true},
      {Kind::below, "shop.example/prod/", true},
      {Kind::below, "other.example/products/", true},
      // Not in normal form: what is above it is purged, too much rather than too little.
      {Kind::below, "shop.example/products/7", false},
      {Kind::below, "shop.example", false},
      {Kind::pattern, "shop.example/products/*", false},
      {Kind::pattern, "shop.example/**", false},
      {Kind::pattern, "shop.example/{any}/7", false},
      {Kind::pattern, "shop.example/*", true},
      {Kind::pattern, "other.example/products/*", true},
      {Kind::pattern, "shop.example/**/7", false},
      {Kind::pattern, "shop.example/{name**}/7", false},
      {Kind::pattern, "shop.example/{name**}/products/7", true},
      {Kind::pattern, "shop.example/products/{id}.json", true},
      {Kind::pattern, "shop.example/a/**/b/**/c", false},  // unreadable
      {Kind::pattern, "shop.example", false},              // unreadable
      {Kind::tag, "product:7", false},
      {Kind::tag, "products", false},
      {Kind::tag, "product:8", true},
      {Kind::tag, "shop.example/products/7", true},
      {Kind::all, "*", false},
      {Kind::all, "", false},
  };
  for (const Row& row : rows) {
    CAPTURE(static_cast<int>(row.kind));
    CAPTURE(row.value);
    CHECK(survives(sample, {row.kind, row.value}) == row.survives);
  }
}

TEST_CASE("a path of thousands of segments is matched by a purge of any path above it") {
  Sample sample;
  sample.path.clear();
  for (int i = 0; i < 4'000; ++i) sample.path += "/a";
  for (const std::size_t depth : {0, 1, 2, 100, 3'999}) {
    CAPTURE(depth);
    const std::string below = sample.site + sample.path.substr(0, 2 * depth) + "/";
    CHECK_FALSE(survives(sample, {Kind::below, below}));
    CHECK(survives(sample, {Kind::below, below + "b/"}));
  }
  CHECK(survives(sample, {Kind::below, sample.site + sample.path + "/"}));
}

TEST_CASE("a record that names several purges each of them") {
  PurgeTable table({});
  Sample sample;
  const auto one = sample.make();
  sample.path = "/products";
  const auto other = sample.make();
  sample.path = "/about";
  const auto third = sample.make();
  table.apply({{Kind::resource, "shop.example/products/7"}, {Kind::resource, "shop.example/products"}}, at(1),
              start);
  CHECK_FALSE(table.is_valid(*one));
  CHECK_FALSE(table.is_valid(*other));
  CHECK(table.is_valid(*third));
}

TEST_CASE("a response fetched before a purge and stored after it is not used (the stale-store race)") {
  PurgeTable table({});
  const auto mark = table.mark();
  table.apply({{Kind::resource, "shop.example/products/7"}}, at(5), start);
  table.advance(at(5));
  Sample sample;
  sample.checked = mark.sequence;
  sample.born = mark.position;
  CHECK_FALSE(table.is_valid(*sample.make()));
  CHECK_FALSE(admits(table, sample.make()));
}

TEST_CASE("a check advances, so that each purge is checked only once") {
  PurgeTable table({});
  const auto response = Sample{}.make();
  table.apply({{Kind::tag, "other"}}, at(1), start);
  CHECK(table.is_valid(*response));
  CHECK(response->checked == table.mark().sequence);
  table.apply({{Kind::resource, "shop.example/products/7"}}, at(2), start);
  CHECK_FALSE(table.is_valid(*response));
  CHECK_FALSE(table.is_valid(*response));
}

TEST_CASE("a purge by this instance that is not yet written applies to memory immediately") {
  PurgeTable table({});
  table.advance(at(1));
  Sample sample;
  sample.born = at(1);
  sample.checked = table.mark().sequence;
  const auto response = sample.make();
  table.apply({{Kind::resource, "shop.example/products/7"}}, std::nullopt, start);
  CHECK_FALSE(table.is_valid(*response));
  CHECK(table.mark().position == at(1));
  // Once it is in the log it has a position, by which responses in Redis are judged.
  CHECK(admits(table, response));
  table.apply({{Kind::resource, "shop.example/products/7"}}, at(2), start);
  CHECK_FALSE(admits(table, response));
}

TEST_CASE("a response born after the last known position is not used: the log may have lost its end") {
  PurgeTable table({});
  table.advance(at(5));
  Sample sample;
  sample.born = at(6);
  CHECK_FALSE(admits(table, sample.make()));
  table.advance(at(6));
  CHECK(admits(table, sample.make()));
}

TEST_CASE("names purged repeatedly take no more space, and are forgotten some time after their last purge") {
  PurgeTable table({.max_lifetime = Milliseconds{10'000}});
  for (int i = 1; i <= 100; ++i) {
    table.apply({{Kind::tag, "a"}, {Kind::tag, "b" + std::to_string(i / 50)}}, at(i), time_at(i));
  }
  CHECK(table.counts().names == 2 + 1);
  table.apply({{Kind::tag, "c"}}, at(105), time_at(105));
  CHECK(table.counts().names == 4);
  table.apply({{Kind::tag, "d"}}, at(130), time_at(130));
  table.apply({{Kind::tag, "d"}}, at(160), time_at(160));
  CHECK(table.counts().names == 1);
}

TEST_CASE("a record applied again with its position changes nothing") {
  PurgeTable table({});
  for (const Kind kind : {Kind::resource, Kind::below, Kind::pattern, Kind::tag, Kind::all}) {
    const Purge purge{kind, "shop.example/products/"};
    table.apply({purge}, at(3), start);
    const auto sequence = table.mark().sequence;
    table.apply({purge}, at(3), start);
    table.apply({purge}, at(2), start);
    CHECK(table.mark().sequence == sequence);
    table.apply({purge}, at(4), start);
    CHECK(table.mark().sequence == sequence + 1);
  }
}

TEST_CASE("positions only move forward") {
  PurgeTable table({});
  table.advance(at(5));
  table.advance(at(3));
  CHECK(table.mark().position == at(5));
}

TEST_CASE("purges older than any entry are forgotten, and responses older than those purges are not used") {
  PurgeTable table({.max_lifetime = Milliseconds{10'000}});
  Sample sample;
  sample.path = "/never/purged";
  sample.checked = table.mark().sequence;
  const auto untouched = sample.make();  // fetched before the first purge, not checked since
  table.apply({{Kind::tag, "a"}, {Kind::pattern, "shop.example/x/*"}}, at(1), time_at(1));
  sample.checked = table.mark().sequence;
  sample.born = at(1);
  const auto later = sample.make();
  table.apply({{Kind::tag, "b"}}, at(5), time_at(5));
  CHECK(table.counts().names == 2);
  CHECK(table.counts().patterns == 1);
  table.apply({{Kind::tag, "c"}}, at(12), time_at(12));
  table.advance(at(12));
  CHECK(table.counts().names == 2);  // b and c
  CHECK(table.counts().patterns == 0);
  CHECK_FALSE(table.is_valid(*untouched));
  CHECK(table.is_valid(*later));
  CHECK(admits(table, later));
}

TEST_CASE("many expired purges are forgotten a few at a time, and then count for everything older") {
  PurgeTable table({.max_lifetime = Milliseconds{10'000}});
  std::vector<Purge> many;
  for (int i = 0; i < 1'000; ++i) many.push_back({Kind::tag, "t" + std::to_string(i)});
  Sample tagged;
  tagged.tags = {"t999"};
  const auto stored = tagged.make();
  table.apply(many, at(1), time_at(1));
  std::size_t before = table.counts().names;
  for (int second = 20; table.counts().names > 1; ++second) {
    REQUIRE(second < 30);
    table.apply({{Kind::tag, "later"}}, at(second), time_at(second));
    CHECK(table.counts().names < before + 1);
    before = table.counts().names;
    CHECK_FALSE(table.is_valid(*stored));
  }
}

TEST_CASE("a name purged again is as recent as its last purge") {
  PurgeTable table({.max_lifetime = Milliseconds{10'000}});
  table.apply({{Kind::tag, "a"}}, at(1), time_at(1));
  Sample sample;
  sample.tags = {"a"};
  sample.checked = table.mark().sequence;
  const auto response = sample.make();
  table.apply({{Kind::tag, "a"}}, at(9), time_at(9));
  table.apply({{Kind::tag, "b"}}, at(15), time_at(15));
  CHECK(table.counts().names == 2);
  CHECK_FALSE(table.is_valid(*response));
}

TEST_CASE(
    "if there are too many names or patterns, the oldest are forgotten, and older responses count as "
    "purged") {
  for (const bool patterns : {false, true}) {
    CAPTURE(patterns);
    PurgeTable table({.max_names = 10, .max_patterns = 10});
    const auto purge = [&](unsigned i) {
      const std::string value = "shop.example/other/" + std::to_string(i);
      table.apply({{patterns ? Kind::pattern : Kind::resource, value}}, at(2 + i),
                  time_at(2 + static_cast<int>(i)));
      table.advance(at(2 + i));
    };
    Sample sample;
    sample.path = "/never/purged";
    const auto fetch = [&] {
      sample.checked = table.mark().sequence;
      sample.born = table.mark().position;
      return sample.make();
    };
    const auto older = fetch();
    for (unsigned i = 0; i < 5; ++i) purge(i);
    const auto younger = fetch();
    for (unsigned i = 5; i < 10; ++i) purge(i);
    CHECK(admits(table, store::StoredResponse::from(store::copy_of(older))));
    purge(10);
    CHECK(table.counts().forgotten_early == 1);
    CHECK(table.counts().names + table.counts().patterns == 10);
    CHECK_FALSE(table.is_valid(*older));
    CHECK_FALSE(admits(table, older));
    CHECK(admits(table, younger));
    CHECK(table.is_valid(*younger));
    for (unsigned i = 11; i < 30; ++i) purge(i);
    CHECK(table.counts().names + table.counts().patterns == 10);
    CHECK_FALSE(table.is_valid(*younger));
    CHECK(table.is_valid(*fetch()));
  }
}

TEST_CASE("a name that is purged again and again is not the oldest") {
  PurgeTable table({.max_names = 3});
  for (unsigned i = 0; i < 50; ++i) {
    table.apply({{Kind::tag, "hot"}}, at(2 * i), time_at(static_cast<int>(2 * i)));
    table.apply({{Kind::tag, std::to_string(i)}}, at(2 * i + 1), time_at(static_cast<int>(2 * i + 1)));
  }
  CHECK(table.counts().names == 3);
  table.advance(at(99));
  Sample sample;
  sample.tags = {"hot"};
  sample.born = at(97);
  CHECK_FALSE(admits(table, sample.make()));
}

TEST_CASE("a response born beyond the log's last position is not used: that log may have been lost") {
  PurgeTable table({});
  table.advance(at(5));
  Sample sample;
  sample.born = at(6);
  const auto response = sample.make();
  CHECK_FALSE(admits(table, response));
  table.advance(at(6));
  CHECK(admits(table, response));
}

TEST_CASE("the same pattern purged again takes no more space") {
  PurgeTable table({});
  for (unsigned i = 1; i < 100; ++i) table.apply({{Kind::pattern, "shop.example/api/**"}}, at(i), start);
  CHECK(table.counts().patterns == 1);
}

TEST_CASE("no thread considers a response valid once a purge of it is applied") {
  PurgeTable table({});
  std::atomic<int> purged{0};
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const int before = purged;
        Sample sample;
        sample.checked = static_cast<std::uint64_t>(before);  // fetched before purge `before` was applied
        const auto response = sample.make();
        if (before > 0 && table.is_valid(*response)) ++wrong;
      }
    });
  }
  for (unsigned i = 1; i <= 2'000; ++i) {
    table.apply({{Kind::resource, "shop.example/products/7"}}, at(i), start);
    purged = static_cast<int>(i);
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(wrong == 0);
}

TEST_CASE(
    "a purge of one spelling of a path is one of all that an origin may take for the same, and of no more") {
  const auto stored_survives = [](const char* path, const Purge& purge) {
    Sample sample;
    sample.site = "h";
    sample.path = path;
    return survives(sample, purge);
  };
  const auto survives_both = [&](const char* stored, const std::string& purged) {
    const bool by_name = stored_survives(stored, {Kind::resource, "h" + purged});
    CHECK(stored_survives(stored, {Kind::pattern, "h" + purged}) == by_name);
    return by_name;
  };
  const std::vector<const char*> spellings[] = {
      {"/a/b", "/A/b", "/a/B;v=1", "/a%2Fb", "/a%5Cb", "/a;x/b", "/a%3Bx/b", "/a/b.", "/a/b%20"},
      {"/u/joe@x.org", "/u/joe%40x.org", "/U/Joe@X.org"},
      {"/@s/x", "/@s%2Fx", "/%40s%2Fx", "/@S/x"}};
  for (const auto& group : spellings) {
    for (const char* stored : group) {
      for (const char* purged : group) {
        CAPTURE(stored);
        CAPTURE(purged);
        CHECK_FALSE(survives_both(stored, purged));
        CHECK_FALSE(stored_survives((std::string(stored) + "/c").c_str(),
                                    {Kind::below, "h" + std::string(purged) + "/"}));
      }
      for (const char* other : {"/a", "/b", "/a/bb", "/a/b/c", "/a%2Fbb", "/u/joe", "/s/x", "/A/C"}) {
        CAPTURE(stored);
        CAPTURE(other);
        CHECK(survives_both(stored, other));
      }
    }
  }
  CHECK(stored_survives("/a", {Kind::below, "h/;x/"}));
  CHECK_FALSE(stored_survives("/a", {Kind::below, "h/"}));
  CHECK_FALSE(stored_survives("/IMG/a.PNG", {Kind::pattern, "h/img/*.png"}));
  CHECK_FALSE(stored_survives("/img/a.png", {Kind::pattern, "h/Img/*.PNG"}));
  CHECK_FALSE(stored_survives("/x/y", {Kind::pattern, "h/**;a/**;b/c"}));  // too odd a pattern is all
}

}  // namespace larder::purge_table_test
