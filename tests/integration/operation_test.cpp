#include "support/gate.hpp"
#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/ports.hpp"
#include "support/wait.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include <csignal>
#include <regex>
#include <sstream>

/// Operation: signals and draining, the access log.
namespace larder::test {

namespace {

using std::chrono::milliseconds;

std::vector<std::string> lines_with(const std::string& text, std::string_view part) {
  std::vector<std::string> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(part) != std::string::npos) found.push_back(line);
  }
  return found;
}

OriginResponse greet(const OriginRequest&) {
  return text("hello");
}

}  // namespace

TEST_CASE("SIGTERM and SIGINT let active requests finish, refuse new connections, and exit with 0") {
  for (const int signal : {SIGTERM, SIGINT}) {
    CAPTURE(signal);
    Gate gate;
    Origin origin([&](const OriginRequest& request) {
      gate.pass();
      return text("whole " + request.body);
    });
    Larder larder(Yaml{.upstream = origin.url(), .rest = "shutdown_grace: 60s\n"});
    Client reading = larder.client();
    reading.send(reading.head_text("GET", "/a"));
    Client writing = larder.client();
    writing.send(writing.head_text("PUT", "/b", {{"Content-Length", "4"}}) + "body");
    gate.wait_for_arrivals(2);
    larder.process().signal(signal);
    CHECK(eventually([&] { return !accepts_connections(larder.port()); }));
    CHECK(larder.process().is_running());
    gate.open();
    const Response read = reading.receive();
    CHECK(read.status == 200);
    CHECK(read.body == "whole ");
    CHECK(reading.is_ended());
    CHECK(writing.receive("PUT").body == "whole body");
    CHECK(larder.process().wait(patience) == 0);
  }
}

TEST_CASE("A response that is being sent when SIGTERM comes arrives whole") {
  Origin origin([](const OriginRequest&) {
    OriginResponse response;
    response.pattern = 30'000'000;
    return response;
  });
  Larder larder(Yaml{.upstream = origin.url(), .rest = "shutdown_grace: 60s\n"});
  Client client = larder.client();
  client.send(client.head_text("GET", "/a"));
  const Response head = client.receive_head();
  CHECK(head.status == 200);
  larder.process().terminate();
  CHECK(eventually([&] { return !accepts_connections(larder.port()); }));
  Pattern pattern;
  CHECK(client.wire().read_length(30'000'000, [&](std::string_view bytes) { pattern.check(bytes); }));
  CHECK(pattern.holds());
  CHECK(larder.process().wait(patience) == 0);
}

TEST_CASE("Idle connections do not delay shutdown, however recently they were used") {
  Origin origin(greet);
  for (int i = 0; i < 10; ++i) {
    Larder larder(Yaml{.upstream = origin.url(), .rest = "shutdown_grace: 60s\n"});
    Client silent = larder.client();
    silent.wire();
    Client used = larder.client();
    CHECK(used.get("/a").status == 200);
    REQUIRE(larder.stop() == 0);
    CHECK(used.is_ended());
  }
}

TEST_CASE("shutdown_grace bounds the wait for requests that do not end") {
  Origin origin([](const OriginRequest&) {
    OriginResponse response;
    response.silent = true;
    return response;
  });
  Larder larder(Yaml{.upstream = origin.url(), .rest = "shutdown_grace: 200ms\n"});
  Client client = larder.client();
  client.send(client.head_text("GET", "/a"));
  CHECK(eventually([&] { return origin.count() == 1; }));
  CHECK(larder.stop().has_value());
  CHECK(client.receive().status == 503);
  CHECK(client.is_ended());
}

TEST_CASE("The access log has a line of JSON for every request") {
  Origin origin(greet);
  Larder larder(Yaml{.upstream = origin.url(), .rest = "log: {access: on, format: json}\n"});
  Client client = larder.client();
  client.get("/logged?q=\"\\", {{"User-Agent", "a \"quoted\" agent"}});
  client.get("/logged?q=\"\\");
  client.put("/logged", "x");
  REQUIRE(larder.stop() == 0);
  const std::vector<std::string> lines = lines_with(larder.log(), "/logged");
  REQUIRE(lines.size() == 3);
  const char* methods[] = {"GET", "GET", "PUT"};
  const char* results[] = {"MISS", "HIT", "BYPASS"};
  for (std::size_t i = 0; i < 3; ++i) {
    CAPTURE(lines[i]);
    const boost::json::object line = boost::json::parse(lines[i]).as_object();
    CHECK(line.at("method").as_string() == methods[i]);
    CHECK(line.at("cache").as_string() == results[i]);
    CHECK(line.at("status").as_int64() == 200);
    CHECK(line.at("bytes").as_int64() == 5);
    CHECK(line.at("client").as_string() == "127.0.0.1");
    CHECK(line.at("target").as_string().starts_with("/logged"));
  }
}

