#include "late.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

policy::Route bypassing(policy::BypassRule rule) {
  policy::Route made = route("/**", 60s);
  made.bypass = std::move(rule);
  return made;
}

policy::Route counting(unsigned min_uses) {
  policy::Route made = route("/**", 60s);
  made.min_uses = min_uses;
  return made;
}

std::string last_cookie(const Scenario& s) {
  return s.origin.asked.back().fields.combined("Cookie").value_or("none");
}

}  // namespace

TEST_CASE(
    "a request that takes the route's bypass is passed as it is, and nothing of it is stored or given") {
  policy::Route blog =
      bypassing({.cookies = {"wordpress_logged_in_*"}, .headers = {"X-Preview"}, .query = {"nocache"}});
  blog.cookies = policy::CookieRule::ignore_all();
  Scenario s({blog});
  s.origin_says({.content = "for all"});
  s.get("/a");
  CHECK(s.get("/a").line() == "HIT 200 for all");
  s.origin_says({.fields = {{"Cache-Control", "public, max-age=600"}}, .content = "draft"});
  const Fields cookies{{"Cookie", "_ga=1; wordpress_logged_in_7f=anna; theme=dark"}};
  for (const std::string path : {"/a", "/b"}) {
    const Seen seen = s.get(path, cookies);
    CHECK(seen.line() == "BYPASS 200 draft");
    CHECK(status_of(seen) == "larder; fwd=bypass; detail=bypass");
    CHECK_FALSE(seen.fields.contains("Vary"));
    CHECK(last_cookie(s) == cookies.front().second);
    CHECK(s.get(path, {{"X-Preview", ""}}).line() == "BYPASS 200 draft");
    CHECK(s.get(path + "?nocache").line() == "BYPASS 200 draft");
  }
  CHECK(s.get("/a").line() == "HIT 200 for all");
  s.origin_says({.content = "public"});
  CHECK(s.get("/b").line() == "MISS 200 public");
  CHECK(s.get("/b", {{"Cookie", "_ga=1"}}).line() == "HIT 200 public");
  SUBCASE("nor does a stale one hide an error") {
    s.origin.failure = Error::unavailable;
    CHECK(s.get("/a", {{"X-Preview", "1"}, {"Cache-Control", "stale-if-error=60"}}).status == 502);
    CHECK(s.get("/a", {{"X-Preview", "1"}, {"Cache-Control", "only-if-cached"}}).status == 504);
  }
  SUBCASE("a write purges with it as well, and its answer is not stored for others") {
    s.origin_says(
        {.fields = {{"Cache-Control", "max-age=60"}, {"Content-Location", "/a"}}, .content = "new"});
    CHECK(s.ask("POST", "/a", {{"X-Preview", "1"}}, "x").line() == "BYPASS 200 new");
    CHECK(s.get("/a").line() == "MISS 200 new");
  }
}

TEST_CASE(
    "no other spelling of a path leads around the bypass of its route, nor does that keep it from the "
    "cache") {
  policy::Route blog = route("/blog/**", 60s);
  blog.bypass = policy::BypassRule{.headers = {"X-Preview"}};
  Scenario s({blog, route("/**", 60s)});
  for (const std::string path : {"/BLOG/x", "/blog%2Fx", "/blog;v=1/x", "//blog/x"}) {
    CAPTURE(path);
    s.origin_says({.content = "draft"});
    CHECK(s.get(path, {{"X-Preview", "1"}}).line() == "BYPASS 200 draft");
    s.origin_says({.content = "public"});
    CHECK(s.get(path).line() == "MISS 200 public");
    CHECK(s.get(path).line() == "HIT 200 public");
    CHECK(s.get(path, {{"X-Preview", "1"}}).cache == "BYPASS");
  }
  CHECK(s.get("/other", {{"X-Preview", "1"}}).cache == "MISS");
  CHECK(s.get("/Other", {{"X-Preview", "1"}}).cache == "MISS");
}

