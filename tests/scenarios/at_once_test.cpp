#include "scenario.hpp"

#include <doctest/doctest.h>

// The hit path: what memory holds fresh is answered without waiting. Every scenario compares such a response
// with the one of the waiting path; the tests here say when there is one.

using namespace larder;
using namespace larder::test;

namespace {

struct Case {
  std::string_view what;
  std::string method;
  Fields fields;
  bool at_once;
};

}  // namespace

TEST_CASE("What memory holds fresh is answered without waiting") {
  const std::vector<Case> cases{
      {"plain", "GET", {}, true},
      {"HEAD", "HEAD", {}, true},
      {"a range", "GET", {{"Range", "bytes=0-1"}}, true},
      {"a range beyond the content", "GET", {{"Range", "bytes=99-"}}, true},
      {"its validator", "GET", {{"If-None-Match", "\"1\""}}, true},
      {"an age it has not reached", "GET", {{"Cache-Control", "max-age=60"}}, true},
      {"a cookie that only scripts read", "GET", {{"Cookie", "_ga=b"}}, true},
      {"a cookie", "GET", {{"Cookie", "a=b"}}, false},
      {"a credential", "GET", {{"X-Api-Key", "b"}}, false},
      {"a field named by Connection", "GET", {{"Connection", "x-a"}, {"X-A", "b"}}, true},
      {"another method", "PUT", {}, false},
      {"no-cache", "GET", {{"Cache-Control", "no-cache"}}, false},
      {"no-store", "GET", {{"Cache-Control", "no-store"}}, false},
      {"Pragma", "GET", {{"Pragma", "no-cache"}}, false},
      {"max-age=0", "GET", {{"Cache-Control", "max-age=0"}}, false},
      {"a condition for the origin", "GET", {{"If-Match", "\"1\""}}, false},
      {"a protected field named by Connection", "GET", {{"Connection", "cookie"}}, false},
  };
  for (const Case& each : cases) {
    CAPTURE(each.what);
    Scenario scenario({route("/**", Seconds{600})}, {}, Tier::memory);
    scenario.origin_says(
        {.fields = {{"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}}, .content = "content"});
    CHECK_FALSE(scenario.get("/a").at_once);
    CHECK(scenario.ask(each.method, "/a", each.fields).at_once == each.at_once);
  }
}

TEST_CASE("What only the route makes fresh does not answer a request with a Cookie or Authorization") {
  for (const char* name : {"Cookie", "Authorization"}) {
    Scenario scenario({route("/**", Seconds{600})}, {}, Tier::memory);
    scenario.origin_says({.content = "content"});
    CHECK_FALSE(scenario.get("/a").at_once);
    CHECK(scenario.get("/a").at_once);
    CHECK_FALSE(scenario.get("/a", {{name, "a"}}).at_once);
  }
}

TEST_CASE("What is stale or purged is not answered without waiting") {
  Scenario scenario({route("/**", Seconds{600})}, {}, Tier::memory);
  scenario.origin_says(
      {.fields = {{"Cache-Control", "max-age=60, stale-while-revalidate=60"}}, .content = "content"});
  scenario.get("/a");
  CHECK(scenario.get("/a").at_once);
  CHECK_FALSE(scenario.ask("PUT", "/a").at_once);
  CHECK_FALSE(scenario.get("/a").at_once);
  CHECK(scenario.get("/a").at_once);
  scenario.clock.advance(Seconds{61});
  // Not even for a request that accepts stale responses: another tier may hold a fresh one.
  const Seen accepted = scenario.get("/a", {{"Cache-Control", "max-stale"}});
  CHECK(accepted.line() == "HIT 200 content");
  CHECK_FALSE(accepted.at_once);
  CHECK_FALSE(scenario.get("/a").at_once);
}

TEST_CASE("The variant that a request selects is answered without waiting") {
  Scenario scenario({route("/**", Seconds{600})}, {}, Tier::memory);
  scenario.origin_says({.fields = {{"Vary", "Accept-Language"}}, .content = "content"});
  scenario.get("/a", {{"Accept-Language", "de"}});
  CHECK(scenario.get("/a", {{"Accept-Language", "de"}}).at_once);
  CHECK_FALSE(scenario.get("/a", {{"Accept-Language", "fr"}}).at_once);
}
