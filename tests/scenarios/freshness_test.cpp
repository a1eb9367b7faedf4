#include "scenario.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

TEST_CASE("a response without cache fields is served for its route's ttl, and its age grows") {
  Scenario s({route("/products/{id}", 60s)});
  s.origin_says({.content = "v1"});
  CHECK(s.get("/products/7").line() == "MISS 200 v1");
  s.origin_says({.content = "v2"});
  s.clock.advance(59s);
  const Seen hit = s.get("/products/7");
  CHECK(hit.line() == "HIT 200 v1");
  CHECK(hit.fields.find("Age") == "59");
  CHECK(hit.fields.find("Cache-Status") == "larder; hit; ttl=1");
  s.clock.advance(2s);
  CHECK(s.get("/products/7").line() == "MISS 200 v2");
  CHECK(s.origin.asked.size() == 2);
}

// RFC 9111, section 4.2.3: corrected_age_value alone, if the Age can be trusted.
TEST_CASE("an origin whose clock is behind by more than the lifetime is cached all the same") {
  const std::string long_ago = "Sun, 06 Nov 1994 08:49:37 GMT";
  for (const std::string control : {"", "max-age=60", "s-maxage=60"}) {
    CAPTURE(control);
    policy::Route overriding = route("/over", 60s);
    overriding.override_origin = true;
    Scenario s({overriding, route("/**", 60s)});
    Fields fields{{"Date", long_ago}};
    if (!control.empty()) fields.emplace_back("Cache-Control", control);
    s.origin_says({.fields = fields, .content = "v1"});
    for (const std::string path : {"/a", "/over"}) {
      CAPTURE(path);
      CHECK(s.get(path).line() == "MISS 200 v1");
      s.clock.advance(59s);
      const Seen hit = s.get(path);
      CHECK(hit.line() == "HIT 200 v1");
      CHECK(hit.fields.find("Age") == "59");
      CHECK(hit.fields.find("Date") == long_ago);
      s.clock.advance(2s);
      CHECK(s.get(path).line() == "MISS 200 v1");
    }
  }
}

TEST_CASE("behind an HTTP/1.0 hop a Date counts towards the age, but not towards that of a route's ttl") {
  Scenario s({route("/ttl", 60s), route("/aged", 60s), route("/**", 0s)});
  s.origin_says({.fields = {{"Date", "Sun, 06 Nov 1994 08:49:37 GMT"}, {"Via", "1.0 old"}}});
  s.get("/ttl");
  CHECK(s.get("/ttl").cache == "HIT");
  s.origin_says(
      {.fields = {
           {"Date", "Sun, 06 Nov 1994 08:49:37 GMT"}, {"Via", "1.0 old"}, {"Cache-Control", "max-age=60"}}});
  s.get("/stated");
  CHECK(s.get("/stated").cache == "MISS");
  // The Age of a cache in front of the origin counts always.
  s.origin_says({.fields = {{"Age", "59"}}});
  s.get("/aged");
  CHECK(s.get("/aged").cache == "HIT");
  s.clock.advance(2s);
  CHECK(s.get("/aged").cache == "MISS");
}

TEST_CASE("without a route's ttl only what the origin made cacheable is stored") {
  Scenario s;
  s.origin_says({.content = "plain"});
  CHECK(s.get("/a").line() == "MISS 200 plain");
  CHECK(s.get("/a").line() == "MISS 200 plain");
  s.origin_says({.fields = {{"Cache-Control", "max-age=10"}}, .content = "stated"});
  CHECK(s.get("/a").line() == "MISS 200 stated");
  CHECK(s.get("/a").line() == "HIT 200 stated");
}

TEST_CASE("another query string is another entry") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = "x"});
  CHECK(s.get("/list?page=1").cache == "MISS");
  CHECK(s.get("/list?page=2").cache == "MISS");
  CHECK(s.get("/list?page=1").cache == "HIT");
  CHECK(s.get("/list").cache == "MISS");
}

TEST_CASE("HEAD after GET is a hit without content") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = "12345"});
  s.get("/a");
  const Seen head = s.ask("HEAD", "/a");
  CHECK(head.line() == "HIT 200 ");
  CHECK(head.described_length == 5);
}

TEST_CASE("HEAD on a cold cache is forwarded and stores nothing") {
  Scenario s({route("/**", 60s)});
  s.origin_says({});
  CHECK(s.ask("HEAD", "/a").cache == "MISS");
  CHECK(s.origin.asked.back().method == "HEAD");
  s.origin_says({.content = "whole"});
  CHECK(s.get("/a").line() == "MISS 200 whole");
}

TEST_CASE("truncated content is passed on as far as it came, and never stored") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = "half of it", .cut_short = true});
  const Seen broken = s.get("/a");
  CHECK_FALSE(broken.whole);
  s.origin_says({.content = "all"});
  CHECK(s.get("/a").line() == "MISS 200 all");
}