TEST_CASE("a response is stored from the request on that min_uses says, and none before") {
  Scenario s({counting(3)});
  s.origin_says({.content = "v1"});
  for (int use = 1; use < 3; ++use) {
    const Seen seen = s.get("/a");
    CHECK(seen.line() == "MISS 200 v1");
    CHECK(status_of(seen) == "larder; fwd=uri-miss; detail=min-uses");
  }
  CHECK(status_of(s.get("/a")) == "larder; fwd=uri-miss; stored");
  CHECK(s.get("/a").line() == "HIT 200 v1");
  CHECK(s.get("/b").line() == "MISS 200 v1");
  SUBCASE("what was stored is stored anew when it has ended, or was purged") {
    s.clock.advance(61s);
    s.origin_says({.content = "v2"});
    s.get("/a");
    CHECK(s.get("/a").line() == "HIT 200 v2");
    s.ask("PUT", "/a", {}, "x");
    s.get("/a");
    CHECK(s.get("/a").line() == "HIT 200 v2");
  }
  SUBCASE("with content of unknown length too, and without collapsing") {
    policy::Route alone = counting(2);
    alone.collapse = policy::Collapse::off;
    for (const policy::Route& each : {counting(2), alone}) {
      Scenario other({each});
      other.origin_says({.content = "v1", .has_length = false});
      CHECK(status_of(other.get("/a")) == "larder; fwd=uri-miss; detail=min-uses");
      CHECK(status_of(other.get("/a")) == "larder; fwd=uri-miss; stored");
      CHECK(other.get("/a").line() == "HIT 200 v1");
    }
  }
  SUBCASE("a part of one too") {
    s.origin_says(
        {.status = 206, .fields = {{"Content-Range", "bytes 0-1/9"}, {"ETag", "\"1\""}}, .content = "v1"});
    const Fields part{{"Range", "bytes=0-1"}};
    CHECK(status_of(s.get("/part", part)) == "larder; fwd=uri-miss; detail=min-uses");
    s.get("/part", part);
    CHECK(s.get("/part", part).line() == "MISS 206 v1");
    CHECK(s.get("/part", part).line() == "HIT 206 v1");
  }
}

TEST_CASE(
    "those who share a fetch count as uses, and what min_uses refuses keeps nobody from sharing the next") {
  Late s(cacheable, {counting(3)});
  auto first = s.begin("/a");
  auto second = s.begin("/a");
  CHECK(asked(s) == 1);
  CHECK(status_of(s.finish(first)) == "larder; fwd=uri-miss; detail=min-uses");
  CHECK(status_of(s.finish(second)) == "larder; fwd=uri-miss; ttl=60; collapsed; detail=min-uses");
  auto third = s.begin("/a");
  auto fourth = s.begin("/a");
  CHECK(asked(s) == 2);
  CHECK(s.finish(third).line() == "MISS 200 content");
  CHECK(s.finish(fourth).content == "content");
  CHECK(s.get("/a").cache == "HIT");
}

TEST_CASE("a crowd as large as min_uses has its shared fetch stored") {
  Late s(cacheable, {counting(2)});
  auto first = s.begin("/a");
  auto second = s.begin("/a");
  s.finish(first);
  s.finish(second);
  CHECK(asked(s) == 1);
  CHECK(s.get("/a").cache == "HIT");
}

