// Guards that only matter if something else goes wrong at the same moment.
#include "late.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

TEST_CASE("while purges are not heard no hits are served, nor stale responses instead of an error") {
  policy::Route stale_on_error = route("/**", 10s);
  stale_on_error.stale_if_error = 1h;
  Scenario s({std::move(stale_on_error)});
  s.origin_says({.content = "content"});
  s.get("/a");
  CHECK(s.get("/a").at_once == (s.tier == Tier::memory));
  s.log.is_trusted = false;
  const Seen seen = s.get("/a");
  CHECK(seen.line() == "MISS 200 content");
  CHECK(status_of(seen) == "larder; fwd=miss; stored; detail=outage");
  s.origin.failure = Error::timeout;
  CHECK(s.get("/a").status == 504);
  s.log.is_trusted = true;
  CHECK(s.get("/a").line() == "HIT 200 content");
}

TEST_CASE(
    "consistency strict: hits wait for the log's end, and requests that cannot know it do not share a "
    "fetch") {
  policy::Route strict = route("/**", 60s);
  strict.strict = true;
  Late s(cacheable, {std::move(strict)});
  s.log.knows_all = false;
  auto first = s.begin("/a");
  auto second = s.begin("/a");
  CHECK(asked(s) == 2);
  s.finish(first);
  s.finish(second);
  CHECK(s.get("/a").cache == "MISS");
  s.log.knows_all = true;
  const Seen hit = s.get("/a");
  CHECK(hit.cache == "HIT");
  CHECK_FALSE(hit.at_once);
}

TEST_CASE("under strict what was fetched before the log moved to another Redis is asked for again") {
  policy::Route strict = route("/**", 60s);
  strict.strict = true;
  Scenario s({strict});
  s.origin_says(cacheable);
  CHECK(s.get("/a").line() == "MISS 200 content");
  CHECK(s.get("/a").line() == "HIT 200 content");
  s.log.is_certain = false;
  s.origin.waits = true;
  auto first = s.begin("/a");
  CHECK(asked(s) == 2);
  s.log.is_certain = true;
  CHECK(s.finish(first).status == 200);
  CHECK(s.get("/a").line() == "HIT 200 content");
}

TEST_CASE("the response to a POST is not stored if another purge names it while its own is being appended") {
  const Answer made{.fields = {{"Cache-Control", "max-age=60"}, {"Content-Location", "/a"}},
                    .content = "made"};
  for (const bool is_between : {false, true}) {
    CAPTURE(is_between);
    Scenario s;
    if (is_between) s.log.another = policy::Purge{policy::Purge::Kind::resource, "shop.test/a"};
    s.origin_says(made);
    s.ask("POST", "/a", {}, "{}");
    s.origin_says({.content = "fetched"});
    CHECK(s.get("/a").line() == (is_between ? "MISS 200 fetched" : "HIT 200 made"));
  }
}

TEST_CASE("RFC 9110, section 13.2.1: conditions and ranges do not apply to a stored error") {
  Scenario s;
  s.origin_says({.status = 404, .fields = cacheable.fields, .content = "gone"});
  s.get("/a");
  CHECK(s.get("/a", {{"If-None-Match", "\"1\""}}).line() == "HIT 404 gone");
  CHECK(s.get("/a", {{"Range", "bytes=0-1"}}).line() == "HIT 404 gone");
}

TEST_CASE("RFC 9111, section 5.2.1.5: a request with no-store does not join a fetch for others") {
  Late s(cacheable);
  auto first = s.begin("/a");
  auto second = s.begin("/a", {{"Cache-Control", "no-store"}});
  CHECK(asked(s) == 2);
  s.finish(first);
  CHECK(s.finish(second).cache == "BYPASS");
}

TEST_CASE(
    "RFC 5861, section 4: a storable error does not replace a response that may be served stale instead") {
  for (const int status : {501, 400, 414, 405}) {
    CAPTURE(status);
    Scenario s;
    s.origin_says({.fields = {{"Cache-Control", "max-age=10, stale-if-error=60"}}, .content = "good"});
    s.get("/a");
    s.clock.advance(20s);
    s.origin_says({.status = status, .fields = {{"Cache-Control", "max-age=60"}}, .content = "bad"});
    CHECK(s.get("/a").status == status);
    s.origin.failure = Error::timeout;
    CHECK(s.get("/a").line() == "STALE 200 good");
  }
}
