#include "scenario.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

TEST_CASE("a response without cache fields is served for its route's ttl, and its age grows") {
  Scenario s({route("/products/{id}", 60s)});
  s.origin_says({.content = "v1"});
  CHECK(s.get("/products/7").line() == "MISS 200 v1");
  s.origin_says({.content = "v2"});
  s.clock.advance(59s);
  const Seen hit = s.get("/products/7");
  CHECK(hit.line() == "HIT 200 v1");
  CHECK(hit.fields.find("Age") == "59");
  CHECK(hit.fields.find("Cache-Status") == "larder; hit; ttl=1");
  s.clock.advance(2s);
  CHECK(s.get("/products/7").line() == "MISS 200 v2");
  CHECK(s.origin.asked.size() == 2);
}

TEST_CASE("without a route's ttl only what the origin made cacheable is stored") {
  Scenario s;
  s.origin_says({.content = "plain"});
  CHECK(s.get("/a").line() == "MISS 200 plain");
  CHECK(s.get("/a").line() == "MISS 200 plain");
  s.origin_says({.fields = {{"Cache-Control", "max-age=10"}}, .content = "stated"});
  CHECK(s.get("/a").line() == "MISS 200 stated");
  CHECK(s.get("/a").line() == "HIT 200 stated");
}

TEST_CASE("another query string is another entry") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = "x"});
  CHECK(s.get("/list?page=1").cache == "MISS");
  CHECK(s.get("/list?page=2").cache == "MISS");
  CHECK(s.get("/list?page=1").cache == "HIT");
  CHECK(s.get("/list").cache == "MISS");
}

TEST_CASE("HEAD after GET is a hit without content") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = "12345"});
  s.get("/a");
  const Seen head = s.ask("HEAD", "/a");
  CHECK(head.line() == "HIT 200 ");
  CHECK(head.described_length == 5);
}

TEST_CASE("HEAD on a cold cache is forwarded and stores nothing") {
  Scenario s({route("/**", 60s)});
  s.origin_says({});
  CHECK(s.ask("HEAD", "/a").cache == "MISS");
  CHECK(s.origin.asked.back().method == "HEAD");
  s.origin_says({.content = "whole"});
  CHECK(s.get("/a").line() == "MISS 200 whole");
}

TEST_CASE("truncated content is passed on as far as it came, and never stored") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = "half of it", .cut_short = true});
  const Seen broken = s.get("/a");
  CHECK_FALSE(broken.whole);
  s.origin_says({.content = "all"});
  CHECK(s.get("/a").line() == "MISS 200 all");
}

TEST_CASE("content beyond max_object is streamed through and not stored") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = std::string((1u << 20) + 1, 'x')});
  const Seen big = s.get("/a");
  CHECK(big.content.size() == (1u << 20) + 1);
  CHECK(big.fields.find("Cache-Status") == "larder; fwd=uri-miss; detail=too-large");
  CHECK(s.get("/a").cache == "MISS");
}

TEST_CASE("an error of the origin becomes a problem and is not stored") {
  Scenario s({route("/**", 60s)});
  s.origin.failure = Error::unavailable;
  CHECK(s.get("/a").status == 502);
  s.origin.failure = Error::timeout;
  CHECK(s.get("/a").status == 504);
  s.origin.failure = {};
  s.origin_says({.content = "back"});
  CHECK(s.get("/a").line() == "MISS 200 back");
}

TEST_CASE("RFC 9111, section 5.2.1: a request's cache directives are honored") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = "v1"});
  CHECK(s.get("/a", {{"Cache-Control", "only-if-cached"}}).status == 504);
  s.get("/a");
  CHECK(s.get("/a", {{"Cache-Control", "only-if-cached"}}).line() == "HIT 200 v1");
  s.origin_says({.content = "v2"});
  CHECK(s.get("/a", {{"Cache-Control", "no-cache"}}).line() == "MISS 200 v2");
  CHECK(s.get("/a").line() == "HIT 200 v2");
  CHECK(s.get("/a", {{"Cache-Control", "no-store"}}).cache == "BYPASS");
}

TEST_CASE("X-Cache is larder's own, whatever a cache closer to the origin says") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.fields = {{"X-Cache", "HIT from elsewhere"}}, .content = "x"});
  const Seen miss = s.get("/a");
  CHECK(miss.fields.count("X-Cache") == 1);
  CHECK(miss.cache == "MISS");
  CHECK(s.ask("POST", "/b").fields.count("X-Cache") == 1);
}
