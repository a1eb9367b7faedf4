#include "client_fixture.hpp"
#include "support/redis_server.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

namespace larder::client_test {

using larder::Bytes;
using larder::Error;
using larder::Milliseconds;
using larder::Result;
using larder::Seconds;
using larder::redis::Command;
using larder::redis::parse_url;
using larder::redis::Settings;
using larder::redis::Value;
using larder::test::ClientFixture;
using larder::test::RedisServer;

namespace {

/// A deadline that does not pass unless a test wants it to.
constexpr Milliseconds ample = Seconds(5);

Settings settings_for(const RedisServer& server, Milliseconds timeout = ample) {
  Settings settings = *parse_url(server.url());
  settings.timeout = timeout;
  settings.connect_timeout = Milliseconds(300);
  settings.first_backoff = Milliseconds(5);
  settings.last_backoff = Milliseconds(50);
  return settings;
}

/// The number after `name:` in the reply to INFO.
long info(ClientFixture& fixture, const std::string& name) {
  const std::string text = fixture.ask({"INFO"});
  const std::size_t at = text.find("\n" + name + ":");
  REQUIRE(at != std::string::npos);
  return std::stol(text.substr(at + name.size() + 2));
}

}  // namespace

TEST_CASE("before the handshake is complete a command is refused immediately") {
  RedisServer server;
  ClientFixture fixture(settings_for(server));
  CHECK_FALSE(fixture.client.is_up());
  CHECK(fixture.ask({"PING"}) == "not available");
  REQUIRE(fixture.run_until_up());
  CHECK(fixture.ask({"PING"}) == "PONG");
  CHECK(fixture.client.counters().refused == 1);
  CHECK(fixture.client.counters().commands == 1);
  CHECK(fixture.output.str().empty());
}

TEST_CASE("values of any size and any bytes come back as they were set") {
  RedisServer server;
  ClientFixture fixture(settings_for(server));
  REQUIRE(fixture.run_until_up());
  for (const std::size_t size :
       {0UL, 1UL, 4095UL, 4096UL, 16384UL, 100'000UL, 1024UL * 1024UL, 8'000'000UL}) {
    std::string body(size, '\0');
    for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<char>(i * 7 + i / 251);
    const Bytes bytes = Bytes::copy_of(body);
    Command set("SET");
    set.arg("key").arg(bytes).arg("PX").arg(60'000);
    const Result<Value> stored = fixture.execute(set);
    REQUIRE(stored.has_value());
    CHECK(stored->kind == Value::Kind::status);
    const Result<Value> read = fixture.execute(ClientFixture::command_of({"GET", "key"}));
    REQUIRE(read.has_value());
    CHECK(read->kind == Value::Kind::text);
    CHECK((read->text.view() == body));
  }
}

TEST_CASE("an error reply is a value, and the commands around it get theirs") {
  RedisServer server;
  ClientFixture fixture(settings_for(server));
  REQUIRE(fixture.run_until_up());
  const auto set = fixture.begin(ClientFixture::command_of({"SET", "a", "x"}));
  const auto wrong = fixture.begin(ClientFixture::command_of({"LPUSH", "a", "y"}));
  CHECK(fixture.ask({"GET", "a"}) == "x");
  REQUIRE(wrong->has_value());
  REQUIRE((*wrong)->has_value());
  CHECK((**wrong)->is_error());
  CHECK((**wrong)->text.view().starts_with("WRONGTYPE"));
  CHECK(fixture.execute(ClientFixture::command_of({"GET", "none"}))->is_nil());
  CHECK(fixture.execute(ClientFixture::command_of({"MGET", "a", "none"}))->items.size() == 2);
}

TEST_CASE("a thousand commands issued together are answered in order and sent in few writes") {
  RedisServer server;
  ClientFixture fixture(settings_for(server));
  REQUIRE(fixture.run_until_up());
  const long reads_before = info(fixture, "total_reads_processed");
  std::vector<ClientFixture::Answer> answers;
  for (int i = 0; i < 1000; ++i) answers.push_back(fixture.begin(ClientFixture::command_of({"INCR", "n"})));
  REQUIRE(fixture.run_until([&] { return answers.back()->has_value(); }));
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(answers[i]->has_value());
    REQUIRE((*answers[i])->has_value());
    CHECK((**answers[i])->integer == i + 1);
  }
  CHECK(info(fixture, "total_reads_processed") - reads_before < 50);
}

TEST_CASE("large values have a connection of their own and do not delay small ones") {
  RedisServer server({"--proto-max-bulk-len", "512mb"});
  ClientFixture fixture(settings_for(server));
  REQUIRE(fixture.run_until_up());
  const std::string large(30'000'000, 'x');
  const auto set = [&] { return ClientFixture::command_of({"SET", "large", large}); };
  REQUIRE(fixture.execute(set()).has_value());
  REQUIRE(fixture.run_until([&] { return fixture.client.counters().connections == 2; }));
  CHECK(fixture.client.epoch() == 1);

  const ClientFixture::Answer slow = fixture.begin(set());
  const ClientFixture::Answer quick = fixture.begin(ClientFixture::command_of({"GET", "small"}));
  REQUIRE(fixture.run_until([&] { return quick->has_value(); }));
  CHECK_FALSE(slow->has_value());
  REQUIRE(fixture.run_until([&] { return slow->has_value(); }));

  larder::redis::Command get("GET");
  get.key("large").expects_much();
  const ClientFixture::Answer much = fixture.begin(get);
  const ClientFixture::Answer little = fixture.begin(ClientFixture::command_of({"GET", "small"}));
  REQUIRE(fixture.run_until([&] { return little->has_value(); }));
  CHECK_FALSE(much->has_value());
  REQUIRE(fixture.run_until([&] { return much->has_value(); }));
  CHECK((**much)->text.size() == large.size());
}

TEST_CASE("a full queue refuses further commands and keeps working") {
  RedisServer server;
  Settings settings = settings_for(server);
  settings.max_queued = 10;
  ClientFixture fixture(settings);
  REQUIRE(fixture.run_until_up());
  std::vector<ClientFixture::Answer> answers;
  for (int i = 0; i < 15; ++i) answers.push_back(fixture.begin(ClientFixture::command_of({"PING"})));
  REQUIRE(fixture.run_until([&] { return answers[9]->has_value(); }));
  for (int i = 0; i < 15; ++i) CHECK((*answers[i])->has_value() == (i < 10));
  CHECK((*answers[14])->error() == Error::unavailable);
  CHECK(fixture.ask({"PING"}) == "PONG");
}

TEST_CASE("stopping fails the waiting commands, and the client stays down") {
  RedisServer server;
  ClientFixture fixture(settings_for(server));
  REQUIRE(fixture.run_until_up());
  const auto blocked = fixture.begin(ClientFixture::command_of({"BLPOP", "none", "0"}), Seconds(60));
  REQUIRE(fixture.run_until([&] { return fixture.client.counters().commands == 1; }));
  fixture.client.stop();
  REQUIRE(fixture.run_until([&] { return blocked->has_value(); }));
  CHECK((*blocked)->error() == Error::canceled);
  CHECK(fixture.ask({"PING"}) == "not available");
  CHECK(fixture.output.str().empty());
}

TEST_CASE("a client and its loop may go away while callers wait") {
  RedisServer server;
  std::ostringstream output;
  larder::Log log("test", std::make_shared<spdlog::sinks::ostream_sink_st>(output));
  boost::asio::io_context loop(1);
  larder::redis::Client client(loop, settings_for(server), log);
  client.start();
  while (!client.is_up()) loop.run_one();
  for (int i = 0; i < 3; ++i) {
    boost::asio::co_spawn(loop,
                          client.execute(ClientFixture::command_of({"BLPOP", "none", "0"}), Seconds(60)),
                          boost::asio::detached);
  }
  while (client.counters().commands < 3) loop.run_one();
}

TEST_CASE("the client signs in, as an ACL user too, and selects its database") {
  RedisServer server({"--requirepass", "secret", "--user", "larder", "on", ">p:ss", "~*", "+@all"});
  struct Row {
    std::string user, password;
    unsigned database;
  };
  for (const Row& row : {Row{"", "secret", 0}, Row{"", "secret", 3}, Row{"larder", "p:ss", 5}}) {
    CAPTURE(row.user);
    Settings settings = settings_for(server);
    settings.username = row.user;
    settings.password = row.password;
    settings.database = row.database;
    ClientFixture fixture(settings);
    REQUIRE(fixture.run_until_up());
    CHECK(fixture.ask({"ACL", "WHOAMI"}) == (row.user.empty() ? "default" : row.user));
    CHECK(fixture.ask({"CLIENT", "INFO"}).find(" db=" + std::to_string(row.database) + " ") !=
          std::string::npos);
  }
}

TEST_CASE("a refusal is reported once, in Redis's own words, and tried again") {
  RedisServer server({"--requirepass", "secret"});
  struct Row {
    std::string password;
    unsigned database;
    std::string words;
  };
  const Row rows[] = {{"", 0, "NOAUTH Authentication required."},
                      {"wrong", 0, "WRONGPASS invalid username-password pair"},
                      {"secret", 99, "ERR DB index is out of range"}};
  for (const Row& row : rows) {
    CAPTURE(row.words);
    Settings settings = settings_for(server);
    settings.password = row.password;
    settings.database = row.database;
    ClientFixture fixture(settings);
    REQUIRE(fixture.run_until([&] { return fixture.said(row.words) > 0; }));
    REQUIRE(fixture.run_until([&] { return fixture.client.counters().attempts > 4; }));
    CHECK_FALSE(fixture.client.is_up());
    CHECK(fixture.said("") == 1);
    CHECK(fixture.said("secret") == 0);
  }
}

TEST_CASE("the client works over a Unix socket") {
  RedisServer server({}, RedisServer::Transport::unix_socket);
  ClientFixture fixture(settings_for(server));
  REQUIRE(fixture.run_until_up());
  CHECK(fixture.ask({"SET", "a", std::string(300'000, 'x')}) == "OK");
  CHECK((fixture.ask({"GET", "a"}) == std::string(300'000, 'x')));
}

}  // namespace larder::client_test
