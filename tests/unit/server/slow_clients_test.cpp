#include "support/manual_clock.hpp"
#include "support/run_task.hpp"

#include <larder/net/connect.hpp>
#include <larder/net/listener.hpp>
#include <larder/net/timer.hpp>
#include <larder/server/server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <array>
#include <sstream>

// src/http1/README.md, row "slow clients": deadlines for head, content and idling, a cap on connections,
// back-pressure.

using namespace larder;
using server::Server;
using server::Settings;

namespace {

constexpr Milliseconds soon{30};
constexpr Seconds never{3600};

/// Answers with the request's content, or with `size` bytes.
class Echo final : public pipeline::Handler {
 public:
  Task<Result<pipeline::Response>> handle(pipeline::Request& request) override {
    pipeline::Response response;
    std::string content(size, 'x');
    while (request.body.is_streamed()) {
      const Result<std::string_view> piece = co_await request.body.reader().read();
      if (!piece) co_return piece.error();
      if (piece->empty()) break;
      content += *piece;
    }
    if (takes > Milliseconds{0}) co_await net::sleep_until(std::chrono::steady_clock::now() + takes);
    response.body = pipeline::Body(Bytes(std::move(content)));
    co_return response;
  }

  std::size_t size = 0;
  Milliseconds takes{0};
};

/// A server on its own port, and its clients, on one event loop.
class Fixture {
 public:
  explicit Fixture(Settings settings, server::Occupancy::Bounds bounds = {})
      : occupancy_(bounds, "clients", log_), server_(loop, handler, clock_, settings, occupancy_, log_) {
    auto listener = net::Listener::open(loop, {"127.0.0.1", "0", {}});
    REQUIRE(listener.has_value());
    endpoint_ = (*listener)->endpoint();
    server_.accept_on(std::move(*listener));
  }

  ~Fixture() {
    server_.close();
    loop.run_for(Milliseconds{200});
  }

  std::unique_ptr<net::Stream> client() {
    auto stream = test::run_task(loop, net::connect(endpoint_, std::chrono::steady_clock::now() + never));
    REQUIRE(stream.has_value());
    return std::move(*stream);
  }

  void send(net::Stream& stream, std::string_view text) {
    const std::array parts{text};
    const Result<> sent = test::run_task(loop, stream.write(parts));
    CHECK(sent.has_value());
  }

  /// Everything received until the server closes the connection.
  std::string rest(net::Stream& stream) {
    std::string text;
    while (receive(stream, text)) continue;
    return text;
  }

  /// What is received up to and including `end`.
  std::string until(net::Stream& stream, std::string_view end) {
    std::string text;
    while (!text.ends_with(end) && receive(stream, text)) continue;
    return text;
  }

  void run_until_no_connection() {
    while (server_.connections() != 0) loop.run_one();
  }

  const Server& server() const { return server_; }
  std::string said() const { return said_.str(); }

  /// Lets the loop run for this long.
  void run_for(Milliseconds time) { loop.run_for(time); }

  boost::asio::io_context loop;
  Echo handler;

 private:
  bool receive(net::Stream& stream, std::string& text) {
    std::array<char, 4096> buffer;
    const Result<std::size_t> count = test::run_task(loop, stream.read_some(buffer));
    if (count) text.append(buffer.data(), *count);
    return count.has_value();
  }

