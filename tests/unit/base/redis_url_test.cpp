#include <larder/base/redis_url.hpp>

#include <doctest/doctest.h>

using larder::Error;
using larder::parse_redis_url;
using larder::RedisScheme;
using larder::RedisUrl;
using larder::Result;
using Topology = RedisScheme::Topology;

TEST_CASE("a Redis URL gives hosts, user, database or master") {
  const Result<RedisUrl> single = parse_redis_url("REDISS://me:a%40b@[::1]:7000/3");
  REQUIRE(single.has_value());
  CHECK(single->scheme.topology == Topology::single);
  CHECK(single->scheme.is_secure);
  REQUIRE(single->hosts.size() == 1);
  CHECK(single->hosts[0].name == "::1");
  CHECK(single->hosts[0].port == "7000");
  CHECK(single->username == "me");
  CHECK(single->password == "a@b");
  CHECK(single->database == 3);
  const Result<RedisUrl> sentinels = parse_redis_url("redis+sentinel://a:1,b/my%20master/2");
  REQUIRE(sentinels.has_value());
  REQUIRE(sentinels->hosts.size() == 2);
  CHECK(sentinels->hosts[1].name == "b");
  CHECK(sentinels->hosts[1].port.empty());
  CHECK(sentinels->master == "my master");
  CHECK(sentinels->database == 2);
  const Result<RedisUrl> unix_socket = parse_redis_url("unix:/run/r.sock?db=4");
  REQUIRE(unix_socket.has_value());
  CHECK(unix_socket->scheme.is_unix);
  CHECK(unix_socket->hosts.empty());
  CHECK(unix_socket->unix_path == "/run/r.sock");
  CHECK(unix_socket->database == 4);
}

TEST_CASE("the scheme says how to reach Redis before the rest is read") {
  CHECK(larder::redis_scheme("rediss+cluster://")->topology == Topology::cluster);
  CHECK(larder::redis_scheme("rediss+cluster://")->is_secure);
  CHECK(larder::redis_scheme("Unix:")->is_unix);
  for (const char* none : {"", "redis", "http://h", "redis+other://h", "redisss://h"}) {
    CAPTURE(none);
    CHECK_FALSE(larder::redis_scheme(none).has_value());
  }
}

TEST_CASE("a Redis URL with an invalid port is distinguished from one that is not a Redis URL") {
  struct Row {
    const char* url;
    Error error;
    const char* port;
  };
  for (const Row& row :
       {Row{"redis://h:0", Error::malformed, "0"},
        Row{"redis+cluster://a,b:65536", Error::malformed, "65536"}, Row{"redis://h:x", Error::malformed, ""},
        Row{"redis://a,b", Error::malformed, ""}, Row{"redis+sentinel://h/a%2Fb", Error::malformed, ""},
        Row{"redis://%61", Error::malformed, ""}, Row{"http://h:0", Error::unsupported, ""}}) {
    CAPTURE(row.url);
    std::string wrong_port;
    const Result<RedisUrl> url = parse_redis_url(row.url, &wrong_port);
    REQUIRE(url.has_error());
    CHECK(url.error() == row.error);
    CHECK(wrong_port == row.port);
  }
}
