#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/ports.hpp"
#include "support/reserved_port.hpp"
#include "support/shared_tier.hpp"
#include "support/wait.hpp"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include <regex>
#include <sstream>

/// What the log tells: of requests that end early, of upstreams that fail, of what larder begins with.
namespace larder::test {

namespace {

const std::string logging = "log: {access: on}\n";

std::vector<std::string> lines_with(const std::string& text, const std::string& part) {
  std::vector<std::string> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (contains(line, part)) found.push_back(line);
  }
  return found;
}

/// The line of the access log about the one request for a target.
boost::json::object line_about(const Larder& larder, const std::string& target) {
  const std::string part = "\"target\":\"" + target + "\"";
  REQUIRE(eventually([&] { return !lines_with(larder.log(), part).empty(); }, patience));
  const std::vector<std::string> lines = lines_with(larder.log(), part);
  CHECK(lines.size() == 1);
  return boost::json::parse(lines.back()).as_object();
}

OriginResponse large(const OriginRequest&) {
  OriginResponse response;
  response.pattern = 30'000'000;
  return response.with("Cache-Control", "max-age=60");
}

bool is_logged_once(const Larder& larder, const std::string& text) {
  return eventually([&] { return larder.log_lines_with(text) > 0; }, patience) &&
         larder.log_lines_with(text) == 1;
}

}  // namespace

TEST_CASE("A client that leaves in the middle of a hit is logged as aborted, with the bytes that it took") {
  Origin origin(large);
  Larder larder(Yaml{.upstream = origin.url(), .store = "  max_object: 64MiB\n", .rest = logging});
  CHECK(larder.client().get("/a").body.size() == 30'000'000);
  CHECK(cache_result(larder.client().head("/a")) == "HIT");
  {
    Client leaving = larder.client();
    leaving.send(leaving.head_text("GET", "/a?"));
    CHECK(leaving.receive_head().status == 200);
  }
  {
    Client leaving = larder.client();
    leaving.send(leaving.head_text("GET", "/a"));
    CHECK(leaving.receive_head().fields.get("X-Cache") == "HIT");
  }
  REQUIRE(eventually([&] { return lines_with(larder.log(), "\"aborted\":true").size() == 2; }, patience));
  for (const std::string& text : lines_with(larder.log(), "\"aborted\":true")) {
    CAPTURE(text);
    const boost::json::object line = boost::json::parse(text).as_object();
    CHECK(line.at("status").as_int64() == 200);
    CHECK(line.at("bytes").as_int64() < 30'000'000);
  }
  REQUIRE(larder.stop() == 0);
  const std::vector<std::string> whole = lines_with(larder.log(), "\"bytes\":30000000");
  CHECK(whole.size() == 1);
  for (const std::string& line : whole) CHECK_FALSE(contains(line, "aborted"));
}

TEST_CASE("An upload that its client breaks off is logged as the client's doing") {
  Origin origin([](const OriginRequest&) { return text("ok"); });
  Larder larder(Yaml{.upstream = origin.url(), .rest = logging});
  {
    Client leaving = larder.client();
    leaving.send(leaving.head_text("PUT", "/left", {{"Content-Length", "1000"}}) + "part");
  }
  Client garbled = larder.client();
  garbled.send(garbled.head_text("PUT", "/garbled", {{"Transfer-Encoding", "chunked"}}) +
               "4\r\npart\r\nxyz\r\n");
  CHECK(garbled.receive("PUT").status == 400);
  const boost::json::object left = line_about(larder, "/left");
  CHECK(left.at("status").as_int64() == 499);
  CHECK(left.at("aborted").as_bool());
  CHECK(line_about(larder, "/garbled").at("status").as_int64() == 400);
  CHECK(larder.log_lines_with("upstream shop") == 0);
}

