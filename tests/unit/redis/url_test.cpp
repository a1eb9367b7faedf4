#include <larder/redis/client.hpp>

#include <doctest/doctest.h>

#include <string>

using larder::Error;
using larder::Result;
using larder::redis::parse_url;
using larder::redis::Settings;

TEST_CASE("a Redis URL names where Redis is, who we are, and the database") {
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

TEST_CASE("rediss:// is redis:// over TLS, to a server whose certificate is for that host") {
  const Result<Settings> settings = parse_url("rediss://u:p@[::1]:6390/2");
  REQUIRE(settings.has_value());
  CHECK(settings->endpoint.text() == "[::1]:6390");
  CHECK(settings->password == "p");
  CHECK(settings->database == 2);
  REQUIRE(settings->tls.has_value());
  CHECK(settings->tls->server_name == "::1");
}

TEST_CASE("a URL that names no Redis, or one of a kind not served yet, is an error") {
  struct Row {
    std::string url;
    Error error;
  };
  const Row rows[] = {
      {"rediss://", Error::malformed},
      {"redis+sentinel://h1:26379,h2:26379/master", Error::unsupported},
      {"redis+cluster://h1,h2", Error::unsupported},
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
