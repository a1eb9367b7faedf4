#include "support/run_task.hpp"

#include <larder/net/connect.hpp>
#include <larder/net/listener.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <optional>
#include <thread>

namespace larder::receive_test {

using namespace larder::net;

namespace {

SteadyTime in(Milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

/// Wants `wanted` bytes, and throws when told to.
class Collector final : public Receiver {
 public:
  explicit Collector(std::size_t wanted) : wanted_(wanted) {}

  std::span<char> room() override { return buffer_; }

  bool received(std::size_t count) override {
    if (throws) throw std::runtime_error("on purpose");
    text.append(buffer_.data(), count);
    ++pieces;
    return text.size() < wanted_;
  }

  std::string text;
  int pieces = 0;
  bool throws = false;

 private:
  std::size_t wanted_;
  std::array<char, 4> buffer_{};
};

/// Both ends of a connection over loopback.
struct Fixture {
  Fixture() {
    listener = Listener::open(loop, {"127.0.0.1", "0", {}}).value();
    client = test::run_task(loop, connect(listener->endpoint(), in(Seconds{5}))).value();
    server = test::run_task(loop, listener->accept()).value();
  }

  Result<> write(std::string_view text) {
    const std::array parts{text};
    return test::run_task(loop, client->write(parts));
  }

  boost::asio::io_context loop;
  std::unique_ptr<Listener> listener;
  std::unique_ptr<Stream> client;
  std::unique_ptr<Stream> server;
};

Task<std::size_t> read_all(Stream& stream) {
  std::size_t size = 0;
  std::array<char, 4096> buffer{};
  while (true) {
    const Result<std::size_t> count = co_await stream.read_some(buffer);
    if (!count) co_return size;
    size += *count;
  }
}

Task<Result<>> write_and_end(Stream& stream, std::string_view text) {
  const std::array parts{text};
  const Result<> written = co_await stream.write(parts);
  stream.shutdown_write();
  co_return written;
}

}  // namespace

TEST_CASE("a receiver gets what comes until it wants no more") {
  Fixture fixture;
  Collector collector(10);
  CHECK(fixture.write("0123456789ab").has_value());
  CHECK(test::run_task(fixture.loop, fixture.server->receive(collector)).has_value());
  CHECK(collector.text == "0123456789ab");
  CHECK(collector.pieces == 3);
}

TEST_CASE("a receiver's wait ends at its deadline, when the peer closes and when the receiver throws") {
  Fixture fixture;
  Collector collector(10);
  SUBCASE("the deadline") {
    fixture.server->expires_at(in(Milliseconds{10}));
    CHECK(test::run_task(fixture.loop, fixture.server->receive(collector)).error() == Error::timeout);
  }
  SUBCASE("the deadline for reading, after which the stream is open") {
    fixture.server->reading_expires_at(in(Milliseconds{10}));
    CHECK(test::run_task(fixture.loop, fixture.server->receive(collector)).error() == Error::timeout);
    CHECK(test::run_task(fixture.loop, fixture.server->receive(collector)).error() == Error::timeout);
    fixture.server->expires_at(in(Seconds{5}));
    CHECK(fixture.server->write_now("late") == 4);
  }
  SUBCASE("the peer") {
    fixture.client->close();
    CHECK(test::run_task(fixture.loop, fixture.server->receive(collector)).error() == Error::closed);
  }
  SUBCASE("an exception") {
    collector.throws = true;
    CHECK(fixture.write("0123").has_value());
    CHECK_THROWS(test::run_task(fixture.loop, fixture.server->receive(collector)));
  }
  SUBCASE("our own closing") {
    fixture.server->close();
    CHECK(test::run_task(fixture.loop, fixture.server->receive(collector)).error() == Error::canceled);
    CHECK(fixture.server->write_now("late") == 0);
  }
}

TEST_CASE("what a socket does not accept immediately is written once it does") {
  Fixture fixture;
  const std::string text(8'000'000, 'x');
  const std::size_t at_once = fixture.client->write_now(text);
  CHECK(at_once > 0);
  CHECK(at_once < text.size());
  std::size_t read = 0;
  Result<> written = Error::canceled;
  boost::asio::co_spawn(fixture.loop, read_all(*fixture.server),
                        [&read](const std::exception_ptr&, std::size_t size) { read = size; });
  boost::asio::co_spawn(fixture.loop, write_and_end(*fixture.client, text),
                        [&written](const std::exception_ptr&, Result<> result) { written = result; });
  fixture.loop.restart();
  fixture.loop.run_for(Seconds{20});
  CHECK(written.has_value());
  CHECK(read == at_once + text.size());
}

TEST_CASE("a read deadline that passes while bytes are coming is honored") {
  Fixture fixture;
  Collector collector(1000);
  std::optional<Result<>> ended;
  fixture.server->reading_expires_at(in(Milliseconds{30}));
  boost::asio::co_spawn(fixture.loop, fixture.server->receive(collector),
                        [&ended](const std::exception_ptr&, Result<> result) { ended = result; });
  fixture.loop.restart();
  fixture.loop.run_for(Milliseconds{5});
  CHECK_FALSE(ended.has_value());
  CHECK(fixture.client->write_now("01") == 2);
  std::this_thread::sleep_for(Milliseconds{60});  // a busy loop: bytes and timer come at the same time
  fixture.loop.restart();
  fixture.loop.run_for(Milliseconds{1500});
  CHECK(collector.text == "01");
  REQUIRE(ended.has_value());
  CHECK(ended->error() == Error::timeout);
}

namespace {

/// Has room once.
class Roomless final : public Receiver {
 public:
  std::span<char> room() override {
    if (std::exchange(is_full_, true)) throw std::bad_alloc();
    return buffer_;
  }
  bool received(std::size_t) override { return true; }

 private:
  bool is_full_ = false;
  std::array<char, 4> buffer_{};
};

}  // namespace

TEST_CASE("an exception from room() ends the receiver, not the loop") {
  Fixture fixture;
  Roomless receiver;
  bool is_theirs = false;
  CHECK(fixture.write("0123").has_value());
  boost::asio::co_spawn(fixture.loop, fixture.server->receive(receiver),
                        [&](const std::exception_ptr& thrown, Result<>) { is_theirs = thrown != nullptr; });
  fixture.loop.restart();
  CHECK_NOTHROW(fixture.loop.run_for(Milliseconds{50}));
  CHECK(is_theirs);
}

}  // namespace larder::receive_test
