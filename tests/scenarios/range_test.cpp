#include "scenario.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

const Fields fresh{{"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}, {"Content-Type", "text/plain"}};

Answer part(std::string content_range, std::string content) {
  Fields fields = fresh;
  fields.emplace_back("Content-Range", std::move(content_range));
  return {.status = 206, .fields = std::move(fields), .content = std::move(content)};
}

Fields range(std::string value) {
  return {{"Range", std::move(value)}};
}

}  // namespace

TEST_CASE("RFC 9110, section 14.2: a range of a stored response is answered from it") {
  Scenario s;
  s.origin_says({.fields = fresh, .content = "0123456789"});
  s.get("/a");
  const Seen some = s.get("/a", range("bytes=2-4"));
  CHECK(some.line() == "HIT 206 234");
  CHECK(some.fields.find("Content-Range") == "bytes 2-4/10");
  CHECK(some.fields.find("Content-Type") == "text/plain");
  CHECK(some.fields.find("Age") == "0");
  CHECK(s.get("/a", range("bytes=7-")).line() == "HIT 206 789");
  CHECK(s.get("/a", range("bytes=-2")).line() == "HIT 206 89");
  const Seen beyond = s.get("/a", range("bytes=10-"));
  CHECK(beyond.line() == "HIT 416 ");
  CHECK(beyond.fields.find("Content-Range") == "bytes */10");
  for (const char* whole : {"bytes=0-1,4-5", "lines=1-2", "bytes=x"}) {
    CAPTURE(whole);
    CHECK(s.get("/a", range(whole)).line() == "HIT 200 0123456789");
  }
  CHECK(s.ask("HEAD", "/a", range("bytes=2-4")).status == 200);
  CHECK(s.origin.asked.size() == 1);
}

TEST_CASE("RFC 9110, section 15.5.17: a 416 has the stored fields that do not describe the content") {
  policy::Route all = route("/**", 60s);
  all.set_cookie = policy::SetCookieRule::allow;
  Scenario s({all});
  Fields fields = fresh;
  const Fields kept{{"Access-Control-Allow-Origin", "*"},
                    {"Access-Control-Expose-Headers", "Content-Range"},
                    {"Cross-Origin-Resource-Policy", "cross-origin"},
                    {"Vary", "Accept-Language"}};
  const Fields left_out{{"Content-Language", "en"},
                        {"Set-Cookie", "a=b"},
                        {"CDN-Cache-Control", "max-age=60"},
                        {"Expires", "Sun, 06 Nov 2094 08:49:37 GMT"}};
  fields.insert(fields.end(), kept.begin(), kept.end());
  fields.insert(fields.end(), left_out.begin(), left_out.end());
  s.origin_says({.fields = fields, .content = "0123456789"});
  s.get("/a");
  const Seen beyond = s.get("/a", range("bytes=10-"));
  REQUIRE(beyond.line() == "HIT 416 ");
  CHECK(beyond.fields.find("Content-Range") == "bytes */10");
  CHECK(beyond.fields.find("ETag") == "\"1\"");
  CHECK(beyond.fields.find("Age") == "0");
  for (const auto& [name, value] : kept) CHECK(beyond.fields.find(name) == value);
  for (const auto& [name, value] : left_out) CHECK_FALSE(beyond.fields.contains(name));
  // With a lifetime the next cache could answer requests for the whole with it.
  CHECK_FALSE(beyond.fields.contains("Cache-Control"));
  CHECK_FALSE(beyond.fields.contains("Content-Type"));
}

TEST_CASE("RFC 9110, section 13.1.5: If-Range is compared strongly") {
  Scenario s;
  const std::string noon = "Sun, 06 Nov 1994 08:49:37 GMT";
  Fields fields = fresh;
  fields.emplace_back("Last-Modified", noon);
  fields.emplace_back("Date", "Sun, 06 Nov 1994 08:49:40 GMT");
  s.origin_says({.fields = fields, .content = "0123456789"});
  s.get("/a");
  const auto status = [&s](std::string condition) {
    return s.get("/a", {{"Range", "bytes=0-1"}, {"If-Range", std::move(condition)}}).status;
  };
  CHECK(status("\"1\"") == 206);
  CHECK(status("W/\"1\"") == 200);
  CHECK(status("\"2\"") == 200);
  CHECK(status(noon) == 206);
  CHECK(status("Sun, 06 Nov 1994 08:49:38 GMT") == 200);
  CHECK(status("once") == 200);
}

TEST_CASE("RFC 9110, section 13.2.2: conditions come before the range") {
  Scenario s;
  s.origin_says({.fields = fresh, .content = "0123456789"});
  s.get("/a");
  CHECK(s.get("/a", {{"Range", "bytes=0-1"}, {"If-None-Match", "\"1\""}}).line() == "HIT 304 ");
  CHECK(s.get("/a", {{"Range", "bytes=0-1"}, {"If-None-Match", "\"2\""}}).line() == "HIT 206 01");
}

TEST_CASE("on a miss the origin is asked for the same part, or with the client's own request") {
  Scenario s;
  s.origin_says({.status = 206, .fields = {{"Content-Range", "bytes 0-1/10"}}, .content = "01"});
  const Seen missed = s.get("/a", {{"Range", "bytes=0-1"}, {"If-Range", "\"1\""}});
  CHECK(missed.line() == "MISS 206 01");
  CHECK(s.origin.asked.back().fields.find("Range") == "bytes=0-1");
  CHECK(s.origin.asked.back().fields.find("If-Range") == "\"1\"");
  CHECK(s.get("/a", range("bytes=0-1,3-4")).cache == "BYPASS");
  CHECK(s.origin.asked.back().fields.find("Range") == "bytes=0-1,3-4");
  CHECK(s.get("/a", {{"Range", "bytes=0-1"}, {"If-None-Match", "\"1\""}}).cache == "BYPASS");
  CHECK(s.origin.asked.back().fields.find("If-None-Match") == "\"1\"");
}

TEST_CASE("an origin that answers a range with the whole fills the cache") {
  Scenario s;
  s.origin_says({.fields = fresh, .content = "0123456789"});
  CHECK(s.get("/a", range("bytes=0-1")).line() == "MISS 200 0123456789");
  CHECK(s.get("/a", range("bytes=0-1")).line() == "HIT 206 01");
}

TEST_CASE("RFC 9111, section 3.3: a part is stored, and answers ranges wholly within it") {
  Scenario s;
  s.origin_says(part("bytes 4-8/10", "45678"));
  const Seen first = s.get("/a", range("bytes=4-8"));
  CHECK(first.line() == "MISS 206 45678");
  CHECK(first.fields.find("Cache-Status") == "larder; fwd=uri-miss; stored");
  const Seen within = s.get("/a", range("bytes=6-7"));
  CHECK(within.line() == "HIT 206 67");
  CHECK(within.fields.count("Content-Range") == 1);
  CHECK(within.fields.find("Content-Range") == "bytes 6-7/10");
  CHECK_FALSE(within.fields.contains("X-Cache-Range"));
  CHECK(s.get("/a", range("bytes=4-8")).line() == "HIT 206 45678");
  CHECK(s.get("/a", {{"Range", "bytes=4-8"}, {"If-Range", "\"0\""}}).cache == "MISS");

  s.origin_says({.fields = fresh, .content = "0123456789"});
  for (const char* outside : {"bytes=3-5", "bytes=6-", "bytes=-3", "bytes=8-9"}) {
    CAPTURE(outside);
    Scenario other;
    other.origin_says(part("bytes 4-8/10", "45678"));
    other.get("/a", range("bytes=4-8"));
    CHECK(other.get("/a", range(outside)).cache == "MISS");
  }
  CHECK(s.get("/a").line() == "MISS 200 0123456789");
  CHECK(s.get("/a", range("bytes=6-7")).line() == "HIT 206 67");
}

TEST_CASE("a part is judged like a whole response, and purged with it") {
  Scenario s;
  s.origin_says(part("bytes 4-8/10", "45678"));
  s.get("/a", range("bytes=4-8"));
  s.ask("PUT", "/a", {}, "{}");
  CHECK(s.get("/a", range("bytes=4-8")).cache == "MISS");
  s.clock.advance(61s);
  CHECK(s.get("/a", range("bytes=4-8")).cache == "MISS");
  for (const Fields& unstored :
       {Fields{{"Content-Range", "bytes 4-8/10"}}, Fields{{"Cache-Control", "max-age=60"}},
        Fields{{"Cache-Control", "no-store"}, {"Content-Range", "bytes 4-8/10"}},
        Fields{{"Cache-Control", "max-age=60"}, {"Content-Range", "bytes 8-4/10"}},
        Fields{{"Cache-Control", "max-age=60"}, {"Vary", "*"}, {"Content-Range", "bytes 4-8/10"}}}) {
    Scenario other;
    other.origin_says({.status = 206, .fields = unstored, .content = "45678"});
    CHECK(other.get("/a", range("bytes=4-8")).cache == "MISS");
    CHECK(other.get("/a", range("bytes=4-8")).cache == "MISS");
  }
}

TEST_CASE("a part shorter than its Content-Range says is stored as far as it came") {
  Scenario s;
  s.origin_says(part("bytes 4-9/10", "45678"));
  s.get("/a", range("bytes=4-"));
  CHECK(s.get("/a", range("bytes=5-8")).line() == "HIT 206 5678");
  CHECK(s.get("/a", range("bytes=5-9")).cache == "MISS");
}
