#include "show.hpp"

#include <doctest/doctest.h>

namespace larder::head_parser_test {

using namespace larder::http1;

namespace {

ParsedRequest parsed_request(std::string_view bytes) {
  auto parsed = parse_request_head(bytes, {});
  REQUIRE(parsed.has_value());
  REQUIRE(parsed->has_value());
  return std::move(**parsed);
}

ParsedResponse parsed_response(std::string_view bytes, std::string_view method = "GET") {
  auto parsed = parse_response_head(bytes, method, {});
  REQUIRE(parsed.has_value());
  REQUIRE(parsed->has_value());
  return std::move(**parsed);
}

}  // namespace

TEST_CASE("a request head is read into its parts, and what follows it is left untouched") {
  const std::string head =
      "GET /a?b=%20c HTTP/1.1\r\nHost: example.com\r\nACCEPT:text/html \r\nX-Empty:\r\naccept: \t a, "
      "b\r\n\r\n";
  const ParsedRequest request = parsed_request(head + "GET /next");
  CHECK(request.size == head.size());
  CHECK(request.head.method == "GET");
  CHECK(request.head.target == "/a?b=%20c");
  CHECK(request.head.version_minor == 1);
  CHECK(request.head.fields.wire() ==
        "Host: example.com\r\nACCEPT: text/html\r\nX-Empty: \r\naccept: a, b\r\n");
  CHECK(request.framing.kind == Framing::Kind::none);
  CHECK(request.keep_alive);
  CHECK_FALSE(request.expects_continue);
}

TEST_CASE("a response head is read into its parts") {
  const std::string head = "HTTP/1.0 404 Not there\r\nServer: x\r\nContent-Length: 3\r\n\r\n";
  const ParsedResponse response = parsed_response(head + "abc");
  CHECK(response.size == head.size());
  CHECK(response.head.version_minor == 0);
  CHECK(response.head.status == 404);
  CHECK(response.head.reason == "Not there");
  CHECK(response.head.fields.wire() == "Server: x\r\nContent-Length: 3\r\n");
  CHECK(show(response.framing) == "length 3");
}

TEST_CASE("more bytes are needed until a head is complete, wherever it is split") {
  const std::string request = "\r\n\r\nPOST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n";
  for (std::size_t size = 0; size < request.size(); ++size) {
    CAPTURE(size);
    REQUIRE(framing_of_request(std::string_view(request).substr(0, size)) == "more");
  }
  CHECK(framing_of_request(request) == "length 3");
  CHECK(parsed_request(request).size == request.size());

  const std::string response = "HTTP/1.1 200 OK\r\nA: b\r\n c\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t size = 0; size < response.size(); ++size) {
    CAPTURE(size);
    REQUIRE(framing_of_response(std::string_view(response).substr(0, size)) == "more");
  }
  CHECK(framing_of_response(response) == "chunked");
}

TEST_CASE("request lines (RFC 9112, sections 3 and 2.3)") {
  struct Case {
    std::string_view line;
    const char* answer;
  };
  for (const auto& [line, answer] : {
           Case{"GET / HTTP/1.1", "none"},
           Case{"GET / HTTP/1.0", "none"},
           Case{"X-!#$%&'*+.^_`|~ / HTTP/1.1", "none"},
           Case{"CONNECT h:443 HTTP/1.1", "none"},
           Case{"OPTIONS * HTTP/1.1", "none"},
           Case{"GET http://h/ HTTP/1.1", "none"},
           Case{"GET / HTTP/2.0", "version"},
           Case{"PRI * HTTP/2.0", "version"},
           Case{"GET / HTTP/1.2", "none"},
           Case{"GET / HTTP/1.9", "none"},
           Case{"GET / HTTP/0.9", "version"},
           Case{"GET / HTTP/3.0", "version"},
           Case{"GET / HTTP/11", "malformed"},
           Case{"GET / HTTP/1.10", "malformed"},
           Case{"GET / HTTP/1.", "malformed"},
           Case{"GET / HTTP/2", "malformed"},
           Case{"GET / http/1.1", "malformed"},
           Case{"GET / HTTP/1.1 ", "malformed"},
           Case{"GET / HTTP/1.1 x", "malformed"},
           Case{"GET /", "malformed"},
           Case{"GET / ", "malformed"},
           Case{"GET", "malformed"},
           Case{"GET ", "malformed"},
           Case{"GET  HTTP/1.1", "malformed"},
           Case{"GET  / HTTP/1.1", "malformed"},
           Case{"GET /  HTTP/1.1", "malformed"},
           Case{"GET /a b HTTP/1.1", "malformed"},
           Case{" GET / HTTP/1.1", "malformed"},
           Case{"GET\t/ HTTP/1.1", "malformed"},
           Case{"GET /\tHTTP/1.1", "malformed"},
           Case{"G(T / HTTP/1.1", "malformed"},
           Case{"G\xC3\xA4T / HTTP/1.1", "malformed"},
           Case{"GET /\x01 HTTP/1.1", "malformed"},
           Case{"GET /\rx HTTP/1.1", "malformed"},
           Case{std::string_view("GET /\0 HTTP/1.1", 15), "malformed"},
       }) {
    CAPTURE(line);
    CHECK(framing_of_request(request_with("", line)) == answer);
  }
}

