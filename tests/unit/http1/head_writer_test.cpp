#include "show.hpp"

#include <larder/http1/head_writer.hpp>

#include <doctest/doctest.h>

namespace larder::head_writer_test {

using namespace larder::http1;

namespace {

std::string head_end(const Framing& framing, Persistence persistence, int version_minor) {
  std::string out;
  write_head_end(out, framing, persistence, version_minor);
  return out;
}

constexpr Framing none{};
constexpr Framing length{Framing::Kind::length, 12'345};
constexpr Framing chunked{Framing::Kind::chunked, 0};
constexpr Framing until_close{Framing::Kind::until_close, 0};

}  // namespace

TEST_CASE("a request head is appended to what is there, and reads back unchanged") {
  http::FieldList fields;
  fields.add("Host", "h");
  fields.add("A", "b");
  std::string out = "before ";
  write_request_head(out, "PUT", "/a?b", fields, length, Persistence::close);
  CHECK(out ==
        "before PUT /a?b HTTP/1.1\r\nHost: h\r\nA: b\r\nContent-Length: 12345\r\nConnection: close\r\n\r\n");

  for (const Framing& framing : {none, length, chunked}) {
    std::string head;
    write_request_head(head, "PUT", "/", fields, framing, Persistence::keep_alive);
    const auto parsed = parse_request_head(head, {});
    REQUIRE(parsed.has_value());
    REQUIRE(parsed->has_value());
    CHECK(show((*parsed)->framing) == show(framing));
    CHECK((*parsed)->keep_alive);
    CHECK((*parsed)->size == head.size());
  }
}

TEST_CASE("status lines carry the standard phrase, or none (RFC 9112, section 4)") {
  struct Case {
    int status;
    const char* line;
  };
  for (const auto& [status, line] :
       {Case{200, "HTTP/1.1 200 OK\r\n"}, Case{404, "HTTP/1.1 404 Not Found\r\n"},
        Case{299, "HTTP/1.1 299 \r\n"}, Case{999, "HTTP/1.1 999 \r\n"}}) {
    std::string out;
    write_status_line(out, status);
    CHECK(out == line);
  }
}

TEST_CASE("a status line carries the phrase that its server wrote, if it wrote one (RFC 9112, section 4)") {
  std::string out;
  write_status_line(out, 200, "Fine");
  write_status_line(out, 404, "Gone Fishing");
  write_status_line(out, 299, "");
  CHECK(out == "HTTP/1.1 200 Fine\r\nHTTP/1.1 404 Gone Fishing\r\nHTTP/1.1 299 \r\n");
}

TEST_CASE("a head ends with its framing and whatever differs from the default of the client's version") {
  struct Case {
    Framing framing;
    Persistence persistence;
    int version_minor;
    const char* text;
  };
  for (const auto& [framing, persistence, version_minor, text] : {
           Case{none, Persistence::keep_alive, 1, "\r\n"},
           Case{length, Persistence::keep_alive, 1, "Content-Length: 12345\r\n\r\n"},
           Case{Framing{Framing::Kind::length, 0}, Persistence::keep_alive, 1, "Content-Length: 0\r\n\r\n"},
           Case{chunked, Persistence::keep_alive, 1, "Transfer-Encoding: chunked\r\n\r\n"},
           Case{until_close, Persistence::close, 1, "Connection: close\r\n\r\n"},
           Case{length, Persistence::close, 1, "Content-Length: 12345\r\nConnection: close\r\n\r\n"},
           Case{length, Persistence::keep_alive, 0,
                "Content-Length: 12345\r\nConnection: keep-alive\r\n\r\n"},
           Case{until_close, Persistence::close, 0, "\r\n"},
       }) {
    CHECK(head_end(framing, persistence, version_minor) == text);
  }
}

TEST_CASE("chunks begin with their size in hexadecimal (RFC 9112, section 7.1)") {
  std::string out;
  write_chunk_head(out, 1);
  write_chunk_head(out, 255);
  write_chunk_head(out, 65'536);
  CHECK(out == "1\r\nff\r\n10000\r\n");
  CHECK(chunk_end == "\r\n");
  CHECK(last_chunk == "0\r\n\r\n");
}

}  // namespace larder::head_writer_test
