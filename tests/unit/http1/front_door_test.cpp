#include "show.hpp"

#include <larder/http/target.hpp>

#include <doctest/doctest.h>

namespace larder::front_door_test {

// src/http1/README.md, "Measured on Boost.Beast 1.81's parser", row by row, and what that page says Beast
// itself rejects.

using namespace larder::http1;

namespace {

struct Case {
  std::string_view fields;
  const char* answer;
};

// The target URI's host and origin-form, or the refusal, from the head's bytes on.
std::string target_of_head(std::string_view bytes) {
  const auto parsed = parse_request_head(bytes, {});
  if (!parsed) return show(parsed.error());
  const Result<http::Target> target = http::target_of((*parsed)->head, "http");
  return target ? target->authority() + " " + target->origin_form() : show(target.error());
}

ParsedResponse parsed_response(std::string_view bytes, std::string_view method = "GET") {
  auto parsed = parse_response_head(bytes, method, {});
  REQUIRE(parsed.has_value());
  REQUIRE(parsed->has_value());
  return std::move(**parsed);
}

}  // namespace

TEST_CASE("row Transfer-Encoding: exactly one, exactly chunked, else 400, or 501 for another known coding") {
  for (const auto& [fields, answer] : {
           Case{"Transfer-Encoding: chunked\r\n", "chunked"},
           Case{"transfer-encoding: \tCHUNKED \r\n", "chunked"},
           Case{"Transfer-Encoding: gzip\r\n", "unsupported"},
           Case{"Transfer-Encoding: GZip\r\n", "unsupported"},
           Case{"Transfer-Encoding: deflate\r\n", "unsupported"},
           Case{"Transfer-Encoding: compress\r\n", "unsupported"},
           Case{"Transfer-Encoding: x-gzip, chunked\r\n", "unsupported"},
           Case{"Transfer-Encoding: gzip, chunked\r\n", "unsupported"},
           Case{"Transfer-Encoding: xchunked\r\n", "malformed"},
           Case{"Transfer-Encoding: chunkedx\r\n", "malformed"},
           Case{"Transfer-Encoding: \"chunked\"\r\n", "malformed"},
           Case{"Transfer-Encoding: 'chunked'\r\n", "malformed"},
           Case{"Transfer-Encoding: identity\r\n", "malformed"},
           Case{"Transfer-Encoding: identity, chunked\r\n", "malformed"},
           Case{"Transfer-Encoding: chunked;a=b\r\n", "malformed"},
           Case{"Transfer-Encoding: chunked, gzip\r\n", "malformed"},
           Case{"Transfer-Encoding: chunked, chunked\r\n", "malformed"},
           Case{"Transfer-Encoding: chunked,\r\n", "malformed"},
           Case{"Transfer-Encoding: ,chunked\r\n", "malformed"},
           Case{"Transfer-Encoding: \x0B"
                "chunked\r\n",
                "malformed"},
           Case{"Transfer-Encoding: \xA0"
                "chunked\r\n",
                "malformed"},
           Case{"Transfer-Encoding:\r\n", "malformed"},
           Case{"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "malformed"},
           Case{"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "malformed"},
           Case{"Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n", "malformed"},
           Case{"Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n", "malformed"},
           Case{"Transfer-Encoding : chunked\r\n", "malformed"},
           Case{"Transfer-Encoding\t: chunked\r\n", "malformed"},
           Case{" Transfer-Encoding: chunked\r\n", "malformed"},
           Case{"A: b\r\n\tTransfer-Encoding: chunked\r\n", "malformed"},
           Case{"Transfer-Encoding\x0B: chunked\r\n", "malformed"},
           Case{"A: b\rTransfer-Encoding: chunked\r\n", "malformed"},
           Case{"A: b\nTransfer-Encoding: chunked\r\n", "malformed"},
       }) {
    CAPTURE(fields);
    CHECK(framing_of_request(request_with(fields)) == answer);
  }
}

TEST_CASE("row Transfer-Encoding and Content-Length: 400 in either order") {
  for (const std::string_view fields : {
           "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
           "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: gzip\r\nContent-Length: 3\r\n",
           "Content-Length: 3\r\nTransfer-Encoding: identity\r\n",
           "Transfer-Encoding:\r\nContent-Length: 0\r\n",
       }) {
    CAPTURE(fields);
    CHECK(framing_of_request(request_with(fields)) == "malformed");
    CHECK(framing_of_response(response_with(fields)) == "malformed");
    CHECK(framing_of_response(response_with(fields), "HEAD") == "malformed");
    CHECK(framing_of_response(response_with(fields, "HTTP/1.1 304 Not Modified")) == "malformed");
  }
}

TEST_CASE("row HTTP/1.0 with Transfer-Encoding: 400") {
  CHECK(framing_of_request(request_with("Transfer-Encoding: chunked\r\n", "POST / HTTP/1.0")) == "malformed");
  CHECK(framing_of_request(request_with("Transfer-Encoding: gzip\r\n", "POST / HTTP/1.0")) == "malformed");
  CHECK(framing_of_response(response_with("Transfer-Encoding: chunked\r\n", "HTTP/1.0 200 OK")) ==
        "malformed");
}

TEST_CASE("row Content-Length: one, digits only, else 400") {
  for (const auto& [fields, answer] : {
           Case{"Content-Length: 3\r\n", "length 3"},
           Case{"content-length:0\r\n", "length 0"},
           Case{"Content-Length: 007\r\n", "length 7"},
           Case{"Content-Length: 9223372036854775807\r\n", "length 9223372036854775807"},
           Case{"Content-Length: 3\r\nContent-Length: 3\r\n", "malformed"},
           Case{"Content-Length: 3\r\nContent-Length: 4\r\n", "malformed"},
           Case{"Content-Length: 3\r\nContent-Length:\r\n", "malformed"},
           Case{"Content-Length: 3, 3\r\n", "malformed"},
           Case{"Content-Length: 3,\r\n", "malformed"},
           Case{"Content-Length:\r\n", "malformed"},
           Case{"Content-Length: +3\r\n", "malformed"},
           Case{"Content-Length: -3\r\n", "malformed"},
           Case{"Content-Length: 0x3\r\n", "malformed"},
           Case{"Content-Length: 3 3\r\n", "malformed"},
           Case{"Content-Length: 3;a\r\n", "malformed"},
           Case{"Content-Length: \"3\"\r\n", "malformed"},
           Case{"Content-Length: 3.0\r\n", "malformed"},
           Case{"Content-Length: 1e3\r\n", "malformed"},
           Case{"Content-Length: 9223372036854775808\r\n", "malformed"},
           Case{"Content-Length: 18446744073709551615\r\n", "malformed"},
           Case{"Content-Length: 18446744073709551619\r\n", "malformed"},
           Case{"Content-Length: 3\n", "malformed"},
       }) {
    CAPTURE(fields);
    CHECK(framing_of_request(request_with(fields)) == answer);
    CHECK(framing_of_response(response_with(fields)) == answer);
  }
  // RFC 9112, section 5.1: whitespace before the colon is refused in requests and removed from responses.
  CHECK(framing_of_request(request_with("Content-Length : 3\r\n")) == "malformed");
  CHECK(framing_of_response(response_with("Content-Length : 3\r\n")) == "length 3");
}

TEST_CASE("row Host: none, two, or one that is not an authority: 400") {
  struct HostCase {
    const char* head;
    const char* answer;
  };
  for (const auto& [head, answer] : {
           HostCase{"GET / HTTP/1.1\r\nHost: Example.com:80\r\n\r\n", "example.com /"},
           HostCase{"GET / HTTP/1.1\r\n\r\n", "malformed"},
           HostCase{"GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", "malformed"},
           HostCase{"GET / HTTP/1.1\r\nHost: h\r\nhost: i\r\n\r\n", "malformed"},
           HostCase{"GET / HTTP/1.0\r\nHost: h\r\nHost: h\r\n\r\n", "malformed"},
           HostCase{"GET / HTTP/1.1\r\nHost: a/b@c\r\n\r\n", "malformed"},
           HostCase{"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "malformed"},
           HostCase{"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "malformed"},
           HostCase{"GET / HTTP/1.1\r\nHost: u@h\r\n\r\n", "malformed"},
           HostCase{"GET / HTTP/1.1\r\nHost:\r\n\r\n", "malformed"},
           HostCase{"GET / HTTP/1.1\r\nHost: h:99999\r\n\r\n", "malformed"},
           HostCase{"GET / HTTP/1.1\r\nHost : h\r\n\r\n", "malformed"},
           HostCase{"GET / HTTP/1.0\r\n\r\n", " /"},
       }) {
    CAPTURE(head);
    CHECK(target_of_head(head) == answer);
  }
}

TEST_CASE("row absolute-form: its authority replaces Host, origin-form goes upstream") {
  CHECK(target_of_head(request_with("", "GET http://a.example:8080/x?y HTTP/1.1")) == "a.example:8080 /x?y");
  CHECK(target_of_head(request_with("", "GET http://a.example HTTP/1.1")) == "a.example /");
  CHECK(target_of_head("GET http://a.example/ HTTP/1.1\r\n\r\n") == "malformed");
  CHECK(target_of_head("GET http://a.example/ HTTP/1.1\r\nHost: a/b\r\n\r\n") == "malformed");
}

TEST_CASE("row target: fragment, bytes from 0x80 on and control bytes: 400") {
  for (const std::string_view target :
       {std::string_view("/#fragment"), std::string_view("/a?b#c"), std::string_view("/\x80"),
        std::string_view("/\xC3\xA4"), std::string_view("/\xFF"), std::string_view("/\x01"),
        std::string_view("/\x7F"), std::string_view("/\0", 2), std::string_view("/\x1B[0m")}) {
    CAPTURE(target);
    CHECK(framing_of_request(request_with("", "GET " + std::string(target) + " HTTP/1.1")) == "malformed");
  }
}

TEST_CASE("row obs-fold: 400 in requests, replaced by a space in responses") {
  for (const std::string_view fields :
       {"A: b\r\n c\r\n", "A: b\r\n\tc\r\n", "A:\r\n b\r\n", "A: b\r\n \r\n"}) {
    CAPTURE(fields);
    CHECK(framing_of_request(request_with(fields)) == "malformed");
  }
  CHECK(framing_of_request("GET / HTTP/1.1\r\n Host: h\r\n\r\n") == "malformed");
  struct FoldCase {
    const char* fields;
    const char* wire;
  };
  for (const auto& [fields, wire] : {
           FoldCase{"A: b\r\n c\r\nD: e\r\n", "A: b c\r\nD: e\r\n"},
           FoldCase{"A: b  \r\n \t c\r\n\td\r\n", "A: b c d\r\n"},
           FoldCase{"A:\r\n b\r\n", "A: b\r\n"},
           FoldCase{"A: b\r\n \r\nD: e\r\n", "A: b\r\nD: e\r\n"},
       }) {
    CAPTURE(fields);
    CHECK(parsed_response(response_with(fields)).head.fields.wire() == wire);
  }
  // Framing is decided on what is forwarded: the unfolded value.
  CHECK(framing_of_response(response_with("Transfer-Encoding:\r\n chunked\r\n")) == "chunked");
  CHECK(framing_of_response(response_with("Content-Length: 1\r\n 2\r\n")) == "malformed");
  CHECK(framing_of_response("HTTP/1.1 200 OK\r\n A: b\r\n\r\n") == "malformed");
}

TEST_CASE("row response 1xx: returned as heads of their own without content") {
  const std::string hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  const ParsedResponse interim = parsed_response(hints + "HTTP/1.1 200 OK\r\n\r\n");
  CHECK(interim.head.status == 103);
  CHECK(show(interim.framing) == "none");
  CHECK(interim.size == hints.size());
  CHECK(interim.keep_alive);
}

TEST_CASE("row Content-Length on 204 and 304: no content, and the connection is never reused") {
  struct BodilessCase {
    const char* method;
    const char* line;
    const char* fields;
    bool keep_alive;
  };
  for (const auto& [method, line, fields, keep_alive] : {
           BodilessCase{"GET", "HTTP/1.1 204 x", "", true},
           BodilessCase{"GET", "HTTP/1.1 204 x", "Content-Length: 0\r\n", true},
           BodilessCase{"GET", "HTTP/1.1 204 x", "Content-Length: 5\r\n", false},
           BodilessCase{"GET", "HTTP/1.1 204 x", "Transfer-Encoding: chunked\r\n", false},
           BodilessCase{"GET", "HTTP/1.1 304 x", "", true},
           BodilessCase{"GET", "HTTP/1.1 304 x", "Content-Length: 5\r\n", false},
           BodilessCase{"HEAD", "HTTP/1.1 200 x", "Content-Length: 5\r\n", true},
           BodilessCase{"HEAD", "HTTP/1.1 200 x", "Transfer-Encoding: chunked\r\n", true},
           BodilessCase{"HEAD", "HTTP/1.1 200 x", "", true},
       }) {
    CAPTURE(line);
    CAPTURE(fields);
    const ParsedResponse response = parsed_response(response_with(fields, line), method);
    CHECK(show(response.framing) == "none");
    CHECK(response.keep_alive == keep_alive);
    CHECK(response.head.fields.wire() == fields);
  }
}

TEST_CASE(
    "row Transfer-Encoding in a response: an unknown coding is delimited by the connection's end "
    "(RFC "
    "9112, section 6.3, rule 4), anything else but chunked is refused") {
  for (const auto& [fields, answer] : {
           Case{"Transfer-Encoding: binary\r\n", "until close"},
           Case{"Transfer-Encoding: QWERTY\r\n", "until close"},
           Case{"Transfer-Encoding: chunked\r\n", "chunked"},
           Case{"Transfer-Encoding: xchunked\r\n", "malformed"},
           Case{"Transfer-Encoding: Chunked-x\r\n", "malformed"},
           Case{"Transfer-Encoding: gzip\r\n", "malformed"},
           Case{"Transfer-Encoding: identity\r\n", "malformed"},
           Case{"Transfer-Encoding: binary, chunked\r\n", "malformed"},
           Case{"Transfer-Encoding: chunked, binary\r\n", "malformed"},
           Case{"Transfer-Encoding: binary;a=b\r\n", "malformed"},
           Case{"Transfer-Encoding: \"binary\"\r\n", "malformed"},
           Case{"Transfer-Encoding:\r\n", "malformed"},
           Case{"Transfer-Encoding: binary\r\nTransfer-Encoding: binary\r\n", "malformed"},
           Case{"Transfer-Encoding: binary\r\nContent-Length: 3\r\n", "malformed"},
       }) {
    CAPTURE(fields);
    CHECK(framing_of_response(response_with(fields)) == answer);
    CHECK_FALSE(parsed_response(response_with("Transfer-Encoding: binary\r\n")).keep_alive);
  }
  CHECK(framing_of_response(response_with("Transfer-Encoding: binary\r\n", "HTTP/1.0 200 OK")) ==
        "malformed");
  CHECK(framing_of_request(request_with("Transfer-Encoding: binary\r\n")) == "malformed");
}

TEST_CASE("row response with a broken framing: refused, whatever the status") {
  for (const std::string_view fields :
       {"Transfer-Encoding: gzip\r\n", "Transfer-Encoding: identity\r\n", "Content-Length: x\r\n",
        "Content-Length: 3\r\nContent-Length: 3\r\n"}) {
    for (const std::string_view line : {"HTTP/1.1 200 OK", "HTTP/1.1 204 x", "HTTP/1.1 100 x"}) {
      CAPTURE(fields);
      CAPTURE(line);
      CHECK(framing_of_response(response_with(fields, line)) == "malformed");
    }
  }
}

TEST_CASE("row Connection: more than 64 options, each to be compared with every field, are 400") {
  const auto with_options = [](int count) {
    std::string fields = "Connection: x-0";
    for (int i = 1; i < count; ++i) fields += i % 10 == 0 ? "\r\nConnection: x" : ", x";
    return fields + "\r\nContent-Length: 0\r\n";
  };
  CHECK(framing_of_request(request_with(with_options(64))) == "length 0");
  CHECK(framing_of_response(response_with(with_options(64))) == "length 0");
  CHECK(framing_of_request(request_with(with_options(65))) == "malformed");
  CHECK(framing_of_response(response_with(with_options(65))) == "malformed");
}

TEST_CASE(
    "row Connection: a list of names, empty members ignored, else 400 (RFC 9110, sections 5.6.1 and "
    "7.6.1)") {
  for (const char* name : {"Connection: ", "Proxy-Connection: "}) {
    for (const char* value :
         {"", ",", "close", "close,", " ,, keep-alive ,\tx-a", "close, close", "a!#$%&'*+-.^_`|~b"}) {
      CAPTURE(value);
      const std::string fields = std::string(name) + value + "\r\nContent-Length: 0\r\n";
      CHECK(framing_of_request(request_with(fields)) == "length 0");
      CHECK(framing_of_response(response_with(fields)) == "length 0");
    }
    // It is unclear which fields such a list names, and so which may be forwarded.
    for (const char* value : {"foo bar", "close, foo bar", "close;x", "\"close\"", "keep-alive timeout=5",
                              "a=b", "(close)", "close/1", "x\xA0y"}) {
      CAPTURE(value);
      const std::string fields = std::string(name) + value + "\r\nContent-Length: 0\r\n";
      CHECK(framing_of_request(request_with(fields)) == "malformed");
      CHECK(framing_of_response(response_with(fields)) == "malformed");
    }
  }
}

TEST_CASE("row Upgrade: a protocol with its version is not an anomaly (RFC 9110, section 7.8)") {
  for (const char* value : {"h2c", "websocket", "HTTP/2.0, IRC/6.9, RTA/x11", "TLS/1.2, HTTP/1.1"}) {
    CAPTURE(value);
    const std::string fields =
        std::string("Connection: upgrade\r\nContent-Length: 0\r\nUpgrade: ") + value + "\r\n";
    CHECK(framing_of_request(request_with(fields)) == "length 0");
    CHECK(framing_of_response(response_with(fields)) == "length 0");
  }
}

TEST_CASE(
    "row Expect: only 100-continue is known, in any list; others are left to the origin to refuse (RFC 9110, "
    "section 10.1.1)") {
  struct ExpectCase {
    const char* value;
    bool expects;
  };
  for (const auto& [value, expects] :
       {ExpectCase{"100-continue", true}, ExpectCase{"100-CONTINUE", true},
        ExpectCase{", 100-continue,", true}, ExpectCase{"x, 100-continue", true},
        ExpectCase{"\"100-continue\"", false}, ExpectCase{"100-continue;a=b", false},
        ExpectCase{"100-continue x", false}, ExpectCase{"100", false}, ExpectCase{"", false},
        ExpectCase{"x", false}}) {
    CAPTURE(value);
    const auto parsed =
        parse_request_head(request_with(std::string("Content-Length: 1\r\nExpect: ") + value + "\r\n"), {});
    REQUIRE(parsed.has_value());
    CHECK((*parsed)->expects_continue == expects);
  }
}

}  // namespace larder::front_door_test
