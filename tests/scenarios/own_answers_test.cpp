#include "late.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

/// The clients of scenarios are at 192.0.2.7.
policy::Route for_inner(std::string_view match) {
  policy::Route made = route(match, 60s);
  made.access.emplace();
  REQUIRE(made.access->allow.add("10.0.0.0/8"));
  return made;
}

policy::Route responding(std::string_view match, policy::RespondRule rule) {
  policy::Route made = route(match, 60s);
  made.respond = std::move(rule);
  return made;
}

}  // namespace

TEST_CASE("access holds for every kind of request, and by whatever spelling of the path") {
  Scenario s({for_inner("/admin/**"), route("/**", 60s)});
  s.origin_says({.content = "secret"});
  for (const char* const path :
       {"/admin/x", "//admin/x", "/Admin/x", "/%61dmin/x", "/admin;v=1/x", "/./admin/x", "/a/../admin/x",
        "/admin%2Fx", "/admin/", "/ADMIN", "/a/%2e%2e/admin/x", "/admin%5Cx", "/admin/x?y"}) {
    CAPTURE(path);
    for (const char* const method : {"GET", "HEAD", "POST", "DELETE", "OPTIONS"}) {
      CAPTURE(method);
      const Seen seen = s.ask(method, path);
      CHECK(seen.status == 403);
      CHECK(status_of(seen) == "larder; detail=access");
    }
    CHECK(s.get(path, {{"Cache-Control", "only-if-cached"}}).status == 403);
  }
  CHECK(s.origin.asked.empty());
  CHECK(s.get("/public").line() == "MISS 200 secret");
  CHECK(s.get("/public").line() == "HIT 200 secret");
  CHECK(s.get("/administer").line() == "MISS 200 secret");
}

TEST_CASE("who may ask gets hits, which nobody else does") {
  policy::Route outer = route("/a/**", 60s);
  outer.access.emplace();
  REQUIRE(outer.access->deny.add("10.0.0.0/8"));
  Scenario s({outer});
  s.origin_says({.content = "one"});
  CHECK(s.get("/a/x").line() == "MISS 200 one");
  CHECK(s.get("/a/x").line() == "HIT 200 one");
  SUBCASE("by another spelling of the route's own path, too") {
    CHECK(s.get("/a/X").line() == "MISS 200 one");
    CHECK(s.get("/a/X").line() == "HIT 200 one");
  }
  SUBCASE("not once the route no longer admits the client") {
    s.use({for_inner("/a/**")});
    CHECK(s.get("/a/x").status == 403);
  }
}

TEST_CASE("larder answers by respond and redirect itself, stores nothing and purges nothing") {
  policy::Route moved = route("/old/{rest**}", 60s);
  moved.redirect = policy::RedirectRule{"https://new.example/{rest}?{query}", 301};
  Scenario s({responding("/closed/**", {.status = 503, .content = "back soon"}), moved, route("/**", 60s)});
  s.origin_says({.content = "origin"});
  for (int i = 0; i < 2; ++i) {
    const Seen seen = s.get("/closed/a");
    CHECK(seen.line() == "BYPASS 503 back soon");
    CHECK(seen.fields.combined("Content-Type") == "text/plain");
    CHECK(status_of(seen) == "larder; detail=own-answer");
  }
  CHECK(s.ask("POST", "/closed/a", {}, "content").line() == "BYPASS 503 back soon");
  CHECK(s.get("//closed/a").status == 503);
  const Seen seen = s.get("/old/a/b?c=1");
  CHECK(seen.status == 301);
  CHECK(seen.fields.combined("Location") == "https://new.example/a/b?c=1");
  CHECK(s.origin.asked.empty());
}

TEST_CASE("own answers have the fields of the route's cors, or pages could not read them") {
  policy::Route guarded = for_inner("/a");
  guarded.cors.emplace();
  guarded.cors->origins.named.push_back(*policy::CorsOrigin::parse("https://shop.example"));
  Scenario s({guarded});
  const Seen seen = s.get("/a", {{"Origin", "https://shop.example"}});
  CHECK(seen.status == 403);
  CHECK(seen.fields.combined("Access-Control-Allow-Origin") == "https://shop.example");
  CHECK(s.ask("OPTIONS", "/a", {{"Origin", "https://shop.example"}, {"Access-Control-Request-Method", "GET"}})
            .status == 403);
}
