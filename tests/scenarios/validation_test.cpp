#include "scenario.hpp"

#include <larder/http/date.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

TEST_CASE("RFC 9111, section 4.3.2: a client's validator is answered with 304 from a stored response") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.fields = {{"ETag", "\"a\""}, {"Content-Type", "text/plain"}}, .content = "v1"});
  s.get("/a");
  const Seen same = s.get("/a", {{"If-None-Match", "W/\"a\""}});
  CHECK(same.line() == "HIT 304 ");
  CHECK(same.fields.find("ETag") == "\"a\"");
  CHECK_FALSE(same.fields.contains("Content-Type"));
  CHECK(s.get("/a", {{"If-None-Match", "\"b\""}}).line() == "HIT 200 v1");
  CHECK(s.origin.asked.size() == 1);
}

TEST_CASE("a client's validator on a cold cache is not forwarded, but evaluated, and the whole stored") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.fields = {{"ETag", "\"a\""}}, .content = "v1"});
  CHECK(s.get("/a", {{"If-None-Match", "\"a\""}}).line() == "MISS 304 ");
  CHECK_FALSE(s.origin.asked.back().fields.contains("If-None-Match"));
  CHECK(s.get("/a").line() == "HIT 200 v1");
}

TEST_CASE(
    "RFC 9111, section 4.3: a stale response with a validator is validated, and fresh again after a 304") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.fields = {{"ETag", "\"a\""}, {"Cache-Control", "max-age=10"}}, .content = "v1"});
  s.get("/a");
  s.clock.advance(11s);
  s.origin_says({.status = 304, .fields = {{"ETag", "\"a\""}, {"Cache-Control", "max-age=20"}}});
  const Seen validated = s.get("/a");
  CHECK(validated.line() == "REVALIDATED 200 v1");
  CHECK(s.origin.asked.back().fields.find("If-None-Match") == "\"a\"");
  s.clock.advance(19s);
  CHECK(s.get("/a").line() == "HIT 200 v1");
}

TEST_CASE(
    "RFC 9110, section 13.2.1: a stored response that is not 2xx is fetched again, without conditions") {
  Scenario s({route("/**", 60s)});
  for (const int status : {301, 404, 410, 500}) {
    CAPTURE(status);
    const std::string target = "/" + std::to_string(status);
    s.origin_says({.status = status,
                   .fields = {{"ETag", "\"a\""},
                              {"Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"},
                              {"Cache-Control", "max-age=10"}},
                   .content = "v1"});
    s.get(target);
    REQUIRE(s.get(target).line() == "HIT " + std::to_string(status) + " v1");
    s.clock.advance(11s);
    s.origin_says({.content = "v2"});
    CHECK(s.get(target).line() == "MISS 200 v2");
    CHECK_FALSE(s.origin.asked.back().fields.contains("If-None-Match"));
    CHECK_FALSE(s.origin.asked.back().fields.contains("If-Modified-Since"));
  }
}

TEST_CASE("a stale response is replaced if the origin answers the validation with a new one") {
  Scenario s({route("/**", 10s)});
  s.origin_says({.fields = {{"ETag", "\"a\""}}, .content = "v1"});
  s.get("/a");
  s.clock.advance(11s);
  s.origin_says({.fields = {{"ETag", "\"b\""}}, .content = "v2"});
  const Seen replaced = s.get("/a");
  CHECK(replaced.line() == "MISS 200 v2");
  CHECK(replaced.fields.find("Cache-Status") == "larder; fwd=stale; stored");
  CHECK(s.get("/a").line() == "HIT 200 v2");
}

TEST_CASE(
    "RFC 9111, section 4.3.5: a 200 to HEAD freshens a stored response that matches, and makes stale one "
    "that does not") {
  struct Case {
    std::string why;
    Fields head;
    const char* then;
  };
  const std::string lasting = "max-age=60";
  for (const Case& each : {
           Case{"nothing that differs", {{"Cache-Control", lasting}}, "HIT 200 v1"},
           Case{"the same validator", {{"Cache-Control", lasting}, {"ETag", "\"1\""}}, "HIT 200 v1"},
           Case{"the same length", {{"Cache-Control", lasting}, {"Content-Length", "2"}}, "HIT 200 v1"},
           Case{"another validator", {{"Cache-Control", lasting}, {"ETag", "\"2\""}}, "MISS 200 v2"},
           Case{"another length", {{"Cache-Control", lasting}, {"Content-Length", "3"}}, "MISS 200 v2"},
       }) {
    CAPTURE(each.why);
    Scenario s;
    s.origin_says({.fields = {{"Cache-Control", "max-age=10"}, {"ETag", "\"1\""}}, .content = "v1"});
    s.get("/a");
    s.clock.advance(5s);
    s.origin_says({.fields = each.head});
    CHECK(s.ask("HEAD", "/a", {{"Cache-Control", "no-cache"}}).cache == "MISS");
    s.clock.advance(4s);
    s.origin_says({.fields = {{"Cache-Control", "max-age=10"}, {"ETag", "\"2\""}}, .content = "v2"});
    CHECK(s.get("/a").line() == each.then);
  }
}