TEST_CASE("A line of the access log in common format can be read by the usual tools") {
  Origin origin(greet);
  Larder larder(Yaml{.upstream = origin.url(), .rest = "log: {access: on, format: common}\n"});
  larder.client().get("/logged");
  REQUIRE(larder.stop() == 0);
  const std::vector<std::string> lines = lines_with(larder.log(), "/logged");
  REQUIRE(lines.size() == 1);
  const std::regex common(
      R"(127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET /logged HTTP/1\.1" 200 5\b.*)");
  CHECK(std::regex_match(lines.front(), common));
}

TEST_CASE("The access log also has the requests that were refused") {
  Origin origin([](const OriginRequest&) { return text("x"); });
  Larder larder(Yaml{.upstream = origin.url(), .rest = "log: {access: on, format: common}\n"});
  struct Case {
    std::string bytes;
    std::string line;
  };
  const std::string host = "Host: shop.test\r\n";
  const std::vector<Case> cases{
      Case{"GET /a#b HTTP/1.1\r\n" + host + "\r\n", "\"GET /a#b HTTP/1.1\" 400"},
      Case{"GET /no-host HTTP/1.1\r\n\r\n", "\"GET /no-host HTTP/1.1\" 400"},
      Case{"GET /host HTTP/1.1\r\nHost: a b\r\n\r\n", "\"GET /host HTTP/1.1\" 400"},
      Case{"GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\n" + host + "\r\n", "a HTTP/1.1\" 414"},
      Case{"GET /long HTTP/1.1\r\n" + host + "X-A: " + std::string(70'000, 'a') + "\r\n\r\n",
           "\"GET /long HTTP/1.1\" 431"},
      Case{"POST /gzip HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n\r\n",
           "\"POST /gzip HTTP/1.1\" 501"},
      Case{"GET /new HTTP/2.0\r\n" + host + "\r\n", "\"GET /new HTTP/1.1\" 505"},
      Case{"TRACE /trace HTTP/1.1\r\n" + host + "\r\n", "\"TRACE /trace HTTP/1.1\" 405"},
      Case{"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", "\"CONNECT a:1 HTTP/1.1\" 501"},
      Case{"POST /chunks HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nx",
           "\"POST /chunks HTTP/1.1\" "},
  };
  for (const Case& one : cases) {
    CAPTURE(one.line);
    Client client = larder.client();
    client.send(one.bytes);
    CHECK(client.receive("POST").status >= 400);
  }
  REQUIRE(larder.stop() == 0);
  for (const Case& one : cases) {
    CAPTURE(one.line);
    CHECK(eventually([&] { return larder.log_lines_with(one.line) == 1; }));
  }
}

TEST_CASE("The access log is off by default") {
  Origin origin(greet);
  Larder larder(Yaml{.upstream = origin.url()});
  for (int i = 0; i < 3; ++i) larder.client().get("/logged");
  REQUIRE(larder.stop() == 0);
  CHECK(lines_with(larder.log(), "/logged").empty());
}

TEST_CASE("The log says no more than its level") {
  Origin origin(greet);
  Larder quiet(Yaml{.upstream = origin.url(), .rest = "log: {level: off}\n"});
  Larder talking(Yaml{.upstream = origin.url()});
  for (Larder* larder : {&quiet, &talking}) {
    larder->client().get("/a");
    REQUIRE(larder->stop() == 0);
  }
  CHECK(quiet.log().empty());
  CHECK(talking.log_lines_with("127.0.0.1:" + std::to_string(talking.port())) > 0);
}

TEST_CASE("Connections that come and go without a request do not crash larder") {
  Origin origin(greet);
  Larder larder(Yaml{.upstream = origin.url()});
  for (const std::string bytes :
       {"", "G", "GET /a HTTP/1.1\r\n", "GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n",
        "PUT /a HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 5\r\n\r\nab"}) {
    for (int i = 0; i < 20; ++i) {
      Client client = larder.client();
      client.wire();
      client.send(bytes);
    }
  }
  CHECK(larder.client().get("/b").status == 200);
  CHECK(larder.stop() == 0);
}

}  // namespace larder::test
