#include <larder/server/occupancy.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::server;

TEST_CASE("connections leave descriptors to upstreams, Redis, the admin API and files") {
  struct Case {
    std::uint64_t descriptors;
    std::size_t by_itself;
    std::size_t most;
  };
  for (const Case& one : {Case{1, 1, 1}, Case{64, 24, 24}, Case{256, 96, 96}, Case{1'024, 384, 384},
                          Case{4'096, 1'920, 1'920}, Case{1'048'576, 16'384, 524'160}}) {
    CAPTURE(one.descriptors);
    CHECK(connections_within(one.descriptors) == one.by_itself);
    CHECK(most_connections_within(one.descriptors) == one.most);
  }
}

TEST_CASE("an outage begins once, and ends when nothing has happened for a while") {
  Outage outage;
  const SteadyTime now{Seconds{100}};
  CHECK_FALSE(outage.ends(now));
  CHECK(outage.begins(now));
  for (int i = 0; i < 100; ++i) CHECK_FALSE(outage.begins(now + Seconds{i}));
  CHECK_FALSE(outage.ends(now + Seconds{103}));
  CHECK(outage.ends(now + Seconds{104}));
  CHECK_FALSE(outage.ends(now + Seconds{200}));
  CHECK(outage.begins(now + Seconds{300}));
}
