#include "late.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

// The Fetch standard, section 3.2, at the cache.

namespace {

const std::string shop = "https://shop.example";
const std::string blog = "https://blog.example";
const std::string stranger = "https://evil.example";

policy::CorsRule rule_of_two() {
  policy::CorsRule rule;
  for (const std::string& origin : {shop, blog})
    rule.origins.named.push_back(*policy::CorsOrigin::parse(origin));
  rule.expose = {"X-Cache"};
  return rule;
}

policy::Route shared_with_two() {
  policy::Route made = route("/**", 60s);
  made.cors = rule_of_two();
  return made;
}

Fields from(const std::string& origin) {
  return {{"Origin", origin}};
}

std::string allowed(const Seen& seen) {
  return seen.fields.combined("Access-Control-Allow-Origin").value_or("none");
}

std::string vary(const Seen& seen) {
  return seen.fields.combined("Vary").value_or("none");
}

}  // namespace

TEST_CASE("pages of two origins get hits from one stored response, each with its own fields") {
  Scenario s({shared_with_two()});
  s.origin_says({.fields = {{"Access-Control-Allow-Origin", "https://other.example"},
                            {"Access-Control-Allow-Credentials", "true"},
                            {"Vary", "Accept, Origin"}},
                 .content = "one"});
  Seen seen = s.get("/a", from(shop));
  CHECK(seen.line() == "MISS 200 one");
  CHECK(allowed(seen) == shop);
  CHECK_FALSE(s.origin.asked.back().fields.contains("Origin"));
  seen = s.get("/a", from(blog));
  CHECK(seen.line() == "HIT 200 one");
  CHECK(allowed(seen) == blog);
  CHECK(vary(seen) == "Accept, Origin");
  CHECK_FALSE(seen.fields.contains("Access-Control-Allow-Credentials"));
  CHECK(seen.fields.combined("Access-Control-Expose-Headers") == "X-Cache");
  for (const Fields& fields :
       {Fields{}, from(stranger), from("null"), Fields{{"Origin", shop}, {"Origin", blog}}}) {
    seen = s.get("/a", fields);
    CHECK(seen.line() == "HIT 200 one");
    CHECK(allowed(seen) == "none");
    CHECK(vary(seen) == "Accept, Origin");
  }
  CHECK(s.origin.asked.size() == 1);
}

TEST_CASE("every answer of the route has them: to HEAD, 304, stale, passed, of larder itself") {
  Scenario s({shared_with_two()});
  s.origin_says(
      {.fields = {{"ETag", "\"1\""}, {"Cache-Control", "max-age=60, stale-if-error=600"}}, .content = "x"});
  s.get("/a");
  const auto check = [&](const Seen& seen, const std::string& line) {
    CAPTURE(line);
    CHECK(seen.line() == line);
    CHECK(allowed(seen) == shop);
    CHECK(vary(seen) == "Origin");
  };
  check(s.ask("HEAD", "/a", from(shop)), "HIT 200 ");
  check(s.get("/a", {{"Origin", shop}, {"If-None-Match", "\"1\""}}), "HIT 304 ");
  check(s.get("/a", {{"Origin", shop}, {"Range", "bytes=0-0"}}), "HIT 206 x");
  check(s.get("/b", {{"Origin", shop}, {"Cache-Control", "only-if-cached"}}),
        "MISS 504 " + s.get("/b", {{"Cache-Control", "only-if-cached"}}).content);
  s.origin_says({.fields = {{"Access-Control-Allow-Origin", "*"}}, .content = "written"});
  check(s.ask("POST", "/a", from(shop), "{}"), "BYPASS 200 written");
  CHECK(s.origin.asked.back().fields.combined("Origin") == shop);
  s.get("/c", {{"Cache-Control", "no-store"}});
  s.origin_says({.fields = {{"Cache-Control", "max-age=1, stale-if-error=600"}}, .content = "old"});
  s.get("/d");
  s.clock.advance(2s);
  s.origin.failure = Error::unavailable;
  check(s.get("/d", from(shop)), "STALE 200 old");
  const Seen failed = s.get("/e", from(shop));
  CHECK(failed.status == 502);
  CHECK(allowed(failed) == shop);
}

TEST_CASE("preflights are answered without the origin, by the route of the method that they ask about") {
  policy::Route reads = shared_with_two();
  reads.methods = {"GET"};
  reads.cors->headers = {"X-Token"};
  policy::Route writes = shared_with_two();
  writes.cors->methods = {"PUT"};
  Scenario s({reads, writes});
  s.origin_says({.status = 405, .content = "asked"});
  const auto preflight = [&](const std::string& origin, const std::string& method) {
    return s.ask("OPTIONS", "/a",
                 {{"Origin", origin},
                  {"Access-Control-Request-Method", method},
                  {"Access-Control-Request-Headers", std::string(60'000, 'a')}});
  };
  Seen seen = preflight(shop, "GET");
  CHECK(seen.line() == "BYPASS 204 ");
  CHECK(status_of(seen) == "larder; detail=preflight");
  CHECK(allowed(seen) == shop);
  CHECK(seen.fields.combined("Access-Control-Allow-Headers") == "X-Token");
  CHECK(seen.fields.combined("Access-Control-Max-Age") == "600");
  CHECK(vary(seen) == "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
  seen = preflight(blog, "PUT");
  CHECK(allowed(seen) == blog);
  CHECK(seen.fields.combined("Access-Control-Allow-Methods") == "PUT");
  seen = preflight(stranger, "GET");
  CHECK(seen.line() == "BYPASS 204 ");
  CHECK(allowed(seen) == "none");
  CHECK(s.origin.asked.empty());
  SUBCASE("a plain OPTIONS goes to the origin, with the route's fields in its answer") {
    seen = s.ask("OPTIONS", "/a", from(shop));
    CHECK(seen.line() == "BYPASS 405 asked");
    CHECK(allowed(seen) == shop);
  }
  SUBCASE("without cors a preflight is the origin's matter") {
    s.use({route("/**", 60s)});
    CHECK(preflight(shop, "GET").line() == "BYPASS 405 asked");
    CHECK(s.origin.asked.back().fields.combined("Origin") == shop);
  }
}

TEST_CASE("what was stored before the route had cors goes out with the route's fields alone") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.fields = {{"Access-Control-Allow-Origin", "https://other.example"}}, .content = "one"});
  s.get("/a");
  s.use({shared_with_two()});
  const Seen seen = s.get("/a", from(shop));
  CHECK(seen.line() == "HIT 200 one");
  CHECK(allowed(seen) == shop);
  CHECK(vary(seen) == "Origin");
  CHECK(allowed(s.get("/a")) == "none");
}

TEST_CASE("without cors Origin is sent, and what varies by it is kept apart") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.fields = {{"Vary", "Origin"}}, .content = "one"});
  CHECK(s.get("/a", from(shop)).cache == "MISS");
  CHECK(s.origin.asked.back().fields.combined("Origin") == shop);
  CHECK(s.get("/a", from(blog)).cache == "MISS");
  CHECK(s.get("/a", from(shop)).cache == "HIT");
}