TEST_CASE("for purges a response that HEAD freshened is still as old as its content") {
  Scenario s;
  s.origin_says({.fields = {{"Cache-Control", "max-age=10"}}, .content = "v1"});
  s.get("/a");
  s.clock.advance(12s);
  s.origin.answer = [&s](const pipeline::Request& request) {
    if (request.head.method == "HEAD") s.ask("PUT", "/a", {}, "{}");
    return Answer{.fields = {{"Cache-Control", "max-age=10"}},
                  .content = request.head.method == "GET" ? "v2" : ""};
  };
  s.ask("HEAD", "/a");
  CHECK(s.get("/a").line() == "MISS 200 v2");
}

TEST_CASE("RFC 9111, section 4.3.4: a 304 to HEAD freshens the stored response too") {
  Scenario s;
  s.origin_says({.fields = {{"Cache-Control", "max-age=10"}, {"ETag", "\"1\""}}, .content = "v1"});
  s.get("/a");
  s.clock.advance(12s);
  s.origin_says({.status = 304, .fields = {{"ETag", "\"1\""}}});
  CHECK(s.ask("HEAD", "/a").line() == "REVALIDATED 200 ");
  CHECK(s.get("/a").line() == "HIT 200 v1");
}

TEST_CASE(
    "RFC 9111, section 4.3.4: a 304 with another strong validator updates nothing, and the origin is asked "
    "again") {
  Scenario s;
  s.origin_says({.fields = {{"Cache-Control", "max-age=10"}, {"ETag", "\"1\""}}, .content = "v1"});
  s.get("/a");
  s.clock.advance(12s);
  s.origin.answer = [](const pipeline::Request& request) {
    if (request.head.fields.contains("If-None-Match"))
      return Answer{.status = 304, .fields = {{"ETag", "\"2\""}}};
    return Answer{.fields = {{"Cache-Control", "max-age=10"}, {"ETag", "\"2\""}}, .content = "v2"};
  };
  CHECK(s.get("/a").line() == "MISS 200 v2");
}

TEST_CASE("RFC 9110, section 13.2.1: a client's condition is evaluated even if nothing is stored") {
  const Fields unstored{{"ETag", "\"1\""}, {"Cache-Control", "no-store"}, {"X-A", "b"}};
  Scenario s;
  s.origin_says({.fields = unstored, .content = "content"});
  const Seen known = s.get("/a", {{"If-None-Match", "\"1\""}});
  CHECK(known.line() == "MISS 304 ");
  CHECK(known.fields.find("ETag") == "\"1\"");
  CHECK(known.fields.find("X-A") == "b");
  CHECK_FALSE(s.origin.asked.back().fields.contains("If-None-Match"));
  CHECK(s.get("/a", {{"If-None-Match", "\"0\""}}).line() == "MISS 200 content");
  CHECK(s.get("/a").line() == "MISS 200 content");

  Fields with_cookie = unstored;
  with_cookie.emplace_back("Set-Cookie", "a=b");
  s.origin_says({.fields = with_cookie, .content = "content"});
  CHECK(s.get("/a", {{"If-None-Match", "\"1\""}}).line() == "MISS 200 content");
  s.origin_says({.status = 404, .fields = unstored, .content = "none"});
  CHECK(s.get("/a", {{"If-None-Match", "\"1\""}}).line() == "MISS 404 none");
}

