#include "support/gate.hpp"
#include "support/larder.hpp"
#include "support/origin.hpp"

#include <doctest/doctest.h>

/// Interim responses on their way from the origin to the client (RFC 9110, section 15.2).
namespace larder::test {

namespace {

const std::string early_hints =
    "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nConnection: X-Hop\r\nX-Hop: 1\r\n"
    "Keep-Alive: timeout=5\r\nContent-Length: 3\r\n\r\n";

OriginResponse hinted(const OriginRequest& request) {
  OriginResponse response = text("final " + request.target);
  response.before = early_hints;
  return response;
}

Yaml cached(const Origin& origin) {
  return {.upstream = origin.url(),
          .routes = "  - match: /off/**\n    cache: off\n  - match: /**\n    ttl: 60s\n"};
}

}  // namespace

TEST_CASE(
    "RFC 8297: Early Hints reach the client, without the fields that are not for it, and are not stored") {
  Origin origin(hinted);
  Larder larder(cached(origin));
  for (const std::string target : {"/off/a", "/a"}) {
    CAPTURE(target);
    Client client = larder.client();
    client.send(client.head_text("GET", target));
    const Response hints = client.receive_head();
    CAPTURE(hints.head);
    CHECK(hints.head.starts_with("HTTP/1.1 103 Early Hints\r\n"));
    CHECK(hints.fields.get("Link") == "</a.css>; rel=preload");
    CHECK(hints.fields.get("Via") == "1.1 larder");
    for (const std::string name : {"Connection", "X-Hop", "Keep-Alive", "Content-Length", "X-Cache"}) {
      CHECK_FALSE(hints.fields.has(name));
    }
    const Response final_response = client.receive();
    CHECK(final_response.interim.empty());
    CHECK(final_response.body == "final " + target);
    CHECK_FALSE(final_response.fields.has("Link"));
  }
  const Response hit = larder.client().get("/a");
  CHECK(cache_result(hit) == "HIT");
  CHECK(hit.interim.empty());
}

TEST_CASE("Early Hints do not wait for the response, which may never come") {
  Origin origin([](const OriginRequest&) {
    OriginResponse response;
    response.raw = early_hints;
    return response;
  });
  Yaml yaml = cached(origin);
  yaml.timeouts = "{first_byte: 1s}";
  Larder larder(yaml);
  Client client = larder.client();
  client.send(client.head_text("GET", "/a"));
  const auto begun = std::chrono::steady_clock::now();
  CHECK(client.receive_head().status == 103);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(900));
  CHECK(client.receive().status == 504);
}

TEST_CASE("Every interim response but 100 and 101 is passed on, in its order, for every method") {
  Origin origin([](const OriginRequest& request) {
    OriginResponse response = text(request.body);
    response.before =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n"
        "HTTP/1.1 199 Something New\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n";
    return response;
  });
  Larder larder(cached(origin));
  Client client = larder.client();
  const std::vector<int> all{102, 103, 199, 103};
  CHECK(client.get("/a").interim == all);
  CHECK(client.head("/b").interim == all);
  const Response posted = client.post("/c", "content");
  CHECK(posted.interim == all);
  CHECK(posted.body == "content");
  CHECK(client.remove("/d").interim == all);
}

TEST_CASE("HTTP/1.0 knows no interim responses") {
  Origin origin(hinted);
  Larder larder(cached(origin));
  Client client = larder.client();
  client.send("GET /off/a HTTP/1.0\r\nHost: shop.test\r\n\r\n");
  const Response response = client.receive();
  CHECK(response.interim.empty());
  CHECK(response.body == "final /off/a");
}

TEST_CASE("Who waits for another one's fetch gets no interim responses") {
  Gate gate;
  Origin origin([&](const OriginRequest& request) {
    gate.pass();
    return hinted(request);
  });
  Larder larder(cached(origin));
  Client leader = larder.client();
  leader.send(leader.head_text("GET", "/a"));
  gate.wait_for_arrivals(1);
  Client follower = larder.client();
  follower.send(follower.head_text("GET", "/a"));
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  gate.open();
  CHECK(leader.receive().interim == std::vector<int>{103});
  const Response followed = follower.receive();
  CHECK(followed.interim.empty());
  CHECK(followed.body == "final /a");
  CHECK(origin.count() == 1);
}

TEST_CASE(
    "RFC 9110, section 10.1.1: a client that expects 100 gets it once, beside the origin's other ones") {
  Origin origin([](const OriginRequest& request) {
    OriginResponse response = text(request.body);
    response.before = "HTTP/1.1 100 Continue\r\n\r\n" + early_hints;
    return response;
  });
  Larder larder(cached(origin));
  for (int i = 0; i < 3; ++i) {
    Client client = larder.client();
    client.send(client.head_text("POST", "/a", {{"Content-Length", "4"}, {"Expect", "100-continue"}}));
    CHECK(client.receive_head().status == 100);
    client.send("body");
    const Response response = client.receive("POST");
    CHECK(response.interim == std::vector<int>{103});
    CHECK(response.body == "body");
    CHECK_FALSE(origin.last().fields.has("Expect"));
  }
}

TEST_CASE("A connection serves on after interim responses, pipelined requests too") {
  Origin origin(hinted);
  Larder larder(cached(origin));
  Client client = larder.client();
  client.send(client.head_text("GET", "/1") + client.head_text("GET", "/1") +
              client.head_text("GET", "/off/2"));
  CHECK(client.receive().interim == std::vector<int>{103});
  CHECK(client.receive().interim.empty());
  const Response last = client.receive();
  CHECK(last.interim == std::vector<int>{103});
  CHECK(last.body == "final /off/2");
}

TEST_CASE("A client that reads nothing delays nobody else's response by its interim ones") {
  const std::string large = "HTTP/1.1 103 Early Hints\r\nX-Large: " + std::string(60'000, 'x') + "\r\n\r\n";
  Origin origin([&](const OriginRequest& request) {
    OriginResponse response = text("final");
    if (request.target == "/large") {
      for (int i = 0; i < 16; ++i) response.before += large;
    }
    return response;
  });
  Larder larder(cached(origin));
  Client reads_nothing = larder.client();
  reads_nothing.send(reads_nothing.head_text("GET", "/large"));
  const Response response = larder.client().get("/large");
  CHECK(response.body == "final");
  CHECK(response.took < std::chrono::seconds(5));
  CHECK(reads_nothing.receive().body == "final");
}

}  // namespace larder::test