  test::ManualClock clock_;
  std::ostringstream said_;
  Log log_{"test", std::make_shared<spdlog::sinks::ostream_sink_mt>(said_)};
  net::Endpoint endpoint_;
  server::Occupancy occupancy_;
  Server server_;
};

/// Sends until the server closes the connection.
Task<> send_byte_by_byte(net::Stream& stream) {
  const std::array<std::string_view, 1> parts{"X"};
  Result<> sent;
  while (sent) sent = co_await stream.write(parts);
}

/// Sends a byte every few milliseconds, for this long.
Task<> drip(std::shared_ptr<net::Stream> stream, Milliseconds time) {
  const SteadyTime end = std::chrono::steady_clock::now() + time;
  const std::array<std::string_view, 1> parts{"X"};
  Result<> sent;
  while (sent && std::chrono::steady_clock::now() < end) {
    sent = co_await stream->write(parts);
    co_await net::sleep_until(std::chrono::steady_clock::now() + Milliseconds{5});
  }
}

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

/// The response to a client whose request did not come in time (RFC 9110, section 15.5.9).
bool is_timeout(std::string_view answer) {
  return answer.starts_with("HTTP/1.1 408 Request Timeout\r\n") &&
         answer.find("\r\nConnection: close\r\n") != answer.npos;
}

}  // namespace

TEST_CASE("a head that is not complete in time gets a 408, and its connection is closed") {
  Fixture fixture({.head_timeout = soon, .idle_timeout = never});
  for (const std::string_view begun : {"G", "GET / HTTP/1.1\r\nHost: h\r\n", "\r\n"}) {
    CAPTURE(begun);
    const auto client = fixture.client();
    fixture.send(*client, begun);
    CHECK(is_timeout(fixture.rest(*client)));
  }
}

TEST_CASE("a head that comes byte by byte has no more time than one that comes in one piece") {
  Fixture fixture({.head_timeout = soon, .idle_timeout = never});
  const auto client = fixture.client();
  // Were the deadline put off by each byte, this would never end.
  test::run_task(fixture.loop, send_byte_by_byte(*client));
  fixture.run_until_no_connection();
}

TEST_CASE("a connection without a request is closed without a response") {
  Fixture fixture({.head_timeout = soon, .idle_timeout = soon});
  const auto fresh = fixture.client();
  CHECK(fixture.rest(*fresh).empty());
  const auto used = fixture.client();
  fixture.send(*used, get);
  const std::string answer = fixture.rest(*used);
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer.find("HTTP/1.1", 1) == std::string::npos);
}

TEST_CASE("content that stalls gets a 408, and its connection is closed") {
  Fixture fixture({.idle_timeout = soon});
  for (const std::string_view begun :
       {"Content-Length: 5\r\n\r\nhel", "Transfer-Encoding: chunked\r\n\r\n5\r\nhel"}) {
    CAPTURE(begun);
    const auto client = fixture.client();
    fixture.send(*client, "POST / HTTP/1.1\r\nHost: h\r\n");
    fixture.send(*client, begun);
    CHECK(is_timeout(fixture.rest(*client)));
  }
}