TEST_CASE("status lines (RFC 9112, section 4)") {
  struct Case {
    std::string_view line;
    const char* answer;
  };
  for (const auto& [line, answer] : {
           Case{"HTTP/1.1 200 OK", "until close"},
           Case{"HTTP/1.1 200 ", "until close"},
           Case{"HTTP/1.1 200", "until close"},
           Case{"HTTP/1.1 20 ", "malformed"},
           Case{"HTTP/1.1 2000", "malformed"},
           Case{"HTTP/1.0 200 OK", "until close"},
           Case{"HTTP/1.1 200 \xC3\xA4", "until close"},
           Case{"HTTP/1.1 599 x", "until close"},
           Case{"HTTP/1.1 999 x", "until close"},
           Case{"HTTP/1.1 100 Continue", "none"},
           Case{"HTTP/1.1 099 x", "malformed"},
           Case{"HTTP/1.1 20 x", "malformed"},
           Case{"HTTP/1.1 2000 x", "malformed"},
           Case{"HTTP/1.1 -20 x", "malformed"},
           Case{"HTTP/1.1 2x0 x", "malformed"},
           Case{"HTTP/1.1  200 OK", "malformed"},
           Case{"HTTP/1.2 200 OK", "until close"},
           Case{"HTTP/1.9 200", "until close"},
           Case{"HTTP/2.0 200 OK", "malformed"},
           Case{"HTTP/0.9 200 OK", "malformed"},
           Case{"http/1.1 200 OK", "malformed"},
           Case{" HTTP/1.1 200 OK", "malformed"},
           Case{"ICY 200 OK", "malformed"},
           Case{"<html>", "malformed"},
           Case{"HTTP/1.1 200 a\x01", "malformed"},
           Case{std::string_view("HTTP/1.1 200 a\0", 15), "malformed"},
       }) {
    CAPTURE(line);
    CHECK(framing_of_response(response_with("", line)) == answer);
  }
}

TEST_CASE("a status line without its last space has an empty reason, and the head's size is right") {
  const std::string head = "HTTP/1.1 200\r\nContent-Length: 1\r\n\r\n";
  const ParsedResponse response = parsed_response(head + "x");
  CHECK(response.head.reason.empty());
  CHECK(show(response.framing) == "length 1");
  CHECK(response.size == head.size());
}

TEST_CASE("field lines are refused if their bytes violate RFC 9112, section 5") {
  for (const std::string_view fields : {
           std::string_view(": b\r\n"),
           std::string_view("A\r\n"),
           std::string_view("A b: c\r\n"),
           std::string_view("A(b): c\r\n"),
           std::string_view("\xC3\xA4: b\r\n"),
           std::string_view("A: b\n"),
           std::string_view("A: b\nC: d\r\n"),
           std::string_view("A: b\rC: d\r\n"),
           std::string_view("A: b\r\r\n"),
           std::string_view("A: \x01\r\n"),
           std::string_view("A: \x7F\r\n"),
           std::string_view("A: a\0b\r\n", 8),
           std::string_view("A\0: b\r\n", 7),
       }) {
    CAPTURE(fields);
    CHECK(framing_of_request(request_with(fields)) == "malformed");
    CHECK(framing_of_response(response_with(fields)) == "malformed");
  }
  for (const std::string_view fields :
       {"A: \xC3\xA4\r\n", "A: b\tc\r\n", "!#$%&'*+-.^_`|~: \r\n", "A::\r\n"}) {
    CAPTURE(fields);
    CHECK(framing_of_request(request_with(fields)) == "none");
    CHECK(framing_of_response(response_with(fields)) == "until close");
  }
}

