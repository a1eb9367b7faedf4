#include "late.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

TEST_CASE("an origin's error goes to all waiting requests, without another fetch and without its content") {
  SUBCASE("if it does not answer") {
    Late s(cacheable);
    s.origin.failure = Error::timeout;
    auto first = s.begin("/a");
    auto second = s.begin("/a");
    CHECK(s.finish(first).status == 504);
    const Seen seen = s.finish(second);
    CHECK(seen.status == 504);
    CHECK(status_of(seen).empty());  // the answer is larder's own
    CHECK(asked(s) == 1);
  }
  SUBCASE("if it answers with one") {
    Late s({.status = 503, .fields = {{"Retry-After", "7"}}, .content = "anna's basket is broken"});
    auto first = s.begin("/a");
    auto second = s.begin("/a");
    CHECK(s.finish(first).content == "anna's basket is broken");
    const Seen seen = s.finish(second);
    CHECK(seen.status == 503);
    CHECK(seen.fields.find("Retry-After") == "7");
    CHECK(seen.content.find("basket") == std::string::npos);
    CHECK(asked(s) == 1);
    s.origin_says(cacheable);
    CHECK(s.get("/a").line() == "MISS 200 content");
  }
}

TEST_CASE(
    "RFC 9111, section 5.2.2.2: what must be validated and cannot be is a 504 for all waiting requests") {
  Scenario s;
  s.origin_says({.fields = {{"Cache-Control", "max-age=10, must-revalidate"}, {"ETag", "\"1\""}}});
  s.get("/a");
  s.clock.advance(20s);
  s.origin.waits = true;
  s.origin.failure = Error::closed;
  auto first = s.begin("/a");
  auto second = s.begin("/a");
  CHECK(s.finish(first).status == 504);
  CHECK(s.finish(second).status == 504);
  CHECK(asked(s) == 2);
}

TEST_CASE("no request waits for another's fetch longer than a fetch from that upstream may take") {
  struct Row {
    Milliseconds in_queue, until_head;
    std::size_t asked;
  };
  for (const Row& row : {Row{0s, 0s, 2}, Row{1h, 0s, 1}, Row{0s, 1h, 1}}) {
    Late s(cacheable);
    s.settings.upstreams["origin"] = {.queue_timeout = row.in_queue, .until_head = row.until_head};
    auto first = s.begin("/a");
    auto second = s.begin("/a");
    CHECK(asked(s) == row.asked);
    CHECK(s.finish(second).line() == "MISS 200 content");
    s.finish(first);
  }
}

TEST_CASE("RFC 5861, section 4: if a fetch fails, requests waiting for it are served the stale response") {
  Scenario s;
  s.origin_says({.fields = {{"Cache-Control", "max-age=10, stale-if-error=60"}}, .content = "v1"});
  s.get("/a");
  s.clock.advance(20s);
  s.origin.waits = true;
  SUBCASE("without a response") {
    s.origin.failure = Error::closed;
  }
  SUBCASE("with an error as the response") {
    s.origin_says({.status = 503, .content = "oops"});
  }
  auto first = s.begin("/a");
  auto second = s.begin("/a");
  CHECK(s.finish(first).line() == "STALE 200 v1");
  CHECK(s.finish(second).line() == "STALE 200 v1");
  CHECK(asked(s) == 2);
}

TEST_CASE("429 and errors of any kind go to all waiting requests: none of them asks again") {
  for (const int status : {429, 500, 503, 520}) {
    CAPTURE(status);
    Late s({.status = status, .fields = {{"Retry-After", "7"}}, .content = "wait"});
    auto first = s.begin("/a");
    auto second = s.begin("/a");
    CHECK(s.finish(first).status == status);
    const Seen follower = s.finish(second);
    CHECK(follower.status == status);
    CHECK(follower.fields.find("Retry-After") == "7");
    CHECK(asked(s) == 1);
  }
}

TEST_CASE("an odd request that gets a 4xx for what others got a response does not stop collapsing") {
  Scenario s;
  s.origin_says(cacheable);
  s.get("/a");
  s.clock.advance(61s);
  s.origin_says({.status = 406});
  s.get("/a", {{"Accept", "weird/x"}});
  s.origin_says(cacheable);
  s.origin.waits = true;
  auto first = s.begin("/a");
  auto second = s.begin("/a");
  CHECK(asked(s) == 3);
  s.finish(first);
  CHECK(status_of(s.finish(second)).ends_with("collapsed"));
}

TEST_CASE("truncated content looks complete to no client and is not stored") {
  Answer cut = cacheable;
  cut.cut_short = true;
  for (const bool has_length : {true, false}) {
    cut.has_length = has_length;
    Scenario s;
    s.origin_says(cut);
    s.origin.holds = true;
    auto first = s.begin("/a");
    auto second = s.begin("/a");
    CHECK_FALSE(s.finish(first).whole);
    CHECK_FALSE(s.finish(second).whole);
    s.origin_says(cacheable);
    CHECK(s.get("/a").line() == "MISS 200 content");
  }
}

TEST_CASE("content that turns out too large to be kept is passed on to all waiting clients") {
  Scenario s;
  s.settings.max_object = 600;
  const std::string large(1000, 'x');
  s.origin_says({.fields = {{"Cache-Control", "max-age=60"}}, .content = large, .has_length = false});
  s.origin.holds = true;
  auto first = s.begin("/a");
  auto second = s.begin("/a");
  CHECK(s.finish(first).content == large);
  CHECK(s.finish(second).content == large);
  CHECK(asked(s) == 1);
  CHECK(s.get("/a").line() == "MISS 200 " + large);
}

TEST_CASE("a fetch goes on without the client that started it") {
  Scenario s;
  s.origin_says(cacheable);
  s.origin.holds = true;
  s.ask_and_leave("/a");
  SUBCASE("for those that wait") {
    auto second = s.begin("/a");
    CHECK(s.finish(second).line() == "MISS 200 content");
  }
  SUBCASE("for the store") {
    s.finish_behind();
  }
  CHECK(s.get("/a").line() == "HIT 200 content");
  CHECK(asked(s) == 1);
}

TEST_CASE("running fetches end with the worker, and their clients get an error") {
  Scenario s;
  s.origin_says(cacheable);
  s.origin.holds = true;
  auto first = s.begin("/a");
  auto second = s.begin("/a");
  s.stop();
  CHECK_FALSE(s.finish(first).whole);
  CHECK_FALSE(s.finish(second).whole);
}