TEST_CASE("content truncated while a client's condition waits for its end is an error, not a 304 or 200") {
  for (const bool has_length : {true, false}) {
    policy::Route alone = route("/**", 0ms);
    alone.collapse = policy::Collapse::off;
    Scenario s({alone});
    s.origin_says({.fields = {{"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}},
                   .content = "content",
                   .cut_short = true,
                   .has_length = has_length});
    const Seen seen = s.get("/a", {{"If-None-Match", "\"1\""}});
    CHECK(seen.status == 502);
    CHECK(seen.whole);
    CHECK(s.get("/a").cache == "MISS");
  }
}

TEST_CASE(
    "a response purged after it was found stale is not validated (RFC 9111, section "
    "4.4)") {
  const std::map<std::string, cache::Protection> one{{"origin", {1, 8, 10s}}};
  Scenario s({route("/**", 10s)}, one);
  s.origin_says({.fields = {{"ETag", "\"1\""}}, .content = "old"});
  s.get("/a");
  s.clock.advance(11s);
  s.origin.answer = [](const pipeline::Request& request) {
    // The validator lies, which is what purges are for.
    if (request.head.fields.contains("If-None-Match")) return Answer{.status = 304};
    return Answer{.content = "new"};
  };
  s.origin.waits = true;
  std::future<Seen> other = s.begin("/b");
  std::future<Seen> validating = s.begin("/a");
  REQUIRE(s.origin.asked.size() == 2);
  run_task(s.log.append({.purges = {{policy::Purge::Kind::resource, "shop.test/a"}}}));
  s.finish(other);
  CHECK(s.finish(validating).line() == "MISS 200 new");
}

namespace {

const std::string yesterday = "Sat, 05 Nov 1994 08:49:37 GMT";
const std::string tomorrow = "Sat, 01 Jan 2050 00:00:00 GMT";

}  // namespace

TEST_CASE(
    "RFC 9110, section 13.1.3: If-Modified-Since is ignored if there is no Last-Modified, stored or not") {
  for (const std::string control : {"max-age=60", "no-store", "private"}) {
    CAPTURE(control);
    Scenario s;
    s.origin_says({.fields = {{"Cache-Control", control}, {"Date", yesterday}}, .content = "v1"});
    for (int i = 0; i < 2; ++i) {
      for (const char* method : {"GET", "HEAD"}) {
        CHECK(s.ask(method, "/a", {{"If-Modified-Since", yesterday}}).status == 200);
        CHECK(s.ask(method, "/a", {{"If-Modified-Since", tomorrow}}).status == 200);
      }
    }
  }
}

TEST_CASE("RFC 9110, section 13.1.3: If-Modified-Since is compared with Last-Modified, and only for a 200") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.fields = {{"Last-Modified", yesterday}, {"X-A", "b"}}, .content = "v1"});
  CHECK(s.get("/a").line() == "MISS 200 v1");
  const Seen known = s.get("/a", {{"If-Modified-Since", yesterday}});
  CHECK(known.line() == "HIT 304 ");
  CHECK(known.fields.find("Last-Modified") == yesterday);
  CHECK(known.fields.find("X-A") == "b");
  CHECK(s.ask("HEAD", "/a", {{"If-Modified-Since", tomorrow}}).line() == "HIT 304 ");
  CHECK(s.get("/a", {{"If-Modified-Since", "Fri, 04 Nov 1994 08:49:37 GMT"}}).line() == "HIT 200 v1");
  CHECK(s.get("/a", {{"If-Modified-Since", yesterday + ", " + tomorrow}}).line() == "HIT 200 v1");
  CHECK(s.get("/a", {{"If-Modified-Since", tomorrow}, {"If-Modified-Since", tomorrow}}).line() ==
        "HIT 200 v1");
  CHECK(s.get("/a", {{"If-Modified-Since", tomorrow}, {"If-None-Match", "\"x\""}}).line() == "HIT 200 v1");
  CHECK(s.get("/a", {{"If-Modified-Since", tomorrow}, {"Range", "bytes=0-0"}}).line() == "HIT 304 ");

  s.origin_says({.status = 404,
                 .fields = {{"Last-Modified", yesterday}, {"Cache-Control", "max-age=60"}},
                 .content = "none"});
  CHECK(s.get("/b").line() == "MISS 404 none");
  CHECK(s.get("/b", {{"If-Modified-Since", tomorrow}}).line() == "HIT 404 none");
}

TEST_CASE("RFC 9110, section 13.1.5: If-Range with a date is compared strongly") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.fields = {{"Date", tomorrow}, {"Last-Modified", yesterday}}, .content = "content"});
  s.get("/a");
  const auto part = [&s](const std::string& path, const std::string& date) {
    return s.get(path, {{"Range", "bytes=0-2"}, {"If-Range", date}}).line();
  };
  CHECK(part("/a", yesterday) == "HIT 206 con");
  CHECK(part("/a", tomorrow) == "HIT 200 content");
  CHECK(part("/a", "Fri, 04 Nov 1994 08:49:37 GMT") == "HIT 200 content");
  // Modified in the second in which it was sent: it may have been modified twice.
  const std::string now = http::format_date(s.clock.now());
  s.origin_says({.fields = {{"Date", now}, {"Last-Modified", now}}, .content = "content"});
  s.get("/b");
  CHECK(part("/b", now) == "HIT 200 content");
  // Date is not a validator.
  s.origin_says({.fields = {{"Date", now}}, .content = "content"});
  s.get("/c");
  CHECK(part("/c", now) == "HIT 200 content");
}

