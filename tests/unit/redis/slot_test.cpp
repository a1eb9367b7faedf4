#include "redis/slot.hpp"

#include "support/redis_server.hpp"

#include <larder/redis/command.hpp>

#include <doctest/doctest.h>

#include <string>

namespace larder::slot_test {

using larder::redis::Command;
using larder::redis::slot_of;

TEST_CASE("a name's slot is the one that Redis computes (Redis Cluster specification)") {
  const larder::test::RedisServer server({"--cluster-enabled", "yes"});
  for (const std::string name :
       {"", "123456789", "foo", "larder:purges", "larder:r:GET:http://shop.example/products?page=2",
        "{user1000}.following", "foo{}{bar}", "foo{{bar}}zap", "foo{bar}{zap}", "{unclosed", "}{", "a{}b",
        "\xc3\xa9t\xc3\xa9"}) {
    CAPTURE(name);
    CHECK(std::to_string(slot_of(name)) == server.cli({"CLUSTER", "KEYSLOT", name}));
  }
  CHECK(slot_of("123456789") == 0x31C3);
}

TEST_CASE("a command goes where its key belongs, wherever the key is among its arguments") {
  Command read("XREAD");
  CHECK_FALSE(read.slot());
  read.arg("STREAMS").key("larder:purges").arg("0-0");
  CHECK(read.slot() == slot_of("larder:purges"));
  Command wait("WAIT");
  wait.arg(1).beside("larder:purges");
  CHECK(wait.slot() == slot_of("larder:purges"));
  const Command copy = read;
  CHECK(copy.slot() == read.slot());
}

}  // namespace larder::slot_test
