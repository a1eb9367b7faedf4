#include "redis/slot_map.hpp"

#include "redis/reply_reader.hpp"

#include <doctest/doctest.h>

#include <string>

namespace larder::slot_map_test {

using larder::Error;
using larder::net::Endpoint;
using larder::redis::read_redirection;
using larder::redis::Redirection;
using larder::redis::ReplyReader;
using larder::redis::SlotMap;
using larder::redis::Value;

namespace {

const Endpoint asked{"10.0.0.9", "7009", {}};

Value reply(const std::string& wire) {
  ReplyReader reader(1'000'000);
  REQUIRE(reader.feed(wire));
  return **reader.next();
}

std::string bulk(const std::string& text) {
  return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

/// A range of slots as in CLUSTER SLOTS: from, to, a master, and a replica.
std::string range(int from, int to, const std::string& host, int port, const std::string& id) {
  return "*4\r\n:" + std::to_string(from) + "\r\n:" + std::to_string(to) + "\r\n*3\r\n" + bulk(host) + ":" +
         std::to_string(port) + "\r\n" + bulk(id) + "*3\r\n" + bulk("10.0.0.7") + ":7007\r\n" +
         bulk("replica");
}

std::string owner(const SlotMap& map, std::uint16_t slot) {
  const auto* node = map.node_of(slot);
  return node == nullptr ? "" : node->id + "@" + node->endpoint.text();
}

}  // namespace

TEST_CASE("the map knows which master serves which slot") {
  const auto map =
      SlotMap::read(reply("*3\r\n" + range(0, 99, "10.0.0.1", 7001, "a") + range(200, 16'383, "", 7002, "b") +
                          range(100, 100, "10.0.0.1", 7001, "a")),
                    asked);
  REQUIRE(map.has_value());
  CHECK(map->nodes().size() == 2);
  CHECK(owner(*map, 0) == "a@10.0.0.1:7001");
  CHECK(owner(*map, 100) == "a@10.0.0.1:7001");
  CHECK(owner(*map, 101).empty());
  CHECK(owner(*map, 200) == "b@10.0.0.9:7002");
  CHECK(owner(*map, 16'383) == "b@10.0.0.9:7002");
}

TEST_CASE("ranges that add up to more slots than exist are not believed") {
  const std::string half = range(0, 8'191, "10.0.0.1", 7001, "a");
  CHECK(SlotMap::read(reply("*2\r\n" + half + half), asked).has_value());
  CHECK(SlotMap::read(reply("*3\r\n" + half + half + range(1, 0, "10.0.0.1", 7001, "a")), asked).has_value());
  const auto map = SlotMap::read(reply("*3\r\n" + half + half + range(5, 5, "10.0.0.1", 7001, "a")), asked);
  CHECK(map.error() == Error::malformed);
}

TEST_CASE("a slot that moved belongs to the named node, known or new") {
  auto map =
      *SlotMap::read(reply("*2\r\n" + range(0, 1, "h1", 7001, "a") + range(2, 3, "h2", 7002, "b")), asked);
  map.move(0, {"h2", "7002", {}});
  map.move(1, {"h3", "7003", {}});
  CHECK(owner(map, 0) == "b@h2:7002");
  CHECK(owner(map, 1) == "@h3:7003");
  CHECK(owner(map, 2) == "b@h2:7002");
}

TEST_CASE("a cluster has at most 4096 nodes, from its map and from redirections") {
  const auto many = [](int count) {
    std::string wire = "*" + std::to_string(count) + "\r\n";
    for (int i = 0; i < count; ++i) wire += range(i, i, "h", 1 + i, "n" + std::to_string(i));
    return reply(wire);
  };
  CHECK(SlotMap::read(many(4'097), asked).error() == Error::malformed);
  auto map = SlotMap::read(many(4'096), asked);
  REQUIRE(map.has_value());
  map->move(0, {"another", "1", {}});
  CHECK(map->nodes().size() == 4'096);
  CHECK(owner(*map, 0) == "n0@h:1");
  map->move(0, {"h", "2", {}});
  CHECK(owner(*map, 0) == "n1@h:2");
}

TEST_CASE("what is not a map of slots is refused") {
  struct Row {
    std::string wire;
    Error error;
  };
  for (const Row& row : {Row{"*0\r\n", Error::unavailable}, Row{"-ERR no\r\n", Error::malformed},
                         Row{":1\r\n", Error::malformed}, Row{"*1\r\n:1\r\n", Error::malformed},
                         Row{"*1\r\n" + range(0, 16'384, "h", 1, "a"), Error::malformed},
                         Row{"*1\r\n" + range(-1, 5, "h", 1, "a"), Error::malformed},
                         Row{"*1\r\n" + range(0, 5, "h", 70'000, "a"), Error::malformed},
                         Row{"*1\r\n*3\r\n:0\r\n:1\r\n*0\r\n", Error::malformed}}) {
    CAPTURE(row.wire);
    CHECK(SlotMap::read(reply(row.wire), asked).error() == row.error);
  }
}

TEST_CASE("redirections are read from error replies") {
  using Kind = Redirection::Kind;
  struct Row {
    std::string wire;
    Kind kind;
    int slot;
    std::string endpoint;
  };
  for (const Row& row : {Row{"-MOVED 3999 127.0.0.1:6381\r\n", Kind::moved, 3999, "127.0.0.1:6381"},
                         Row{"-ASK 16383 h.example:6381\r\n", Kind::ask, 16'383, "h.example:6381"},
                         Row{"-MOVED 0 :6381\r\n", Kind::moved, 0, "10.0.0.9:6381"},
                         Row{"-MOVED 0 ?:6381\r\n", Kind::moved, 0, "10.0.0.9:6381"},
                         Row{"-MOVED 1 ::1:6381\r\n", Kind::moved, 1, "[::1]:6381"}}) {
    CAPTURE(row.wire);
    const auto redirection = read_redirection(reply(row.wire), asked);
    REQUIRE(redirection);
    CHECK(redirection->kind == row.kind);
    CHECK(redirection->slot == row.slot);
    CHECK(redirection->endpoint.text() == row.endpoint);
  }
  CHECK(read_redirection(reply("-TRYAGAIN later\r\n"), asked)->kind == Kind::try_again);
  for (const std::string wire :
       {"+MOVED 1 h:1\r\n", "-MOVED\r\n", "-MOVED x h:1\r\n", "-MOVED 16384 h:1\r\n", "-MOVED 1 h\r\n",
        "-MOVED 1 h:99999\r\n", "-CLUSTERDOWN the cluster is down\r\n", "$-1\r\n"}) {
    CAPTURE(wire);
    CHECK_FALSE(read_redirection(reply(wire), asked));
  }
}

}  // namespace larder::slot_map_test
