#include "scenario.hpp"

#include <doctest/doctest.h>

// `request` and `response` of a route.

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

policy::Route sending(policy::RequestRule rule, std::string_view match = "/**") {
  policy::Route one = route(match, 60s);
  one.request = std::move(rule);
  return one;
}

policy::Route giving(policy::ResponseRule rule, std::string_view match = "/**") {
  policy::Route one = route(match, 60s);
  one.response = std::move(rule);
  return one;
}

/// Answers with what it was sent of a field.
void echo_field(Scenario& s, std::string name, Fields fields = {}) {
  s.origin.answer = [name, fields](const pipeline::Request& request) {
    const http::FieldName field{std::string_view(name)};
    return Answer{.fields = fields, .content = request.head.fields.combined(field).value_or("none")};
  };
}

std::string sent_last(const Scenario& s, std::string_view name) {
  return s.origin.asked.back().fields.combined(http::FieldName(name)).value_or("none");
}

std::string got(const Seen& seen, std::string_view name) {
  return seen.fields.combined(http::FieldName(name)).value_or("none");
}

}  // namespace

TEST_CASE("what a route sets, adds and removes is what the origin is sent, by passed requests too") {
  Scenario s({sending({.set = {{"X-Tenant", "{tenant}@{host} by {scheme}"}},
                       .add = {{"X-List", "b"}, {"X-List", "c"}},
                       .remove = {"X-Debug", "X-Internal-*"}},
                      "/t/{tenant}/**")});
  s.origin_says({.content = "x"});
  const Fields client{{"X-Tenant", "evil"}, {"x_tenant", "evil"},   {"X-List", "a"},
                      {"x-debug", "1"},     {"X-Internal-Id", "2"}, {"X-Kept", "3"}};
  for (const char* method : {"GET", "POST"}) {
    s.ask(method, "/t/a%0d%0aX-B/c", client);
    CHECK(sent_last(s, "X-Tenant") == "a%0d%0aX-B@shop.test by http");
    CHECK(sent_last(s, "x_tenant") == "none");
    CHECK(sent_last(s, "X-List") == "a, b, c");
    CHECK(sent_last(s, "X-Debug") == "none");
    CHECK(sent_last(s, "X-Internal-Id") == "none");
    CHECK(sent_last(s, "X-Kept") == "3");
  }
}

TEST_CASE("a response that varies by a field that is set is the same whatever clients send of it") {
  Scenario s({sending({.set = {{"X-Tenant", "{host}"}}, .add = {}, .remove = {}})});
  echo_field(s, "X-Tenant", {{"Vary", "X-Tenant"}});
  CHECK(s.get("/a", {{"X-Tenant", "one"}}).line() == "MISS 200 shop.test");
  CHECK(s.get("/a", {{"X-Tenant", "two"}}).line() == "HIT 200 shop.test");
  CHECK(s.get("/a").line() == "HIT 200 shop.test");
  CHECK(s.get("/a", {{"X_Tenant", "three"}}).line() == "HIT 200 shop.test");
}

TEST_CASE("a response that varies by a field that is added to is selected by what the client sends of it") {
  Scenario s({sending({.set = {}, .add = {{"X-List", "ours"}}, .remove = {}})});
  echo_field(s, "X-List", {{"Vary", "X-List"}});
  CHECK(s.get("/a", {{"X-List", "one"}}).line() == "MISS 200 one, ours");
  CHECK(s.get("/a", {{"X-List", "two"}}).line() == "MISS 200 two, ours");
  CHECK(s.get("/a", {{"X-List", "one"}}).line() == "HIT 200 one, ours");
  CHECK(s.get("/a").line() == "MISS 200 ours");
}

TEST_CASE("a credential that the route sets or removes does not make a request its client's own") {
  Scenario set({sending({.set = {{"Authorization", "Bearer ours"}}, .add = {}, .remove = {}})});
  echo_field(set, "Authorization");
  CHECK(set.get("/a").line() == "MISS 200 Bearer ours");
  CHECK(set.get("/a", {{"Authorization", "Bearer theirs"}}).line() == "HIT 200 Bearer ours");
  CHECK(set.ask("POST", "/a", {{"Authorization", "Bearer theirs"}}).line() == "BYPASS 200 Bearer ours");

  Scenario removed({sending({.set = {}, .add = {}, .remove = {"Cookie", "X-Api-Key"}})});
  echo_field(removed, "Cookie");
  CHECK(removed.get("/a", {{"Cookie", "id=1"}, {"X-Api-Key", "k"}}).line() == "MISS 200 none");
  CHECK(removed.get("/a", {{"Cookie", "id=2"}}).line() == "HIT 200 none");
}

