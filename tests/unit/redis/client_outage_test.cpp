#include "client_fixture.hpp"
#include "support/ports.hpp"
#include "support/redis_server.hpp"
#include "support/wait.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

namespace larder::client_outage_test {

namespace asio = boost::asio;

using asio::ip::tcp;
using larder::Error;
using larder::Milliseconds;
using larder::Seconds;
using larder::Task;
using larder::redis::Command;
using larder::redis::parse_url;
using larder::redis::Settings;
using larder::test::ClientFixture;
using larder::test::RedisServer;

namespace {

constexpr Milliseconds ample = Seconds(5);

Settings settings_for(const std::string& url, Milliseconds timeout = ample) {
  Settings settings = *parse_url(url);
  settings.timeout = timeout;
  settings.connect_timeout = Milliseconds(300);
  settings.first_backoff = Milliseconds(5);
  settings.last_backoff = Milliseconds(50);
  return settings;
}

/// One outage was reported, at its start and at its end.
void check_one_outage_was_said(ClientFixture& fixture) {
  CHECK(fixture.run_until([&] { return fixture.said("available again at") > 0; }));
  CHECK(fixture.said("not available at") == 1);
  CHECK(fixture.said("available again at") == 1);
  CHECK(fixture.said("") == 2);
}

/// Accepts one connection after another and answers whatever comes on the n-th with the n-th text, then waits
/// for its end.
Task<> answer_each_connection(tcp::acceptor& acceptor, std::vector<std::vector<std::string>> scripts) {
  for (const std::vector<std::string>& script : scripts) {
    tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    std::array<char, 1024> buffer;
    boost::system::error_code error;
    for (const std::string& reply : script) {
      co_await socket.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
      co_await asio::async_write(socket, asio::buffer(reply),
                                 asio::redirect_error(asio::use_awaitable, error));
    }
    while (!error) {
      co_await socket.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
    }
  }
}

}  // namespace

TEST_CASE("Redis absent at the start is reported once, and used once it is up") {
  RedisServer server;
  server.stop();
  ClientFixture fixture(settings_for(server.url()));
  REQUIRE(fixture.run_until([&] { return fixture.said("not available at") > 0; }));
  for (int i = 0; i < 20; ++i) CHECK(fixture.ask({"PING"}) == "not available");
  server.restart();
  REQUIRE(fixture.run_until_up());
  CHECK(fixture.ask({"PING"}) == "PONG");
  check_one_outage_was_said(fixture);
  CHECK(fixture.client.epoch() == 1);
}

TEST_CASE("a killed Redis fails the waiting commands, and is used again after its restart") {
  RedisServer server;
  ClientFixture fixture(settings_for(server.url()));
  REQUIRE(fixture.run_until_up());
  CHECK(fixture.client.epoch() == 1);
  const auto blocked = fixture.begin(ClientFixture::command_of({"BLPOP", "none", "0"}), Seconds(60));
  REQUIRE(fixture.run_until([&] { return fixture.client.counters().commands == 1; }));
  server.stop();
  REQUIRE(fixture.run_until([&] { return blocked->has_value(); }));
  CHECK((*blocked)->error() == Error::closed);
  CHECK(fixture.ask({"PING"}) == "not available");
  server.restart();
  REQUIRE(fixture.run_until_up());
  CHECK(fixture.client.epoch() == 2);
  CHECK(fixture.ask({"SET", "a", "b"}) == "OK");
  check_one_outage_was_said(fixture);
}

TEST_CASE(
    "a hung Redis fails every command in flight by its deadline, refuses the next immediately, and "
    "recovers") {
  RedisServer server;
  ClientFixture fixture(settings_for(server.url(), Milliseconds(300)));
  REQUIRE(fixture.run_until_up());
  server.pause();
  std::vector<ClientFixture::Answer> answers;
  for (int i = 0; i < 100; ++i) answers.push_back(fixture.begin(ClientFixture::command_of({"GET", "a"})));
  REQUIRE(fixture.run_until([&] { return answers.back()->has_value(); }));
  for (const ClientFixture::Answer& answer : answers) CHECK((*answer)->error() == Error::timeout);
  CHECK(fixture.client.counters().timeouts == 100);
  CHECK(fixture.ask({"GET", "a"}) == "not available");
  // The kernel accepts connections, but the handshakes get no reply.
  const std::uint64_t attempts = fixture.client.counters().attempts;
  REQUIRE(fixture.run_until([&] { return fixture.client.counters().attempts > attempts + 2; }));
  CHECK_FALSE(fixture.client.is_up());
  CHECK(fixture.ask({"GET", "a"}) == "not available");
  server.resume();
  REQUIRE(fixture.run_until_up());
  CHECK(fixture.ask({"SET", "a", "b"}) == "OK");
  CHECK(fixture.ask({"GET", "a"}) == "b");
  check_one_outage_was_said(fixture);
}

TEST_CASE("a blocking read with a long deadline of its own outlives the default one") {
  RedisServer server;
  ClientFixture fixture(settings_for(server.url(), Milliseconds(20)));
  REQUIRE(fixture.run_until_up());
  Command read("XREAD");
  read.arg("COUNT").arg(10).arg("BLOCK").arg(200).arg("STREAMS").arg("none").arg("$");
  const auto reply = fixture.execute(read, ample);
  REQUIRE(reply.has_value());
  CHECK(reply->is_nil());
}

TEST_CASE("a long deadline that was met does not postpone the deadline of the next command") {
  RedisServer server;
  ClientFixture fixture(settings_for(server.url(), Milliseconds(100)));
  REQUIRE(fixture.run_until_up());
  CHECK(fixture.ask({"PING"}, Seconds(3600)) == "PONG");
  server.pause();
  CHECK(fixture.ask({"PING"}) == "deadline passed");
}

TEST_CASE("replies that waited in the socket while our own loop was busy are not counted as late") {
  RedisServer server;
  ClientFixture fixture(settings_for(server.url(), Milliseconds(50)));
  REQUIRE(fixture.run_until_up());
  std::vector<ClientFixture::Answer> answers;
  for (int i = 0; i < 10; ++i) answers.push_back(fixture.begin(ClientFixture::command_of({"INCR", "n"})));
  REQUIRE(fixture.run_until([&] { return fixture.client.counters().bytes_sent > 0; }));
  const larder::SteadyTime deadline = std::chrono::steady_clock::now() + Milliseconds(50);
  // Blocks our loop until the replies are there and the deadline is long past.
  REQUIRE(larder::test::eventually([&] { return server.cli({"GET", "n"}) == "10"; }));
  std::this_thread::sleep_until(deadline + Milliseconds(50));
  REQUIRE(fixture.run_until([&] { return answers.back()->has_value(); }));
  for (const ClientFixture::Answer& answer : answers) CHECK((*answer)->has_value());
}

TEST_CASE("a garbled or unsolicited reply ends the connection, not the client") {
  struct Row {
    std::string reply;
    std::string answer;
  };
  for (const Row& row : {Row{"!?\r\n", "connection closed"}, Row{"+a\r\n+b\r\n", "a"}}) {
    CAPTURE(row.reply);
    const std::uint16_t port = larder::test::free_port();
    ClientFixture fixture(settings_for("redis://127.0.0.1:" + std::to_string(port)));
    tcp::acceptor acceptor(fixture.loop, tcp::endpoint(asio::ip::address_v4::loopback(), port));
    asio::co_spawn(fixture.loop,
                   answer_each_connection(acceptor, {{"-NOPERM\r\n", "+PONG\r\n", row.reply},
                                                     {"-NOPERM\r\n", "+PONG\r\n", "+fine\r\n"}}),
                   asio::detached);
    REQUIRE(fixture.run_until_up());
    CHECK(fixture.ask({"PING"}) == row.answer);
    REQUIRE(fixture.run_until([&] { return fixture.client.epoch() == 2; }));
    CHECK(fixture.ask({"PING"}) == "fine");
    CHECK(fixture.said("malformed message") == 1);
  }
}

}  // namespace larder::client_outage_test