namespace {

/// What a browser or a cache in front of larder needs from a 304, besides the validators.
const Fields told{{"Access-Control-Allow-Origin", "https://shop.test"},
                  {"Access-Control-Allow-Credentials", "true"},
                  {"Content-Security-Policy", "default-src 'self'"},
                  {"Link", "</style.css>; rel=preload"},
                  {"X-Robots-Tag", "noindex"},
                  {"X-Powered-By", "demo"},
                  {"Strict-Transport-Security", "max-age=1"}};

Fields and_more(Fields fields, const Fields& more) {
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

/// The names of `told` that are missing, or have another value.
std::string missing(const Seen& seen, const Fields& wanted = told) {
  std::string names;
  for (const auto& [name, value] : wanted) {
    if (seen.fields.find(name) != value) names += name + " ";
  }
  return names;
}

}  // namespace

TEST_CASE("RFC 9110, section 15.4.5: a 304 has all fields of the 200 except those of the content") {
  const Fields describing{
      {"Content-Type", "text/plain"}, {"Content-Language", "de"}, {"Content-Encoding", "x"}};
  struct Case {
    const char* control;
    const char* first;
    const char* then;
  };
  for (const auto& [control, first, then] : {
           Case{"max-age=60", "MISS 304 ", "HIT 304 "},
           Case{"no-store", "MISS 304 ", "MISS 304 "},
           Case{"max-age=0", "MISS 304 ", "MISS 304 "},
       }) {
    CAPTURE(control);
    Scenario s;
    const Fields base{{"ETag", "\"1\""}, {"Last-Modified", yesterday}, {"Cache-Control", control}};
    s.origin_says({.fields = and_more(and_more(base, told), describing), .content = "v1"});
    for (const char* line : {first, then}) {
      const Seen seen = s.get("/a", {{"If-None-Match", "\"1\""}});
      CHECK(seen.line() == line);
      CHECK(missing(seen) == "");
      CHECK(seen.fields.find("ETag") == "\"1\"");
      CHECK_FALSE(seen.fields.contains("Last-Modified"));
      for (const auto& [name, value] : describing) CHECK_FALSE(seen.fields.contains(name));
    }
  }
}

TEST_CASE("RFC 9111, section 4.3.4: fields changed by the origin's 304 are in larder's 304s from then on") {
  Scenario s;
  const Fields base{{"ETag", "\"1\""}, {"Cache-Control", "max-age=10"}};
  s.origin_says({.fields = and_more(base, told), .content = "v1"});
  s.get("/a");
  s.clock.advance(11s);
  const Fields changed{{"Access-Control-Allow-Origin", "https://other.test"},
                       {"Content-Security-Policy", "default-src 'none'"},
                       {"Deprecation", "@1"}};
  s.origin_says({.status = 304, .fields = and_more(base, changed)});
  const Seen validated = s.get("/a", {{"If-None-Match", "\"1\""}});
  CHECK(validated.line() == "REVALIDATED 304 ");
  CHECK(missing(validated, changed) == "");
  CHECK(validated.fields.find("Link") == told[3].second);
  const Seen hit = s.get("/a", {{"If-None-Match", "\"1\""}});
  CHECK(hit.line() == "HIT 304 ");
  CHECK(missing(hit, changed) == "");
}

TEST_CASE(
    "a cookie in the origin's 304 goes to the requesting client, in whatever response; a stored one is in no "
    "304") {
  const Fields base{{"ETag", "\"1\""}, {"Cache-Control", "public, max-age=10, no-cache=\"set-cookie\""}};
  for (const bool conditional : {false, true}) {
    CAPTURE(conditional);
    const Fields condition = conditional ? Fields{{"If-None-Match", "\"1\""}} : Fields{};
    Scenario s;
    s.origin_says({.fields = base, .content = "v1"});
    s.get("/a");
    s.clock.advance(11s);
    s.origin_says({.status = 304, .fields = and_more(base, {{"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}})});
    const Seen asked = s.get("/a", condition);
    CHECK(asked.cache == "REVALIDATED");
    CHECK(asked.status == (conditional ? 304 : 200));
    CHECK(asked.fields.count("Set-Cookie") == 2);
    CHECK_FALSE(s.get("/a", condition).fields.contains("Set-Cookie"));
  }
}
