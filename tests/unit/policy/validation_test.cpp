#include "support.hpp"

#include <larder/policy/freshness.hpp>
#include <larder/policy/storing.hpp>
#include <larder/policy/validation.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

TEST_CASE("a client's validator that matches gets a 304 (RFC 9110, section 13.2.2)") {
  const std::string now(noon_text);
  const std::string earlier = date_after(Seconds{-60});
  const std::string later = date_after(Seconds{60});
  struct Case {
    std::string request;
    std::string stored;
    bool not_modified;
  };
  for (const auto& [request, stored, not_modified] : std::vector<Case>{
           {"", "ETag: \"a\"", false},
           // Section 13.1.2: weak comparison.
           {"If-None-Match: \"a\"", "ETag: \"a\"", true},
           {"If-None-Match: W/\"a\"", "ETag: \"a\"", true},
           {"If-None-Match: \"a\"", "ETag: W/\"a\"", true},
           {"If-None-Match: \"b\"", "ETag: \"a\"", false},
           {"If-None-Match: \"b\", W/\"a\"", "ETag: \"a\"", true},
           {"If-None-Match: \"b\"|If-None-Match: \"a\"", "ETag: \"a\"", true},
           {"If-None-Match: \"A\"", "ETag: \"a\"", false},
           {"If-None-Match: \"b, a\"", "ETag: \"a\"", false},
           {"If-None-Match: *", "ETag: \"a\"", true},
           {"If-None-Match: *", "", true},
           {"If-None-Match: \"a\"", "", false},
           {"If-None-Match: a", "ETag: \"a\"", false},
           {"If-None-Match: ", "ETag: \"a\"", false},
           // Section 13.1.3: only without If-None-Match.
           {"If-None-Match: \"b\"|If-Modified-Since: " + now, "ETag: \"a\"|Last-Modified: " + earlier, false},
           {"If-None-Match: \"a\"|If-Modified-Since: " + earlier, "ETag: \"a\"|Last-Modified: " + now, true},
           {"If-Modified-Since: " + now, "Last-Modified: " + earlier, true},
           {"If-Modified-Since: " + now, "Last-Modified: " + now, true},
           {"If-Modified-Since: " + now, "Last-Modified: " + later, false},
           {"If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT", "Last-Modified: " + now, true},
           {"If-Modified-Since: now", "Last-Modified: " + earlier, false},
           {"If-Modified-Since: " + now + "|If-Modified-Since: " + now, "Last-Modified: " + earlier, false},
           {"If-Modified-Since: " + now, "Last-Modified: once", false},
           // Section 13.1.3: without a modification date it is ignored, whatever Date says.
           {"If-Modified-Since: " + now, "Date: " + earlier, false},
           {"If-Modified-Since: " + now, "Date: " + now, false},
           {"If-Modified-Since: " + now, "Date: " + later, false},
           {"If-Modified-Since: " + later, "Date: " + earlier + "|ETag: \"a\"", false},
           {"If-Modified-Since: " + now, "Last-Modified: " + later + "|Date: " + earlier, false},
           {"If-Modified-Since: " + now, "Last-Modified: |Date: " + earlier, false},
           {"If-Modified-Since: " + now, "Last-Modified: " + earlier + "|Last-Modified: " + later, false},
           {"If-Modified-Since: " + now, "", false},
           // A single date in a single line, and nothing else.
           {"If-Modified-Since: " + now + ", " + now, "Last-Modified: " + earlier, false},
           {"If-Modified-Since: " + now + "; length=3", "Last-Modified: " + earlier, false},
           {"If-Modified-Since: ", "Last-Modified: " + earlier, false},
           {"If-Modified-Since: 784111777", "Last-Modified: " + earlier, false},
           {"If-Modified-Since: Sun, 31 Feb 1999 08:49:37 GMT", "Last-Modified: " + earlier, false},
           {"If-Modified-Since: Sun, 06 Nov 1994 08:49:37 CET", "Last-Modified: " + earlier, false},
           // The obsolete forms (section 5.6.7), and a date in the future.
           {"If-Modified-Since: Sun Nov  6 08:49:37 1994", "Last-Modified: " + now, true},
           {"If-Modified-Since: Sat, 01 Jan 2050 00:00:00 GMT", "Last-Modified: " + earlier, true},
           // A malformed If-None-Match still takes precedence.
           {"If-None-Match: |If-Modified-Since: " + now, "Last-Modified: " + earlier, false},
           {"If-None-Match: a|If-Modified-Since: " + now, "Last-Modified: " + earlier, false},
           {"If-None-Match: \"a\"|If-Modified-Since: " + now, "Last-Modified: " + earlier, false},
       }) {
    CAPTURE(request);
    CAPTURE(stored);
    CHECK(is_not_modified(request_of("GET", request), fields_of(stored), noon) == not_modified);
    CHECK(is_not_modified(request_of("HEAD", request), fields_of(stored), noon) == not_modified);
  }
}

