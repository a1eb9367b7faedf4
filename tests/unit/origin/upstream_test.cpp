#include "origin/upstream.hpp"

#include "support/reserved_port.hpp"
#include "support/run_task.hpp"

#include <larder/net/listener.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <array>
#include <sstream>

namespace larder::upstream_test {

using origin::Connection;

namespace {

/// Accepts connections and holds them; its port stays reserved while it does not listen.
class Backend {
 public:
  explicit Backend(boost::asio::io_context& loop) : loop_(loop) { listen(); }
  ~Backend() { stop(); }

  void listen() {
    listener_ = net::Listener::open(loop_, endpoint()).value();
    boost::asio::co_spawn(loop_, accept(*this), boost::asio::detached);
  }

  void stop() {
    listener_->close();
    loop_.restart();
    loop_.poll();
  }

  net::Endpoint endpoint() const { return {"127.0.0.1", std::to_string(port_.number()), {}}; }

  std::vector<std::unique_ptr<net::Stream>> accepted;

 private:
  static Task<> accept(Backend& self) {
    net::Listener& listener = *self.listener_;
    while (true) {
      Result<std::unique_ptr<net::Stream>> stream = co_await listener.accept();
      if (!stream) co_return;
      self.accepted.push_back(std::move(*stream));
    }
  }

  boost::asio::io_context& loop_;
  test::ReservedPort port_;
  std::unique_ptr<net::Listener> listener_;
};

/// An upstream of three servers.
struct Fixture {
  static constexpr std::size_t most_unused = 2;  ///< for a server

  origin::Settings settings() const {
    origin::Settings up;
    up.name = "up";
    for (const Backend& backend : backends) up.servers.push_back({backend.endpoint(), {}});
    up.max_unused = most_unused;
    return up;
  }

  Result<std::unique_ptr<Connection>> try_connect() {
    return test::run_task(loop, upstream.connect(request));
  }
  std::unique_ptr<Connection> connect() { return try_connect().value(); }
  std::unique_ptr<Connection> take_unused(bool may_repeat = true) {
    return upstream.take_unused(request, may_repeat);
  }

  /// The server that a new connection is made to.
  std::size_t next_server() { return connect()->server(); }

  /// One connection to each server, in order.
  std::vector<std::unique_ptr<Connection>> connect_to_each() {
    std::vector<std::unique_ptr<Connection>> connections;
    while (connections.size() < backends.size()) connections.push_back(connect());
    return connections;
  }

  /// Until every server has accepted a connection.
  void await_accepted() {
    loop.restart();
    const auto has_one = [](const Backend& backend) { return !backend.accepted.empty(); };
    while (!std::ranges::all_of(backends, has_one)) loop.run_one();
  }