TEST_CASE("content beyond max_object is streamed through and not stored") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = std::string((1u << 20) + 1, 'x')});
  const Seen big = s.get("/a");
  CHECK(big.content.size() == (1u << 20) + 1);
  CHECK(big.fields.find("Cache-Status") == "larder; fwd=uri-miss; detail=too-large");
  CHECK(s.get("/a").cache == "MISS");
}

TEST_CASE("an error of the origin becomes a problem and is not stored") {
  Scenario s({route("/**", 60s)});
  s.origin.failure = Error::unavailable;
  CHECK(s.get("/a").status == 502);
  s.origin.failure = Error::timeout;
  CHECK(s.get("/a").status == 504);
  s.origin.failure = {};
  s.origin_says({.content = "back"});
  CHECK(s.get("/a").line() == "MISS 200 back");
}

TEST_CASE("RFC 9111, section 5.2.1: a request's cache directives are honored") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = "v1"});
  CHECK(s.get("/a", {{"Cache-Control", "only-if-cached"}}).status == 504);
  s.get("/a");
  CHECK(s.get("/a", {{"Cache-Control", "only-if-cached"}}).line() == "HIT 200 v1");
  s.origin_says({.content = "v2"});
  CHECK(s.get("/a", {{"Cache-Control", "no-cache"}}).line() == "MISS 200 v2");
  CHECK(s.get("/a").line() == "HIT 200 v2");
  CHECK(s.get("/a", {{"Cache-Control", "no-store"}}).cache == "BYPASS");
}

TEST_CASE("X-Cache is larder's own, whatever a cache closer to the origin says") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.fields = {{"X-Cache", "HIT from elsewhere"}}, .content = "x"});
  const Seen miss = s.get("/a");
  CHECK(miss.fields.count("X-Cache") == 1);
  CHECK(miss.cache == "MISS");
  CHECK(s.ask("POST", "/b").fields.count("X-Cache") == 1);
}

TEST_CASE("X-Accel-Expires states the lifetime, anew in a 304, and no client sees it") {
  Scenario s({route("/off/**", 60s), route("/**", 60s)});
  auto routes = std::vector{route("/off/**", 60s), route("/**", 60s)};
  routes[0].cache = false;
  s.use(routes);
  s.origin.answer = [](const pipeline::Request& request) {
    const Fields fields{{"X-Accel-Expires", "5"}, {"Cache-Control", "no-store"}, {"ETag", "\"1\""}};
    if (request.head.fields.contains("If-None-Match")) return Answer{.status = 304, .fields = fields};
    return Answer{.fields = fields, .content = "a"};
  };
  const auto get = [&](const char* path) {
    const Seen seen = s.get(path);
    CHECK_FALSE(seen.fields.contains("X-Accel-Expires"));
    CHECK(seen.fields.find("Cache-Control") == "no-store");
    return seen.line();
  };
  CHECK(get("/a") == "MISS 200 a");
  s.clock.advance(4s);
  CHECK(get("/a") == "HIT 200 a");
  for (int i = 0; i < 2; ++i) {
    s.clock.advance(6s);
    CHECK(get("/a") == "REVALIDATED 200 a");
    CHECK(get("/a") == "HIT 200 a");
  }
  CHECK(get("/off/a") == "BYPASS 200 a");
}

TEST_CASE("a ttl for any status stores redirects and errors, but no error in the place of an answer") {
  auto routes = std::vector{route("/**", 60s)};
  routes[0].ttl = {.plain = {}, .by_status = {{404, 10s}}, .by_class = {{2, 5s}}, .any = 1s};
  Scenario s(routes);
  for (const auto& [status, lifetime] :
       std::vector<std::pair<int, Seconds>>{{302, 1s}, {404, 10s}, {503, 1s}}) {
    CAPTURE(status);
    s.origin_says({.status = status, .content = "x"});
    const std::string path = "/" + std::to_string(status);
    CHECK(s.get(path).cache == "MISS");
    CHECK(s.get(path).cache == "HIT");
    s.clock.advance(lifetime + 1ms);
    CHECK(s.get(path).cache == "MISS");
  }
  s.origin_says({.status = 403});
  CHECK(s.get("/403").cache == "MISS");
  CHECK(s.get("/403").cache != "HIT");
  s.origin_says({.fields = {{"ETag", "\"1\""}}, .content = "good"});
  CHECK(s.get("/a").line() == "MISS 200 good");
  s.clock.advance(6s);
  s.origin_says({.status = 503, .content = "down"});
  CHECK(s.get("/a").line() == "MISS 503 down");
  s.origin_says({.status = 304, .fields = {{"ETag", "\"1\""}}});
  CHECK(s.get("/a").line() == "REVALIDATED 200 good");
}
