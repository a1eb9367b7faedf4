#pragma once

#include <larder/redis/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace larder::test {

/// A client with its own loop and log. At the end it is stopped, and its background work must end by itself.
struct ClientFixture {
  explicit ClientFixture(redis::Settings settings) : client(loop, std::move(settings), log) {
    client.start();
  }

  ~ClientFixture() {
    client.stop();
    loop.run_for(Seconds(10));
    CHECK(loop.stopped());
  }

  /// Runs the loop until `condition` holds; false when it does not within ten seconds.
  template <class Condition>
  bool run_until(Condition condition) {
    const SteadyTime end = std::chrono::steady_clock::now() + Seconds(10);
    while (!condition()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      if (loop.stopped()) loop.restart();
      loop.run_one_for(Milliseconds(20));
    }
    return true;
  }

  bool run_until_up() {
    return run_until([this] { return client.is_up(); });
  }

  /// Where the reply to a command appears once it has come.
  using Answer = std::shared_ptr<std::optional<Result<redis::Value>>>;

  Answer begin(redis::Command command, Milliseconds timeout = Milliseconds(0)) {
    auto answer = std::make_shared<std::optional<Result<redis::Value>>>();
    boost::asio::co_spawn(
        loop, client.execute(std::move(command), timeout),
        [answer](std::exception_ptr, Result<redis::Value> result) { *answer = std::move(result); });
    return answer;
  }

  Result<redis::Value> execute(redis::Command command, Milliseconds timeout = Milliseconds(0)) {
    const Answer answer = begin(std::move(command), timeout);
    REQUIRE(run_until([&] { return answer->has_value(); }));
    return **answer;
  }

  /// The text of the reply, or the error's message.
  std::string ask(const std::vector<std::string>& words, Milliseconds timeout = Milliseconds(0)) {
    const Result<redis::Value> reply = execute(command_of(words), timeout);
    return reply ? std::string(reply->text.view()) : reply.error().message();
  }

  static redis::Command command_of(const std::vector<std::string>& words) {
    redis::Command command(words.at(0));
    for (std::size_t i = 1; i < words.size(); ++i) command.arg(words[i]);
    return command;
  }

  /// How many log lines contain that text.
  int said(const std::string& text) const {
    std::istringstream lines(output.str());
    int count = 0;
    for (std::string line; std::getline(lines, line);) count += line.find(text) != std::string::npos ? 1 : 0;
    return count;
  }

  std::ostringstream output;
  Log log{"test", std::make_shared<spdlog::sinks::ostream_sink_st>(output)};
  boost::asio::io_context loop{1};
  redis::Client client;
};

}  // namespace larder::test