TEST_CASE(
    "a 304 has all that a 200 would have, except what describes the content (RFC 9110, section 15.4.5)") {
  const std::string told =
      "Date: d|ETag: \"a\"|Cache-Control: c|CDN-Cache-Control: n|Content-Location: /x|Expires: e|Vary: "
      "v|vary: "
      "w|Via: 1.1 a|Access-Control-Allow-Origin: *|Content-Security-Policy: p|Content-Disposition: inline|"
      "Link: <a>|link: <b>|RateLimit: r|Server: s|Accept-Ranges: bytes|Surrogate-Key: k|X-A: 1|Age: 3";
  const std::string describing =
      "|Content-Type: t|Content-Length: 3|content-encoding: gzip|Content-Language: de|Content-Range: bytes "
      "0-2/3|Content-MD5: m|Content-Digest: c|Repr-Digest: r|Digest: d|Last-Modified: l";
  const http::FieldList whole = fields_of(told + describing + "|Set-Cookie: a=1|Set-Cookie: b=2");
  CHECK(text_of(not_modified_fields(whole, SetCookie::leave_out)) == told);
  CHECK(text_of(not_modified_fields(whole, SetCookie::keep)) == told + "|Set-Cookie: a=1|Set-Cookie: b=2");
  CHECK(text_of(not_modified_fields(fields_of("Last-Modified: l|Server: s"), SetCookie::keep)) ==
        "Last-Modified: l|Server: s");
  CHECK(text_of(not_modified_fields({}, SetCookie::keep)).empty());
}

TEST_CASE("a cookie goes to the client the origin gave it to, whatever the response") {
  http::FieldList fields = fields_of("ETag: \"a\"");
  add_set_cookie(fields, fields_of("X-A: 1|Set-Cookie: a=1|set-cookie: b=2"));
  CHECK(text_of(fields) == "ETag: \"a\"|Set-Cookie: a=1|set-cookie: b=2");
}

TEST_CASE("a 2xx with ETag or Last-Modified can be validated (RFC 9110, section 13.2.1)") {
  CHECK(can_be_validated(200, fields_of("etag: \"a\"")));
  CHECK(can_be_validated(200, fields_of("Last-Modified: " + std::string(noon_text))));
  CHECK_FALSE(can_be_validated(200, fields_of("Date: " + std::string(noon_text))));
  for (const int status : {203, 206, 299}) CHECK(can_be_validated(status, fields_of("ETag: \"a\"")));
  for (const int status : {300, 301, 404, 410, 500}) {
    CAPTURE(status);
    CHECK_FALSE(can_be_validated(status, fields_of("ETag: \"a\"")));
  }
}

TEST_CASE(
    "a validating request has the stored validators and none of the client's (RFC 9111, section 4.3.1)") {
  http::FieldList request = fields_of(
      "Accept: */*|If-None-Match: \"c\"|If-Modified-Since: c|If-Range: c|If-Match: c|If-Unmodified-Since: c");
  make_conditional(request, fields_of("ETag: W/\"a\"|Last-Modified: l|Date: d"));
  CHECK(text_of(request) == "Accept: */*|If-None-Match: W/\"a\"|If-Modified-Since: l");
  request = fields_of("Accept: */*");
  make_conditional(request, fields_of("Last-Modified: l"));
  CHECK(text_of(request) == "Accept: */*|If-Modified-Since: l");
}

TEST_CASE("a 304 selects the stored response by its strongest validator (RFC 9111, section 4.3.4)") {
  struct Case {
    const char* not_modified;
    const char* stored;
    bool selects;
  };
  for (const auto& [not_modified, stored, expected] : {
           Case{"", "ETag: \"a\"", true},
           Case{"ETag: \"a\"", "ETag: \"a\"", true},
           Case{"ETag: \"b\"", "ETag: \"a\"", false},
           Case{"ETag: \"a\"", "ETag: W/\"a\"", false},
           Case{"ETag: W/\"a\"", "ETag: \"a\"", true},
           Case{"ETag: W/\"a\"", "ETag: W/\"a\"", true},
           Case{"ETag: W/\"b\"|Last-Modified: l", "ETag: W/\"a\"|Last-Modified: l", false},
           Case{"ETag: \"a\"", "Last-Modified: l", false},
           Case{"ETag: \"a\"|Last-Modified: m", "ETag: \"a\"|Last-Modified: l", true},
           Case{"Last-Modified: l", "Last-Modified: l", true},
           Case{"Last-Modified: m", "Last-Modified: l", false},
           Case{"Last-Modified: l", "ETag: \"a\"", false},
       }) {
    CAPTURE(not_modified);
    CAPTURE(stored);
    CHECK(selects(fields_of(not_modified), fields_of(stored)) == expected);
  }
}

TEST_CASE(
    "a 304's fields replace the stored ones, except those of the content (RFC 9111, section "
    "3.2)") {
  CHECK(
      text_of(freshened(
          fields_of("Date: 1|A: 1|A: 2|Content-Type: t|Content-Length: 9|Content-Encoding: gzip|ETag: \"a\""),
          fields_of(
              "Date: 2|a: 3|B: 4|Content-Type: u|Content-Length: 0|Content-Encoding: br|Content-Range: x|"
              "Connection: X-Hop|X-Hop: 1|Proxy-Authenticate: p|X-Cache: HIT|Set-Cookie: c=d"))) ==
      "Content-Length: 9|Content-Encoding: gzip|ETag: \"a\"|Date: 2|a: 3|B: 4|Content-Type: u|Set-Cookie: "
      "c=d");
}

