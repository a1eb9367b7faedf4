#include "support/client.hpp"
#include "support/gate.hpp"
#include "support/origin.hpp"

#include <doctest/doctest.h>

#include <thread>

/// The tests' own tools, client against origin with nothing in between: larder would be blamed for their
/// mistakes.
namespace larder::test {

TEST_CASE("The origin tells the client what it received") {
  Origin origin([](const OriginRequest& request) {
    return text(request.method + " " + request.target + " " + request.fields.get("x-a") + " " + request.body);
  });
  Client client(origin.port());
  const Response response = client.request("PUT", "/a?b", {{"X-A", "1"}}, "content");
  CHECK(response.status == 200);
  CHECK(response.body == "PUT /a?b 1 content");
  CHECK(client.get("/a?b").body == "GET /a?b  ");
  CHECK(origin.count() == 2);
  CHECK(origin.count("PUT", "/a?b") == 1);
  CHECK(origin.last().nth == 2);
  CHECK(origin.connections() == 1);
}

TEST_CASE("A HEAD response has no content, and the connection stays open") {
  Origin origin([](const OriginRequest&) { return text("hello"); });
  Client client(origin.port());
  const Response response = client.head("/");
  CHECK(response.body.empty());
  CHECK(response.fields.get("Content-Length") == "5");
  CHECK(client.get("/").body == "hello");
  CHECK(origin.connections() == 1);
}

TEST_CASE("Every framing carries the pattern whole") {
  for (const auto framing : {OriginResponse::Framing::length, OriginResponse::Framing::chunked,
                             OriginResponse::Framing::until_close}) {
    Origin origin([&](const OriginRequest&) {
      OriginResponse response;
      response.pattern = 1'000'000;
      response.framing = framing;
      return response;
    });
    Client client(origin.port());
    Pattern pattern;
    client.send(client.head_text("GET", "/"));
    const Response response = client.receive("GET", [&](std::string_view bytes) { pattern.check(bytes); });
    CHECK(response.complete);
    CHECK(pattern.holds());
    CHECK(pattern.size() == 1'000'000);
  }
}

TEST_CASE("A body sent in chunks is put together") {
  Origin origin([](const OriginRequest& request) { return text(request.body); });
  Client client(origin.port());
  client.send(client.head_text("POST", "/", {{"Transfer-Encoding", "chunked"}}) +
              "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-T: 1\r\n\r\n");
  CHECK(client.receive("POST").body == "abcde");
}

TEST_CASE("A truncated body, interim responses and a closed connection are noticed") {
  Origin origin([](const OriginRequest& request) {
    OriginResponse response = text("short");
    if (request.target == "/cut") response.claimed_length = 100;
    if (request.target == "/interim") response.before = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    return request.target == "/gone" ? hang_up() : response;
  });
  Client client(origin.port());
  CHECK_FALSE(client.get("/cut").complete);
  CHECK(client.get("/interim").interim == std::vector<int>{103});
  CHECK_THROWS(client.get("/gone"));
}

TEST_CASE("The gate holds a response until the test opens it") {
  Gate gate;
  Origin origin([&](const OriginRequest&) {
    gate.pass();
    return text("late");
  });
  Client client(origin.port());
  client.send(client.head_text("GET", "/"));
  gate.wait_for_arrivals(1);
  CHECK_FALSE(client.is_ended(std::chrono::milliseconds(20)));
  gate.open();
  CHECK(client.receive().body == "late");
}

TEST_CASE("A silent origin and an early response do what they say") {
  Origin origin([](const OriginRequest&) {
    OriginResponse response;
    response.silent = true;
    return response;
  });
  Client client(origin.port());
  client.send(client.head_text("GET", "/"));
  CHECK_FALSE(client.is_ended(std::chrono::milliseconds(20)));
  client.disconnect();
  origin.answer_early([](const OriginRequest&) { return status(413); });
  client.send(client.head_text("PUT", "/", {{"Content-Length", "1000"}}));
  CHECK(client.receive("PUT").status == 413);
  CHECK(client.is_ended());
}

}  // namespace larder::test
