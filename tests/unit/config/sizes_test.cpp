#include <larder/config/sizes.hpp>

#include <doctest/doctest.h>

using namespace larder::config;

TEST_CASE("sizes past the machine's memory are warned of, also those that are too large together") {
  constexpr std::uint64_t gibibyte = 1ull << 30;
  Config config;
  config.store.memory = 6 * gibibyte;
  CHECK(sizes_past(8 * gibibyte, config).empty());
  CHECK(sizes_past(0, config).empty());
  CHECK(sizes_past(7 * gibibyte, config) ==
        std::vector<std::string>{
            "store.memory and limits.buffered together are 7680MiB, and this machine has 7GiB"});
  CHECK(sizes_past(4 * gibibyte + 1, config) ==
        std::vector<std::string>{"store.memory is 6GiB, and this machine has 4GiB"});
  config.store.memory = 0;
  config.store.max_object = 5 * gibibyte;
  config.store.purge_log = 9 * gibibyte;
  CHECK(sizes_past(4 * gibibyte, config) ==
        std::vector<std::string>{"store.max_object is 5GiB, and this machine has 4GiB",
                                 "store.purge_log is 9GiB, and this machine has 4GiB"});
}

TEST_CASE("more connections than the descriptors leave room for are told") {
  Config config;
  CHECK(connections_past(448, 1024, config).empty());
  config.limits.connections = 448;
  CHECK(connections_past(448, 1024, config).empty());
  config.limits.connections = 449;
  CHECK(connections_past(448, 1024, config) ==
        "limits.connections is 449, and a descriptor limit of 1024 leaves room for 448");
}
