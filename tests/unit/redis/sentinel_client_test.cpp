#include "client_fixture.hpp"
#include "fake_node.hpp"
#include "support/ports.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>

namespace larder::sentinel_client_test {

/// A client of the master that sentinels name: what it logs of a failover, however that goes.
using larder::Milliseconds;
using larder::Seconds;
using larder::redis::Settings;
using larder::test::ClientFixture;
using larder::test::FakeNode;
using Words = FakeNode::Words;

namespace {

const std::string is_master = "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n";
const std::string garbage = "!?\r\n";  // makes the client give up the connection
const std::string silence;

struct Failover {
  enum Which { first_sentinel, second_sentinel, old_master, new_master };

  Failover() {
    answer(old_master, "+old\r\n");
    answer(new_master, "+new\r\n");
    name(first_sentinel, old_master, 1);
    name(second_sentinel, old_master, 1);
    REQUIRE(fixture.run_until_up());
  }

  static Settings settings_for(const std::array<std::uint16_t, 4>& ports) {
    Settings settings;
    settings.topology = Settings::Topology::sentinel;
    settings.master = "shop";
    for (const Which sentinel : {first_sentinel, second_sentinel}) {
      settings.endpoints.push_back({"127.0.0.1", std::to_string(ports[sentinel]), {}});
    }
    settings.timeout = Seconds(5);
    settings.connect_timeout = Milliseconds(300);
    settings.first_backoff = Milliseconds(5);
    settings.last_backoff = Milliseconds(200);
    settings.look_around = Milliseconds(20);
    return settings;
  }

  std::string address(Which node) const { return "127.0.0.1:" + std::to_string(ports[node]); }

  void answer(Which node, const std::string& reply) {
    nodes[node].answer([reply](const Words& words) { return words[0] == "ROLE" ? is_master : reply; });
  }

  /// From now on a sentinel says that this has been the master since that failover.
  void name(Which sentinel, Which master, int epoch) {
    const std::string port = std::to_string(ports[master]);
    const std::string since = std::to_string(epoch);
    nodes[sentinel].answer([=](const Words&) {
      return "*6\r\n$2\r\nip\r\n$9\r\n127.0.0.1\r\n$4\r\nport\r\n$" + std::to_string(port.size()) + "\r\n" +
             port + "\r\n$12\r\nconfig-epoch\r\n$" + std::to_string(since.size()) + "\r\n" + since + "\r\n";
    });
  }

  std::size_t questions(Which node) const { return nodes[node].asked().size(); }

  bool uses(const std::string& master) {
    return fixture.run_until([&] { return fixture.ask({"GET", "a"}) == master; });
  }

  std::array<std::uint16_t, 4> ports{larder::test::free_port(), larder::test::free_port(),
                                     larder::test::free_port(), larder::test::free_port()};
  ClientFixture fixture{settings_for(ports)};
  std::array<FakeNode, 4> nodes{FakeNode{fixture.loop, ports[0]}, FakeNode{fixture.loop, ports[1]},
                                FakeNode{fixture.loop, ports[2]}, FakeNode{fixture.loop, ports[3]}};
};

}  // namespace

TEST_CASE_FIXTURE(Failover,
                  "a master that repeatedly accepts connections and dies, or is read-only, is one outage") {
  for (const std::string& reply : {garbage, std::string("-READONLY You can't write\r\n"), garbage}) {
    answer(old_master, reply);
    const std::uint64_t connections = fixture.client.epoch();
    REQUIRE(fixture.run_until([&] {
      fixture.ask({"SET", "a", "b"});
      return fixture.client.epoch() > connections + 1;
    }));
  }
  name(first_sentinel, new_master, 2);
  REQUIRE(uses("new"));
  REQUIRE(fixture.run_until([&] { return fixture.said("available again at master shop") > 0; }));
  CHECK(fixture.said("not available at master shop") == 1);
  CHECK(fixture.said("available again at master shop") == 1);
}

TEST_CASE_FIXTURE(Failover,
                  "the new master is not abandoned if the only sentinel that knows of it is slow to answer") {
  name(first_sentinel, new_master, 2);
  REQUIRE(uses("new"));
  nodes[first_sentinel].answer([](const Words&) { return silence; });
  const std::size_t asked = questions(second_sentinel);
  const std::uint64_t epoch = fixture.client.epoch();
  REQUIRE(fixture.run_until([&] { return questions(second_sentinel) > asked + 2; }));
  CHECK(fixture.client.epoch() == epoch);
  CHECK(fixture.ask({"GET", "a"}) == "new");
  // Neither knows of a failover now: they were set up again.
  name(first_sentinel, old_master, 0);
  name(second_sentinel, old_master, 0);
  CHECK(uses("old"));
}

TEST_CASE_FIXTURE(Failover, "a failover while the old master lives is logged, and is not an outage") {
  name(first_sentinel, new_master, 2);
  name(second_sentinel, new_master, 2);
  REQUIRE(uses("new"));
  CHECK(fixture.said("master shop is now at " + address(new_master)) == 1);
  CHECK(fixture.said("") == 1);
}

}  // namespace larder::sentinel_client_test