TEST_CASE("a freshened response is as old as the 304 (RFC 9111, section 4.2.3)") {
  const http::FieldList stored =
      fields_of("Date: " + date_after(Seconds{-3600}) + "|Cache-Control: max-age=60");
  const http::FieldList undated = freshened(stored, fields_of("ETag: \"a\""));
  CHECK_FALSE(undated.contains("Date"));
  http::ResponseHead response;
  response.version_minor = 0;
  response.fields = undated;
  CHECK(initial_age(response, noon, noon) == Seconds{0});
  const http::FieldList aged = freshened(stored, fields_of("Age: 30|Date: " + std::string(noon_text)));
  response.fields = aged;
  CHECK(initial_age(response, noon, noon) == Seconds{30});
}

TEST_CASE("a 304 that brings a Set-Cookie ends the sharing of what only the route made fresh") {
  Route route;
  route.ttl.plain = Seconds{60};
  const http::RequestHead request = request_of("GET");
  http::ResponseHead head = response_of(200);
  head.fields = freshened(fields_of("ETag: \"a\""), fields_of("ETag: \"a\"|Set-Cookie: a=b"));
  CHECK(decide_storing({route, request, head, noon, noon, Seconds{60}}).refusal == Reason::set_cookie);
}

TEST_CASE("a 304 does not change what protects the stored content (RFC 9111, section 3.2)") {
  for (const char* name : {"Content-MD5", "Content-Digest", "Repr-Digest", "Digest"}) {
    CAPTURE(name);
    const std::string line(name);
    CHECK(text_of(freshened(fields_of(line + ": a"), fields_of(line + ": b"))) == line + ": a");
  }
}

TEST_CASE(
    "a 200 to HEAD is about the stored content unless something says otherwise (RFC 9111, section 4.3.5)") {
  const http::FieldList stored = fields_of("ETag: \"a\"|Last-Modified: l");
  for (const char* same :
       {"", "ETag: \"a\"", "Last-Modified: l", "Content-Length: 3", "ETag: \"a\"|Content-Length: 3"}) {
    CAPTURE(same);
    CHECK(describes_same(fields_of(same), stored, 3));
  }
  for (const char* other : {"ETag: \"b\"", "ETag: W/\"a\"", "Last-Modified: m", "Content-Length: 4",
                            "ETag: \"a\"|Content-Length: 4"}) {
    CAPTURE(other);
    CHECK_FALSE(describes_same(fields_of(other), stored, 3));
  }
  CHECK_FALSE(describes_same(fields_of("ETag: \"a\""), {}, 3));
}

TEST_CASE("several stored responses are asked about only by their entity tags (RFC 9111, section 4.3.1)") {
  const http::FieldList a = fields_of("ETag: \"a\"|Last-Modified: " + std::string(noon_text));
  const http::FieldList b = fields_of("ETag: W/\"b\"");
  const http::FieldList none = fields_of("Last-Modified: " + std::string(noon_text));
  const http::FieldList broken = fields_of("ETag: c");
  http::FieldList request = fields_of("If-None-Match: \"x\"|If-Modified-Since: y|A: b");
  const std::vector<http::FieldList> all{a, none, b, a, broken};
  CHECK(ask_which_holds(request, all));
  CHECK(text_of(request) == "A: b|If-None-Match: \"a\", W/\"b\"");
  const std::vector<http::FieldList> untagged{none, broken};
  http::FieldList unchanged = fields_of("If-None-Match: \"x\"");
  CHECK_FALSE(ask_which_holds(unchanged, untagged));
  CHECK(text_of(unchanged) == "If-None-Match: \"x\"");
}

TEST_CASE("a 304 names one of several by its entity tag (RFC 9111, section 4.3.4)") {
  const http::FieldList a = fields_of("ETag: \"a\"");
  const http::FieldList b = fields_of("ETag: W/\"b\"");
  const std::vector<http::FieldList> all{a, b};
  const auto selected = [&](std::string_view fields) { return find_selected(fields_of(fields), all); };
  CHECK(selected("ETag: \"a\"") == 0);
  CHECK(selected("ETag: W/\"b\"") == 1);
  CHECK(selected("ETag: \"b\"") == std::nullopt);
  CHECK(selected("ETag: \"c\"") == std::nullopt);
  CHECK(selected("Last-Modified: " + std::string(noon_text)) == std::nullopt);
  CHECK(selected("") == std::nullopt);
  // If only one tag was asked about, a 304 can mean nothing else.
  const http::FieldList untagged = fields_of("A: b");
  const std::vector<http::FieldList> one{untagged, a, a};
  CHECK(find_selected(fields_of(""), one) == 1);
  CHECK(find_selected(fields_of("ETag: \"x\""), one) == std::nullopt);
}