TEST_CASE("what can never become a request head is refused before it is complete") {
  for (const std::string_view bytes :
       {std::string_view("\x16\x03\x01\x02"), std::string_view("\0", 1), std::string_view("\n"),
        std::string_view(" "), std::string_view("GET\t"), std::string_view("GET  "),
        std::string_view("GET /\n"), std::string_view("GET /\x80"), std::string_view("GET /#"),
        std::string_view("GET / X"), std::string_view("GET / HTTP/1.1x"),
        std::string_view("GET / HTTP/1.1\n"), std::string_view("GET / HTTP/1.1\r\nHost: h\nA"),
        std::string_view("GET / HTTP/1.1\r\nA: b\r\n c"), std::string_view("GET / HTTP/1.1\r\nA\0", 18),
        std::string_view("GET /\r"), std::string_view("GET\r"), std::string_view("{\"json\"")}) {
    CAPTURE(bytes);
    CHECK(framing_of_request(bytes) == "malformed");
  }
  CHECK(framing_of_request("PRI * HTTP/2.0\r\n") == "version");
  for (const std::string_view bytes : {"X", "HTTP/2", "HTTP/1.1 200 OK\nA: b\r", "\r\nHTTP/1.1", "<"}) {
    CAPTURE(bytes);
    CHECK(framing_of_response(bytes) == "malformed");
  }
}

TEST_CASE("whitespace before a colon is removed from responses (RFC 9112, section 5.1)") {
  const ParsedResponse response = parsed_response(
      "HTTP/1.1 200 OK\r\nServer : x\r\nA: b : c\r\nContent-Length \t: 3\r\nD: e\r\n f : g\r\n\r\nabc");
  CHECK(response.head.fields.wire() == "Server: x\r\nA: b : c\r\nContent-Length: 3\r\nD: e f : g\r\n");
  CHECK(show(response.framing) == "length 3");
  CHECK(framing_of_response(response_with("Transfer-Encoding : chunked\r\n")) == "chunked");
  // What is not a name without it remains malformed, and requests are refused.
  for (const std::string_view fields :
       {" : b\r\n", "A b : c\r\n", "A\v: b\r\n", ": b\r\n", "Content-Length : 1\r\nContent-Length: 2\r\n"}) {
    CAPTURE(fields);
    CHECK(framing_of_response(response_with(fields)) == "malformed");
  }
  CHECK(framing_of_request(request_with("A : b\r\n")) == "malformed");
}

TEST_CASE("the bounds apply to complete and incomplete heads") {
  const HeadLimits limits{.head = 200, .target = 20, .fields = 3};
  const std::string long_target = "GET /" + std::string(20, 'a');
  CHECK(framing_of_request(long_target, limits) == "uri too long");
  CHECK(framing_of_request(request_with("", long_target + " HTTP/1.1"), limits) == "uri too long");
  CHECK(framing_of_request(request_with("", "GET /" + std::string(19, 'a') + " HTTP/1.1"), limits) == "none");

  const std::string three = "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\nA: b\r\n";
  CHECK(framing_of_request(three + "\r\n", limits) == "none");
  CHECK(framing_of_request(three + "A: b\r\n\r\n", limits) == "head too large");
  CHECK(framing_of_request(three + "A: b\r\nA: b\r\n", limits) == "head too large");

  const std::string start = "GET / HTTP/1.1\r\nHost: h\r\nA: ";
  const std::string full = start + std::string(200 - 4 - start.size(), 'a') + "\r\n\r\n";
  REQUIRE(full.size() == 200);
  CHECK(framing_of_request(full, limits) == "none");
  CHECK(framing_of_request(full + std::string(1000, 'x'), limits) == "none");
  CHECK(framing_of_request("\r\n" + full, limits) == "head too large");
  CHECK(framing_of_request(start + std::string(200, 'a'), limits) == "head too large");
  CHECK(framing_of_request(std::string(201, 'A'), limits) == "head too large");

  std::string empty_lines;
  for (int i = 0; i < 101; ++i) empty_lines += "\r\n";
  CHECK(framing_of_request(empty_lines, limits) == "head too large");

  CHECK(framing_of_response("HTTP/1.1 200 OK\r\nA: b\r\nA: b\r\nA: b\r\n\r\n", "GET", limits) ==
        "until close");
  CHECK(framing_of_response("HTTP/1.1 200 OK\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n\r\n", "GET", limits) ==
        "malformed");
  CHECK(framing_of_response("HTTP/1.1 200 " + std::string(200, 'a'), "GET", limits) == "malformed");
}

