#include "support/redis_server.hpp"

#include "support/ports.hpp"

#include <doctest/doctest.h>

namespace larder::redis_server_test {

using larder::test::RedisServer;

TEST_CASE("our own redis-server answers, stops and restarts empty on the same port") {
  RedisServer server;
  CHECK(server.cli({"set", "a", "1"}) == "OK");
  server.stop();
  CHECK_FALSE(larder::test::accepts_connections(server.port()));
  server.restart();
  CHECK(server.cli({"dbsize"}) == "0");
}

TEST_CASE("our own redis-server listens on a Unix socket and takes arguments") {
  RedisServer server({"--requirepass", "secret"}, RedisServer::Transport::unix_socket);
  CHECK(server.cli({"ping"}) == "NOAUTH Authentication required.");
  CHECK(server.cli({"--no-auth-warning", "-a", "secret", "ping"}) == "PONG");
}

TEST_CASE("a program that cannot be started says so") {
  larder::test::Process process({"/no/such/program"});
  CHECK(process.wait() == 127);
  CHECK_FALSE(process.errors().empty());
}

}  // namespace larder::redis_server_test
