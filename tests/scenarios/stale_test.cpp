#include "scenario.hpp"

#include <larder/policy/freshness.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

const Answer with_window{
    .fields = {{"Cache-Control", "max-age=10, stale-while-revalidate=20, stale-if-error=60"},
               {"ETag", "\"1\""}},
    .content = "v1"};
const Answer renewed{.fields = {{"Cache-Control", "max-age=10"}, {"ETag", "\"2\""}}, .content = "v2"};

}  // namespace

TEST_CASE(
    "RFC 5861, section 3: within its window a stale response is served, and validated in the background") {
  Scenario s;
  s.origin_says(with_window);
  s.get("/a");
  s.clock.advance(12s);
  s.origin_says(renewed);
  s.origin.waits = true;
  const Seen stale = s.get("/a", {{"If-None-Match", "\"0\""}});
  CHECK(stale.line() == "STALE 200 v1");
  CHECK(stale.fields.find("Cache-Status") == "larder; hit; ttl=-2");
  CHECK(stale.fields.find("Age") == "12");
  SUBCASE("one fill at a time, with the stored validator, and whole even if a part was requested") {
    CHECK(s.get("/a", {{"Range", "bytes=0-0"}}).line() == "STALE 206 v");
    CHECK(s.ask("HEAD", "/a").cache == "STALE");
    s.finish_behind();
    REQUIRE(s.origin.asked.size() == 2);
    CHECK(s.origin.asked[1].method == "GET");
    CHECK(s.origin.asked[1].fields.find("If-None-Match") == "\"1\"");
    CHECK_FALSE(s.origin.asked[1].fields.contains("Range"));
    CHECK(s.get("/a").line() == "HIT 200 v2");
  }
  SUBCASE("an aborted fill leaves the stored response") {
    s.stop();
    s.origin.waits = false;
    CHECK(s.get("/a").line() == "STALE 200 v1");
    s.finish_behind();
    CHECK(s.get("/a").line() == "HIT 200 v2");
  }
  SUBCASE("a write meanwhile is not undone by the response to the older fetch") {
    s.origin.waits = false;
    s.ask("PUT", "/a", {}, "{}");
    s.finish_behind();
    CHECK(s.get("/a").cache == "MISS");
  }
  s.finish_behind();
}

TEST_CASE("RFC 9211, section 2.4: a stale response says so from the moment its lifetime ends") {
  Scenario s;
  s.origin_says(with_window);
  s.get("/a");
  s.origin_says({.status = 503});
  s.clock.advance(10s - 1ms);
  CHECK(s.get("/a").fields.find("Cache-Status") == "larder; hit; ttl=0");
  s.clock.advance(1ms);
  const Seen stale = s.get("/a");
  CHECK(stale.line() == "STALE 200 v1");
  CHECK(stale.fields.find("Cache-Status") == "larder; hit; ttl=-1");
  // A cache further out relies on that: otherwise it would consider this fresh by its own route's ttl.
  CHECK(policy::said_staleness(stale.fields) > 0ms);
  s.finish_behind();
}

TEST_CASE("beyond the window, or if something forbids stale use, the origin is asked first") {
  struct Case {
    std::string why;
    const char* response;
    Fields request;
  };
  for (const Case& each : {
           Case{"beyond the window", "max-age=10, stale-while-revalidate=1", {}},
           Case{"RFC 9111, section 5.2.2.2", "max-age=10, stale-while-revalidate=20, must-revalidate", {}},
           Case{"RFC 9111, section 5.2.2.8", "max-age=10, stale-while-revalidate=20, proxy-revalidate", {}},
           Case{"RFC 9111, section 5.2.2.10", "s-maxage=10, stale-while-revalidate=20", {}},
           Case{"the request's no-cache",
                "max-age=10, stale-while-revalidate=20",
                {{"Cache-Control", "no-cache"}}},
           Case{"the request's max-age",
                "max-age=10, stale-while-revalidate=20",
                {{"Cache-Control", "max-age=60"}}},
           Case{"the request's min-fresh",
                "max-age=10, stale-while-revalidate=20",
                {{"Cache-Control", "min-fresh=1"}}},
       }) {
    CAPTURE(each.why);
    Scenario s;
    s.origin_says({.fields = {{"Cache-Control", each.response}}, .content = "v1"});
    s.get("/a");
    s.clock.advance(12s);
    s.origin_says(renewed);
    CHECK(s.get("/a", each.request).line() == "MISS 200 v2");
  }
}

