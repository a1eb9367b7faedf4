#include "support/larder.hpp"
#include "support/origin.hpp"

#include <doctest/doctest.h>

#include <algorithm>

/// src/http1/README.md, row by row, through a real socket: what is refused, and that nothing is smuggled in
/// behind it.
namespace larder::test {

namespace {

using namespace std::string_literals;

struct Case {
  std::string what;
  std::string bytes;
  std::vector<int> statuses{400};
};

const std::string host = "Host: shop.test\r\n";

/// What an attacker hopes the origin takes for a separate request.
const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: shop.test\r\n\r\n";

std::string get(const std::string& fields) {
  return "GET /a HTTP/1.1\r\n" + host + fields + "\r\n";
}

std::string post(const std::string& fields, const std::string& rest = "") {
  return "POST /a HTTP/1.1\r\n" + host + fields + "\r\n" + rest;
}

class FrontDoor {
 public:
  /// Sends the bytes followed by a smuggled request: there is one response, a problem with one of these
  /// statuses, then the connection is closed; the origin sees nothing.
  void check_refused(const Case& one) {
    CAPTURE(one.what);
    const int asked = whole_requests();
    Client client = larder_.client();
    client.send(one.bytes + smuggled);
    const Response response = client.receive();
    CAPTURE(response.status);
    CHECK(std::ranges::find(one.statuses, response.status) != one.statuses.end());
    CHECK(response.fields.get("Content-Type").starts_with("application/problem+json"));
    CHECK(client.is_ended());
    CHECK(whole_requests() == asked);
    CHECK(origin_.count("/smuggled") == 0);
    CHECK(larder_.client().get("/sound").status == 200);
  }

  Origin& origin() { return origin_; }
  Client client() { return larder_.client(); }

 private:
  /// Requests that were completed, without our own.
  int whole_requests() const {
    const std::vector<OriginRequest> requests = origin_.requests();
    return static_cast<int>(std::ranges::count_if(requests, [](const OriginRequest& request) {
      return request.complete && request.target != "/sound";
    }));
  }

