#include "late.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

Answer for_all(std::string content) {
  return {.fields = {{"Cache-Control", "max-age=60"}}, .content = std::move(content)};
}

const Answer for_one{.fields = {{"Cache-Control", "no-store"}}, .content = "mine"};

}  // namespace

TEST_CASE("a URL with one answer that may not be stored is cached again from the next one on that may") {
  for (const Tier tier : {Tier::memory, Tier::redis}) {
    CAPTURE(static_cast<int>(tier));
    Scenario s({}, {}, tier);
    s.origin_says(for_one);
    CHECK(s.get("/a").line() == "MISS 200 mine");
    s.origin_says(for_all("v1"));
    CHECK(s.get("/a").line() == "MISS 200 v1");
    s.origin_says(for_all("v2"));
    CHECK(s.get("/a").line() == "HIT 200 v1");
    // And when that has ended, one fetch is for all again.
    s.clock.advance(5s);
    s.ask("DELETE", "/a");
    s.origin.asked.clear();
    s.origin.waits = true;
    auto first = s.begin("/a");
    auto second = s.begin("/a");
    CHECK(s.origin.asked.size() == 1);
    s.finish(first);
    CHECK(s.finish(second).line() == "MISS 200 v2");
  }
}

TEST_CASE("an answer that may not be stored hides nothing that Redis holds") {
  Scenario s({}, {}, Tier::redis);
  s.origin_says(for_one);
  s.get("/a");
  // Another instance on the same Redis, which has not seen that answer.
  cache::FillCoordinator others{{}};
  cache::CacheHandler other{s.shared_settings, s.redis_store, s.log, s.origin, s.clock, others};
  s.origin_says(for_all("theirs"));
  pipeline::Request request;
  request.head.method = "GET";
  request.head.target = "/a";
  request.head.fields.add("Host", "shop.test");
  request.target = http::target_of(request.head, "http").value();
  CHECK(run_task(s.loop, other.handle(request)).has_value());
  s.finish_behind();
  CHECK(s.get("/a").line() == "HIT 200 theirs");
}

TEST_CASE("a 304 that leaves something for others ends the time in which each fetches for itself") {
  for (const Tier tier : {Tier::memory, Tier::redis}) {
    CAPTURE(static_cast<int>(tier));
    Scenario s({}, {}, tier);
    s.origin_says({.fields = {{"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}}, .content = "v1"});
    s.get("/a");
    s.origin_says(for_one);
    s.get("/a", {{"Cache-Control", "no-cache"}});
    s.origin_says({.status = 304, .fields = {{"Cache-Control", "max-age=2"}, {"ETag", "\"1\""}}});
    s.get("/a", {{"Cache-Control", "no-cache"}});
    s.clock.advance(3s);
    s.origin.asked.clear();
    s.origin.waits = true;
    auto first = s.begin("/a");
    auto second = s.begin("/a");
    CHECK(s.origin.asked.size() == 1);
    s.finish(first);
    s.finish(second);
  }
}

TEST_CASE("content too large to be stored is not led by each that comes, however storable its head is") {
  Scenario s;
  s.origin_says({.fields = {{"Cache-Control", "max-age=60"}},
                 .content = std::string(2u << 20, 'x'),
                 .has_length = false});
  s.get("/a");
  s.get("/a");
  s.origin.asked.clear();
  s.origin.waits = true;
  auto first = s.begin("/a");
  auto second = s.begin("/a");
  CHECK(s.origin.asked.size() == 2);
  s.finish(first);
  s.finish(second);
}