TEST_CASE("RFC 5861, section 4: stale-if-error hides an error of the origin") {
  Scenario s;
  s.origin_says(with_window);
  s.get("/a");
  s.clock.advance(40s);
  for (const int status : {500, 502, 503, 504}) {
    CAPTURE(status);
    s.origin_says({.status = status, .content = "oops"});
    const Seen stale = s.get("/a");
    CHECK(stale.line() == "STALE 200 v1");
    CHECK(stale.fields.find("Cache-Status") ==
          "larder; fwd=stale; fwd-status=" + std::to_string(status) + "; ttl=-30");
  }
  for (const Error failure : {Error::unavailable, Error::timeout, Error::closed}) {
    s.origin.failure = failure;
    CHECK(s.get("/a").line() == "STALE 200 v1");
  }
  s.origin.failure = {};
  s.origin_says({.status = 404, .content = "gone"});
  CHECK(s.get("/a").line() == "MISS 404 gone");
}

TEST_CASE("the error is passed on if stale use is over or forbidden, or the response purged") {
  Scenario s;
  s.origin_says(with_window);
  s.get("/a");
  s.origin_says({.status = 503, .content = "oops"});
  SUBCASE("beyond the window") {
    s.clock.advance(71s);
  }
  SUBCASE("purged") {
    s.origin_says({.content = "done"});
    s.ask("PUT", "/a", {}, "{}");
    s.origin_says({.status = 503, .content = "oops"});
  }
  SUBCASE("purged while the origin was asked") {
    s.clock.advance(40s);
    s.origin.answer = [&s](const pipeline::Request& request) {
      if (request.head.method == "PUT") return Answer{.content = "done"};
      s.ask("PUT", "/a", {}, "{}");
      return Answer{.status = 503, .content = "oops"};
    };
  }
  CHECK(s.get("/a").line() == "MISS 503 oops");
}

TEST_CASE(
    "a soft purge makes a response stale: if it may be served stale or validated it still is, and then is "
    "fresh again") {
  Scenario s;
  s.origin_says(with_window);
  s.get("/a");
  s.clock.advance(2s);
  const auto purge_softly = [&s] {
    store::PurgeBatch batch;
    batch.purges = {{policy::Purge::Kind::resource, "shop.test/a"}};
    batch.strength = store::Strength::soft;
    run_task(s.loop, s.log.append(std::move(batch)));
  };
  purge_softly();
  s.clock.advance(3s);
  SUBCASE("served while it is validated in the background") {
    const Seen stale = s.get("/a");
    CHECK(stale.line() == "STALE 200 v1");
    CHECK(stale.fields.find("Cache-Status") == "larder; hit; ttl=-3");
    s.origin_says({.status = 304});
    s.finish_behind();
    CHECK(s.origin.asked.back().fields.find("If-None-Match") == "\"1\"");
    CHECK(s.get("/a").line() == "HIT 200 v1");
    SUBCASE("and a later one makes it stale again") {
      purge_softly();
      CHECK(s.get("/a").line() == "STALE 200 v1");
      s.finish_behind();
    }
  }
  SUBCASE("instead of an error, until its window, counted from the purge, is over") {
    s.origin_says({.status = 503, .content = "oops"});
    s.clock.advance(50s);
    CHECK(s.get("/a").line() == "STALE 200 v1");
    s.clock.advance(10s);
    CHECK(s.get("/a").line() == "MISS 503 oops");
  }
  SUBCASE("beyond the window it is validated") {
    s.clock.advance(20s);
    s.origin_says(renewed);
    const Seen seen = s.get("/a");
    CHECK(seen.line() == "MISS 200 v2");
    CHECK(seen.fields.find("Cache-Status") == "larder; fwd=stale; stored; detail=soft-purged");
    CHECK(s.get("/a").line() == "HIT 200 v2");
  }
  SUBCASE("a write still purges it") {
    s.origin_says({.content = "done"});
    s.ask("PUT", "/a", {}, "{}");
    s.origin_says(renewed);
    CHECK(s.get("/a").line() == "MISS 200 v2");
  }
  SUBCASE("while the origin is asked: on an error it is served stale") {
    s.clock.advance(30s);
    s.origin.answer = [&](const pipeline::Request&) {
      purge_softly();
      return Answer{.status = 503, .content = "oops"};
    };
    CHECK(s.get("/a").line() == "STALE 200 v1");
  }
}

TEST_CASE("a response that may not be served stale is a miss after a soft purge") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = "v1"});
  s.get("/a");
  store::PurgeBatch batch;
  batch.purges = {{policy::Purge::Kind::all, "*"}};
  batch.strength = store::Strength::soft;
  run_task(s.loop, s.log.append(std::move(batch)));
  s.origin_says({.content = "v2"});
  CHECK(s.get("/a").line() == "MISS 200 v2");
  CHECK(s.get("/a").line() == "HIT 200 v2");
}

TEST_CASE("a request may allow stale use on errors itself, and forbid it") {
  Scenario s;
  s.origin_says({.fields = {{"Cache-Control", "max-age=10"}}, .content = "v1"});
  s.get("/a");
  s.clock.advance(12s);
  s.origin_says({.status = 503, .content = "oops"});
  CHECK(s.get("/a", {{"Cache-Control", "stale-if-error=60"}}).line() == "STALE 200 v1");
  CHECK(s.get("/a", {{"Cache-Control", "stale-if-error=60, no-cache"}}).line() == "MISS 503 oops");
  CHECK(s.get("/a").line() == "MISS 503 oops");
}

