#include "workbench.hpp"

#include <doctest/doctest.h>

namespace larder::kept_content_test {

using larder::test::arriving;
using larder::test::Workbench;

TEST_CASE("content read at its client's pace is stored once it is whole, before its end is passed on") {
  for (const bool has_length : {true, false}) {
    CAPTURE(has_length);
    Workbench bench;
    bench.origin.answers({[=] { return arriving({}, {"12", "34"}, has_length); }});
    const auto asked = bench.ask("/a");
    pipeline::Response response = bench.fetch(*asked);
    CHECK(bench.read(response) == "12");
    CHECK(bench.stored(*asked) == nullptr);
    CHECK(bench.read(response) == "34");
    CHECK((bench.stored(*asked) != nullptr) == has_length);
    CHECK(bench.read(response).empty());
    REQUIRE(bench.stored(*asked) != nullptr);
    CHECK(bench.stored(*asked)->content() == "1234");
  }
}

TEST_CASE("content purged while it arrives does not replace a newer response") {
  Workbench bench;
  bench.origin.answers({[] { return arriving({}, {"ol", "d"}, true); }});
  const auto asked = bench.ask("/a");
  pipeline::Response response = bench.fetch(*asked);
  CHECK(bench.read(response) == "ol");
  bench.purge("shop.test/a");
  bench.fill("/a", {}, {}, "new");
  CHECK(bench.read(response) == "d");
  CHECK(bench.read(response).empty());
  REQUIRE(bench.stored(*asked) != nullptr);
  CHECK(bench.stored(*asked)->content() == "new");
}

TEST_CASE("content beyond a limit is passed on but not stored") {
  Workbench bench;
  const auto asked = bench.ask("/a");
  const auto read_all = [&](bool has_length) {
    bench.origin.answers({[=] { return arriving({}, {"12", "34"}, has_length); }});
    pipeline::Response response = bench.fetch(*asked);
    CHECK(bench.read(response) == "12");
    CHECK(bench.read(response) == "34");
    CHECK(bench.read(response).empty());
    return bench.stored(*asked) != nullptr;
  };
  SUBCASE("max_object") {
    bench.settings->max_object = 3;
    CHECK_FALSE(read_all(true));
    CHECK_FALSE(read_all(false));
    bench.settings->max_object = 4;
    CHECK(read_all(false));
  }
  SUBCASE("the time that a fetch may take") {
    bench.settings->upstreams["origin"].total = Milliseconds{0};
    CHECK_FALSE(read_all(true));
    CHECK_FALSE(read_all(false));
  }
  SUBCASE("what may be held for clients") {
    const auto held =
        ByteBudget::allocate(bench.coordinator.buffered(), bench.coordinator.buffered()->limit());
    CHECK_FALSE(read_all(false));
    CHECK_FALSE(read_all(true));
  }
}

TEST_CASE("content is whole by its length, or at its end if the response's fields say so") {
  struct Case {
    std::optional<std::uint64_t> length;
    std::optional<std::uint64_t> size;
    std::uint64_t came;
    bool has_ended;
    bool is_whole;
  };
  Workbench bench;
  const cache::Keeping keeping{bench.store, bench.log, 100, bench.coordinator.buffered()};
  for (const Case& each : std::initializer_list<Case>{{4, {}, 3, false, false},
                                                      {4, {}, 4, false, true},
                                                      {4, {}, 3, true, false},
                                                      {{}, {}, 4, false, false},
                                                      {{}, {}, 4, true, true},
                                                      {{}, 4, 4, false, false},
                                                      {{}, 4, 4, true, true},
                                                      {{}, 4, 3, true, false},
                                                      {{}, 4, 5, true, false}}) {
    const cache::KeptContent kept(std::make_shared<store::Draft>(), keeping, each.length, each.size);
    CHECK(kept.is_whole(each.came, each.has_ended) == each.is_whole);
  }
}

}  // namespace larder::kept_content_test
