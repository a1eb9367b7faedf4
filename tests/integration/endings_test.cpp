#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/ports.hpp"
#include "support/reserved_port.hpp"
#include "support/wait.hpp"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include <csignal>
#include <list>
#include <sstream>
#include <sys/socket.h>

/// What the access log tells of requests that come to no good end, and of those that are refused.
namespace larder::test {

namespace {

using namespace std::chrono_literals;

std::vector<boost::json::object> lines_of(const Larder& larder) {
  std::vector<boost::json::object> lines;
  std::istringstream text(larder.log());
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("{\"time\"")) lines.push_back(boost::json::parse(line).as_object());
  }
  return lines;
}

/// The line about the one request for a target.
boost::json::object line_about(const Larder& larder, const std::string& target) {
  boost::json::object found;
  const auto is_there = [&] {
    for (boost::json::object& line : lines_of(larder)) {
      if (line.at("target").as_string() == target) found = std::move(line);
    }
    return !found.empty();
  };
  REQUIRE(eventually(is_there));
  return found;
}

Yaml logged(const std::string& upstream, const std::string& rest = "") {
  return {.upstream = upstream,
          .routes = "  - {match: /off/**, cache: off}\n  - {match: /**, ttl: 60s}\n",
          .rest = "log: {access: on}\n" + rest};
}

std::string reason_of(const boost::json::object& line) {
  return line.contains("reason") ? std::string(line.at("reason").as_string()) : "";
}

void reset(Client& client) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(client.wire().socket().descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  client.disconnect();
}

/// A request of each kind that waits for the origin.
struct Kind {
  std::string target;
  std::string method = "GET";
  Fields fields{};
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{{"/fill"},
                                     {"/cookie", "GET", {{"Cookie", "a=b"}}},
                                     {"/authorization", "GET", {{"Authorization", "Basic YTpi"}}},
                                     {"/post", "POST", {{"Content-Length", "1"}}},
                                     {"/off/get"}};
  return all;
}

void ask(Client& client, const Kind& kind, const std::string& target) {
  client.send(client.head_text(kind.method, target, kind.fields) + (kind.method == "POST" ? "x" : ""));
}

}  // namespace

TEST_CASE("A client that has left before the head came is logged as such, whatever it asked for") {
  for (const auto delay : {400ms, 3500ms}) {
    Origin origin([&](const OriginRequest&) {
      OriginResponse response = text("too late");
      response.delay = delay;
      return response;
    });
    Larder larder(logged(origin.url()));
    std::list<Client> clients;
    for (const Kind& kind : kinds()) {
      ask(clients.emplace_back(larder.client()), kind, kind.target);
      ask(clients.emplace_back(larder.client()), kind, kind.target + "?reset");
    }
    REQUIRE(eventually([&] { return origin.count() == 2 * static_cast<int>(kinds().size()); }));
    bool is_reset = false;
    for (Client& client : clients) {
      if (is_reset) reset(client);
      client.disconnect();
      is_reset = !is_reset;
    }
    for (const Kind& kind : kinds()) {
      for (const std::string suffix : {"", "?reset"}) {
        const boost::json::object line = line_about(larder, kind.target + suffix);
        CAPTURE(boost::json::serialize(line));
        CHECK(line.contains("aborted"));
        if (delay < 1s && suffix.empty()) continue;  // its own direction alone had ended
        CHECK(line.at("status").as_int64() == 499);
        CHECK(line.at("bytes").as_int64() == 0);
      }
    }
  }
}

TEST_CASE("A client that waits is not taken for one that has left") {
  Origin origin([](const OriginRequest&) { return text("whole"); });
  Larder larder(logged(origin.url()));
  Client client = larder.client();
  for (const Kind& kind : kinds()) {
    ask(client, kind, kind.target);
    CHECK(client.receive(kind.method).status == 200);
    const boost::json::object line = line_about(larder, kind.target);
    CHECK(line.at("status").as_int64() == 200);
    CHECK(line.at("bytes").as_int64() == 5);
    CHECK_FALSE(line.contains("aborted"));
  }
}

TEST_CASE("What is under way at the end of the grace gets a 503, and the log says how many that were") {
  Origin origin([](const OriginRequest&) {
    OriginResponse response;
    response.silent = true;
    return response;
  });
  Larder larder(logged(origin.url(), "shutdown_grace: 300ms\n"));
  std::list<Client> clients;
  for (const Kind& kind : kinds()) ask(clients.emplace_back(larder.client()), kind, kind.target);
  REQUIRE(eventually([&] { return origin.count() == static_cast<int>(kinds().size()); }));
  larder.process().signal(SIGTERM);
  std::size_t size = 0;
  for (Client& client : clients) {
    const Response response = client.receive();
    CHECK(response.status == 503);
    CHECK(contains(response.body, "shutting down"));
    CHECK(response.complete);
    size = response.body.size();
    CHECK(client.is_ended());
  }
  CHECK(larder.process().wait(patience) == 0);
  for (const Kind& kind : kinds()) {
    const boost::json::object line = line_about(larder, kind.target);
    CAPTURE(boost::json::serialize(line));
    CHECK(line.at("status").as_int64() == 503);
    CHECK(line.at("bytes").to_number<std::size_t>() == size);
    CHECK(reason_of(line) == "shutdown");
  }
  CHECK(eventually([&] {
    return larder.log_lines_with("5 requests were cut off: not answered within 300ms (shutdown_grace)") == 1;
  }));
  CHECK(eventually(
      [&] { return larder.log_lines_with("requests under way have 300ms (shutdown_grace)") == 1; }));
}

