#include "scenario.hpp"

#include <doctest/doctest.h>

/// Changed settings while requests are being served.
using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

/// The scenario's settings, but for the route.
std::shared_ptr<const cache::Settings> with(const Scenario& s, policy::Route route) {
  auto settings = std::make_shared<cache::Settings>(*s.handler.settings());
  route.upstream = "origin";
  settings->routes = policy::RouteTable({std::move(route)});
  return settings;
}

/// Only the requests that use the old settings keep them alive.
void adopt(Scenario& s, policy::Route route) {
  s.handler.adopt(with(s, std::move(route)));
  s.shared_settings.reset();
}

}  // namespace

TEST_CASE(
    "a request that is running when the routes change finishes by the old ones, the next uses the new ones") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = "v1"});
  s.origin.waits = true;
  auto begun = s.begin("/a");
  adopt(s, route("/**", 5s));
  CHECK(s.finish(begun).line() == "MISS 200 v1");
  CHECK(s.get("/b").line() == "MISS 200 v1");
  s.clock.advance(10s);
  CHECK(s.get("/a").line() == "HIT 200 v1");
  CHECK(s.get("/b").line() == "MISS 200 v1");
}

TEST_CASE(
    "a request waiting for a fetch that began before the change gets its response, and its content after the "
    "change") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = "v1"});
  s.origin.waits = true;
  auto first = s.begin("/a");
  auto second = s.begin("/a");
  adopt(s, route("/**", 5s));
  auto third = s.begin("/a");
  CHECK(s.finish(first).line() == "MISS 200 v1");
  CHECK(s.finish(second).line() == "MISS 200 v1");
  CHECK(s.finish(third).line() == "MISS 200 v1");
  CHECK(s.origin.asked.size() == 1);
}

TEST_CASE("a background fetch for a stale response goes on with the settings that it began with") {
  policy::Route before = route("/**", 60s);
  before.stale_while_revalidate = 60s;
  Scenario s({before});
  s.origin_says({.content = "v1"});
  s.get("/a");
  s.clock.advance(70s);
  s.origin_says({.content = "v2"});
  s.origin.waits = true;
  CHECK(s.get("/a").line() == "STALE 200 v1");
  adopt(s, route("/**", 5s));
  s.finish_behind();
  s.clock.advance(10s);
  CHECK(s.get("/a").line() == "HIT 200 v2");
}

TEST_CASE("stored responses stay, whatever routes say meanwhile") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = "v1"});
  s.get("/a");
  policy::Route off = route("/**", 60s);
  off.cache = false;
  adopt(s, off);
  CHECK(s.get("/a").line() == "BYPASS 200 v1");
  adopt(s, route("/**", 60s));
  const Seen seen = s.get("/a");
  CHECK(seen.line() == "HIT 200 v1");
  CHECK(seen.at_once == (s.tier == Tier::memory));
}