TEST_CASE(
    "a stale response that only the route made fresh is not served to other clients instead of an error") {
  policy::Route heuristic = route("/**", 10s);
  Scenario s({heuristic});
  s.origin_says({.fields = {{"Cache-Control", "stale-if-error=60"}}, .content = "public"});
  s.get("/a");
  s.clock.advance(12s);
  s.origin_says({.status = 503, .content = "oops"});
  CHECK(s.get("/a", {{"Cookie", "id=anna"}}).line() == "BYPASS 503 oops");
  CHECK(s.get("/a").line() == "STALE 200 public");
}

TEST_CASE("a route's windows apply if the origin states none") {
  policy::Route lenient = route("/**", 10s);
  lenient.stale_while_revalidate = 20s;
  lenient.stale_if_error = 60s;
  Scenario s({lenient});
  s.origin_says({.content = "v1"});
  s.get("/a");
  s.clock.advance(12s);
  SUBCASE("stale-while-revalidate") {
    s.origin_says({.content = "v2"});
    CHECK(s.get("/a").line() == "STALE 200 v1");
    s.finish_behind();
    CHECK(s.get("/a").line() == "HIT 200 v2");
  }
  SUBCASE("stale-if-error, longer than the other") {
    s.clock.advance(30s);
    s.origin.failure = Error::unavailable;
    CHECK(s.get("/a").line() == "STALE 200 v1");
    s.clock.advance(30s);
    CHECK(s.get("/a").status == 502);
  }
}

TEST_CASE("a failing origin is not asked in the background for every stale response") {
  Scenario s;
  s.origin_says(with_window);
  s.get("/a");
  s.clock.advance(12s);
  s.origin_says({.status = 503, .fields = {{"Cache-Control", "max-age=60"}}, .content = "oops"});
  for (int i = 0; i < 5; ++i) CHECK(s.get("/a").line() == "STALE 200 v1");
  s.finish_behind();
  CHECK(s.origin.asked.size() == 2);
  s.clock.advance(1s);
  CHECK(s.get("/a").line() == "STALE 200 v1");
  s.finish_behind();
  CHECK(s.origin.asked.size() == 3);
}

TEST_CASE("an origin that hangs keeps only one client waiting within stale-if-error") {
  Scenario s;
  s.origin_says(with_window);
  s.get("/a");
  s.clock.advance(40s);
  s.origin.failure = Error::timeout;
  CHECK(s.get("/a").line() == "STALE 200 v1");
  s.origin.waits = true;
  const Seen stale = s.get("/a");
  CHECK(stale.line() == "STALE 200 v1");
  CHECK(stale.fields.find("Cache-Status") == "larder; hit; ttl=-30");
  s.origin.failure = {};
  s.origin_says(renewed);
  s.finish_behind();
  CHECK(s.get("/a").line() == "HIT 200 v2");
}

TEST_CASE(
    "RFC 9111, section 4.3.3: a stored response that the origin has superseded, even with one that may not "
    "be stored, is not served stale") {
  for (const Answer& definite : {Answer{.status = 404}, Answer{.status = 410},
                                 Answer{.fields = {{"Cache-Control", "private"}}, .content = "mine"}}) {
    CAPTURE(definite.status);
    Scenario s;
    s.origin_says({.fields = {{"Cache-Control", "max-age=1, stale-if-error=3600"}}, .content = "old"});
    s.get("/a");
    s.clock.advance(2s);
    s.origin_says(definite);
    CHECK(s.get("/a").status == definite.status);
    s.origin_says({.status = 503});
    CHECK(s.get("/a").line() == "MISS 503 ");
  }
}

TEST_CASE("a deleted resource is served stale until the origin has said so, and no longer") {
  Scenario s;
  s.origin_says({.fields = {{"Cache-Control", "max-age=1, stale-while-revalidate=3600"}}, .content = "old"});
  s.get("/a");
  s.clock.advance(2s);
  s.origin_says({.status = 404});
  CHECK(s.get("/a").line() == "STALE 200 old");
  s.finish_behind();
  CHECK(s.get("/a").line() == "MISS 404 ");
}

TEST_CASE("RFC 9111, section 5.2.2.2: what must be validated and cannot be gets a 504") {
  for (const auto& [directive, status] : {std::pair{"must-revalidate", 504}, std::pair{"public", 502}}) {
    Scenario s;
    s.origin_says({.fields = {{"Cache-Control", std::string("max-age=1, ") + directive}}, .content = "old"});
    s.get("/a");
    s.clock.advance(2s);
    s.origin.failure = Error::closed;
    CHECK(s.get("/a").status == status);
  }
}
