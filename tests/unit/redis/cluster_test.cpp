#include "redis/cluster.hpp"

#include "fake_node.hpp"
#include "redis/slot.hpp"

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>

namespace larder::cluster_test {

using larder::Error;
using larder::Log;
using larder::Milliseconds;
using larder::Result;
using larder::Seconds;
using larder::redis::Cluster;
using larder::redis::Command;
using larder::redis::Settings;
using larder::redis::Value;
using larder::test::FakeNode;
using Words = FakeNode::Words;

namespace {

/// Two nodes; according to the second, the first one has all slots, until the test says otherwise.
struct Fixture {
  Fixture() {
    for (FakeNode* node : {&first, &second}) {
      node->answer([this, node](const Words& words) { return reply(*node, words); });
    }
  }
  ~Fixture() {
    cluster.stop();
    for (FakeNode* node : {&first, &second}) node->close();
    loop.run_for(Seconds(10));
    CHECK_MESSAGE(loop.stopped(), "nothing of a stopped cluster keeps running");
  }

  std::string slots() const {
    if (both_own) return "*2\r\n" + range("0", "8191", first) + range("8192", "16383", second);
    return "*1\r\n" + range("0", "16383", *owner);
  }

  static std::string range(const std::string& from, const std::string& to, const FakeNode& node) {
    return "*3\r\n:" + from + "\r\n:" + to + "\r\n*3\r\n$9\r\n127.0.0.1\r\n:" + node.port() +
           "\r\n$1\r\na\r\n";
  }

  std::string reply(const FakeNode& node, const Words& words) {
    if (words[0] == "CLUSTER") return &node == &second && refuses ? "-NOPERM cluster\r\n" : slots();
    if (words[0] == "ASKING") return "+OK\r\n";
    return (&node == &first ? first_says : second_says)(words);
  }

  std::string redirection(const char* word, const FakeNode& to) const {
    return std::string("-") + word + ' ' + slot + " 127.0.0.1:" + to.port() + "\r\n";
  }

  template <class Condition>
  bool run_until(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + Seconds(10);
    while (!condition()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      loop.run_one_for(Milliseconds(20));
    }
    return true;
  }

  /// The second node is known too: a client of it is up.
  bool comes_up() {
    cluster.start();
    return run_until([&] { return cluster.is_up() && cluster.nodes().size() == 2; }) &&
           run_until([&] { return up() == 2; });
  }
  int up() const {
    int count = 0;
    for (const auto& node : cluster.nodes()) count += node.health == larder::redis::Health::up ? 1 : 0;
    return count;
  }

  /// The text of the reply to a GET, or the error's message.
  std::string get() {
    auto answer = std::make_shared<std::optional<Result<Value>>>();
    Command command("GET");
    command.key("k");
    boost::asio::co_spawn(loop, cluster.execute(command), [answer](std::exception_ptr, Result<Value> result) {
      *answer = std::move(result);
    });
    REQUIRE(run_until([&] { return answer->has_value(); }));
    return **answer ? std::string((**answer)->text.view()) : (**answer).error().message();
  }

  Settings settings() const {
    Settings settings = *larder::redis::parse_url("redis+cluster://127.0.0.1:" + first.port() +
                                                  ",127.0.0.1:" + second.port());
    settings.timeout = Seconds(5);
    settings.look_around = Milliseconds(10);
    return settings;
  }

  const std::string slot = std::to_string(larder::redis::slot_of("k"));
  std::ostringstream output;
  Log log{"test", std::make_shared<spdlog::sinks::ostream_sink_st>(output)};
  boost::asio::io_context loop{1};
  FakeNode first{loop};
  FakeNode second{loop};
  const FakeNode* owner = &first;
  bool both_own = false;  ///< both own half of the slots instead
  bool refuses = false;   ///< the second refuses to report the slots
  std::function<std::string(const Words&)> first_says = [](const Words&) { return "+first\r\n"; };
  std::function<std::string(const Words&)> second_says = [](const Words&) { return "+second\r\n"; };
  Cluster cluster{loop, settings(), log};
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a command goes to the master of its slot, and after MOVED to the new one") {
  REQUIRE(comes_up());
  CHECK(get() == "first");
  first_says = [&](const Words&) { return redirection("MOVED", second); };
  owner = &second;
  CHECK(get() == "second");
  const std::size_t asked = first.asked().size();
  CHECK(get() == "second");
  for (std::size_t i = asked; i < first.asked().size(); ++i) CHECK(first.asked()[i][0] == "CLUSTER");
}

TEST_CASE_FIXTURE(Fixture, "after ASK it goes there once, right after an ASKING") {
  REQUIRE(comes_up());
  first_says = [&](const Words&) { return redirection("ASK", second); };
  CHECK(get() == "second");
  std::string verbs;
  for (const Words& words : second.asked()) {
    if (words[0] != "CLUSTER") verbs += words[0] + ' ';
  }
  CHECK(verbs == "ASKING GET ");
  first_says = [](const Words&) { return "+first\r\n"; };
  CHECK(get() == "first");
}

TEST_CASE_FIXTURE(
    Fixture,
    "after TRYAGAIN it is sent again, and nodes that redirect it in circles get it only a few times") {
  REQUIRE(comes_up());
  int tries = 0;
  first_says = [&](const Words&) { return ++tries < 3 ? "-TRYAGAIN soon\r\n" : "+first\r\n"; };
  CHECK(get() == "first");
  CHECK(tries == 3);

  tries = 0;
  first_says = [&](const Words&) { return ++tries, redirection("MOVED", second); };
  second_says = [&](const Words&) { return ++tries, redirection("MOVED", first); };
  CHECK(get().starts_with("MOVED "));
  CHECK(tries == 6);
}

TEST_CASE_FIXTURE(Fixture, "a cluster that is down, or a slot that no node serves, is reported immediately") {
  REQUIRE(comes_up());
  first_says = [](const Words&) { return "-CLUSTERDOWN Hash slot not served\r\n"; };
  CHECK(get() == "CLUSTERDOWN Hash slot not served");
  const std::string nowhere = "127.0.0.1:1";
  first_says = [&](const Words&) { return "-MOVED 1 " + nowhere + "\r\n"; };
  CHECK(get() == "not available");
}

TEST_CASE_FIXTURE(Fixture, "a node that does not report the slots is logged once, while others do") {
  both_own = refuses = true;
  REQUIRE(comes_up());
  const auto refusals = [&] {
    return std::ranges::count_if(second.asked(), [](const Words& words) { return words[0] == "CLUSTER"; });
  };
  REQUIRE(run_until([&] { return refusals() > 3; }));
  const std::string told = "refused at cluster node 127.0.0.1:" + second.port();
  CHECK(output.str().find(told) != std::string::npos);
  CHECK(output.str().find(told) == output.str().rfind(told));
  refuses = false;
  CHECK(run_until([&] { return output.str().find("available again at cluster node") != std::string::npos; }));
}

}  // namespace larder::cluster_test
