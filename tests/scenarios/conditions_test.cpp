#include "late.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

const Fields with_etag{{"ETag", "\"1\""}};
const Fields never_stored{{"ETag", "\"1\""}, {"Cache-Control", "no-store"}};
const std::string some_date = "Sun, 06 Nov 1994 08:49:37 GMT";

/// An origin that evaluates conditions.
void heed(Scenario& s, const Fields& fields) {
  s.origin.answer = [fields](const pipeline::Request& request) {
    const bool has_it = request.head.fields.find("If-None-Match") == "\"1\"";
    return has_it ? Answer{.status = 304, .fields = fields} : Answer{.fields = fields, .content = "content"};
  };
}

std::string asked_with(const Scenario& s, const char* name) {
  return std::string(s.origin.asked.back().fields.find(name).value_or("-"));
}

}  // namespace

TEST_CASE("a request with a credential that the route does not key keeps its conditions") {
  for (const char* credential : {"Authorization", "X-Api-Key", "X-Amz-Security-Token"}) {
    CAPTURE(credential);
    Scenario s({route("/**", 60s)});
    heed(s, with_etag);
    const Seen known = s.get("/a", {{credential, "a"}, {"If-None-Match", "\"1\""}});
    CHECK(known.line() == "BYPASS 304 ");
    CHECK(asked_with(s, "If-None-Match") == "\"1\"");
    s.get("/a", {{credential, "a"}, {"If-Modified-Since", some_date}});
    CHECK(asked_with(s, "If-Modified-Since") == some_date);
    s.get("/a", {{credential, "a"}, {"Range", "bytes=0-1"}, {"If-Range", "\"1\""}});
    CHECK(asked_with(s, "If-Range") == "\"1\"");
    CHECK(asked_with(s, "Range") == "bytes=0-1");
  }
}

TEST_CASE("the response to a client's own conditions is stored if it is whole and shareable") {
  Scenario s;
  heed(s, {{"ETag", "\"1\""}, {"Cache-Control", "public, max-age=60"}});
  const Fields known{{"Authorization", "Bearer a"}, {"If-None-Match", "\"1\""}};
  CHECK(s.get("/a", known).status == 304);
  CHECK(s.get("/a", {{"Authorization", "Bearer b"}, {"If-None-Match", "\"0\""}}).content == "content");
  CHECK(s.get("/a").line() == "HIT 200 content");
  CHECK(s.get("/a", known).line() == "HIT 304 ");
}

TEST_CASE("if the route keys the credential, a condition is not forwarded, as usual") {
  policy::Route keyed = route("/**", 60s);
  keyed.headers = {"Authorization"};
  Scenario s({keyed});
  s.origin_says({.fields = with_etag, .content = "content"});
  const Fields known{{"Authorization", "Bearer a"}, {"If-None-Match", "\"1\""}};
  CHECK(s.get("/a", known).line() == "MISS 304 ");
  CHECK(asked_with(s, "If-None-Match") == "-");
  CHECK(s.get("/a", known).line() == "HIT 304 ");
}

TEST_CASE("a request with a signature over its conditions is forwarded unchanged") {
  for (const char* scheme : {"AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host;if-none-match, Signature=b",
                             "AWS key:signature", "SharedKey account:signature"}) {
    CAPTURE(scheme);
    for (const bool is_stored : {false, true}) {
      CAPTURE(is_stored);
      Scenario s;
      heed(s, {{"ETag", "\"0\""}, {"Cache-Control", "public, max-age=10"}});
      if (is_stored) s.get("/a");
      s.clock.advance(11s);
      const Fields known{{"Authorization", scheme},
                         {"If-None-Match", "\"1\""},
                         {"If-Modified-Since", some_date},
                         {"Accept-Encoding", "identity;q=1, *;q=0"}};
      CHECK(s.get("/a", known).line() == "BYPASS 304 ");
      CHECK(asked_with(s, "If-None-Match") == "\"1\"");
      CHECK(asked_with(s, "If-Modified-Since") == some_date);
      CHECK(asked_with(s, "Accept-Encoding") == "identity;q=1, *;q=0");
    }
  }
}

TEST_CASE("a signature over Accept-Encoding stays valid") {
  Scenario s;
  s.origin_says({.fields = with_etag, .content = "content"});
  const Fields signed_fields{{"Authorization", "AWS4-HMAC-SHA256 SignedHeaders=accept-encoding;host"},
                             {"Accept-Encoding", "identity"}};
  s.get("/a", signed_fields);
  CHECK(asked_with(s, "Accept-Encoding") == "identity");
}

TEST_CASE("requests for a hit-for-miss key are forwarded with the clients' own conditions") {
  for (const Fields& fields :
       {never_stored, Fields{{"ETag", "\"1\""}, {"Cache-Control", "private"}}, with_etag}) {
    Scenario s;
    heed(s, fields);
    CHECK(s.get("/a").status == 200);
    for (const char* method : {"GET", "HEAD"}) {
      CHECK(s.ask(method, "/a", {{"If-None-Match", "\"1\""}}).status == 304);
      CHECK(asked_with(s, "If-None-Match") == "\"1\"");
    }
    CHECK(s.get("/a", {{"If-None-Match", "\"0\""}}).content == "content");
    CHECK(asked_with(s, "If-None-Match") == "\"0\"");
  }
}

TEST_CASE("no waiting client's condition is in the request that is made for all") {
  Late s(cacheable);
  auto first = s.begin("/a", {{"If-None-Match", "\"1\""}});
  auto second = s.begin("/a");
  CHECK(asked(s) == 1);
  CHECK(asked_with(s, "If-None-Match") == "-");
  CHECK(s.finish(first).line() == "MISS 304 ");
  CHECK(s.finish(second).line() == "MISS 200 content");
}

TEST_CASE("a condition that matches is answered after the head: content that is not stored is left unread") {
  const std::string large(256 * 1024, 'a');
  for (const bool has_length : {true, false}) {
    CAPTURE(has_length);
    for (const Fields& fields : {never_stored, Fields{{"ETag", "\"1\""}, {"Cache-Control", "max-age=60"}}}) {
      Scenario s;
      s.settings.max_object = 3;
      // Reading it to its end would reveal the break.
      s.origin_says({.fields = fields, .content = large, .cut_short = true, .has_length = has_length});
      CHECK(s.get("/a", {{"If-None-Match", "\"1\""}}).line() == "MISS 304 ");
      CHECK(s.get("/b", {{"If-None-Match", "\"0\""}}).content.size() == large.size() / 2);
    }
  }
}

TEST_CASE("a request that fetches for itself reads no more than may be stored before its 304") {
  policy::Route alone = route("/**", 60s);
  alone.collapse = policy::Collapse::off;
  Scenario s({alone});
  s.settings.max_object = 1000;
  const std::string large(256 * 1024, 'a');
  s.origin_says({.fields = with_etag, .content = large, .cut_short = true, .has_length = false});
  CHECK(s.get("/a", {{"If-None-Match", "\"1\""}}).line() == "MISS 304 ");
}
