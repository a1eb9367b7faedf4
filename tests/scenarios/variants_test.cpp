#include "scenario.hpp"

#include <doctest/doctest.h>

// RFC 9111, section 4.1 and RFC 9110, section 13.1.2: several variants are validated by one request.

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

Fields language(std::string value) {
  return {{"Accept-Language", std::move(value)}};
}

/// Answers in German or English as requested, with entity tags that name the language; everything else in
/// English.
Answer speak(const pipeline::Request& request) {
  const bool german = request.head.fields.find("Accept-Language").value_or("").starts_with("de");
  const std::string tag = german ? "\"de\"" : "\"en\"";
  const Fields fields{{"Cache-Control", "max-age=60"}, {"Vary", "Accept-Language"}, {"ETag", tag}};
  const std::string_view known = request.head.fields.find("If-None-Match").value_or("");
  if (known.find(tag) != known.npos) return {.status = 304, .fields = fields};
  return {.fields = fields, .content = german ? "hallo" : "hello"};
}

std::string last_condition(const Scenario& s) {
  return std::string(s.origin.asked.back().fields.find("If-None-Match").value_or("none"));
}

}  // namespace

TEST_CASE(
    "a request that selects no variant asks which one answers it, and that one is stored for similar "
    "requests") {
  Scenario s;
  s.origin.answer = speak;
  CHECK(s.get("/a", language("de")).line() == "MISS 200 hallo");
  CHECK(s.get("/a", language("en")).line() == "MISS 200 hello");
  CHECK(last_condition(s) == "\"de\"");
  const Seen swiss = s.get("/a", language("de-CH"));
  CHECK(swiss.line() == "REVALIDATED 200 hallo");
  CHECK(swiss.fields.find("Cache-Status") == "larder; fwd=vary-miss; fwd-status=304; ttl=60; stored");
  CHECK(last_condition(s) == "\"en\", \"de\"");
  CHECK_FALSE(s.origin.asked.back().fields.contains("If-Modified-Since"));
  CHECK(s.get("/a", language("de-CH")).line() == "HIT 200 hallo");
  CHECK(s.get("/a", language("fr")).line() == "REVALIDATED 200 hello");
  CHECK(s.get("/a", language("fr")).line() == "HIT 200 hello");
  CHECK(s.origin.asked.size() == 4);
}

TEST_CASE("what is not packed does not stand for what is, for an origin that gives both one entity tag") {
  // As Next.js does, which packs what it sends and leaves the tag as it is.
  const auto next = [](const pipeline::Request& request) {
    const auto& fields = request.head.fields;
    const bool packs = fields.find("Accept-Encoding").value_or("").find("gzip") != std::string_view::npos;
    Answer answer{
        .fields = {{"Cache-Control", "s-maxage=60"}, {"Vary", "Accept-Encoding"}, {"ETag", "\"1\""}},
        .content = packs ? "packed" : "plain"};
    if (packs) answer.fields.emplace_back("Content-Encoding", "gzip");
    if (fields.find("If-None-Match") == "\"1\"") answer = {.status = 304, .fields = answer.fields};
    return answer;
  };
  const Fields packed{{"Accept-Encoding", "gzip, deflate, br, zstd"}};
  Scenario s;
  s.origin.answer = next;
  CHECK(s.get("/a").line() == "MISS 200 plain");
  CHECK(s.get("/a", packed).line() == "MISS 200 packed");
  CHECK(s.get("/a", packed).line() == "HIT 200 packed");
  CHECK(s.get("/a").line() == "HIT 200 plain");
  CHECK(s.get("/a", {{"Accept-Encoding", "identity"}}).line() == "REVALIDATED 200 plain");
  Scenario other;
  other.origin.answer = next;
  CHECK(other.get("/a", packed).line() == "MISS 200 packed");
  CHECK(other.get("/a").line() == "MISS 200 plain");
}

TEST_CASE(
    "RFC 9111, section 4.3.4: a variant that a 304 names but the request did not select is not freshened") {
  Scenario s;
  s.origin.answer = speak;
  s.get("/a", language("de"));
  s.clock.advance(50s);
  CHECK(s.get("/a", language("de-AT")).line() == "REVALIDATED 200 hallo");
  s.clock.advance(20s);
  CHECK(s.get("/a", language("de-AT")).line() == "HIT 200 hallo");
  CHECK(s.get("/a", language("de")).line() == "REVALIDATED 200 hallo");
}

TEST_CASE("a 304 that names none of the variants does not answer: the content is requested") {
  for (const Fields& named : {Fields{{"ETag", "\"other\""}}, Fields{{"ETag", "W/\"x\""}}}) {
    Scenario s;
    s.origin.answer = speak;
    s.get("/a", language("de"));
    s.origin.answer = [&named](const pipeline::Request& request) {
      if (request.head.fields.contains("If-None-Match")) return Answer{.status = 304, .fields = named};
      return speak(request);
    };
    CHECK(s.get("/a", language("en")).line() == "MISS 200 hello");
    CHECK(last_condition(s) == "none");
  }
}

