#include "support/gate.hpp"
#include "support/larder.hpp"
#include "support/origin.hpp"

#include <doctest/doctest.h>

#include <set>

/// Client and upstream connections: kept, reused, closed and lost (RFC 9112, section 9).
namespace larder::test {

namespace {

constexpr const char* uncached = "  - match: /**\n    cache: off\n";

Yaml proxy_to(const Origin& origin, std::string timeouts = "") {
  return {.upstream = origin.url(), .routes = uncached, .timeouts = std::move(timeouts)};
}

OriginResponse echo(const OriginRequest& request) {
  return text(request.method + " " + request.target + " " + request.body);
}

void check_problem(const Response& response, int code) {
  CHECK(response.status == code);
  CHECK(response.fields.get("Content-Type").starts_with("application/problem+json"));
  CHECK(response.body.find("\"status\":" + std::to_string(code)) != std::string::npos);
  CHECK(response.body.find("127.0.0.1") == std::string::npos);
}

}  // namespace

TEST_CASE("A client's connection serves one request after another") {
  Origin origin(echo);
  Larder larder(proxy_to(origin));
  Client client = larder.client();
  const std::string head = client.head_text("GET", "/a");
  for (int i = 0; i < 5; ++i) {
    client.send(head);
    CHECK(client.receive().body == "GET /a ");
  }
  CHECK_FALSE(client.is_ended(std::chrono::milliseconds(20)));
}

TEST_CASE("Pipelined requests are answered in order (RFC 9112, section 9.3.2)") {
  Gate gate;
  Origin origin([&](const OriginRequest& request) {
    if (request.target == "/slow") gate.pass();
    return echo(request);
  });
  Larder larder(proxy_to(origin));
  Client client = larder.client();
  client.send(client.head_text("GET", "/slow") + client.head_text("POST", "/b", {{"Content-Length", "3"}}) +
              "xyz" + client.head_text("PUT", "/c", {{"Transfer-Encoding", "chunked"}}) +
              "2\r\nuv\r\n0\r\n\r\n" + client.head_text("HEAD", "/d") + client.head_text("GET", "/e"));
  gate.wait_for_arrivals(1);
  gate.open();
  CHECK(client.receive().body == "GET /slow ");
  CHECK(client.receive("POST").body == "POST /b xyz");
  CHECK(client.receive("PUT").body == "PUT /c uv");
  CHECK(client.receive("HEAD").status == 200);
  CHECK(client.receive().body == "GET /e ");
}

TEST_CASE("A thousand pipelined cache hits come back in order") {
  Origin origin(echo);
  Larder larder(Yaml{.upstream = origin.url()});
  Client client = larder.client();
  client.get("/a");
  client.get("/b");
  std::string heads;
  for (int i = 0; i < 500; ++i) heads += client.head_text("GET", "/a") + client.head_text("GET", "/b");
  client.send(heads);
  int right = 0;
  for (int i = 0; i < 1000; ++i) right += client.receive().body == (i % 2 == 0 ? "GET /a " : "GET /b ");
  CHECK(right == 1000);
  CHECK(origin.count() == 2);
}

TEST_CASE("Connection: close closes the connection after the response") {
  Origin origin(echo);
  Larder larder(proxy_to(origin));
  Client client = larder.client();
  client.send(client.head_text("GET", "/a", {{"Connection", "close"}}));
  const Response response = client.receive();
  CHECK(response.body == "GET /a ");
  CHECK(response.fields.get("Connection") == "close");
  CHECK(client.is_ended());
}

TEST_CASE("An HTTP/1.0 client gets no chunks, and its connection is closed unless it asked to keep it") {
  Origin origin([](const OriginRequest& request) {
    OriginResponse response = text("hello");
    if (request.target == "/chunked") response.framing = OriginResponse::Framing::chunked;
    return response;
  });
  Larder larder(proxy_to(origin));
  for (const std::string target : {"/length", "/chunked"}) {
    CAPTURE(target);
    Client client = larder.client();
    client.send("GET " + target + " HTTP/1.0\r\nHost: shop.test\r\n\r\n");
    const Response response = client.receive();
    CHECK(response.body == "hello");
    CHECK_FALSE(response.fields.has("Transfer-Encoding"));
    CHECK(client.is_ended());
  }
  Client keeping = larder.client();
  for (int i = 0; i < 2; ++i) {
    keeping.send("GET /length HTTP/1.0\r\nHost: shop.test\r\nConnection: keep-alive\r\n\r\n");
    CHECK(keeping.receive().body == "hello");
  }
}

TEST_CASE("An upstream connection is reused, whatever the framing of its content") {
  Origin origin([](const OriginRequest& request) {
    OriginResponse response = text("hello");
    if (request.nth % 2 == 0) response.framing = OriginResponse::Framing::chunked;
    return request.nth % 5 == 0 ? status(204) : response;
  });
  Larder larder(proxy_to(origin));
  Client client = larder.client();
  for (int i = 0; i < 10; ++i) client.get("/a");
  CHECK(origin.count() == 10);
  CHECK(origin.connections() == 1);
}

TEST_CASE("An upstream that closes every connection loses no request") {
  Origin origin([](const OriginRequest& request) {
    OriginResponse response = echo(request);
    response.close = true;
    return response;
  });
  Larder larder(proxy_to(origin));
  Client client = larder.client();
  for (int i = 0; i < 10; ++i) CHECK(client.post("/a", "x").body == "POST /a x");
  CHECK(origin.count() == 10);
}

TEST_CASE("A connection that the origin closed while it was idle is not used, not even for a POST") {
  Origin origin(echo);
  Larder larder(proxy_to(origin));
  Client client = larder.client();
  client.get("/a");
  origin.drop_connections();
  CHECK(client.post("/a", "x").status == 200);
  CHECK(origin.count("POST", "/a") == 1);
}

TEST_CASE(
    "If a reused connection breaks before the first byte, an idempotent request is retried once and a POST "
    "fails") {
  std::set<int> used;
  Origin origin([&](const OriginRequest& request) {
    return used.insert(request.connection).second ? echo(request) : hang_up();
  });
  Larder larder(proxy_to(origin));
  Client client = larder.client();
  for (const std::string method : {"GET", "HEAD", "PUT", "DELETE"}) {
    CAPTURE(method);
    client.get("/warm");
    CHECK(client.request(method, "/" + method).status == 200);
    CHECK(origin.count("/" + method) == 2);
  }
  client.get("/warm");
  check_problem(client.post("/post", "x"), 502);
  CHECK(origin.count("POST", "/post") == 1);
}

TEST_CASE("A new connection that breaks is not a reason to retry") {
  Origin origin([](const OriginRequest&) { return hang_up(); });
  Larder larder(proxy_to(origin));
  check_problem(larder.client().get("/a"), 502);
  CHECK(origin.count() == 1);
}

TEST_CASE("An upstream that is down is a 502, and it is used as soon as it is back") {
  std::optional<Origin> origin(std::in_place, echo);
  const std::uint16_t port = origin->port();
  Larder larder(proxy_to(*origin));
  Client client = larder.client();
  CHECK(client.get("/a").status == 200);
  origin.reset();
  check_problem(client.get("/a"), 502);
  check_problem(client.post("/a"), 502);
  origin.emplace(echo, port);
  CHECK(client.get("/a").status == 200);
}

TEST_CASE("An upstream may speak HTTP/1.0") {
  Origin origin([](const OriginRequest& request) {
    OriginResponse response;
    response.raw = "HTTP/1.0 200 OK\r\nX-A: 1\r\n\r\nhello " + request.target;
    response.close = true;
    return response;
  });
  Larder larder(proxy_to(origin));
  Client client = larder.client();
  for (const std::string target : {"/a", "/b"}) {
    const Response response = client.get(target);
    CHECK(response.version == "HTTP/1.1");
    CHECK(response.body == "hello " + target);
    CHECK(response.complete);
  }
}

TEST_CASE("An upstream may be given by name, and any of its addresses may answer") {
  Origin origin(echo);
  Larder larder(Yaml{.upstream = "http://localhost:" + std::to_string(origin.port())});
  CHECK(larder.client().get("/a").status == 200);
}

TEST_CASE("A silent upstream is a 504 once first_byte has passed") {
  Origin origin([](const OriginRequest&) {
    OriginResponse response;
    response.silent = true;
    return response;
  });
  Larder larder(proxy_to(origin, "{first_byte: 200ms}"));
  for (const std::string method : {"GET", "POST"}) {
    const Response response = larder.client().request(method, "/a");
    check_problem(response, 504);
    CHECK(response.took >= std::chrono::milliseconds(190));
    CHECK(response.took < std::chrono::seconds(10));
  }
  CHECK(origin.count() == 2);
}

TEST_CASE(
    "A connection is not used past what its server's Keep-Alive says, nor near it by what may not be "
    "repeated") {
  Origin origin([](const OriginRequest& request) {
    return echo(request).with("Keep-Alive", request.target == "/brief" ? "timeout=1" : "timeout=3, max=100");
  });
  Larder larder(proxy_to(origin));
  Client client = larder.client();
  const auto pause = [](int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); };
  client.get("/a");
  client.post("/a");
  client.get("/brief");
  CHECK(origin.connections() == 1);
  client.get("/a");
  CHECK(origin.connections() == 1);
  client.get("/brief");
  client.post("/a");  // within the last second
  CHECK(origin.connections() == 2);
  pause(1'200);
  client.post("/a");  // takes the newer one
  CHECK(origin.connections() == 2);
  client.get("/brief");
  pause(1'200);
  client.get("/a");
  CHECK(origin.connections() == 3);
  pause(2'200);
  client.post("/a");
  CHECK(origin.connections() == 4);
}

TEST_CASE("`keepalive` is of unused connections alone: content may pause for longer") {
  Gate gate;
  Origin origin([&](const OriginRequest& request) {
    if (request.target == "/slow") gate.pass();
    return echo(request);
  });
  Larder larder(proxy_to(origin, "{keepalive: 200ms}"));
  Client client = larder.client();
  client.get("/a");
  client.get("/a");
  CHECK(origin.connections() == 1);
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  client.send(client.head_text("GET", "/slow"));
  gate.wait_for_arrivals(1);
  CHECK(origin.connections() == 2);
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  gate.open();
  CHECK(client.receive().body == "GET /slow ");
}

TEST_CASE("`idle` is between bytes of content alone: an unused connection is kept for longer") {
  Origin origin(echo);
  Larder larder(proxy_to(origin, "{idle: 100ms}"));
  Client client = larder.client();
  client.get("/a");
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  client.get("/a");
  CHECK(origin.connections() == 1);
}

TEST_CASE(
    "`total` is of a whole fetch for the cache, the wait for its head too; what is not for the cache may "
    "take longer") {
  Origin origin([](const OriginRequest& request) {
    OriginResponse response = text("late");
    response.delay = std::chrono::milliseconds(500);
    response.silent = request.target == "/silent";
    return response;
  });
  Larder larder(Yaml{.upstream = origin.url(),
                     .routes = "  - match: /uncached\n    cache: off\n  - match: /**\n    ttl: 60s\n",
                     .timeouts = "{total: 200ms}"});
  const Response response = larder.client().get("/silent");
  check_problem(response, 504);
  CHECK(response.took < std::chrono::seconds(5));
  CHECK(larder.client().get("/late").status == 504);
  CHECK(larder.client().get("/uncached").body == "late");
}

TEST_CASE("Content that stalls is cut off at the idle timeout, and the client can tell") {
  Origin origin([](const OriginRequest&) {
    OriginResponse response;
    response.raw = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc";
    return response;
  });
  Larder larder(Yaml{.upstream = origin.url(), .timeouts = "{idle: 200ms}"});
  for (int i = 0; i < 2; ++i) {
    Client client = larder.client();
    const Response response = client.get("/a");
    CHECK_FALSE(response.complete);
    CHECK(response.body == "abc");
  }
  CHECK(origin.count() == 2);
}

TEST_CASE("A client that has closed its sending side still gets its response") {
  Gate gate;
  Origin origin([&](const OriginRequest& request) {
    gate.pass();
    return echo(request);
  });
  Larder larder(proxy_to(origin));
  Client client = larder.client();
  client.send(client.head_text("GET", "/a"));
  client.finish();
  gate.wait_for_arrivals(1);
  gate.open();
  CHECK(client.receive().body == "GET /a ");
  CHECK(client.is_ended());
}

TEST_CASE("A client that disconnects does not affect the next one") {
  Gate gate;
  Origin origin([&](const OriginRequest& request) {
    if (request.target == "/slow") gate.pass();
    return echo(request);
  });
  Larder larder(proxy_to(origin));
  Client leaving = larder.client();
  leaving.send(leaving.head_text("GET", "/slow"));
  gate.wait_for_arrivals(1);
  leaving.disconnect();
  CHECK(larder.client().get("/a").status == 200);
  gate.open();
  CHECK(larder.client().get("/b").status == 200);
}

}  // namespace larder::test