  pipeline::Request request;
  boost::asio::io_context loop;
  std::ostringstream said;
  Log log{"test", std::make_shared<spdlog::sinks::ostream_sink_mt>(said)};
  std::array<Backend, 3> backends{Backend{loop}, Backend{loop}, Backend{loop}};
  origin::Upstream upstream{settings(), std::make_shared<origin::OutageNotices>(log)};
};

std::size_t count_of(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("new connections go to the servers in turn") {
  Fixture f;
  std::vector<std::size_t> servers;
  for (int i = 0; i < 7; ++i) servers.push_back(f.next_server());
  CHECK(servers == std::vector<std::size_t>{0, 1, 2, 0, 1, 2, 0});
}

TEST_CASE("of the unused connections the most recently used is taken first, whichever server it goes to") {
  Fixture f;
  std::vector<std::unique_ptr<Connection>> connections = f.connect_to_each();
  for (const std::size_t server : {1, 0, 2}) f.upstream.keep(std::move(connections[server]));
  CHECK(f.take_unused()->server() == 2);
  CHECK(f.take_unused()->server() == 0);
  CHECK(f.take_unused()->server() == 1);
  CHECK(f.take_unused() == nullptr);
}

TEST_CASE("a new connection is made in turn even if there is an unused one") {
  Fixture f;
  f.upstream.keep(f.connect());
  CHECK(f.next_server() == 1);
}

TEST_CASE("taking an unused connection does not move the turn on") {
  Fixture f;
  f.upstream.keep(f.connect());
  CHECK(f.take_unused()->server() == 0);
  CHECK(f.next_server() == 1);
}

TEST_CASE("an unused connection that its server has closed, or has sent something on, is not taken") {
  Fixture f;
  std::vector<std::unique_ptr<Connection>> connections = f.connect_to_each();
  f.await_accepted();
  for (std::unique_ptr<Connection>& connection : connections) f.upstream.keep(std::move(connection));
  f.backends[2].accepted.clear();
  CHECK(f.backends[1].accepted.front()->write_now("HTTP/1.1 408 Request Timeout\r\n\r\n") > 0);
  CHECK(f.take_unused()->server() == 0);
  CHECK(f.take_unused() == nullptr);
}

TEST_CASE("an unused connection whose server is about to end it is left to what may be repeated") {
  Fixture f;
  std::unique_ptr<Connection> brief = f.connect();
  brief->stated_keep_alive = Seconds{1};
  f.upstream.keep(std::move(brief));
  CHECK(f.take_unused(false) == nullptr);
  CHECK(f.take_unused(true) != nullptr);
  CHECK(f.take_unused(true) == nullptr);
  std::unique_ptr<Connection> longer = f.connect();
  longer->stated_keep_alive = Seconds{5};
  f.upstream.keep(std::move(longer));
  CHECK(f.take_unused(false) != nullptr);
}

TEST_CASE(
    "an unused connection is passed over past its time: one that was kept before it may be good still") {
  Fixture f;
  f.upstream.keep(f.connect());
  std::unique_ptr<Connection> over = f.connect();
  over->stated_keep_alive = Seconds{0};
  f.upstream.keep(std::move(over));
  const std::unique_ptr<Connection> taken = f.take_unused();
  REQUIRE(taken != nullptr);
  CHECK(taken->server() == 0);
  CHECK(f.take_unused() == nullptr);
}

TEST_CASE("only a bounded number of unused connections is kept per server") {
  Fixture f;
  std::vector<std::unique_ptr<Connection>> connections;
  for (std::size_t i = 0; i < 3 * (Fixture::most_unused + 1); ++i) connections.push_back(f.connect());
  for (std::unique_ptr<Connection>& connection : connections) f.upstream.keep(std::move(connection));
  std::array<std::size_t, 3> kept{};
  while (const std::unique_ptr<Connection> connection = f.take_unused()) ++kept[connection->server()];
  CHECK(kept == std::array<std::size_t, 3>{Fixture::most_unused, Fixture::most_unused, Fixture::most_unused});
}

TEST_CASE("the unused connections of one server do not count for another") {
  Fixture f;
  for (std::size_t server = 1; server < 3; ++server) f.backends[server].stop();
  std::vector<std::unique_ptr<Connection>> connections;
  while (connections.size() < 3 * Fixture::most_unused) connections.push_back(f.connect());
  for (std::unique_ptr<Connection>& connection : connections) f.upstream.keep(std::move(connection));
  std::size_t kept = 0;
  while (f.take_unused() != nullptr) ++kept;
  CHECK(kept == Fixture::most_unused);
}

TEST_CASE("a server that accepts no connection rests: the others are asked, even when it listens again") {
  Fixture f;
  f.backends[1].stop();
  CHECK(f.next_server() == 0);
  CHECK(f.next_server() == 2);
  f.backends[1].listen();
  std::vector<std::size_t> servers;
  for (int i = 0; i < 4; ++i) servers.push_back(f.next_server());
  CHECK(servers == std::vector<std::size_t>{0, 2, 0, 2});
}

TEST_CASE("an unused connection to a resting server is still taken") {
  Fixture f;
  std::vector<std::unique_ptr<Connection>> connections = f.connect_to_each();
  f.backends[0].stop();
  CHECK(f.next_server() == 1);
  f.upstream.keep(std::move(connections[0]));
  CHECK(f.take_unused()->server() == 0);
}

TEST_CASE("when every server rests each is asked once more, and the log has a line for each that fails") {
  Fixture f;
  for (Backend& backend : f.backends) backend.stop();
  for (int i = 0; i < 3; ++i) CHECK(f.try_connect().error() == boost::system::errc::connection_refused);
  CHECK(count_of(f.said.str(), "upstream up: cannot connect to ") == 3);
  f.backends[1].listen();
  CHECK(f.next_server() == 1);
  CHECK(f.next_server() == 1);
  CHECK(count_of(f.said.str(), "upstream up: cannot connect to ") == 3);
  CHECK(count_of(f.said.str(), "answers again") == 0);  // a connection is no answer yet
}

TEST_CASE("closing ends all connections, used and unused, and no new ones are made") {
  Fixture f;
  std::unique_ptr<Connection> used = f.connect();
  f.upstream.note_use(*used);
  std::unique_ptr<Connection> done = f.connect();
  f.upstream.note_use(*done);
  f.upstream.note_end(*done);
  f.upstream.keep(f.connect());
  f.upstream.close();
  CHECK(f.take_unused() == nullptr);
  CHECK(f.try_connect().error() == Error::canceled);
  std::array<char, 1> byte{};
  CHECK(test::run_task(f.loop, used->stream().read_some(byte)).error() == Error::canceled);
  CHECK(done->stream().is_idle());
  f.upstream.keep(std::move(done));
  CHECK(f.take_unused() == nullptr);
  f.upstream.note_end(*used);
}

}  // namespace larder::upstream_test