  Origin origin_{[](const OriginRequest& request) { return text(request.method + " " + request.target); }};
  Larder larder_{Yaml{.upstream = origin_.url(), .routes = "  - match: /**\n    cache: off\n"}};
};

}  // namespace

TEST_CASE(
    "Transfer-Encoding is exactly chunked, once, in HTTP/1.1, without Content-Length (RFC 9112, section 6)") {
  FrontDoor door;
  const std::string body = "5\r\nhello\r\n0\r\n\r\n";
  const std::vector<int> either{400, 501};
  const Case cases[] = {
      {"another known coding", post("Transfer-Encoding: gzip\r\n", body), either},
      {"xchunked", post("Transfer-Encoding: xchunked\r\n", body), either},
      {"quoted", post("Transfer-Encoding: \"chunked\"\r\n", body), either},
      {"identity", post("Transfer-Encoding: identity\r\n", body), either},
      {"with a parameter", post("Transfer-Encoding: chunked;a=b\r\n", body), either},
      {"two fields", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", body)},
      {"two fields, two codings", post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", body),
       either},
      {"not last", post("Transfer-Encoding: chunked, gzip\r\n", body), either},
      {"last of two", post("Transfer-Encoding: gzip, chunked\r\n", body), either},
      {"empty", post("Transfer-Encoding:\r\n", body), either},
      {"a vertical tab before it",
       post("Transfer-Encoding: \x0b"
            "chunked\r\n",
            body),
       either},
      {"then a length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", body)},
      {"after a length", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", body)},
      {"HTTP/1.0", "POST /a HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n" + body},
      {"on a GET", get("Transfer-Encoding: gzip\r\n"), either},
  };
  for (const Case& one : cases) door.check_refused(one);
}

TEST_CASE("Content-Length is one decimal number (RFC 9112, section 6.3)") {
  FrontDoor door;
  for (const std::string value : {"3, 3", "3, 4", "+3", "-3", "0x3", "3 3", "", "three", "3.0",
                                  "18446744073709551616", "99999999999999999999999", "3;", "\"3\""}) {
    door.check_refused({value, post("Content-Length: "s + value + "\r\n", "abc")});
  }
  door.check_refused({"the same twice", post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc")});
  door.check_refused({"twice another", post("Content-Length: 3\r\nContent-Length: 0\r\n", "abc")});
}

TEST_CASE("There is exactly one Host, and it is valid (RFC 9112, section 3.2)") {
  FrontDoor door;
  const Case cases[] = {
      {"none", "GET /a HTTP/1.1\r\nX-A: 1\r\n\r\n"},
      {"two", "GET /a HTTP/1.1\r\nHost: shop.test\r\nHost: evil.test\r\n\r\n"},
      {"the same twice", "GET /a HTTP/1.1\r\nHost: shop.test\r\nHost: shop.test\r\n\r\n"},
      {"a path and a user in it", "GET /a HTTP/1.1\r\nHost: a/b@c\r\n\r\n"},
      {"a user", "GET /a HTTP/1.1\r\nHost: ann@shop.test\r\n\r\n"},
      {"a list", "GET /a HTTP/1.1\r\nHost: shop.test, evil.test\r\n\r\n"},
      {"a space", "GET /a HTTP/1.1\r\nHost: shop.test evil.test\r\n\r\n"},
      {"an invalid port", "GET /a HTTP/1.1\r\nHost: shop.test:80a\r\n\r\n"},
      {"a user in an absolute target", "GET http://ann@shop.test/a HTTP/1.1\r\n" + host + "\r\n"},
  };
  for (const Case& one : cases) door.check_refused(one);
}

TEST_CASE(
    "An absolute-form target's authority replaces Host, and origin-form goes upstream (RFC 9112, section "
    "3.2.2)") {
  FrontDoor door;
  Client client = door.client();
  CHECK(client.get("http://shop.test/a?b=c", {{"Host", "other.test"}}).status == 200);
  const OriginRequest request = door.origin().last();
  CHECK(request.target == "/a?b=c");
  CHECK(request.fields.all("Host") == std::vector<std::string>{"shop.test"});
}

TEST_CASE("A target has no fragment, no control byte and no byte from 0x80 up") {
  FrontDoor door;
  for (const std::string& target :
       {"/a#b"s, "/a\x80"s, "/\xc3\xa4"s, "/a\x01"s, "/a\tb"s, "/a\x7f"s, "/a\0b"s, "a"s, "/a b"s}) {
    door.check_refused({"target", "GET " + target + " HTTP/1.1\r\n" + host + "\r\n"});
  }
}

TEST_CASE("Lines end with CR LF, and fields are names, a colon and values") {
  FrontDoor door;
  const Case cases[] = {
      {"line fold", get("X-A: 1\r\n 2\r\n")},
      {"line fold that hides a coding", post("X-A: 1\r\n\tTransfer-Encoding: chunked\r\n")},
      {"bare LF", "GET /a HTTP/1.1\r\nHost: shop.test\nX-A: 1\r\n\r\n"},
      {"bare LF alone", "GET /a HTTP/1.1\nHost: shop.test\n\n"},
      {"bare CR", get("X-A: 1\r2\r\n")},
      {"NUL in a value", get("X-A: 1\0002\r\n"s)},
      {"a control byte in a value", get("X-A: 1\x01"s + "2\r\n")},
      {"a space before the colon", get("X-A : 1\r\n")},
      {"a space before the colon of a length", post("Content-Length : 3\r\n", "abc")},
      {"no name", get(": 1\r\n")},
      {"no colon", get("X-A\r\n")},
      {"a name that is not a token", get("X(A): 1\r\n")},
      {"a space before the first field", "GET /a HTTP/1.1\r\n X-A: 1\r\n" + host + "\r\n"},
  };
  for (const Case& one : cases) door.check_refused(one);
}

TEST_CASE("A request has a valid method, target and version") {
  FrontDoor door;
  const std::vector<int> any{400, 405, 501, 505};
  const Case cases[] = {
      {"no version", "GET /a\r\n" + host + "\r\n", any},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", any},
      {"HTTP/2", "GET /a HTTP/2.0\r\n" + host + "\r\n", any},
      {"HTTP/0.9", "GET /a HTTP/0.9\r\n" + host + "\r\n", any},
      {"small letters", "GET /a http/1.1\r\n" + host + "\r\n", any},
      {"two spaces", "GET  /a HTTP/1.1\r\n" + host + "\r\n", any},
      {"a method that is not a token", "G@T /a HTTP/1.1\r\n" + host + "\r\n", any},
      {"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"s, any},
  };
  for (const Case& one : cases) door.check_refused(one);
}

TEST_CASE("Malformed chunks never make a complete request (RFC 9112, section 7.1)") {
  FrontDoor door;
  for (const std::string body :
       {"x\r\nhello\r\n0\r\n\r\n", "-5\r\nhello\r\n0\r\n\r\n", "+5\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n", "5\nhello\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n",
        "fffffffffffffffff\r\nhello\r\n0\r\n\r\n", "5 \r\nhello\r\n0\r\n\r\nx",
        "\r\n5\r\nhello\r\n0\r\n\r\n"}) {
    CAPTURE(body);
    Client client = door.client();
    client.send(post("Transfer-Encoding: chunked\r\n", body) + smuggled);
    const Response response = client.receive();
    const bool is_tolerated = body[0] == '5' && body[1] == ' ' && response.status == 200;
    CHECK((response.status == 400 || is_tolerated));
    CHECK(door.origin().count("/smuggled") == 0);
    if (!is_tolerated) CHECK(client.is_ended());
  }
  for (const OriginRequest& request : door.origin().requests())
    CHECK((!request.complete || request.body == "hello"));
}

TEST_CASE("Trailer fields are not forwarded") {
  FrontDoor door;
  Client client = door.client();
  client.send(post("Transfer-Encoding: chunked\r\nTrailer: X-Admin\r\n",
                   "5\r\nhello\r\n0\r\nX-Admin: 1\r\nHost: evil.test\r\nContent-Length: 9\r\n\r\n"));
  CHECK(client.receive("POST").status == 200);
  const OriginRequest request = door.origin().last();
  CHECK(request.body == "hello");
  CHECK_FALSE(request.fields.has("X-Admin"));
  CHECK(request.fields.all("Host") == std::vector<std::string>{"shop.test"});
  CHECK(client.get("/b").status == 200);
}

TEST_CASE("Heads beyond the limits get 414 and 431") {
  FrontDoor door;
  std::string many;
  for (int i = 0; i < 250; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
  const Case cases[] = {
      {"target", "GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\n" + host + "\r\n", {414}},
      {"an endless target", "GET /" + std::string(100'000, 'a'), {414, 431}},
      {"one field", get("X-A: " + std::string(70'000, 'a') + "\r\n"), {431}},
      {"many fields", get(many), {431}},
      {"an endless head", "GET /a HTTP/1.1\r\n" + host + "X-A: " + std::string(100'000, 'a'), {431}},
  };
  for (const Case& one : cases) door.check_refused(one);
  CHECK(door.client().get("/" + std::string(7'000, 'a')).status == 200);
}

TEST_CASE("Connection cannot remove a field that must be forwarded") {
  FrontDoor door;
  for (const std::string name : {"Authorization", "Cookie", "Host", "Content-Length", "Content-Type",
                                 "If-None-Match", "X-Forwarded-For"}) {
    door.check_refused({name, get("Connection: " + name + "\r\nAuthorization: x\r\n")});
  }
  CHECK(door.origin().count("/a") == 0);
}

TEST_CASE("A later minor version of HTTP/1 is answered as HTTP/1.1 (RFC 9110, section 2.5)") {
  FrontDoor door;
  Client client = door.client();
  for (const std::string version : {"HTTP/1.2", "HTTP/1.9"}) {
    CAPTURE(version);
    client.send("GET /a " + version + "\r\n" + host + "\r\n");
    const Response response = client.receive();
    CHECK(response.status == 200);
    CHECK(response.version == "HTTP/1.1");
    CHECK(door.origin().last().fields.get("Via") == "1.1 larder");
  }
}

TEST_CASE("An upgrade that no route allows is dropped, and what follows is not a tunnel") {
  FrontDoor door;
  for (const std::string protocol : {"h2c", "websocket"}) {
    CAPTURE(protocol);
    Client client = door.client();
    const Response response = client.get("/a", {{"Connection", "Upgrade, HTTP2-Settings"},
                                                {"Upgrade", protocol},
                                                {"HTTP2-Settings", "AAMAAABkAAQAAP__"}});
    CHECK(response.status == 200);
    const Fields upstream = door.origin().last().fields;
    CHECK_FALSE(upstream.has("Upgrade"));
    CHECK_FALSE(upstream.has("HTTP2-Settings"));
  }
}

TEST_CASE("The origin sees exactly as many requests as the client sent, whatever their content looks like") {
  FrontDoor door;
  Client client = door.client();
  client.send(post("Content-Length: " + std::to_string(smuggled.size()) + "\r\n", smuggled) +
              post("Transfer-Encoding: chunked\r\n", "5\r\n0\r\n\r\n\r\n0\r\n\r\n") +
              get("Content-Length: 0\r\n") + "\r\n" + get("") + "HEAD /a HTTP/1.1\r\n" + host + "\r\n");
  for (const std::string method : {"POST", "POST", "GET", "GET", "HEAD"})
    CHECK(client.receive(method).status == 200);
  CHECK(door.origin().count() == 5);
  CHECK(door.origin().count("/smuggled") == 0);
}

TEST_CASE("A head that comes byte by byte is read like any other") {
  FrontDoor door;
  Client client = door.client();
  for (const char byte : post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"))
    client.send({&byte, 1});
  CHECK(client.receive("POST").status == 200);
  CHECK(door.origin().last().body == "abc");
}

}  // namespace larder::test
