#include "store/purge_groups.hpp"

#include "support/run_task.hpp"

#include <larder/base/task.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <vector>

namespace larder::purge_groups_test {

using larder::policy::Purge;
using larder::store::Position;
using larder::store::PurgeGroups;
using larder::store::PurgeRecord;
using larder::store::Strength;

namespace {

/// Groups over a log that remembers what is written.
struct Written {
  boost::asio::io_context loop;
  std::vector<PurgeRecord> records;
  std::vector<SteadyTime> times;  // of each record
  std::shared_ptr<PurgeGroups> groups =
      std::make_shared<PurgeGroups>(loop, [this](PurgeRecord record) { return write(std::move(record)); });

  Task<std::optional<Position>> write(PurgeRecord record) {
    records.push_back(std::move(record));
    times.push_back(steady_now());
    co_return Position{1, records.size()};
  }

  auto append(std::vector<Purge> purges, Strength strength = Strength::hard, bool stands_alone = false) {
    PurgeRecord record{
        {.purges = std::move(purges), .strength = strength, .why = "w", .stands_alone = stands_alone}, {}};
    return boost::asio::co_spawn(loop, groups->append(groups, std::move(record)), boost::asio::use_future);
  }
};

Purge tag(std::string name) {
  return {Purge::Kind::tag, std::move(name)};
}

}  // namespace

TEST_CASE("concurrent purges are one record without repeats, and every caller learns its position") {
  Written log;
  std::vector<std::future<std::optional<Position>>> told;
  for (int i = 0; i < 1000; ++i) told.push_back(log.append({tag("a"), tag(std::to_string(i % 10))}));
  log.loop.run();
  REQUIRE(log.records.size() == 1);
  CHECK(log.records[0].batch.purges.size() == 11);
  CHECK(log.records[0].batch.why == "w and 999 more");
  for (auto& one : told) CHECK(one.get() == Position{1, 1});
}

TEST_CASE("hard and soft purges, and purges that need a record of their own, are not mixed") {
  Written log;
  auto hard = log.append({tag("a")});
  auto soft = log.append({tag("b")}, Strength::soft);
  auto apart = log.append({tag("c")}, Strength::hard, true);
  auto last = log.append({tag("d")});
  log.loop.run();
  REQUIRE(log.records.size() == 4);
  for (const PurgeRecord& record : log.records) CHECK(record.batch.purges.size() == 1);
  CHECK(log.records[1].batch.strength == Strength::soft);
}

TEST_CASE("what needs a record of its own is one record with all that it names") {
  Written log;
  auto before = log.append({tag("a")});
  auto apart = log.append({tag("b"), tag("c"), tag("b")}, Strength::hard, true);
  auto after = log.append({tag("d")});
  log.loop.run();
  REQUIRE(log.records.size() == 3);
  CHECK(log.records[1].batch.purges == std::vector<Purge>{tag("b"), tag("c")});
  CHECK(log.records[1].batch.why == "w");
  CHECK(apart.get() == Position{1, 2});
}

TEST_CASE("a record holds at most 16 KiB of names") {
  Written log;
  std::vector<Purge> many;
  for (int i = 0; i < 100; ++i) many.push_back(tag(std::string(1000, 'x') + std::to_string(i)));
  auto told = log.append(many);
  log.loop.run();
  CHECK(told.get() == Position{1, log.records.size()});
  CHECK(log.records.size() == 7);
  std::size_t names = 0;
  for (const PurgeRecord& record : log.records) {
    std::size_t bytes = 0;
    for (const Purge& purge : record.batch.purges) bytes += purge.value.size();
    CHECK(bytes <= PurgeGroups::largest_record);
    names += record.batch.purges.size();
  }
  CHECK(names == 100);
}

TEST_CASE("at most one record is written every 2 ms, and none is dropped") {
  Written log;
  std::vector<Purge> many;
  for (int i = 0; i < 320; ++i) many.push_back(tag(std::string(1000, 'x') + std::to_string(i)));
  const SteadyTime began = steady_now();
  auto told = log.append(many);
  log.loop.run();
  REQUIRE(log.records.size() == 20);
  CHECK(told.get() == Position{1, 20});
  for (std::size_t i = 0; i < log.times.size(); ++i) {
    CAPTURE(i);
    CHECK(log.times[i] >= began + i * PurgeGroups::interval);
  }
}

TEST_CASE("purges that come while a record is written form the next one, however many they are") {
  Written log;
  std::vector<std::future<std::optional<Position>>> told;
  for (int i = 0; i < 100; ++i) told.push_back(log.append({tag("first")}));
  boost::asio::co_spawn(
      log.loop,
      [](Written& log, std::vector<std::future<std::optional<Position>>>& told) -> Task<> {
        while (log.records.empty()) co_await boost::asio::post(boost::asio::use_awaitable);
        for (int i = 0; i < 100; ++i) told.push_back(log.append({tag("next")}));
      }(log, told),
      boost::asio::detached);
  log.loop.run();
  REQUIRE(log.records.size() == 2);
  CHECK(log.records[0].batch.purges == std::vector<Purge>{tag("first")});
  CHECK(log.records[1].batch.purges == std::vector<Purge>{tag("next")});
  REQUIRE(told.size() == 200);
  for (std::size_t i = 0; i < told.size(); ++i) CHECK(told[i].get() == Position{1, i < 100 ? 1u : 2u});
}

}  // namespace larder::purge_groups_test
