#include "scenario.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

Answer posted(Fields fields, std::string content = "made") {
  return {.fields = std::move(fields), .content = std::move(content)};
}

const Fields for_gets{{"Cache-Control", "max-age=60"}, {"Content-Location", "/a?x=1"}};

}  // namespace

TEST_CASE("RFC 9110, section 9.3.3: the response to a POST answers later GETs if it says so") {
  Scenario s;
  s.origin_says({.fields = {{"Cache-Control", "max-age=60"}}, .content = "old"});
  s.get("/a?x=1");
  s.origin_says(posted(for_gets));
  CHECK(s.ask("POST", "/a?x=1", {}, "{}").line() == "BYPASS 200 made");
  CHECK(s.get("/a?x=1").line() == "HIT 200 made");
  CHECK(s.get("/a?x=2").cache == "MISS");
  s.ask("PUT", "/a?x=1", {}, "{}");
  CHECK(s.get("/a?x=1").cache == "MISS");
}

TEST_CASE("the response to a POST does not answer a GET if anything is missing") {
  struct Case {
    std::string why;
    Fields request;
    Answer answer;
  };
  const Case cases[] = {
      {"no Content-Location", {}, posted({{"Cache-Control", "max-age=60"}})},
      {"another Content-Location", {}, posted({{"Cache-Control", "max-age=60"}, {"Content-Location", "/a"}})},
      {"another site's Content-Location",
       {},
       posted({{"Cache-Control", "max-age=60"}, {"Content-Location", "http://other.test/a?x=1"}})},
      {"no lifetime stated", {}, posted({{"Content-Location", "/a?x=1"}})},
      {"not shared", {}, posted({{"Cache-Control", "private, max-age=60"}, {"Content-Location", "/a?x=1"}})},
      {"another status", {}, {.status = 201, .fields = for_gets, .content = "made"}},
      {"cut short", {}, {.fields = for_gets, .content = "made", .cut_short = true}},
      {"a field that is not forwarded on shared requests", {{"X-Host", "evil.test"}}, posted(for_gets)},
      {"a method override", {{"X-HTTP-Method-Override", "DELETE"}}, posted(for_gets)},
      {"a precondition", {{"If-Match", "\"1\""}}, posted(for_gets)},
      {"no-store in the request", {{"Cache-Control", "no-store"}}, posted(for_gets)},
  };
  for (const Case& each : cases) {
    CAPTURE(each.why);
    Scenario s({route("/**", 60s)});
    s.origin_says(each.answer);
    s.ask("POST", "/a?x=1", each.request, "{}");
    s.origin_says({.content = "fetched"});
    CHECK(s.get("/a?x=1").line() == "MISS 200 fetched");
  }
}

TEST_CASE("the response to a POST is not stored if something was purged meanwhile") {
  Scenario s;
  s.origin.answer = [&s](const pipeline::Request& request) {
    if (request.head.method == "POST") s.ask("PUT", "/a", {}, "{}");
    return posted(for_gets);
  };
  s.ask("POST", "/a?x=1", {}, "{}");
  CHECK(s.get("/a?x=1").cache == "MISS");
}
