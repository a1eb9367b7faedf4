#include "scenario.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

policy::Route with(std::vector<policy::VaryRule> rules) {
  policy::Route rule = route("/**", 60s);
  rule.vary = std::move(rules);
  return rule;
}

/// Shows what it was sent.
FakeOrigin& echo(Scenario& s, std::string name, std::string vary) {
  s.origin.answer = [name, vary](const pipeline::Request& request) {
    const http::FieldName field{std::string_view(name)};
    return Answer{.fields = {{"Vary", vary}, {"ETag", "\"1\""}},
                  .content = request.head.fields.combined(field).value_or("none")};
  };
  return s.origin;
}

std::string last_sent(const Scenario& s, std::string_view name) {
  return s.origin.asked.back().fields.combined(http::FieldName(name)).value_or("none");
}

}  // namespace

TEST_CASE("clients whose languages come to the same share one stored response") {
  Scenario s({with({{"Accept-Language", {"en", "de"}}})});
  echo(s, "Accept-Language", "Accept-Language");
  CHECK(s.get("/a", {{"Accept-Language", "de-CH, fr;q=0.7"}}).line() == "MISS 200 de");
  const Seen austrian = s.get("/a", {{"Accept-Language", "de-AT;q=0.9"}});
  CHECK(austrian.line() == "HIT 200 de");
  CHECK(austrian.fields.find("Vary") == "Accept-Language");
  CHECK(s.get("/a", {{"Accept-Language", "fr"}}).line() == "MISS 200 en");
  CHECK(s.get("/a").line() == "HIT 200 en");
  CHECK(s.origin.asked.size() == 2);
}

TEST_CASE("what is ignored is not sent, and selects nothing") {
  Scenario s({with({{"Origin", {}}, {"User-Agent", {}}})});
  echo(s, "Origin", "Origin, User-Agent");
  CHECK(s.get("/a", {{"Origin", "https://a"}, {"User-Agent", "A"}}).line() == "MISS 200 none");
  CHECK(last_sent(s, "User-Agent") == "larder");
  CHECK(s.get("/a", {{"Origin", "https://b"}, {"User-Agent", "B"}}).line() == "HIT 200 none");
  CHECK(s.get("/a").line() == "HIT 200 none");
}

TEST_CASE("a response that does not vary is the same for all, made with what is sent for all") {
  Scenario s({with({{"X-Device", {"desktop", "mobile"}}})});
  echo(s, "X-Device", "Accept-Encoding");
  CHECK(s.get("/a", {{"X-Device", "toaster"}}).line() == "MISS 200 desktop");
  CHECK(s.get("/a", {{"X-Device", "mobile"}}).line() == "HIT 200 desktop");
}

TEST_CASE("requests that are passed go with what their clients sent") {
  policy::Route off = with({{"Accept-Language", {"en", "de"}}, {"User-Agent", {}}});
  off.cache = false;
  off.match = {"/off"};
  off.patterns = {policy::PathPattern::parse("/off").value()};
  policy::Route on = with({{"Accept-Language", {"en", "de"}}, {"User-Agent", {}}});
  on.bypass = policy::BypassRule{.headers = {"X-Preview"}};
  Scenario s({off, on});
  echo(s, "Accept-Language", "Accept-Language");
  const Fields client{{"Accept-Language", "de-CH"}, {"User-Agent", "A"}};
  CHECK(s.ask("POST", "/a", client, "x").line() == "BYPASS 200 de-CH");
  CHECK(last_sent(s, "User-Agent") == "A");
  CHECK(s.get("/off", client).line() == "BYPASS 200 de-CH");
  Fields preview = client;
  preview.emplace_back("X-Preview", "1");
  CHECK(s.get("/a", preview).line() == "BYPASS 200 de-CH");
  Fields parts = client;
  parts.emplace_back("Range", "bytes=0-1,3-4");
  CHECK(s.get("/a", parts).content == "de-CH");
}

TEST_CASE("a rule does not make a request one that a route's bypass takes") {
  policy::Route rule = with({{"Accept-Language", {"en"}}});
  rule.bypass = policy::BypassRule{.headers = {"Accept-Language"}};
  Scenario s({rule});
  echo(s, "Accept-Language", "Accept-Language");
  CHECK(s.get("/a").line() == "MISS 200 en");
  CHECK(s.get("/a").line() == "HIT 200 en");
  CHECK(s.get("/a", {{"Accept-Language", "fr"}}).line() == "BYPASS 200 fr");
}

TEST_CASE("a stored response is validated and fetched again with what selects it") {
  policy::Route rule = with({{"Accept-Language", {"en", "de"}}});
  rule.stale_while_revalidate = 60s;
  Scenario s({rule});
  s.origin.answer = [](const pipeline::Request& request) {
    const http::FieldList& fields = request.head.fields;
    const int status = fields.contains("If-None-Match") ? 304 : 200;
    return Answer{.status = status,
                  .fields = {{"Vary", "Accept-Language"}, {"ETag", "\"1\""}},
                  .content = status == 304 ? "" : fields.combined("Accept-Language").value_or("none")};
  };
  s.get("/a", {{"Accept-Language", "de-CH"}});
  s.clock.advance(61s);
  CHECK(s.get("/a", {{"Accept-Language", "de-AT"}}).line() == "STALE 200 de");
  s.finish_behind();
  REQUIRE(s.origin.asked.size() == 2);
  CHECK(last_sent(s, "Accept-Language") == "de");
  CHECK(s.origin.asked.back().fields.contains("If-None-Match"));
  CHECK(s.get("/a", {{"Accept-Language", "de"}}).line() == "HIT 200 de");
}

TEST_CASE("a request signed over a field with a rule goes with what was signed") {
  Scenario s({with({{"Accept-Language", {"en", "de"}}})});
  echo(s, "Accept-Language", "Accept-Language");
  const Fields signed_over{
      {"Accept-Language", "de-CH"},
      {"Authorization", "AWS4-HMAC-SHA256 Credential=x, SignedHeaders=accept-language;host, Signature=y"}};
  CHECK(s.get("/a", signed_over).line() == "BYPASS 200 de-CH");
}

TEST_CASE("what a POST answers for later GETs is kept only where they would have sent the same") {
  Scenario s({with({{"Accept-Language", {"en", "de"}}})});
  s.origin.answer = [](const pipeline::Request& request) {
    return Answer{
        .fields = {{"Cache-Control", "max-age=60"}, {"Content-Location", "/a"}, {"Vary", "Accept-Language"}},
        .content = request.head.fields.combined("Accept-Language").value_or("none")};
  };
  CHECK(s.ask("POST", "/a", {{"Accept-Language", "fr"}}).content == "fr");
  CHECK(s.get("/a", {{"Accept-Language", "fr"}}).line() == "MISS 200 en");
}