TEST_CASE("heads beyond Beast's own bounds are read if ours allow them") {
  const std::string value(30'000, 'v');
  CHECK(parsed_request(request_with("A: " + value + "\r\n")).head.fields.find("A")->size() == value.size());
  CHECK(framing_of_request(request_with("Content-Length: 5000000000\r\n")) == "length 5000000000");
  CHECK(framing_of_response(response_with("Content-Length: 5000000000\r\n")) == "length 5000000000");
}

TEST_CASE("whether the connection persists (RFC 9112, section 9.3)") {
  struct Case {
    const char* version;
    const char* fields;
    bool keep_alive;
  };
  for (const auto& [version, fields, keep_alive] : {
           Case{"HTTP/1.1", "", true},
           Case{"HTTP/1.1", "Connection: close\r\n", false},
           Case{"HTTP/1.1", "Connection: Close\r\n", false},
           Case{"HTTP/1.1", "Connection: a, close\r\n", false},
           Case{"HTTP/1.1", "Connection: keep-alive, close\r\n", false},
           Case{"HTTP/1.1", "Connection: a\r\nConnection: close\r\n", false},
           Case{"HTTP/1.1", "Connection: closed\r\n", true},
           Case{"HTTP/1.1", "Proxy-Connection: close\r\n", true},
           Case{"HTTP/1.0", "", false},
           Case{"HTTP/1.0", "Connection: Keep-Alive\r\n", true},
           Case{"HTTP/1.0", "Connection: keep-alive, close\r\n", false},
           Case{"HTTP/1.0", "Proxy-Connection: keep-alive\r\n", false},
       }) {
    CAPTURE(version);
    CAPTURE(fields);
    CHECK(parsed_request(request_with(fields, std::string("GET / ") + version)).keep_alive == keep_alive);
    const std::string length = std::string(fields) + "Content-Length: 0\r\n";
    CHECK(parsed_response(response_with(length, std::string(version) + " 200 OK")).keep_alive == keep_alive);
  }
  CHECK_FALSE(parsed_response(response_with("")).keep_alive);
}

TEST_CASE("100-continue is expected only by HTTP/1.1 with content (RFC 9110, section 10.1.1)") {
  struct Case {
    const char* line;
    const char* fields;
    bool expects;
  };
  for (const auto& [line, fields, expects] : {
           Case{"PUT / HTTP/1.1", "Expect: 100-continue\r\nContent-Length: 1\r\n", true},
           Case{"PUT / HTTP/1.1", "Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n", true},
           Case{"PUT / HTTP/1.1", "Content-Length: 1\r\n", false},
           Case{"PUT / HTTP/1.1", "Expect: 200-ok\r\nContent-Length: 1\r\n", false},
           Case{"PUT / HTTP/1.1", "Expect: 100-continue\r\nContent-Length: 0\r\n", false},
           Case{"GET / HTTP/1.1", "Expect: 100-continue\r\n", false},
           Case{"PUT / HTTP/1.0", "Expect: 100-continue\r\nContent-Length: 1\r\n", false},
       }) {
    CAPTURE(line);
    CAPTURE(fields);
    CHECK(parsed_request(request_with(fields, line)).expects_continue == expects);
  }
}

TEST_CASE("a parser given any one wrong byte returns a result, and never consumes more than it was given") {
  const std::string head = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nA: b\r\n\r\nabc";
  for (std::size_t at = 0; at < head.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = head;
      changed[at] = static_cast<char>(byte);
      const auto parsed = parse_request_head(changed, {});
      if (parsed && *parsed) REQUIRE((*parsed)->size <= changed.size());
    }
  }
}

TEST_CASE("a later minor version is read as HTTP/1.1, the highest we know (RFC 9110, section 2.5)") {
  const auto request =
      parse_request_head("\r\nPOST /1.2 HTTP/1.2\r\nHost: h\r\nContent-Length: 3\r\n\r\n", {});
  REQUIRE(request.has_value());
  REQUIRE(request->has_value());
  CHECK((*request)->head.version_minor == 1);
  CHECK((*request)->head.target == "/1.2");
  CHECK((*request)->keep_alive);
  CHECK((*request)->framing.length == 3);
  const auto response = parse_response_head("HTTP/1.7 200\r\nContent-Length: 3\r\n\r\n", "GET", {});
  REQUIRE(response.has_value());
  REQUIRE(response->has_value());
  CHECK((*response)->head.version_minor == 1);
  CHECK((*response)->head.status == 200);
  CHECK((*response)->keep_alive);
  // What HTTP/1.1 requires of a request is required of it too.
  CHECK_FALSE(parse_request_head("GET / HTTP/1.2\r\n\r\n", {}).has_value());
}

TEST_CASE(
    "a CR before a request line is refused, unless its LF may still come (RFC 9112, section "
    "2.2)") {
  for (const std::string_view bytes :
       {"\rGET / HTTP/1.1\r\nHost: h\r\n\r\n", "\r\n\rGET / HTTP/1.0\r\n\r\n", "\r\r\n", "\r\n\r\r"}) {
    CAPTURE(bytes);
    CHECK(parse_request_head(bytes, {}).error() == http::Fault::start_line);
  }
  for (const std::string_view bytes : {"\r", "\r\n", "\r\n\r"}) {
    CAPTURE(bytes);
    const auto parsed = parse_request_head(bytes, {});
    REQUIRE(parsed.has_value());
    CHECK_FALSE(parsed->has_value());
  }
}

}  // namespace larder::head_parser_test
