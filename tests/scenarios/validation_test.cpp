#include "scenario.hpp"

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

TEST_CASE("a client's validator on a cold cache is kept from the origin, answered, and the whole stored") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.fields = {{"ETag", "\"a\""}}, .content = "v1"});
  CHECK(s.get("/a", {{"If-None-Match", "\"a\""}}).line() == "MISS 304 ");
  CHECK_FALSE(s.origin.asked.back().fields.contains("If-None-Match"));
  CHECK(s.get("/a").line() == "HIT 200 v1");
}

TEST_CASE("RFC 9111, section 4.3: a stale response with a validator is validated, and holds on after 304") {
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

TEST_CASE("a stale response is replaced where the origin answers the validation with another") {
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
    "RFC 9111, section 4.3.5: a 200 to HEAD freshens what it speaks of, and makes stale what it does not") {
  struct Case {
    std::string why;
    Fields head;
    const char* then;
  };
  const std::string fresh = "max-age=60";
  for (const Case& each : {
           Case{"nothing that differs", {{"Cache-Control", fresh}}, "HIT 200 v1"},
           Case{"the same validator", {{"Cache-Control", fresh}, {"ETag", "\"1\""}}, "HIT 200 v1"},
           Case{"the same length", {{"Cache-Control", fresh}, {"Content-Length", "2"}}, "HIT 200 v1"},
           Case{"another validator", {{"Cache-Control", fresh}, {"ETag", "\"2\""}}, "MISS 200 v2"},
           Case{"another length", {{"Cache-Control", fresh}, {"Content-Length", "3"}}, "MISS 200 v2"},
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

TEST_CASE("what HEAD freshened is still as old as its content where a purge is concerned") {
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
    "anew") {
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

TEST_CASE("RFC 9110, section 13.2.1: a client's condition is evaluated where nothing is stored, too") {
  const Fields unstored{{"ETag", "\"1\""}, {"Cache-Control", "no-store"}, {"X-A", "b"}};
  Scenario s;
  s.origin_says({.fields = unstored, .content = "content"});
  const Seen known = s.get("/a", {{"If-None-Match", "\"1\""}});
  CHECK(known.line() == "MISS 304 ");
  CHECK(known.fields.find("ETag") == "\"1\"");
  CHECK_FALSE(known.fields.contains("X-A"));
  CHECK_FALSE(s.origin.asked.back().fields.contains("If-None-Match"));
  CHECK(s.get("/a", {{"If-None-Match", "\"0\""}}).line() == "MISS 200 content");
  CHECK(s.get("/a").line() == "MISS 200 content");

  Fields with_cookie = unstored;
  with_cookie.emplace_back("Set-Cookie", "a=b");
  s.origin_says({.fields = with_cookie, .content = "content"});
  CHECK(s.get("/a", {{"If-None-Match", "\"1\""}}).line() == "MISS 200 content");
  s.settings.max_object = 3;
  s.origin_says({.fields = unstored, .content = "content"});
  CHECK(s.get("/a", {{"If-None-Match", "\"1\""}}).line() == "MISS 200 content");
  s.origin_says({.status = 404, .fields = unstored, .content = "none"});
  CHECK(s.get("/a", {{"If-None-Match", "\"1\""}}).line() == "MISS 404 none");
}

TEST_CASE(
    "content that is cut short while a client's condition waits for its end is an error, and no 304 or 200") {
  for (const bool has_length : {true, false}) {
    Scenario s({route("/**", 0ms)});
    s.settings.routes[0].collapse = policy::Collapse::off;
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
    "what was purged between being found stale and being validated is not validated (RFC 9111, section "
    "4.4)") {
  const std::map<std::string, cache::Protection> one{{"origin", {1, 8, 10s}}};
  Scenario s({route("/**", 10s)}, one);
  s.origin_says({.fields = {{"ETag", "\"1\""}}, .content = "old"});
  s.get("/a");
  s.clock.advance(11s);
  s.origin.answer = [](const pipeline::Request& request) {
    // The validator lies: that is what purges are for.
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