TEST_CASE("What an upstream cuts short is told apart from what a client left") {
  Origin origin([](const OriginRequest&) {
    OriginResponse response = text(std::string(100'000, 'a'));
    response.claimed_length = 200'000;
    return response;
  });
  Larder larder(Yaml{.upstream = origin.url(), .rest = logging});
  Client client = larder.client();
  client.send(client.head_text("GET", "/a"));
  CHECK(client.receive_head().status == 200);
  CHECK(line_about(larder, "/a").at("cut_short").as_bool());
  CHECK(is_logged_once(larder, "in the middle of a response"));
}

TEST_CASE("Every line in the common format has the same words, though the request had none") {
  Origin origin([](const OriginRequest&) { return text("ok"); });
  Larder larder(Yaml{.upstream = origin.url(), .rest = "log: {access: on, format: common}\n"});
  const std::vector<std::string> sent{"GARBAGE\r\n\r\n", "\x16\x03\x01\r\n\r\n", "GET\r\n\r\n",
                                      "GET  /two\r\n\r\n", "A \"B\" C\r\n\r\n"};
  for (const std::string& bytes : sent) {
    Client client = larder.client();
    client.send(bytes);
    CHECK(client.receive().status == 400);
  }
  REQUIRE(larder.stop() == 0);
  const std::regex common(
      R"re(127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] "[^" ]+ [^" ]+ HTTP/1\.1" 400 \d+ \S+)re");
  const std::vector<std::string> lines = lines_with(larder.log(), "127.0.0.1 - - ");
  CHECK(lines.size() == sent.size());
  for (const std::string& line : lines) {
    CAPTURE(line);
    CHECK(std::regex_match(line, common));
  }
}

TEST_CASE(
    "A line of the access log tells route, reason, the upstream's time, the request's id and microseconds") {
  Origin origin([](const OriginRequest&) {
    OriginResponse response = text("ok");
    response.delay = std::chrono::milliseconds(20);
    return response;
  });
  Larder larder(
      Yaml{.upstream = origin.url(), .routes = "  - match: /a/{id}\n    ttl: 60s\n", .rest = logging});
  Client client = larder.client();
  client.get("/a/1", {{"X-Request-Id", "id \"1\"" + std::string(200, 'x')}});
  client.get("/a/1?", {{"X-Request-Id", "id-2"}});
  client.get("/b");
  client.put("/c");
  const boost::json::object first = line_about(larder, "/a/1");
  CHECK(first.at("route").as_string() == "/a/{id}");
  CHECK(first.at("reason").as_string() == "absent");
  CHECK(first.at("upstream_us").as_int64() >= 20'000);
  CHECK(first.at("duration_us").as_int64() >= first.at("upstream_us").as_int64());
  CHECK(first.at("request_id").as_string() == "id_\"1\"" + std::string(122, 'x'));
  const boost::json::object second = line_about(larder, "/a/1?");
  CHECK(second.at("request_id").as_string() == "id-2");
  const boost::json::object unrouted = line_about(larder, "/b");
  CHECK_FALSE(unrouted.contains("route"));
  CHECK(unrouted.at("reason").as_string() == "no-lifetime");
  CHECK(line_about(larder, "/c").at("reason").as_string() == "method");
  client.get("/a/2");
  CHECK(cache_result(client.get("/a/2")) == "HIT");
  std::vector<std::string> hits;
  REQUIRE(eventually([&] {
    hits = lines_with(larder.log(), "\"cache\":\"HIT\"");
    return hits.size() == 1;
  }));
  CHECK(contains(hits[0], "\"route\":\"/a/{id}\""));
  CHECK_FALSE(contains(hits[0], "upstream_us"));
  CHECK_FALSE(contains(hits[0], "reason"));
}

TEST_CASE("An outage has one line for each way in which the upstream fails, and the access log says why") {
  struct Case {
    OriginResponse answer;
    int status;
    std::string said;
    std::string detail;
  };
  OriginResponse nonsense;
  nonsense.raw = "SSH-2.0-OpenSSH\r\n\r\n";
  OriginResponse silent;
  silent.silent = true;
  for (const Case& one :
       {Case{hang_up(), 502, "the connection without an answer", "upstream-closed"},
        Case{nonsense, 502, "sent what is not HTTP/1.1", "upstream-malformed"},
        Case{silent, 504, "did not answer within 300ms (timeouts.first_byte)", "upstream-timeout"}}) {
    CAPTURE(one.said);
    Origin origin([&](const OriginRequest&) { return one.answer; });
    Larder larder(Yaml{.upstream = origin.url(), .timeouts = "{first_byte: 300ms}", .rest = logging});
    for (int i = 0; i < 4; ++i) {
      const Response response = larder.client().get("/a" + std::to_string(i));
      CHECK(response.status == one.status);
      CHECK_FALSE(response.fields.has("Cache-Status"));  // RFC 9211, section 2: larder's own
    }
    CHECK(larder.client().post("/b").status == one.status);
    CHECK(is_logged_once(larder, one.said));
    CHECK(line_about(larder, "/a1").at("reason").as_string() == one.detail);
    CHECK(larder.log_lines_with("answers again") == 0);
    origin.answer([](const OriginRequest&) { return text("ok"); });
    // Not before it has answered for a while.
    const std::string sound = "upstream shop: 127.0.0.1:" + std::to_string(origin.port()) + " answers again";
    int asked = 0;
    CHECK(eventually([&] {
      CHECK(larder.client().get("/c" + std::to_string(++asked)).status == 200);
      return larder.log_lines_with(sound) > 0;
    }));
    CHECK(asked > 2);
    CHECK(eventually([&] { return larder.log_lines_with(sound) == 1; }));
  }
}

TEST_CASE("A server that cannot be reached is told with the reason, as its own words go") {
  struct Case {
    std::string url;
    std::string said;
  };
  const ReservedPort nobody;
  for (const Case& one :
       {Case{"http://" + nobody.address(), nobody.address() + ": Connection refused"},
        Case{"http://nowhere.invalid:80", "cannot connect to nowhere.invalid:80: Host not found"}}) {
    CAPTURE(one.url);
    const Larder larder(Yaml{.upstream = one.url, .timeouts = "{connect: 20s}"});
    for (int i = 0; i < 3; ++i) {
      const Response response = larder.client().get("/a");
      CHECK(response.status == 502);
      CHECK_FALSE(response.fields.has("Cache-Status"));  // RFC 9211, section 2: larder's own
    }
    CHECK(is_logged_once(larder, one.said));
  }
}

TEST_CASE("The log begins with what larder runs on, without secrets") {
  Origin origin([](const OriginRequest&) { return text("ok"); });
  {
    const Larder larder(Yaml{.upstream = origin.url(), .routes = "  - match: /api/**\n    ttl: 1m\n"});
    // The last of these lines.
    CHECK(is_logged_once(larder, "memory: 256MiB, contents of up to 8MiB; no Redis"));
    CHECK(eventually([&] { return larder.log_lines_with("configuration read from ") == 1; }));
    CHECK(larder.log_lines_with("/larder.yaml") >= 1);
    CHECK(eventually([&] { return larder.log_lines_with("upstreams: shop (" + origin.url() + ")") == 1; }));
    CHECK(eventually([&] { return larder.log_lines_with("1 route: /api/**") == 1; }));
  }
  const ReservedPort nobody;
  const Larder larder(Yaml{.upstream = origin.url(), .redis = "redis://:geheim@" + nobody.address()});
  CHECK(is_logged_once(larder, "redis: " + nobody.address() + ": not there yet"));
  CHECK(larder.log_lines_with("geheim") == 0);
}

}  // namespace larder::test
