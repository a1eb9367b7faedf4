#include "redis/sentinels.hpp"

#include "fake_node.hpp"

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <optional>
#include <string>

namespace larder::sentinels_test {

using larder::Result;
using larder::Seconds;
using larder::redis::Named;
using larder::redis::Sentinels;
using larder::redis::Settings;
using larder::test::FakeNode;
using Words = FakeNode::Words;

namespace {

std::string list(const Words& words) {
  std::string text = "*" + std::to_string(words.size()) + "\r\n";
  for (const std::string& word : words) text += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  return text;
}

/// A sentinel's reply to SENTINEL MASTER.
std::string named(const std::string& port, int epoch) {
  return list({"name", "shop", "ip", "10.0.0.1", "port", port, "flags", "master", "config-epoch",
               std::to_string(epoch)});
}

struct Fixture {
  Fixture() {
    settings.master = "shop";
    settings.connect_timeout = Seconds(5);
    for (const FakeNode* sentinel : {&first, &second}) {
      settings.endpoints.push_back({"127.0.0.1", sentinel->port(), {}});
    }
  }

  /// The master, and whether that is unsure, or the error's message.
  std::string ask() {
    std::optional<Result<Named>> answer;
    boost::asio::co_spawn(loop, sentinels.master(std::chrono::steady_clock::now() + Seconds(5)),
                          [&](std::exception_ptr, Result<Named> result) { answer = std::move(result); });
    while (!answer) loop.run_one_for(Seconds(10));
    if (!*answer) return sentinels.problem();
    return (*answer)->master.text() + ((*answer)->is_sure ? "" : ", perhaps");
  }

  void say(FakeNode& sentinel, std::string reply) {
    sentinel.answer([reply](const Words&) { return reply; });
  }

  boost::asio::io_context loop{1};
  FakeNode first{loop};
  FakeNode second{loop};
  Settings settings;
  Sentinels sentinels{settings};
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the first sentinel that knows the master names it") {
  say(first, named("7001", 1));
  say(second, named("7002", 1));
  CHECK(ask() == "10.0.0.1:7001");
  CHECK(first.asked().back() == Words{"SENTINEL", "MASTER", "shop"});
  say(first, "-ERR No such master with that name\r\n");
  CHECK(ask() == "10.0.0.1:7002");
  say(second, list({"ip", "10.0.0.1", "port", "no"}));
  CHECK(ask().find("ERR No such master") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture,
                  "a sentinel that is behind what was known before is not believed, unless all are") {
  say(first, named("7001", 5));
  say(second, named("7002", 6));
  CHECK(ask() == "10.0.0.1:7001");
  say(first, "-ERR\r\n");
  CHECK(ask() == "10.0.0.1:7002");
  // From now on the second is asked first; the first one was cut off meanwhile.
  say(first, named("7001", 5));
  say(second, "-ERR\r\n");
  CHECK(ask() == "10.0.0.1:7001, perhaps");
  say(second, named("7003", 7));
  CHECK(ask() == "10.0.0.1:7003");
  say(first, named("7001", 5));
  CHECK(ask() == "10.0.0.1:7003");
  say(second, named("7002", 4));
  CHECK(ask() == "10.0.0.1:7001");
}

TEST_CASE_FIXTURE(Fixture, "sentinels have their own user") {
  settings.sentinel_username = "watcher";
  settings.sentinel_password = "secret";
  first.answer([](const Words& words) { return words[0] == "AUTH" ? "+OK\r\n" : named("7001", 1); });
  CHECK(ask() == "10.0.0.1:7001");
  CHECK(first.asked().front() == Words{"AUTH", "watcher", "secret"});
}

}  // namespace larder::sentinels_test
