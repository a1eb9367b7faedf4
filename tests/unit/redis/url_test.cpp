#include <larder/redis/client.hpp>

#include <doctest/doctest.h>

#include <string>

namespace larder::url_test {

using larder::Error;
using larder::Result;
using larder::redis::parse_url;
using larder::redis::Settings;

TEST_CASE("a Redis URL names the server, the user and the database") {
  struct Row {
    std::string url, endpoint, username, password;
    unsigned database;
  };
  const Row rows[] = {
      {"redis://localhost", "localhost:6379", "", "", 0},
      {"redis://localhost/", "localhost:6379", "", "", 0},
      {"REDIS://127.0.0.1:7000/3", "127.0.0.1:7000", "", "", 3},
      {"redis://[::1]:7000/15", "[::1]:7000", "", "", 15},
      {"redis://:secret@cache.example:6380/1", "cache.example:6380", "", "secret", 1},
      {"redis://larder:secret@h", "h:6379", "larder", "secret", 0},
      {"redis://larder@h", "h:6379", "larder", "", 0},
      {"redis://a%40b:p%3Aq%2F%25@h", "h:6379", "a@b", "p:q/%", 0},
      {"redis://:a:b@h", "h:6379", "", "a:b", 0},
      {"redis://h:/2", "h:6379", "", "", 2},
      {"unix:/run/redis/redis.sock", "unix:/run/redis/redis.sock", "", "", 0},
      {"unix:///run/redis.sock", "unix:/run/redis.sock", "", "", 0},
      {"unix:/run/redis.sock?db=4", "unix:/run/redis.sock", "", "", 4},
      {"unix:/run/with%20space.sock", "unix:/run/with space.sock", "", "", 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.url);
    const Result<Settings> settings = parse_url(row.url);
    REQUIRE(settings.has_value());
    CHECK(settings->endpoint.text() == row.endpoint);
    CHECK(settings->username == row.username);
    CHECK(settings->password == row.password);
    CHECK(settings->database == row.database);
    CHECK_FALSE(settings->tls.has_value());
  }
}

TEST_CASE("rediss:// is redis:// over TLS, to a server with a certificate for that host") {
  const Result<Settings> settings = parse_url("rediss://u:p@[::1]:6390/2");
  REQUIRE(settings.has_value());
  CHECK(settings->endpoint.text() == "[::1]:6390");
  CHECK(settings->password == "p");
  CHECK(settings->database == 2);
  REQUIRE(settings->tls.has_value());
  CHECK(settings->tls->server_name == "::1");
}

TEST_CASE("a list of sentinels names the master, a list of nodes the cluster") {
  using Topology = Settings::Topology;
  struct Row {
    std::string url;
    Topology topology;
    std::string endpoints, master, username, password;
    unsigned database;
    bool is_secure;
  };
  const Row rows[] = {
      {"redis+sentinel://h1,h2:1/m", Topology::sentinel, "h1:26379 h2:1 ", "m", "", "", 0, false},
      {"rediss+sentinel://u:a%40b@[::1],h2/m/3", Topology::sentinel, "[::1]:26379 h2:26379 ", "m", "u", "a@b",
       3, true},
      {"redis+cluster://h1", Topology::cluster, "h1:6379 ", "", "", "", 0, false},
      {"REDISS+CLUSTER://:p@h1:7000,h2:7001/", Topology::cluster, "h1:7000 h2:7001 ", "", "", "p", 0, true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.url);
    const Result<Settings> settings = parse_url(row.url);
    REQUIRE(settings.has_value());
    std::string endpoints;
    for (const auto& endpoint : settings->endpoints) endpoints += endpoint.text() + " ";
    CHECK(settings->topology == row.topology);
    CHECK(endpoints == row.endpoints);
    CHECK(settings->master == row.master);
    CHECK(settings->username == row.username);
    CHECK(settings->password == row.password);
    CHECK(settings->database == row.database);
    CHECK(settings->tls.has_value() == row.is_secure);
  }
}

TEST_CASE("a certificate must be for the server connected to, or for the name given") {
  Settings settings = *parse_url("rediss+cluster://h1,h2");
  larder::net::TlsPeer peer;
  REQUIRE(settings.tls_for({"10.0.0.1", "7000", {}}, peer) != nullptr);
  CHECK(peer.server_name == "10.0.0.1");
  settings.tls->server_name = "redis.internal";
  CHECK(settings.tls_for({"10.0.0.1", "7000", {}}, peer)->server_name == "redis.internal");
  settings.tls.reset();
  CHECK(settings.tls_for({"10.0.0.1", "7000", {}}, peer) == nullptr);
}

TEST_CASE("a URL that does not name a Redis is an error") {
  struct Row {
    std::string url;
    Error error;
  };
  const Row rows[] = {
      {"rediss://", Error::malformed},
      {"redis://a,b", Error::malformed},
      {"redis+sentinel://h1,h2", Error::malformed},
      {"redis+sentinel://h1,h2/", Error::malformed},
      {"redis+sentinel://h1,h2/m/x", Error::malformed},
      {"redis+sentinel://h1,,h2/m", Error::malformed},
      {"redis+cluster://", Error::malformed},
      {"redis+cluster://h1,h2/1", Error::malformed},
      {"redis+cluster://h1,h2:x", Error::malformed},
      {"redis+other://h", Error::unsupported},
      {"http://h", Error::unsupported},
      {"", Error::malformed},
      {"localhost", Error::malformed},
      {"redis:", Error::malformed},
      {"redis://", Error::malformed},
      {"redis:///0", Error::malformed},
      {"redis://h:port", Error::malformed},
      {"redis://h:70000", Error::malformed},
      {"redis://h/x", Error::malformed},
      {"redis://h/1x", Error::malformed},
      {"redis://h/-1", Error::malformed},
      {"redis://h/99999999999", Error::malformed},
      {"redis://h/1/2", Error::malformed},
      {"redis://h/0?db=1", Error::malformed},
      {"redis://h/0#x", Error::malformed},
      {"redis://u:%zz@h", Error::malformed},
      {"redis://h h", Error::malformed},
      {"unix:", Error::malformed},
      {"unix:/", Error::malformed},
      {"unix:relative.sock", Error::malformed},
      {"unix://host/path.sock", Error::malformed},
      {"unix:/a.sock?db=x", Error::malformed},
      {"unix:/a.sock?name=x", Error::malformed},
  };
  for (const Row& row : rows) {
    CAPTURE(row.url);
    const Result<Settings> settings = parse_url(row.url);
    REQUIRE(settings.has_error());
    CHECK(settings.error() == row.error);
  }
}

}  // namespace larder::url_test