TEST_CASE("what is not for the cache is not counted, and a page that is warmed is stored at once") {
  Scenario s({bypassing({.headers = {"X-Preview"}})});
  policy::Route both = counting(2);
  both.bypass = policy::BypassRule{.headers = {"X-Preview"}};
  s.use({both});
  s.origin_says({.content = "v1"});
  s.get("/a", {{"X-Preview", "1"}});
  s.ask("OPTIONS", "/a");
  s.get("/a", {{"Cache-Control", "no-store"}});
  s.get("/a", {{"Cache-Control", "only-if-cached"}});
  CHECK(status_of(s.get("/a")) == "larder; fwd=uri-miss; detail=min-uses");
  pipeline::Request request;
  request.head.method = "GET";
  request.head.target = "/warm";
  request.head.fields.add("Host", "shop.test");
  request.target = http::target_of(request.head, "http").value();
  request.is_warming = true;
  CHECK(run_task(s.loop, s.handler.handle(request)).has_value());
  CHECK(s.get("/warm").cache == "HIT");
}

TEST_CASE(
    "a route's max_object bounds what is stored of it, and such content does not keep others from sharing") {
  policy::Route small = route("/small/**", 60s);
  small.max_object = 7;
  for (const bool has_length : {true, false}) {
    CAPTURE(has_length);
    Scenario s({small, route("/**", 60s)});
    Answer answer = cacheable;
    answer.has_length = has_length;
    s.origin_says(answer);
    s.get("/small/a");
    CHECK(s.get("/small/a").line() == "HIT 200 content");
    answer.content = "contents";
    s.origin_says(answer);
    s.get("/other");
    CHECK(s.get("/other").line() == "HIT 200 contents");
    s.get("/small/b");
    const Seen seen = s.get("/small/b");
    CHECK(seen.line() == "MISS 200 contents");
    if (has_length) CHECK(status_of(seen) == "larder; fwd=uri-miss; detail=too-large");
    // It is smaller now, and fetched once for both.
    s.origin_says(cacheable);
    s.origin.asked.clear();
    s.origin.waits = true;
    auto first = s.begin("/small/b");
    auto second = s.begin("/small/b");
    CHECK(asked(s) == 1);
    CHECK(s.finish(first).line() == "MISS 200 content");
    CHECK(s.finish(second).line() == "MISS 200 content");
  }
}

TEST_CASE(
    "stale_if_error with override holds over what the origin says of stale use, but for no-cache and "
    "private") {
  policy::Route lenient = route("/**", 10s);
  lenient.stale_if_error = policy::StaleIfError(60s, true);
  policy::Route plain = route("/**", 10s);
  plain.stale_if_error = 60s;
  struct Case {
    const char* says;
    const char* lenient;
    const char* plain;
  };
  for (const auto& [says, with_override, without] : {
           Case{"max-age=10", "STALE", "STALE"},
           Case{"s-maxage=10", "STALE", "MISS"},
           Case{"max-age=10, must-revalidate", "STALE", "MISS"},
           Case{"max-age=10, proxy-revalidate", "STALE", "MISS"},
           Case{"max-age=10, stale-if-error=0", "STALE", "MISS"},
           Case{"max-age=10, no-cache", "MISS", "MISS"},
           Case{"private, max-age=10", "MISS", "MISS"},
           Case{"no-store", "MISS", "MISS"},
       }) {
    CAPTURE(says);
    for (const auto& [rule, expected] : {std::pair(lenient, with_override), std::pair(plain, without)}) {
      Scenario s({rule});
      s.origin_says({.fields = {{"Cache-Control", says}}, .content = "v1"});
      s.get("/a");
      s.clock.advance(12s);
      s.origin_says({.status = 503, .content = "oops"});
      CHECK(s.get("/a").cache == expected);
      s.clock.advance(60s);
      CHECK(s.get("/a").cache == "MISS");
    }
  }
}

TEST_CASE(
    "no stale_if_error brings back what was purged, or gives a client what must-revalidate shared with it") {
  policy::Route lenient = route("/**", 10s);
  lenient.stale_if_error = policy::StaleIfError(60s, true);
  Scenario s({lenient});
  s.origin_says({.fields = {{"Cache-Control", "max-age=10, must-revalidate"}}, .content = "v1"});
  s.get("/a");
  CHECK(s.get("/a", {{"Authorization", "Bearer b"}}).cache == "HIT");
  s.clock.advance(12s);
  s.origin_says({.status = 503, .content = "oops"});
  CHECK(s.get("/a", {{"Authorization", "Bearer b"}}).status == 503);
  CHECK(s.get("/a").line() == "STALE 200 v1");
  s.origin_says({.status = 204});
  s.ask("DELETE", "/a");
  s.origin_says({.status = 503, .content = "oops"});
  CHECK(s.get("/a").status == 503);
}