TEST_CASE(
    "the origin is not asked about variants that are purged, lack an entity tag, or may not answer the "
    "request") {
  Scenario purged;
  purged.origin.answer = speak;
  purged.get("/a", language("de"));
  purged.ask("PUT", "/a", {}, "{}");
  purged.get("/a", language("en"));
  CHECK(last_condition(purged) == "none");

  Scenario untagged;
  untagged.origin_says({.fields = {{"Cache-Control", "max-age=60"},
                                   {"Vary", "Accept-Language"},
                                   {"Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"}},
                        .content = "x"});
  untagged.get("/a", language("de"));
  untagged.get("/a", language("en"));
  CHECK(last_condition(untagged) == "none");
  CHECK_FALSE(untagged.origin.asked.back().fields.contains("If-Modified-Since"));

  // What only the route's ttl makes fresh is not shared with a request that has a cookie.
  Scenario strangers({route("/**", 60s)});
  strangers.origin_says({.fields = {{"Vary", "Accept-Language"}, {"ETag", "\"1\""}}, .content = "x"});
  strangers.get("/a", language("de"));
  Fields with_cookie = language("en");
  with_cookie.emplace_back("Cookie", "me=1");
  CHECK(strangers.get("/a", with_cookie).cache == "BYPASS");
  CHECK(last_condition(strangers) == "none");
}

TEST_CASE("the origin is not asked about variants of another client, or that the request may not accept") {
  struct Case {
    Fields stored;
    Fields request;
  };
  const Case cases[] = {
      {{{"Vary", "Cookie"}, {"ETag", "\"1\""}}, {{"Cookie", "theme=dark"}}},
      {{{"Vary", "Authorization"}, {"ETag", "\"1\""}}, {{"Authorization", "Bearer b"}}},
      {{{"Vary", "X-A"}, {"ETag", "\"1\""}, {"Set-Cookie", "id=a"}}, {{"X-A", "b"}}},
      {{{"Vary", "X-A"}, {"ETag", "W/\"1\""}}, {{"X-A", "b"}}},
      {{{"Vary", "Accept-Encoding"}, {"ETag", "\"1\""}, {"Content-Encoding", "gzip"}}, {}},
      {{{"Vary", "Accept-Encoding"}, {"ETag", "\"1\""}, {"Content-Encoding", "gzip"}},
       {{"Accept-Encoding", "br"}}},
  };
  for (const auto& [stored, request] : cases) {
    Scenario s;
    CAPTURE(stored.front().second);
    s.origin.answer = [&stored](const pipeline::Request& asked) {
      if (asked.head.fields.contains("If-None-Match")) return Answer{.status = 304};
      Fields fields = stored;
      fields.emplace_back("Cache-Control", "public, max-age=60");
      return Answer{.fields = fields, .content = "content"};
    };
    s.get("/a",
          {{"Accept-Encoding", "gzip"}, {"Cookie", "id=a"}, {"Authorization", "Bearer a"}, {"X-A", "a"}});
    s.get("/a", request);
    CHECK(s.origin.asked.size() == 2);
    CHECK(last_condition(s) == "none");
  }
}

TEST_CASE(
    "RFC 4647, section 2.3: a request for German before English does not get the response for the other "
    "order") {
  Scenario s;
  s.origin.answer = speak;
  CHECK(s.get("/a", language("de, en")).line() == "MISS 200 hallo");
  CHECK(s.get("/a", language("en, de")).line() == "MISS 200 hello");
  CHECK(s.get("/a", language("DE,en;q=1.0")).line() == "HIT 200 hallo");
  CHECK(s.get("/a", language("EN , de;q=1")).line() == "HIT 200 hello");
}

TEST_CASE("codings select by what is sent upstream: those of zstd, br and gzip that the client accepts") {
  Scenario s;
  s.origin.answer = [](const pipeline::Request& request) {
    const std::string codings(request.head.fields.find("Accept-Encoding").value_or("none"));
    return Answer{.fields = {{"Cache-Control", "max-age=60"}, {"Vary", "Accept-Encoding"}},
                  .content = codings};
  };
  const auto get = [&s](const std::string& codings) {
    return s.get("/a", {{"Accept-Encoding", codings}}).line();
  };
  CHECK(get("gzip, deflate, br, zstd") == "MISS 200 zstd, br, gzip");
  CHECK(get("zstd;q=0.1, BR, gzip;q=1.0") == "HIT 200 zstd, br, gzip");
  CHECK(get("br;q=1.0, gzip;q=0.8, *;q=0.1") == "HIT 200 zstd, br, gzip");
  CHECK(get("gzip;q=0, br") == "MISS 200 br");
  CHECK(get("deflate") == "MISS 200 identity");
  CHECK(get("identity") == "HIT 200 identity");
  CHECK(s.get("/a").line() == "MISS 200 none");
  CHECK(s.get("/a").line() == "HIT 200 none");
}

TEST_CASE("no variant is stored of what an application behind CGI read under another spelling of its field") {
  Scenario s({route("/**", 60s)});
  // It finds X-Lang under any spelling.
  s.origin.answer = [](const pipeline::Request& request) {
    std::string lang = "none";
    for (const char* name : {"X-Lang", "X_Lang", "x.lang"}) {
      if (const auto value = request.head.fields.find(http::FieldName(std::string_view(name)))) lang = *value;
    }
    return Answer{.fields = {{"Vary", "X-Lang"}}, .content = lang};
  };
  for (const char* name : {"X_Lang", "x.lang"}) {
    CAPTURE(std::string(name));
    const std::string path = std::string("/") + name;
    CHECK(s.get(path, {{name, "evil"}}).content == "evil");
    CHECK(s.get(path).line() == "MISS 200 none");
    CHECK(s.get(path, {{"X-Lang", "de"}}).line() == "MISS 200 de");
    CHECK(s.get(path).line() == "HIT 200 none");
  }
}