TEST_CASE("content that comes byte by byte, slower than slowest_rate, gets no more time than at that rate") {
  // A byte earns a millisecond, but comes less often.
  Fixture fixture({.idle_timeout = soon, .slowest_rate = 1'000'000'000});
  const auto client = fixture.client();
  fixture.send(*client, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\n");
  test::run_task(fixture.loop, send_byte_by_byte(*client));
  fixture.run_until_no_connection();
}

TEST_CASE("a client that does not read its response loses the connection") {
  Fixture fixture({.idle_timeout = soon});
  fixture.handler.size = 64u << 20;
  const auto client = fixture.client();
  fixture.send(*client, get);
  while (fixture.server().connections() == 0) fixture.loop.run_one();
  fixture.run_until_no_connection();
}

TEST_CASE("a connection without a first byte has the time of a head, and is closed without a response") {
  Fixture fixture({.head_timeout = soon, .idle_timeout = never});
  const auto client = fixture.client();
  CHECK(fixture.rest(*client).empty());
  fixture.run_until_no_connection();
}

TEST_CASE("a slowloris, whose head comes a byte at a time and is never complete, gets a 408") {
  Fixture fixture({.head_timeout = Milliseconds{300}, .idle_timeout = never});
  const std::shared_ptr<net::Stream> client = fixture.client();
  fixture.send(*client, "GET / HTTP/1.1\r\nX-A: ");
  const SteadyTime begun = std::chrono::steady_clock::now();
  // Were the deadline put off by each byte, this would go on to its end.
  boost::asio::co_spawn(fixture.loop, drip(client, Seconds{5}), boost::asio::detached);
  CHECK(is_timeout(fixture.rest(*client)));
  CHECK(std::chrono::steady_clock::now() - begun < Seconds{3});
}

TEST_CASE("a client whose request is being answered is never closed for a new one, which waits") {
  Fixture fixture({.head_timeout = never, .idle_timeout = never}, {.connections = 1});
  fixture.handler.takes = Milliseconds{400};
  auto first = fixture.client();
  fixture.send(*first, get);
  fixture.run_for(Milliseconds{150});
  fixture.handler.takes = Milliseconds{0};
  const auto second = fixture.client();
  fixture.send(*second, get);
  fixture.run_for(Milliseconds{150});
  CHECK(fixture.server().connections() == 1);
  CHECK(fixture.until(*first, "\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(fixture.until(*second, "\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(fixture.rest(*first).empty());
  CHECK(fixture.server().connections() == 1);
  CHECK(fixture.said().find("all 1 connections of clients are in use") != std::string::npos);
  CHECK(fixture.said().find("all 1", fixture.said().find("all 1") + 1) == std::string::npos);
}

TEST_CASE("at the bound of connections the one idle longest is closed, and the new one is served") {
  Fixture fixture({.head_timeout = never, .idle_timeout = never}, {.connections = 3});
  std::array clients{fixture.client(), fixture.client(), fixture.client()};
  for (const std::size_t i : {0, 1, 2, 0}) {
    fixture.send(*clients[i], get);
    CHECK(fixture.until(*clients[i], "\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
    fixture.run_for(soon);
  }
  const auto newcomer = fixture.client();
  fixture.send(*newcomer, get);
  CHECK(fixture.until(*newcomer, "\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(fixture.rest(*clients[1]).empty());
  for (const std::size_t i : {0, 2}) {
    fixture.send(*clients[i], get);
    CHECK(fixture.until(*clients[i], "\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
  }
}

TEST_CASE("a client without a complete request for a second is closed before one that was answered") {
  for (const std::string_view begun : {"", "GET / HT"}) {
    CAPTURE(begun);
    Fixture fixture({.head_timeout = never, .idle_timeout = never}, {.connections = 2});
    const auto kept = fixture.client();
    fixture.send(*kept, get);
    CHECK(fixture.until(*kept, "\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
    const auto silent = fixture.client();
    fixture.send(*silent, begun);
    fixture.run_for(Milliseconds{1'100});
    const auto newcomer = fixture.client();
    fixture.send(*newcomer, get);
    CHECK(fixture.until(*newcomer, "\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(fixture.rest(*silent).empty());
    fixture.send(*kept, get);
    CHECK(fixture.until(*kept, "\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
  }
}

TEST_CASE("a flood of silent connections closes its own, not those of clients that were answered") {
  Fixture fixture({.head_timeout = never, .idle_timeout = never}, {.connections = 10});
  const auto kept = fixture.client();
  fixture.send(*kept, get);
  CHECK(fixture.until(*kept, "\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
  std::vector<std::unique_ptr<net::Stream>> silent;
  for (int i = 0; i < 100; ++i) {
    silent.push_back(fixture.client());
    fixture.run_for(Milliseconds{2});
  }
  fixture.run_for(Milliseconds{300});
  fixture.send(*kept, get);
  CHECK(fixture.until(*kept, "\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("silent connections, however many, do not keep a new one out") {
  Fixture fixture({.head_timeout = never, .idle_timeout = never}, {.connections = 20});
  std::vector<std::unique_ptr<net::Stream>> silent;
  for (int i = 0; i < 60; ++i) {
    silent.push_back(fixture.client());
    if (i % 20 == 19) fixture.run_for(Milliseconds{150});
  }
  const auto newcomer = fixture.client();
  fixture.send(*newcomer, get);
  CHECK(fixture.until(*newcomer, "\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(fixture.server().connections() <= 21);
}

TEST_CASE("the number of connections per address is bounded if so configured") {
  Fixture fixture({.head_timeout = never, .idle_timeout = never}, {.connections = 10, .per_address = 2});
  auto first = fixture.client();
  const auto second = fixture.client();
  const auto third = fixture.client();
  CHECK(fixture.rest(*third).empty());
  first.reset();
  fixture.run_for(soon);
  const auto fourth = fixture.client();
  fixture.send(*fourth, get);
  CHECK(fixture.until(*fourth, "\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(fixture.said().find("limits.connections_per_address") != std::string::npos);
}

TEST_CASE(
    "content beyond max_content gets a 413: unread if its length is known, otherwise once it is exceeded") {
  Fixture fixture({.idle_timeout = never, .max_content = 4});
  struct Case {
    std::string_view request;
    bool is_refused;
  };
  const std::array cases{Case{"Content-Length: 4\r\n\r\nwhat", false},
                         Case{"Content-Length: 5\r\n\r\n", true},
                         Case{"Content-Length: 5\r\nExpect: 100-continue\r\n\r\n", true},
                         Case{"Transfer-Encoding: chunked\r\n\r\n4\r\nwhat\r\n0\r\n\r\n", false},
                         Case{"Transfer-Encoding: chunked\r\n\r\n2\r\nwh\r\n3\r\nat?", true}};
  for (const Case& one : cases) {
    CAPTURE(one.request);
    const auto client = fixture.client();
    fixture.send(*client, "POST / HTTP/1.1\r\nHost: h\r\n" + std::string(one.request));
    const std::string head = fixture.until(*client, one.is_refused ? "}\n" : "what");
    CHECK(head.starts_with(one.is_refused ? "HTTP/1.1 413 " : "HTTP/1.1 200 "));
  }
}

TEST_CASE("a head of the allowed size is read, and a larger one gets a 431") {
  for (const std::size_t bound : {std::size_t{2'048}, std::size_t{65'536}, std::size_t{300'000}}) {
    CAPTURE(bound);
    Settings settings;
    settings.head_limits = {.head = bound, .target = 8'192, .fields = 10};
    Fixture fixture(settings);
    const std::string_view rest = "\r\n\r\n";
    const std::string begun = "GET / HTTP/1.1\r\nHost: h\r\nX-A: ";
    const std::size_t room = bound - begun.size() - rest.size();
    const auto fits = fixture.client();
    fixture.send(*fits, begun + std::string(room, 'a') + std::string(rest));
    CHECK(fixture.until(*fits, "\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
    const auto over = fixture.client();
    fixture.send(*over, begun + std::string(room + 1, 'a') + std::string(rest));
    CHECK(fixture.until(*over, "}\n").starts_with("HTTP/1.1 431 "));
    const auto endless = fixture.client();
    fixture.send(*endless, begun + std::string(bound, 'a'));
    CHECK(fixture.until(*endless, "}\n").starts_with("HTTP/1.1 431 "));
  }
}

TEST_CASE("the deadlines for a client do not run while its request is being answered") {
  Fixture fixture({.head_timeout = Milliseconds{200}, .idle_timeout = Milliseconds{200}});
  fixture.handler.takes = Milliseconds{600};
  const auto stream = fixture.client();
  fixture.send(*stream, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n");
  fixture.send(*stream, "\r\nwh");
  fixture.send(*stream, "at");
  CHECK(fixture.until(*stream, "what").starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("the last response on a connection reaches a client that sent more than was read") {
  Fixture fixture({.linger = Milliseconds{2'000}});
  fixture.handler.size = 3'000'000;
  const auto stream = fixture.client();
  fixture.send(*stream, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nGET /more HTTP/1.1\r\n");
  const std::string answer = fixture.rest(*stream);
  CHECK(answer.size() - answer.find("\r\n\r\n") == 3'000'004);
}