TEST_CASE("fields that are about one request go to its client, and to no hit and no follower") {
  Answer answer = cacheable;
  answer.fields.insert(answer.fields.end(), {{"RateLimit", "\"default\";r=50;t=30"},
                                             {"X-RateLimit-Remaining", "50"},
                                             {"X-Request-Id", "r1"},
                                             {"CF-Ray", "c1"},
                                             {"Server-Timing", "db;dur=5"},
                                             {"X-CSRF-Token", "secret"},
                                             {"Retry-After", "5"}});
  const auto own = [](const Seen& seen) {
    std::string names;
    for (const char* name : {"RateLimit", "X-RateLimit-Remaining", "X-Request-Id", "CF-Ray", "Server-Timing",
                             "X-CSRF-Token", "Retry-After"}) {
      if (seen.fields.contains(name)) names.append(name).append(" ");
    }
    return names;
  };
  constexpr std::string_view all =
      "RateLimit X-RateLimit-Remaining X-Request-Id CF-Ray Server-Timing X-CSRF-Token Retry-After ";
  Late s(answer);
  auto first = s.begin("/a");
  auto second = s.begin("/a");
  CHECK(own(s.finish(first)) == all);
  CHECK(own(s.finish(second)) == "Retry-After ");
  CHECK(own(s.get("/a")) == "Retry-After ");
  SUBCASE("those of a 304 go to the client for which the origin was asked") {
    s.origin.waits = false;
    s.clock.advance(61s);
    s.origin_says({.status = 304,
                   .fields = {{"ETag", "\"1\""}, {"Cache-Control", "max-age=60"}, {"X-Request-Id", "r2"}}});
    const Seen seen = s.get("/a");
    CHECK(seen.cache == "REVALIDATED");
    CHECK(seen.fields.find("X-Request-Id") == "r2");
    CHECK(own(s.get("/a")) == "Retry-After ");
  }
}

TEST_CASE("the statuses of purge.on purge, and no other does but its URL") {
  policy::Route jobs = route("/**", 60s);
  jobs.purge.on = {.numbers = {202, 409}, .classes = {}};
  struct Case {
    int status;
    const char* target;
    const char* parent;
  };
  for (const auto& [status, target, parent] : {
           Case{202, "MISS", "MISS"},
           Case{409, "MISS", "MISS"},
           Case{200, "MISS", "HIT"},
           Case{303, "MISS", "HIT"},
           Case{404, "HIT", "HIT"},
       }) {
    CAPTURE(status);
    Scenario s({jobs});
    s.origin_says({.content = "old"});
    for (const char* path : {"/jobs", "/jobs/7"}) s.get(path);
    s.origin_says({.status = status});
    s.ask("POST", "/jobs/7", {}, "x");
    CHECK(s.get("/jobs/7").cache == target);
    CHECK(s.get("/jobs").cache == parent);
  }
}

TEST_CASE("purge.again purges once more when the origin's replicas have caught up") {
  policy::Route lagging = route("/**", 60s);
  lagging.purge.again = 30ms;
  Scenario s({lagging});
  s.origin_says({.content = "old"});
  s.get("/a");
  s.ask("PUT", "/a", {}, "x");
  CHECK(s.get("/a").line() == "MISS 200 old");  // by a replica that lags
  CHECK(s.get("/a").cache == "HIT");
  s.origin_says({.content = "new"});
  std::this_thread::sleep_for(60ms);
  s.finish_behind();
  CHECK(s.get("/a").line() == "MISS 200 new");
  CHECK(s.get("/a").cache == "HIT");
}

