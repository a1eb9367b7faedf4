// Signed requests: what is signed reaches the origin as it was signed, or that answers 403.
#include "scenario.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

std::string sent(const Scenario& s, std::string_view name) {
  return s.origin.asked.back().fields.combined(http::FieldName(name)).value_or("none");
}

const std::string by_field = "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=cookie;host, Signature=b";
const std::string presigned = "/a?X-Amz-SignedHeaders=host&X-Amz-Signature=b";

}  // namespace

TEST_CASE("a signed request for another name of a site names it to the origin, and purges the site") {
  Scenario s({route("/**", 60s)});
  s.settings.sites = policy::Sites({{"shop.test", {"www.shop.test:*"}}});
  s.origin_says({.fields = {{"Cache-Control", "public, max-age=60"}}, .content = "a"});
  CHECK(s.get("/a").line() == "MISS 200 a");
  for (const std::string host : {"www.shop.test", "WWW.Shop.test:8080"}) {
    CAPTURE(host);
    // What is stored may answer, for it says public.
    CHECK(s.get("/a", {{"Host", host}, {"Authorization", by_field}}).cache == "HIT");
    s.ask("PUT", "/a", {{"Host", host}, {"Authorization", by_field}}, "new");
    CHECK(sent(s, "Host") == host);
    s.get("/a", {{"Host", host}, {"Authorization", by_field}});
    CHECK(sent(s, "Host") == host);
    CHECK(s.get("/a").cache == "MISS");
    s.get(presigned, {{"Host", host}});
    CHECK(sent(s, "Host") == host);
    s.ask("PUT", presigned, {{"Host", host}}, "new");
    CHECK(sent(s, "Host") == host);
    // Without a signature it is called what it is.
    s.ask("PUT", "/a", {{"Host", host}}, "new");
    CHECK(sent(s, "Host") == "shop.test");
    s.get("/a");
  }
}

TEST_CASE("a signed request whose Host larder would write otherwise is passed as it is, and not shared") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.fields = {{"Cache-Control", "public, max-age=60"}}, .content = "a"});
  for (const std::string host : {"Shop.test", "shop.test:80", "shop.test."}) {
    CAPTURE(host);
    for (int i = 0; i < 2; ++i) {
      const std::size_t before = s.origin.asked.size();
      CHECK(s.get("/b", {{"Host", host}, {"Authorization", by_field}}).content == "a");
      CHECK(s.origin.asked.size() == before + 1);
      CHECK(sent(s, "Host") == host);
    }
  }
  CHECK(s.get("/b").cache == "MISS");
  // One that is sent as it is written is shared if the response says so.
  CHECK(s.get("/c", {{"Authorization", by_field}}).cache == "MISS");
  CHECK(s.get("/c", {{"Authorization", by_field}}).cache == "HIT");
}

TEST_CASE("nothing is fetched again by a signature that would not hold") {
  policy::Route lenient = route("/**", 10s);
  lenient.stale_while_revalidate = 60s;
  Scenario s({lenient});
  s.origin_says({.fields = {{"Cache-Control", "public, max-age=10"}}, .content = "a"});
  s.get("/a");
  s.clock.advance(20s);
  for (int i = 0; i < 2; ++i) {
    CHECK(s.get("/a", {{"Host", "Shop.test"}, {"Authorization", by_field}}).cache == "BYPASS");
    s.finish_behind();
    CHECK(s.origin.asked.size() == 2u + static_cast<std::size_t>(i));
    CHECK(sent(s, "Host") == "Shop.test");
  }
  CHECK(s.get("/a").cache == "STALE");
}

TEST_CASE("signed cookies go to the origin, ignored ones too") {
  policy::Route ignoring = route("/**", 60s);
  ignoring.cookies = policy::CookieRule::ignore_all();
  Scenario s({ignoring});
  s.origin_says({.fields = {{"Cache-Control", "public, max-age=60"}}, .content = "a"});
  const Fields fields{{"Cookie", "a=1; _ga=2"}, {"Authorization", by_field}};
  for (int i = 0; i < 2; ++i) {
    const Seen seen = s.get("/a", fields);
    CHECK(seen.cache == "BYPASS");
    CHECK(sent(s, "Cookie") == "a=1; _ga=2");
  }
  s.get("/a", {{"Cookie", "a=1; _ga=2"}});
  CHECK(sent(s, "Cookie") == "none");
}

TEST_CASE("a presigned URL keeps the conditions that it is signed over, and a route's query its signature") {
  policy::Route sparing = route("/q", 60s);
  sparing.query.mode = policy::QueryRule::Mode::ignore;
  sparing.query.names = {"utm_*"};
  Scenario s({sparing, route("/**", 60s)});
  s.origin_says({.fields = {{"Cache-Control", "public, max-age=60"}}, .content = "a"});
  const std::string covering = "/a?X-Amz-SignedHeaders=host%3Bif-none-match&X-Amz-Signature=b";
  s.get(covering, {{"If-None-Match", "\"e\""}});
  CHECK(sent(s, "If-None-Match") == "\"e\"");
  s.get(presigned, {{"If-None-Match", "\"e\""}});
  CHECK(sent(s, "If-None-Match") == "none");
  const std::string odd = "/q?X-Amz-SignedHeaders=host&X-Amz-Signature=b&utm_source=c";
  s.get(odd);
  CHECK(s.origin.asked.back().target == odd);
}