TEST_CASE("a credential that the route does not touch is its client's own still") {
  Scenario s({sending({.set = {{"X-A", "1"}}, .add = {}, .remove = {"X-Debug"}})});
  echo_field(s, "Authorization");
  CHECK(s.get("/a", {{"Authorization", "Bearer a"}}).line() == "BYPASS 200 Bearer a");
  CHECK(s.get("/a").line() == "MISS 200 none");
}

TEST_CASE("removing by a glob leaves what larder itself writes") {
  Scenario s({sending({.set = {}, .add = {}, .remove = {"X-*", "*-Encoding", "V*"}})});
  s.origin_says({.content = "x"});
  s.get("/a", {{"X-Own", "1"}, {"Accept-Encoding", "gzip"}});
  for (const char* name : {"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Via"}) {
    CHECK(sent_last(s, name) != "none");
  }
  CHECK(sent_last(s, "Accept-Encoding") == "gzip");
  CHECK(sent_last(s, "X-Own") == "none");
}

TEST_CASE("the client's address goes to the origin where nothing is stored") {
  policy::Route off = sending({.set = {{"X-Client", "{client}"}}, .add = {}, .remove = {}});
  off.cache = false;
  Scenario s({off});
  s.origin_says({.content = "x"});
  s.get("/a", {{"X-Client", "6.6.6.6"}});
  CHECK(sent_last(s, "X-Client") == sent_last(s, "X-Forwarded-For"));
}

TEST_CASE("validation and fetches ahead are sent what the route says") {
  policy::Route rule = sending({.set = {{"X-Tenant", "{id}"}}, .add = {}, .remove = {}}, "/{id}");
  rule.stale_while_revalidate = 60s;
  Scenario s({rule});
  s.origin_says({.fields = {{"ETag", "\"1\""}, {"Vary", "X-Tenant"}}, .content = "x"});
  s.get("/a", {{"X-Tenant", "one"}});
  s.clock.advance(61s);
  CHECK(s.get("/a", {{"X-Tenant", "two"}}).cache == "STALE");
  s.finish_behind();
  REQUIRE(s.origin.asked.size() == 2);
  CHECK(s.origin.asked.back().fields.contains("If-None-Match"));
  CHECK(sent_last(s, "X-Tenant") == "a");
}

TEST_CASE(
    "what leaves has the fields that today's route says, hits and 304 too; the cache goes by the origin's") {
  Scenario s({giving({.set = {{"Cache-Control", "public, max-age=9"}, {"X-Id", "{id} on {host}"}},
                      .add = {{"Link", "</x>"}},
                      .remove = {"Server", "X-Internal-*", "X-Cache"}},
                     "/p/{id}")});
  s.origin_says({.fields = {{"Cache-Control", "max-age=60"},
                            {"ETag", "\"1\""},
                            {"Server", "secret"},
                            {"x-internal-id", "7"},
                            {"Link", "</o>"},
                            {"Content-Type", "text/plain"}},
                 .content = "x"});
  for (int i = 0; i < 3; ++i) {
    const Seen seen = s.get("/p/5");
    CHECK(seen.content == "x");
    CHECK(got(seen, "Cache-Control") == "public, max-age=9");
    CHECK(got(seen, "X-Id") == "5 on shop.test");
    CHECK(got(seen, "Link") == "</o>, </x>");
    CHECK(got(seen, "Server") == "none");
    CHECK(got(seen, "X-Internal-Id") == "none");
    CHECK(got(seen, "X-Cache") == "none");
    CHECK(got(seen, "Content-Type") == "text/plain");
    CHECK(seen.fields.count("Date") == (i == 0 ? seen.fields.count("Date") : 1));
  }
  const Seen unchanged = s.get("/p/5", {{"If-None-Match", "\"1\""}});
  CHECK(unchanged.status == 304);
  CHECK(got(unchanged, "Cache-Control") == "public, max-age=9");
  CHECK(got(s.ask("HEAD", "/p/5"), "X-Id") == "5 on shop.test");
  s.clock.advance(30s);
  CHECK(got(s.get("/p/5"), "Age") == "30");
  CHECK(s.origin.asked.size() == 1);

  s.use({giving({.set = {{"X-Id", "new"}}, .add = {}, .remove = {}}, "/p/{id}")});
  const Seen after = s.get("/p/5");
  CHECK(after.cache == "HIT");
  CHECK(got(after, "X-Id") == "new");
  CHECK(got(after, "Server") == "secret");
  CHECK(got(after, "Cache-Control") == "max-age=60");
}

TEST_CASE(
    "a hit whose stored fields the rule does not name goes out as it is stored, with what is set behind") {
  Scenario s({giving({.set = {{"X-Set", "1"}}, .add = {}, .remove = {"Server"}})});
  s.origin_says({.fields = {{"X-Kept", "2"}}, .content = "x"});
  s.get("/a");
  const Seen hit = s.get("/a");
  CHECK(hit.line() == "HIT 200 x");
  CHECK(got(hit, "X-Kept") == "2");
  CHECK(got(hit, "X-Set") == "1");
}