TEST_CASE("a write to one form of a URL purges the others, of the item and of its collection") {
  for (const std::string written : {"/posts/5", "/posts/5.json"}) {
    CAPTURE(written);
    Scenario s({route("/posts/{id}.json", 60s), route("/posts.json", 60s), route("/**", 60s)});
    s.origin_says({.content = "old"});
    for (const char* path : {"/posts/5", "/posts/5.json", "/posts", "/posts.json?page=2", "/posts/6.json"}) {
      s.get(path);
    }
    s.ask("PUT", written, {}, "x");
    for (const char* path : {"/posts/5", "/posts/5.json", "/posts", "/posts.json?page=2"}) {
      CAPTURE(path);
      CHECK(s.get(path).cache == "MISS");
    }
    CHECK(s.get("/posts/6.json").cache == "HIT");
  }
}

TEST_CASE("a write on one path purges what it names on another, by what it captured and no more") {
  policy::Route admin = route("/admin/products/{id}", 60s);
  admin.cache = false;
  admin.purge.urls = {"/products/{id}", "/products", "/products/{id}/**", "/*/of/{id}"};
  Scenario s({admin, route("/**", 60s)});
  const auto store = [&s](std::initializer_list<const char*> paths) {
    s.origin_says({.content = "old"});
    for (const char* path : paths) {
      s.get(path);
      REQUIRE(s.get(path).cache == "HIT");
    }
  };
  store({"/products/7", "/products?page=2", "/products/7/reviews", "/products/8", "/products/8/reviews"});
  s.ask("PUT", "/admin/products/7", {}, "x");
  CHECK(s.get("/products/7").cache == "MISS");
  CHECK(s.get("/products?page=2").cache == "MISS");
  CHECK(s.get("/products/7/reviews").cache == "MISS");
  CHECK(s.get("/products/8").cache == "HIT");
  SUBCASE("encoded bytes are the same") {
    store({"/products/a%20b%2Fc", "/products/a%20b%2Fc/reviews", "/products/caf%C3%A9/x"});
    s.ask("PUT", "/admin/products/a%20b%2fc", {}, "x");
    s.ask("PUT", "/admin/products/caf%c3%a9", {}, "x");
    CHECK(s.get("/products/a%20b%2Fc").cache == "MISS");
    CHECK(s.get("/products/a%20b%2Fc/reviews").cache == "MISS");
    CHECK(s.get("/products/caf%C3%A9/x").cache == "MISS");
  }
  SUBCASE("a star is a star, however it is written") {
    for (const char* star : {"/admin/products/*", "/admin/products/%2A", "/admin/products/{x}"}) {
      CAPTURE(star);
      store({"/products/*", "/products/*/reviews", "/products/8", "/products/8/reviews", "/any/of/8"});
      s.ask("PUT", star, {}, "x");
      CHECK(s.get("/products/8/reviews").cache == "HIT");
      CHECK(s.get("/products/8").cache == "HIT");
      CHECK(s.get("/any/of/8").cache == "HIT");
      if (std::string_view(star) == "/admin/products/{x}") continue;
      CHECK(s.get("/products/*").cache == "MISS");
      CHECK(s.get("/products/*/reviews").cache == "MISS");
    }
  }
  SUBCASE("dots do not lead to all the site") {
    for (const char* dots : {"/admin/products/%2e%2e", "/admin/products/..", "/admin/products/..%5c..",
                             "/admin/products/..;x", "/admin/products/..%2f.."}) {
      CAPTURE(dots);
      store({"/other", "/products/8/reviews"});
      s.ask("PUT", dots, {}, "x");
      CHECK(s.get("/other").cache == "HIT");
      CHECK(s.get("/products/8/reviews").cache == "HIT");
    }
  }
}
