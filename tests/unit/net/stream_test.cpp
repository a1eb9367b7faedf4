#include "support/run_task.hpp"

#include <larder/net/connect.hpp>
#include <larder/net/listener.hpp>
#include <larder/net/timer.hpp>

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

namespace larder::stream_test {

using namespace larder::net;

namespace {

SteadyTime in(Milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

/// Two ends of a connection over loopback.
struct Pair {
  std::unique_ptr<Stream> client;
  std::unique_ptr<Stream> server;
};

Task<Pair> connect_pair(Listener& listener) {
  Pair pair;
  Result<std::unique_ptr<Stream>> client = co_await connect(listener.endpoint(), in(Seconds{5}));
  REQUIRE(client.has_value());
  Result<std::unique_ptr<Stream>> server = co_await listener.accept();
  REQUIRE(server.has_value());
  pair.client = std::move(*client);
  pair.server = std::move(*server);
  co_return pair;
}

Task<> write_all(Stream& stream, std::vector<std::string_view> parts) {
  const Result<> written = co_await stream.write(parts);
  CHECK(written.has_value());
}

/// Runs `test` with both ends of a connection.
template <class Test>
void with_pair(Test test) {
  boost::asio::io_context loop;
  Result<std::unique_ptr<Listener>> listener = Listener::open(loop, {"127.0.0.1", "0", {}});
  REQUIRE(listener.has_value());
  Pair pair = test::run_task(loop, connect_pair(**listener));
  test::run_task(loop, test(pair));
}

Task<> gathers(Pair& pair) {
  std::vector<std::string_view> parts;
  std::string expected;
  for (int i = 0; i < 40; ++i) {
    parts.push_back(i % 3 == 0 ? "" : "part;");
    expected += parts.back();
  }
  co_await write_all(*pair.client, parts);
  std::string received;
  while (received.size() < expected.size()) {
    std::array<char, 64> buffer{};
    const Result<std::size_t> count = co_await pair.server->read_some(buffer);
    REQUIRE(count.has_value());
    received.append(buffer.data(), *count);
  }
  CHECK(received == expected);
  CHECK(pair.server->peer_address() == "127.0.0.1");
}

Task<> times_out(Pair& pair) {
  std::array<char, 8> buffer{};
  pair.server->expires_at(in(Seconds{60}));
  pair.server->expires_at(in(Milliseconds{20}));
  const Result<std::size_t> count = co_await pair.server->read_some(buffer);
  CHECK(count.error() == Error::timeout);
}

Task<> later_deadline_holds(Pair& pair) {
  std::array<char, 8> buffer{};
  pair.server->expires_at(in(Milliseconds{20}));
  pair.server->expires_at(in(Seconds{60}));
  co_await sleep_until(in(Milliseconds{60}));
  co_await write_all(*pair.client, {"late"});
  const Result<std::size_t> count = co_await pair.server->read_some(buffer);
  CHECK(count.has_value());
}

Task<> tells_idle(Pair& pair) {
  CHECK(pair.client->is_idle());
  co_await write_all(*pair.server, {"unasked"});
  std::array<char, 8> buffer{};
  while (pair.client->is_idle()) co_await sleep_until(in(Milliseconds{1}));
  const Result<std::size_t> count = co_await pair.client->read_some(buffer);
  REQUIRE(count.has_value());
  CHECK(pair.client->is_idle());
  pair.server->close();
  while (pair.client->is_idle()) co_await sleep_until(in(Milliseconds{1}));
  // However often it is asked: a connection whose end had been read once used to wait forever.
  for (int again = 0; again < 3; ++again) {
    const Result<std::size_t> end = co_await pair.client->read_some(buffer);
    CHECK(end.error() == Error::closed);
  }
}

}  // namespace

TEST_CASE("a write gathers any number of parts, including empty ones") {
  with_pair(gathers);
}

TEST_CASE("a wait past its deadline is a timeout, even if the deadline was moved nearer") {
  with_pair(times_out);
}

TEST_CASE("a deadline moved later counts from there") {
  with_pair(later_deadline_holds);
}

TEST_CASE("a stream is idle until unsolicited bytes or the end arrive") {
  with_pair(tells_idle);
}

TEST_CASE("connecting to a port without a listener is refused") {
  boost::asio::io_context loop;
  Endpoint nobody;
  {
    Result<std::unique_ptr<Listener>> listener = Listener::open(loop, {"127.0.0.1", "0", {}});
    REQUIRE(listener.has_value());
    nobody = (*listener)->endpoint();
  }
  const auto stream = test::run_task(loop, connect(nobody, in(Seconds{5})));
  CHECK(stream.error() == boost::system::errc::connection_refused);
}

TEST_CASE("a name without an address is the resolver's own error, and a bad one takes no connection") {
  boost::asio::io_context loop;
  const auto stream = test::run_task(loop, connect({"nowhere.invalid", "80", {}}, in(Seconds{20})));
  REQUIRE(stream.has_error());
  CHECK(std::string(stream.error().category().name()).starts_with("asio."));
}

TEST_CASE("an address with a listener is not free") {
  boost::asio::io_context loop;
  Result<std::unique_ptr<Listener>> listener = Listener::open(loop, {"127.0.0.1", "0", {}});
  REQUIRE(listener.has_value());
  CHECK_FALSE(probe((*listener)->endpoint()).has_value());
  const Endpoint endpoint = (*listener)->endpoint();
  listener->reset();
  CHECK(probe(endpoint).has_value());
}

namespace {

Task<> tells_who_was_too_slow(Pair& pair) {
  std::array<char, 16> buffer;
  pair.server->reading_expires_at(in(Milliseconds{10}));
  Result<std::size_t> count = co_await pair.server->read_some(buffer);
  CHECK(count.error() == Error::timeout);
  count = co_await pair.server->read_some(buffer);
  CHECK(count.error() == Error::timeout);
  co_await write_all(*pair.server, {"too slow"});
  count = co_await pair.client->read_some(buffer);
  REQUIRE(count.has_value());
  CHECK(std::string_view(buffer.data(), *count) == "too slow");
  pair.server->expires_at(in(Seconds{5}));
  co_await write_all(*pair.client, {"here"});
  count = co_await pair.server->read_some(buffer);
  REQUIRE(count.has_value());
  CHECK(std::string_view(buffer.data(), *count) == "here");
}

}  // namespace

TEST_CASE("a deadline for reading only leaves the stream open for writing and further reads") {
  with_pair(tells_who_was_too_slow);
}

}  // namespace larder::stream_test
