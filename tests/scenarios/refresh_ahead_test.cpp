#include "scenario.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

/// An origin that takes five seconds, and an entry of a minute in its last millisecond: the chance of no
/// early refresh is 1 in 5000.
struct Aged {
  explicit Aged(policy::Route first = route("/**", 60s)) : s({std::move(first)}) {
    s.origin.answer = [this](const pipeline::Request&) {
      s.clock.advance(5s);
      return answer;
    };
    s.get("/a");
    s.clock.advance(54'999ms);
  }

  /// Asks until a background fetch has begun, or long enough to be sure that none does.
  void ask_until_refreshed() {
    for (int i = 0; i < 10 && s.origin.asked.size() == 1; ++i) CHECK(s.get("/a").line() == "HIT 200 v1");
  }

  Answer answer{.content = "v1"};
  Scenario s;
};

}  // namespace

TEST_CASE("a hot response is fetched again before it expires, and no request waits") {
  Aged aged;
  Scenario& s = aged.s;
  aged.answer.content = "v2";
  s.origin.waits = true;
  aged.ask_until_refreshed();
  CHECK(s.origin.asked.size() == 2);
  CHECK(s.get("/a").line() == "HIT 200 v1");
  CHECK(s.get("/a").line() == "HIT 200 v1");
  s.finish_behind();
  CHECK(s.origin.asked.size() == 2);
  s.clock.advance(50s);
  CHECK(s.get("/a").line() == "HIT 200 v2");
}

TEST_CASE("a response that is requested only once shortly before it expires is not refreshed for nothing") {
  Aged aged;
  CHECK(aged.s.get("/a").line() == "HIT 200 v1");
  aged.s.finish_behind();
  CHECK(aged.s.origin.asked.size() == 1);
}

TEST_CASE("a failed early refresh leaves the fresh response, whatever the error's own fields say") {
  Aged aged;
  aged.s.origin_says({.status = 503, .fields = {{"Cache-Control", "max-age=60"}}, .content = "oops"});
  aged.s.origin.waits = true;
  aged.ask_until_refreshed();
  CHECK(aged.s.origin.asked.size() == 2);
  aged.s.finish_behind();
  CHECK(aged.s.get("/a").line() == "HIT 200 v1");
}

TEST_CASE("a route may do without") {
  policy::Route without = route("/**", 60s);
  SUBCASE("by refresh_ahead: off") {
    without.refresh_ahead = policy::RefreshAhead::off;
  }
  SUBCASE("by a stale-while-revalidate window") {
    without.stale_while_revalidate = 10s;
  }
  Aged aged(without);
  aged.ask_until_refreshed();
  CHECK(aged.s.origin.asked.size() == 1);
}

TEST_CASE("entries written together do not expire together") {
  policy::Route jittered = route("/**", 100s);
  jittered.jitter = 50;
  Scenario s({jittered});
  s.origin_says({.content = "x"});
  for (int i = 0; i < 50; ++i) s.get("/" + std::to_string(i));
  s.clock.advance(75s);
  int expired = 0;
  for (int i = 0; i < 50; ++i) expired += s.get("/" + std::to_string(i)).cache == "MISS" ? 1 : 0;
  CHECK(expired > 0);
  CHECK(expired < 50);
}
