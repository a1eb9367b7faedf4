// NEXT.md, "Folded paths": the rules of a protected route hold for every spelling of its paths.
#include "scenario.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

policy::Route uncached(std::string_view match) {
  policy::Route made = route(match, 60s);
  made.cache = false;
  return made;
}

}  // namespace

TEST_CASE(
    "another spelling of a protected path is not cached where no route takes it, though its origin says so") {
  Scenario s({uncached("/api/me/**")});
  s.origin_says({.fields = {{"Cache-Control", "public, max-age=60"}}, .content = "mine"});
  for (const std::string path : {"//api/me/x", "/API/me/x", "/api%2Fme", "/api/me;v=1"}) {
    CAPTURE(path);
    s.get(path);
    const Seen second = s.get(path);
    CHECK(second.line() == "BYPASS 200 mine");
    CHECK(second.fields.find("Cache-Status") == "larder; fwd=bypass; detail=protected-path");
    CHECK(s.ask("HEAD", path).cache == "BYPASS");
  }
  s.get("/other//x");
  CHECK(s.get("/other//x").cache == "HIT");
}

TEST_CASE("what was stored by another spelling is not served once a route protects its path") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = "stored"});
  s.get("//api/me");
  CHECK(s.get("//api/me").line() == "HIT 200 stored");
  auto settings = std::make_shared<cache::Settings>(*s.handler.settings());
  settings->routes.insert(settings->routes.begin(), uncached("/api/**"));
  settings->routes.front().upstream = "origin";
  settings->folded = policy::FoldedRoutes(settings->routes);
  s.handler.adopt(settings);
  s.origin_says({.content = "asked"});
  CHECK(s.get("//api/me").line() == "BYPASS 200 asked");
}

TEST_CASE("a method that the protected route does not take is not protected by it") {
  policy::Route posts = uncached("/api/**");
  posts.methods = {"POST"};
  Scenario s({posts, route("/**", 60s)});
  s.origin_says({.content = "a"});
  s.get("//api/me");
  CHECK(s.get("//api/me").cache == "HIT");
}
