#include "store/value_reader.hpp"

#include "redis_fixture.hpp"
#include "support/redis_server.hpp"

#include <doctest/doctest.h>

#include <string>

namespace larder::value_reader_test {

using larder::Bytes;
using larder::Result;
using larder::redis::Command;
using larder::store::read_value;
using larder::store::Trips;

namespace {

constexpr std::size_t first_part = 64 * 1024;

struct Fixture : larder::test::LoopFixture {
  larder::test::RedisServer server;
  larder::redis::Client client{loop, larder::test::redis_settings(server.url()), log};

  Fixture() {
    client.start();
    REQUIRE(run_until([this] { return client.is_up(); }));
  }
  ~Fixture() {
    client.stop();
    drain();
  }

  void set(const std::string& name, const std::string& value) {
    Command command("SET");
    command.key(name).arg(Bytes(std::string(value)));
    REQUIRE(run(client.execute(std::move(command))).has_value());
  }
  std::uint64_t commands() const { return client.counters().commands; }
};

/// Bytes of which no two parts are equal.
std::string distinct(std::size_t size) {
  std::string text;
  while (text.size() < size) text += std::to_string(text.size()) + ' ';
  text.resize(size);
  return text;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a value is read whole, a small one with one command, a large one with two") {
  for (const Trips trips : {Trips::two, Trips::one}) {
    for (const std::size_t size :
         {std::size_t{1}, first_part - 1, first_part, first_part + 1, std::size_t{1'000'000}}) {
      CAPTURE(size);
      const std::string value = distinct(size);
      set("a", value);
      const std::uint64_t before = commands();
      const Result<Bytes> read = run(read_value(client, "a", 2'000'000, trips));
      REQUIRE(read.has_value());
      CHECK((read->view() == value));
      CHECK(run_until([&] { return client.nodes()[0].in_flight == 0; }));
      CHECK(commands() - before == (trips == Trips::one || size >= first_part ? 2 : 1));
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "a name without a value gives nothing, and no more is read than requested") {
  for (const Trips trips : {Trips::two, Trips::one}) {
    CHECK(run(read_value(client, "none", 1'000'000, trips))->empty());
    set("a", distinct(300'000));
    CHECK(run(read_value(client, "a", 100'000, trips))->size() == 100'000);
  }
}

TEST_CASE_FIXTURE(Fixture, "a name that does not hold a string, and a Redis that is gone, give no value") {
  server.cli({"XADD", "stream", "*", "a", "b"});
  for (const Trips trips : {Trips::two, Trips::one}) {
    CHECK(run(read_value(client, "stream", 1'000'000, trips)).has_error());
  }
  server.stop();
  REQUIRE(run_until([this] { return !client.is_up(); }));
  for (const Trips trips : {Trips::two, Trips::one}) {
    CHECK(run(read_value(client, "a", 1'000'000, trips)).has_error());
  }
}

}  // namespace larder::value_reader_test