TEST_CASE("Content that is cut off at the end of the grace is told with the reason") {
  Origin origin([](const OriginRequest&) {
    OriginResponse response;
    response.pattern = 300'000'000;
    return response;
  });
  Larder larder(logged(origin.url(), "shutdown_grace: 300ms\n"));
  Client client = larder.client();
  client.send(client.head_text("GET", "/off/a"));
  CHECK(client.receive_head().status == 200);
  larder.process().signal(SIGTERM);
  CHECK(larder.process().wait(patience) == 0);
  const boost::json::object line = line_about(larder, "/off/a");
  CAPTURE(boost::json::serialize(line));
  CHECK(line.contains("cut_short"));
  CHECK(reason_of(line) == "shutdown");
  CHECK(eventually([&] { return larder.log_lines_with("1 request was cut off") == 1; }));
}

TEST_CASE("A 502 for a chunk that is broken, and a stale answer in its place, tell the cause") {
  OriginResponse broken;
  broken.raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n";
  Origin origin([&](const OriginRequest&) { return broken; });
  Larder larder(Yaml{.upstream = origin.url(),
                     .routes = "  - {match: /**, ttl: 20ms, stale_if_error: 1h, refresh_ahead: off}\n",
                     .rest = "log: {access: on}\n"});
  Client client = larder.client();
  for (const std::string target : {"/chunk", "/chunk/again"}) {
    CHECK(client.get(target).status == 502);
    const boost::json::object line = line_about(larder, target);
    CAPTURE(boost::json::serialize(line));
    CHECK(line.at("status").as_int64() == 502);
    CHECK(reason_of(line) == "upstream-malformed");
    CHECK_FALSE(line.contains("cut_short"));
  }
  CHECK(eventually([&] { return larder.log_lines_with("a chunk has the wrong form") == 1; }));

  origin.answer([](const OriginRequest&) { return text("good"); });
  CHECK(client.get("/a").status == 200);
  std::this_thread::sleep_for(50ms);
  struct Case {
    OriginResponse answer;
    std::string cause;
  };
  int round = 0;
  OriginResponse busy = text("busy");
  busy.status = 503;
  for (const Case& one : {Case{hang_up(), "upstream-closed"}, Case{busy, "upstream-503"}}) {
    origin.answer([&](const OriginRequest&) { return one.answer; });
    const std::string referer = "http://a/" + std::to_string(round++);
    CHECK(client.get("/a", {{"Referer", referer}}).body == "good");
    boost::json::object found;
    REQUIRE(eventually([&] {
      for (boost::json::object& line : lines_of(larder)) {
        if (line.contains("referer") && line.at("referer").as_string() == referer) found = std::move(line);
      }
      return !found.empty();
    }));
    CAPTURE(boost::json::serialize(found));
    CHECK(found.at("cache").as_string() == "STALE");
    REQUIRE(found.contains("cause"));
    CHECK(found.at("cause").as_string() == one.cause);
  }
}

TEST_CASE("Each refusal of a request has its reason in the access log") {
  struct Case {
    std::string sent;
    int status;
    std::string reason;
  };
  Origin origin([](const OriginRequest&) { return text("ok"); });
  Larder larder(logged(origin.url()));
  std::size_t count = 0;
  for (const Case& one :
       {Case{"GET / HTTP/1.1\r\n\r\n", 400, "host-missing"},
        Case{"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "several-hosts"},
        Case{"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "bad-host"},
        Case{"GARBAGE\r\n\r\n", 400, "bad-start-line"},
        Case{"\x16\x03\x01\x02\x01\r\n\r\n", 400, "tls-on-plain-port"},
        Case{"GET / HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n", 400, "bad-field-line"},
        Case{"GET / HTTP/1.1\r\nHost: a\nA: b\r\n\r\n", 400, "bare-lf"},
        Case{"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400,
             "several-lengths"},
        Case{"GET / HTTP/1.1\r\nHost: a\r\nConnection: Authorization\r\n\r\n", 400, "protected-option"},
        Case{"GET / HTTP/2.0\r\n\r\n", 505, "version"},
        Case{"GET /" + std::string(70'000, 'a'), 414, "target-too-long"},
        Case{"GET / HTTP/1.1\r\nA: " + std::string(70'000, 'a'), 431, "head-too-large"},
        Case{"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405, "method"}}) {
    CAPTURE(one.reason);
    Client client = larder.client();
    client.send(one.sent);
    CHECK(client.receive().status == one.status);
    ++count;
    REQUIRE(eventually([&] { return lines_of(larder).size() == count; }));
    CHECK(reason_of(lines_of(larder).back()) == one.reason);
  }
}

}  // namespace larder::test
