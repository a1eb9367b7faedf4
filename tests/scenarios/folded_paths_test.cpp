// src/README.md, "Folded paths": the rules of a protected route hold for every spelling of its paths.
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
    "another spelling of a protected path that no route matches is not cached, even if the origin allows "
    "it") {
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

TEST_CASE("what was stored under another spelling is not served once a route protects the path") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = "stored"});
  s.get("//api/me");
  CHECK(s.get("//api/me").line() == "HIT 200 stored");
  auto settings = std::make_shared<cache::Settings>(*s.handler.settings());
  policy::Route api = uncached("/api/**");
  api.upstream = "origin";
  settings->routes = policy::RouteTable({api, settings->routes.list().front()});
  s.handler.adopt(settings);
  s.origin_says({.content = "asked"});
  CHECK(s.get("//api/me").line() == "BYPASS 200 asked");
}

TEST_CASE("a method that the protected route does not match is not protected by it") {
  policy::Route posts = uncached("/api/**");
  posts.methods = {"POST"};
  Scenario s({posts, route("/**", 60s)});
  s.origin_says({.content = "a"});
  s.get("//api/me");
  CHECK(s.get("//api/me").cache == "HIT");
}

TEST_CASE("what some origin reads as a protected path is never stored") {
  Scenario s({route("/Me/**", 60s), uncached("/api/me/**"), uncached("/me/**"), uncached("/api/@home/**"),
              uncached("/a%7Cb/**"), uncached("/lit"), route("/**", 60s)});
  s.origin_says({.content = "mine"});
  for (const std::string path :
       {"//h/api/me/x", "//h:80/api/me/x", "//u@h/api/me/x", "//[::1]/api/me/x", "//h;a/api/me/x",
        "///h/api/me/x", "/%2fh/api/me/x", "/api/%40home/x", "/a|b/x", "/a%7cb/x", "//me/x", "/me;v/x",
        "/%6de/x", "/lit;x/y", "/lit%3bx/y"}) {
    CAPTURE(path);
    s.get(path);
    CHECK(s.get(path).line() == "BYPASS 200 mine");
  }
  for (const std::string path : {"//img/logo.png", "/a%40b", "/x;v/y", "/Other"}) {
    CAPTURE(path);
    s.get(path);
    CHECK(s.get(path).line() == "HIT 200 mine");
  }
}

TEST_CASE("RFC 9111, 5.2.1.7: only-if-cached does not ask the origin if nothing is stored") {
  policy::Route deaf = uncached("/deaf");
  deaf.honor_request_directives = false;
  Scenario s({uncached("/api/me/**"), deaf, route("/**", 60s)});
  s.origin_says({.content = "mine"});
  const Fields only{{"Cache-Control", "only-if-cached"}};
  for (const std::string path : {"/api/me/x", "//api/me/x", "/a/%2e%2e/b"}) {
    CAPTURE(path);
    CHECK(s.get(path, only).status == 504);
    CHECK(s.ask("HEAD", path, only).status == 504);
  }
  CHECK(s.get("/a", {{"Cache-Control", "only-if-cached"}, {"If-Match", "\"e\""}}).status == 504);
  CHECK(s.origin.asked.empty());
  CHECK(s.get("/deaf", only).status == 200);
  CHECK(s.ask("POST", "/api/me/x", only).status == 200);
}

TEST_CASE("apt's /./Release is stored as written if its route is that of /Release") {
  Scenario s({uncached("/me/**"), route("/of/{id}", 60s), route("/**", 60s)});
  s.origin_says({.content = "a"});
  for (const std::string path : {"/./Release", "/debian/./pool/a_1.0.deb"}) {
    CAPTURE(path);
    CHECK(s.get(path).line() == "MISS 200 a");
    CHECK(s.origin.asked.back().target == path);
    CHECK(s.get(path).line() == "HIT 200 a");
  }
  CHECK(s.get("/Release").cache == "MISS");
  s.ask("PUT", "/Release", {}, "b");
  CHECK(s.get("/./Release").cache == "MISS");
  for (const std::string path : {"/./of/7", "/./me/x", "/a/../Release", "/%2e/Release", "/.//h/me/x"}) {
    CAPTURE(path);
    s.get(path);
    const Seen second = s.get(path);
    CHECK(second.cache == "BYPASS");
    CHECK(second.fields.find("Cache-Status") == "larder; fwd=bypass; detail=ambiguous-path");
  }
  s.get("/./ME/x");
  CHECK(s.get("/./ME/x").fields.find("Cache-Status") == "larder; fwd=bypass; detail=protected-path");
}
