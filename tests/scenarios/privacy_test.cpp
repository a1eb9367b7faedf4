#include "scenario.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

TEST_CASE("what the origin or the request marks as private is not shared") {
  struct Case {
    std::string why;
    Fields request;
    Fields response;
  };
  const Case cases[] = {
      {"RFC 9111, section 5.2.2.5: no-store", {}, {{"Cache-Control", "no-store"}}},
      {"RFC 9111, section 5.2.2.7: private", {}, {{"Cache-Control", "private, max-age=60"}}},
      {"RFC 9111, section 3.5: Authorization",
       {{"Authorization", "Bearer a"}},
       {{"Cache-Control", "max-age=60"}}},
      {"RFC 9111, section 4.1: Vary: *", {}, {{"Cache-Control", "max-age=60"}, {"Vary", "*"}}},
      {"Set-Cookie if only the route's ttl makes it fresh", {}, {{"Set-Cookie", "id=1"}}},
      {"a Cookie that the route neither keys nor ignores", {{"Cookie", "id=1"}}, {}},
  };
  for (const Case& each : cases) {
    CAPTURE(each.why);
    Scenario s({route("/**", 60s)});
    s.origin_says({.fields = each.response, .content = "mine"});
    s.get("/me", each.request);
    s.origin_says({.content = "yours"});
    CHECK(s.get("/me").content == "yours");
  }
}

TEST_CASE(
    "a request with an unnamed Cookie is not answered with what the route's ttl made fresh, and its response "
    "is not stored") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = "public"});
  s.get("/a");
  s.origin_says({.content = "for anna"});
  CHECK(s.get("/a", {{"Cookie", "id=anna"}}).line() == "BYPASS 200 for anna");
  CHECK(s.get("/a").line() == "HIT 200 public");
}

TEST_CASE("RFC 9111, section 3.5: a response to Authorization that may not be shared is a BYPASS") {
  Scenario s({route("/**", 60s)});
  const Fields anna{{"Authorization", "Bearer anna"}};
  s.origin_says({.content = "for anna"});
  CHECK(s.get("/a", anna).line() == "BYPASS 200 for anna");
  s.origin_says({.content = "public"});
  CHECK(s.get("/a").line() == "MISS 200 public");
  s.origin_says({.content = "for anna"});
  CHECK(s.get("/a", anna).line() == "BYPASS 200 for anna");
  CHECK(s.get("/a").line() == "HIT 200 public");
}

TEST_CASE("a name with larder's own port in Host cannot poison the name without it") {
  Scenario s({route("/**", 60s)});
  s.origin.answer = [](const pipeline::Request& request) {
    return Answer{.content = std::string(request.head.fields.find("Host").value_or("-"))};
  };
  CHECK(s.get("/a", {{"Host", "shop.test:8080"}}).line() == "MISS 200 shop.test:8080");
  CHECK(s.get("/a", {{"Host", "shop.test"}}).line() == "MISS 200 shop.test");
}

TEST_CASE("if the route allows Set-Cookie and the origin says public, RFC 9111 decides (section 7.3)") {
  policy::Route allowing = route("/**", 60s);
  allowing.set_cookie = policy::SetCookieRule::allow;
  Scenario s({allowing});
  s.origin_says(
      {.fields = {{"Cache-Control", "public, max-age=60"}, {"Set-Cookie", "seen=1"}}, .content = "shared"});
  CHECK(s.get("/a", {{"Cookie", "id=anna"}}).line() == "MISS 200 shared");
  const Seen other = s.get("/a", {{"Cookie", "id=bert"}});
  CHECK(other.line() == "HIT 200 shared");
  CHECK(other.fields.find("Set-Cookie") == "seen=1");
}

TEST_CASE("cookies and fields that the route names are part of the key") {
  policy::Route keyed = route("/**", 60s);
  keyed.cookies = policy::CookieRule::keep_only({"theme"});
  keyed.headers = {"Accept-Language"};
  Scenario s({keyed});
  s.origin.answer = [](const pipeline::Request& request) {
    return Answer{.content = std::string(request.head.fields.find("Cookie").value_or("-")) + "," +
                             std::string(request.head.fields.find("Accept-Language").value_or("-"))};
  };
  const Fields dark{{"Cookie", "theme=dark; id=anna"}, {"Accept-Language", "de"}};
  CHECK(s.get("/a", dark).line() == "MISS 200 theme=dark,de");
  CHECK(s.get("/a", {{"Cookie", "id=bert; theme=dark"}, {"Accept-Language", "de"}}).line() ==
        "HIT 200 theme=dark,de");
  CHECK(s.get("/a", {{"Cookie", "theme=light"}, {"Accept-Language", "de"}}).cache == "MISS");
  CHECK(s.get("/a", {{"Cookie", "theme=dark"}, {"Accept-Language", "fr"}}).cache == "MISS");
}

TEST_CASE("RFC 9111, section 4.1: a response is used only for requests whose selecting fields match") {
  Scenario s({route("/**", 60s)});
  s.origin.answer = [](const pipeline::Request& request) {
    return Answer{.fields = {{"Vary", "Accept-Language"}},
                  .content = std::string(request.head.fields.find("Accept-Language").value_or("-"))};
  };
  CHECK(s.get("/a", {{"Accept-Language", "de"}}).line() == "MISS 200 de");
  CHECK(s.get("/a", {{"Accept-Language", "fr"}}).line() == "MISS 200 fr");
  CHECK(s.get("/a", {{"Accept-Language", "de"}}).line() == "HIT 200 de");
  CHECK(s.get("/a", {{"Accept-Language", "fr"}}).line() == "HIT 200 fr");
  CHECK(s.get("/a").line() == "MISS 200 -");
}

TEST_CASE("a field that is not part of the key never reaches the origin of a shared response") {
  for (const char* name : {"X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override",
                           "X-Host", "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto"}) {
    CAPTURE(name);
    Scenario s({route("/**", 60s)});
    s.origin.answer = [name](const pipeline::Request& request) {
      return Answer{.content = std::string(request.head.fields.find(name).value_or("-"))};
    };
    const Seen poisoned = s.get("/a", {{name, "evil.example"}});
    CHECK(poisoned.content.find("evil") == std::string::npos);
  }
}

TEST_CASE("a response that varies by a field that larder itself writes is not shared") {
  for (const char* name : {"X-Forwarded-For", "Forwarded", "Via"}) {
    CAPTURE(name);
    Scenario s({route("/**", 60s)});
    s.origin_says({.fields = {{"Vary", name}}, .content = "x"});
    s.get("/a");
    CHECK(s.get("/a").cache == "MISS");
  }
}
