#include "late.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

TEST_CASE("an upstream gets max_fills concurrent fills; beyond that stale responses are served, or 503") {
  const std::map<std::string, cache::Protection> one{{"origin", {1, 0, 1s}}};
  Scenario s({}, one);
  s.origin_says({.fields = {{"Cache-Control", "max-age=10, stale-if-error=60"}}, .content = "v1"});
  s.get("/stale");
  s.clock.advance(20s);
  s.origin.waits = true;
  auto runs = s.begin("/a");
  const Seen refused = s.get("/b");
  CHECK(refused.status == 503);
  CHECK(refused.fields.contains("Retry-After"));
  CHECK(status_of(refused) == "larder; detail=busy");
  const Seen stale = s.get("/stale");
  CHECK(stale.line() == "STALE 200 v1");
  CHECK(status_of(stale) == "larder; hit; ttl=-10; detail=busy");
  CHECK(asked(s) == 2);
  s.finish(runs);
  CHECK(s.get("/b").line() == "MISS 200 v1");
  SUBCASE("requests that are not cacheable are not fills") {
    s.origin.waits = true;
    auto again = s.begin("/c");
    auto write = s.begin("/d", {}, "DELETE");
    CHECK(s.finish(write).status == 200);
    s.finish(again);
  }
}

TEST_CASE("a fill counts until its content is complete, or turns out not to be stored") {
  const std::map<std::string, cache::Protection> one{{"origin", {1, 0, 1s}}};
  Scenario s({}, one);
  s.origin.holds = true;
  SUBCASE("stored") {
    s.origin_says(cacheable);
    auto runs = s.begin("/a");
    CHECK(s.get("/b").status == 503);
    s.finish(runs);
    CHECK(s.get("/b").status == 200);
  }
  SUBCASE("not stored") {
    s.origin_says({.fields = {{"Cache-Control", "no-store"}}, .content = "content"});
    auto runs = s.begin("/a");
    auto second = s.begin("/b");
    CHECK(s.finish(second).status == 200);
    s.finish(runs);
  }
}
