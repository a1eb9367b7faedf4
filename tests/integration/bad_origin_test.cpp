#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

/// What an origin must not do, and what the client gets if it does (src/http1/README.md, the rows about
/// responses).
namespace larder::test {

namespace {

struct Case {
  std::string what;
  const char* raw;
};

OriginResponse verbatim(std::string_view raw) {
  OriginResponse response;
  response.raw = raw;
  return response;
}

/// Answers /bad with `raw` and everything else with a valid response, on a persistent connection.
struct BadOrigin {
  explicit BadOrigin(const std::string& raw)
      : origin([raw](const OriginRequest& request) {
          return request.target == "/bad" ? verbatim(raw) : text("sound");
        }),
        larder(Yaml{.upstream = origin.url(), .timeouts = "{first_byte: 2s, idle: 2s}"}) {}

  Origin origin;
  Larder larder;
  Client client = larder.client();
};

}  // namespace

TEST_CASE("A malformed response becomes a 502, is not stored, and its connection is not reused") {
  const Case cases[] = {
      {"no HTTP at all", "SSH-2.0-OpenSSH\r\n\r\n"},
      {"a nonexistent version", "HTTP/3.0 200 OK\r\nContent-Length: 0\r\n\r\n"},
      {"no status", "HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n"},
      {"both framings",
       "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"both framings, the other way",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"},
      {"a length that is not a number", "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello"},
      {"a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"},
      {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"},
      {"a space within a name", "HTTP/1.1 200 OK\r\nContent Length: 5\r\n\r\nhello"},
      {"a NUL in a field", nullptr},
      {"an unsolicited 101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.what);
    using namespace std::string_literals;
    BadOrigin bad(one.raw != nullptr ? one.raw
                                     : "HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 5\r\n\r\nhello"s);
    const Response response = bad.client.get("/bad");
    CHECK(response.status == 502);
    CHECK(response.fields.get("Content-Type").starts_with("application/problem+json"));
    CHECK(bad.client.get("/good").body == "sound");
    CHECK(bad.client.get("/bad").status == 502);
    CHECK(bad.origin.count("/bad") == 2);
    CHECK(bad.origin.connections() >= 2);
  }
}

TEST_CASE("RFC 9112, section 5.1: whitespace before the colon of a response's field is removed") {
  BadOrigin bad("HTTP/1.1 200 OK\r\nContent-Length : 5\r\nX-A \t: b\r\n\r\nhello");
  const Response response = bad.client.get("/bad");
  CHECK(response.status == 200);
  CHECK(response.body == "hello");
  CHECK(response.fields.get("X-A") == "b");
  CHECK(bad.client.get("/good").body == "sound");
}

TEST_CASE("An origin that ends its lines in a bare LF is understood, but not one that mixes line ends") {
  BadOrigin bare("HTTP/1.1 200 OK\nContent-Length: 5\nX-A: b\n\nhello");
  for (int i = 0; i < 2; ++i) {
    const Response response = bare.client.get("/bad");
    CHECK(response.status == 200);
    CHECK(response.body == "hello");
    CHECK(response.fields.get("X-A") == "b");
  }
  BadOrigin mixed("HTTP/1.1 200 OK\r\nX-A: b\nContent-Length: 5\r\n\r\nhello");
  CHECK(mixed.client.get("/bad").status == 502);
  CHECK(eventually([&] { return mixed.larder.log_lines_with("end in a bare LF") == 1; }));
}

TEST_CASE("An endless head is a 502") {
  BadOrigin bad("HTTP/1.1 200 OK\r\nX-Long: " + std::string(200'000, 'x') + "\r\n\r\n");
  CHECK(bad.client.get("/bad").status == 502);
  CHECK(bad.client.get("/good").body == "sound");
}

TEST_CASE("Bytes after a response are never taken for the next response") {
  const Case cases[] = {
      {"after content",
       "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"},
      {"after 204", "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"},
      {"204 with a length", "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nevil"},
      {"after the last chunk",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nHTTP/1.1 200 "
       "OK\r\nContent-Length: "
       "4\r\n\r\nevil"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.what);
    BadOrigin bad(one.raw);
    const Response response = bad.client.get("/bad");
    CHECK((response.status == 200 || response.status == 204 || response.status == 502));
    CHECK(bad.client.get("/good").body == "sound");
    CHECK(bad.client.get("/other").body == "sound");
  }
}

TEST_CASE("A line fold in a response becomes a space (RFC 9112, section 5.2)") {
  BadOrigin bad("HTTP/1.1 200 OK\r\nX-Folded: one\r\n  two\r\nContent-Length: 5\r\n\r\nhello");
  const Response response = bad.client.get("/bad");
  CHECK(response.status == 200);
  const std::string value = response.fields.get("X-Folded");
  CHECK(value.starts_with("one"));
  CHECK(value.ends_with("two"));
  CHECK(response.head.find("\r\n ") == std::string::npos);
}

TEST_CASE("A malformed chunk leaves the response visibly incomplete, and nothing is stored") {
  for (const std::string raw :
       {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n"}) {
    CAPTURE(raw);
    BadOrigin bad(raw);
    for (int i = 0; i < 2; ++i) {
      Client client = bad.larder.client();
      const Response response = client.get("/bad");
      CHECK((response.status == 502 || !response.complete));
    }
    CHECK(bad.origin.count("/bad") == 2);
  }
}

TEST_CASE("Trailer fields are dropped") {
  BadOrigin bad("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Admin: 1\r\n\r\n");
  for (int i = 0; i < 2; ++i) {
    const Response response = bad.client.get("/bad");
    CHECK(response.body == "abc");
    CHECK_FALSE(response.fields.has("X-Admin"));
  }
}

TEST_CASE("Truncated content is truncated for the client too, and never stored") {
  for (const auto framing : {OriginResponse::Framing::length, OriginResponse::Framing::chunked}) {
    Origin origin([&](const OriginRequest& request) {
      if (request.nth > 1) return text("whole");
      OriginResponse response = text("par");
      if (framing == OriginResponse::Framing::length) response.claimed_length = 5;
      if (framing == OriginResponse::Framing::chunked)
        response.raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\npar";
      response.close = true;
      return response;
    });
    Larder larder(Yaml{.upstream = origin.url()});
    Client client = larder.client();
    CHECK_FALSE(client.get("/a").complete);
    const Response second = client.get("/a");
    CHECK(second.body == "whole");
    CHECK(cache_result(second) == "MISS");
    CHECK(cache_result(client.get("/a")) == "HIT");
  }
}

TEST_CASE(
    "Truncated content does not answer a client's condition, and the next response does not complete it") {
  for (const std::string framing :
       {"Content-Length: 1000\r\n\r\npar", "Transfer-Encoding: chunked\r\n\r\n5\r\npar"}) {
    for (const std::string stored : {"max-age=60", "no-store"}) {
      Origin origin([&](const OriginRequest& request) {
        if (request.target != "/a") return text("sound");
        OriginResponse response;
        response.raw = "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nCache-Control: " + stored + "\r\n" + framing;
        response.close = true;
        return response;
      });
      Larder larder(Yaml{.upstream = origin.url(), .routes = "  - match: /**\n    collapse: off\n"});
      Client client = larder.client();
      const Response cut = client.get("/a", {{"If-None-Match", "\"1\""}});
      // What is not stored, and is not known to be brief, is left unread: the head alone says what the client
      // has.
      const bool is_left = stored == "no-store" && framing.starts_with("Transfer-Encoding");
      if (is_left) CHECK(cut.status == 304);
      if (!is_left) CHECK((cut.status == 502 || !cut.complete));
      if (cut.complete) CHECK(client.get("/b").body == "sound");
    }
  }
}

}  // namespace larder::test