TEST_CASE("errors are left as they are, larder's own too, unless the rule says always") {
  const policy::ResponseRule rule{.set = {{"X-Set", "1"}}, .add = {}, .remove = {"Server"}};
  policy::ResponseRule always = rule;
  always.always = true;
  Scenario s({giving(always, "/always"), giving(rule)});
  s.origin_says({.status = 404, .fields = {{"Server", "s"}}, .content = "x"});
  CHECK(got(s.get("/a"), "X-Set") == "none");
  CHECK(got(s.get("/a"), "Server") == "s");
  CHECK(got(s.get("/always"), "X-Set") == "1");
  CHECK(got(s.get("/always"), "Server") == "none");
  s.origin.failure = Error::timeout;
  CHECK(s.get("/b").status == 504);
  CHECK(got(s.get("/b"), "X-Set") == "none");
  CHECK(got(s.get("/always"), "X-Set") == "1");
}

TEST_CASE("a glob leaves what clients and caches need to read the response") {
  Scenario s({giving({.set = {}, .add = {}, .remove = {"A*", "E*", "Content-*", "D*", "V*"}})});
  s.origin_says({.fields = {{"ETag", "\"1\""},
                            {"Vary", "Accept-Language"},
                            {"Content-Type", "text/plain"},
                            {"Date", "Sun, 06 Nov 1994 08:49:37 GMT"}},
                 .content = "x"});
  s.get("/a");
  const Seen hit = s.get("/a");
  for (const char* name : {"Age", "ETag", "Vary", "Date"}) CHECK(got(hit, name) != "none");
  CHECK(got(hit, "Content-Type") == "none");
}

TEST_CASE(
    "nothing public is said of an answer to a credential that the route ignores or keys, where it was sent") {
  const policy::ResponseRule rule{.set = {{"Cache-Control", "public, max-age=60"}}, .add = {}, .remove = {}};
  policy::Route posts = giving(rule, "/wp/**");
  posts.cookies = policy::CookieRule::ignore_all();
  posts.bypass = policy::BypassRule{.cookies = {"logged_in"}, .headers = {}, .query = {}};
  policy::Route tokens = giving(rule, "/tok");
  tokens.headers = {"Authorization"};
  Scenario s({posts, tokens});
  s.origin_says({.content = "x"});
  const Fields anna{{"Cookie", "logged_in=anna"}};
  CHECK(got(s.get("/wp/a", anna), "Cache-Control") == "none");
  CHECK(got(s.ask("POST", "/wp/a", {{"Cookie", "theme=dark"}}, "x"), "Cache-Control") == "none");
  CHECK(got(s.get("/wp/a", {{"Cookie", "theme=dark"}}), "Cache-Control") == "public, max-age=60");
  for (int i = 0; i < 2; ++i) {
    CHECK(got(s.get("/tok", {{"Authorization", "Bearer a"}}), "Cache-Control") == "none");
  }
}

TEST_CASE("what one client gets keeps what its origin says to caches, whatever the rule says to all") {
  const policy::ResponseRule rule{
      .set = {{"Cache-Control", "public, max-age=60"}, {"CDN-Cache-Control", "max-age=60"}, {"X-Set", "1"}},
      .add = {},
      .remove = {"Expires"}};
  policy::Route strip = giving(rule, "/strip");
  strip.set_cookie = policy::SetCookieRule::strip;
  Scenario s({strip, giving(rule)});
  s.origin_says({.fields = {{"Cache-Control", "private, max-age=5"}, {"Expires", "0"}}, .content = "x"});
  const Seen own = s.get("/private");
  CHECK(got(own, "Cache-Control") == "private, max-age=5");
  CHECK(got(own, "CDN-Cache-Control") == "none");
  CHECK(got(own, "Expires") == "0");
  CHECK(got(own, "X-Set") == "1");

  s.origin_says({.content = "x"});
  CHECK(got(s.get("/me", {{"Authorization", "Bearer a"}}), "Cache-Control") == "none");
  CHECK(got(s.get("/me"), "Cache-Control") == "public, max-age=60");

  s.origin_says({.fields = {{"Cache-Control", "no-store"}}, .content = "x"});
  CHECK(got(s.get("/kept"), "Cache-Control") == "no-store");

  s.origin_says({.fields = {{"Set-Cookie", "id=1"}}, .content = "x"});
  CHECK(got(s.get("/cookie"), "Cache-Control") == "none");
  const Seen asker = s.get("/strip");
  CHECK(got(asker, "Set-Cookie") == "id=1");
  CHECK(got(asker, "Cache-Control") == "none");
  CHECK(got(s.get("/strip"), "Cache-Control") == "public, max-age=60");
}
