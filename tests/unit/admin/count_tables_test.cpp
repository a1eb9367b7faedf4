#include <larder/admin/stats.hpp>
#include <larder/store/purge_table.hpp>

#include <doctest/doctest.h>

#include <cctype>
#include <set>

using namespace larder;

namespace {

/// A table for `counts`, in which `beside` bytes are not counts.
template <class Counts>
void check_table(Counts counts, std::size_t beside = 0) {
  CHECK(sizeof(Counts) == Counts::table.size() * sizeof(std::uint64_t) + beside);
  std::set<std::string_view> names;
  for (const CountRow<Counts>& row : Counts::table) {
    CAPTURE(row.name);
    CHECK(names.insert(row.name).second);
    CHECK(row.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == row.name.npos);
    CHECK(std::isupper(static_cast<unsigned char>(row.help.front())) != 0);
    CHECK(row.help.ends_with('.'));
    CHECK(counts.*row.member == 0);
    counts.*row.member = 1;  // no other row has this one
  }
}

}  // namespace

TEST_CASE("every count has its own row in the table of its struct") {
  check_table(ByteBudget::Counts{});
  check_table(cache::FillCoordinator::Counts{});
  check_table(pipeline::LostLines{});
  check_table(redis::Counters{}, sizeof(redis::Latencies));
  check_table(store::MemoryTier::Counts{});
  check_table(store::PurgeTable::Counts{});
  check_table(store::RedisTier::Counts{});
  check_table(warm::RunCounts{});
  check_table(admin::PurgeLogStats::Counts{});
}

TEST_CASE("every kind of response has a row, named as in X-Cache except for larder's own and for failures") {
  std::set<std::size_t> places;
  for (const server::ResponseRow& row : server::response_table) {
    CAPTURE(row.name);
    CHECK(places.insert(row.place).second);
    std::string name(row.name);
    for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (row.place == server::place_of_failures) {
      CHECK(row.name == "failed");
    } else {
      const auto result = static_cast<pipeline::CacheResult>(row.place);
      CHECK((name == "OWN" ? "-" : name) == pipeline::word_of(result));
    }
    CHECK(row.help.ends_with('.'));
  }
}

TEST_CASE("the counts of several are added up one by one") {
  store::MemoryTier::Counts sum{1, 2, 3, 4};
  add_counts(sum, store::MemoryTier::Counts{10, 20, 30, 40});
  CHECK(sum.entries == 11);
  CHECK(sum.bytes == 22);
  CHECK(sum.evictions == 33);
  CHECK(sum.refused == 44);
}
