#include "late.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

TEST_CASE("RFC 9111, section 4: what is being fetched is not fetched again for other requests for the same") {
  Late s(cacheable);
  auto first = s.begin("/a");
  auto second = s.begin("/a");
  auto third = s.begin("/a");
  auto other = s.begin("/b");
  CHECK(asked(s) == 2);
  CHECK(status_of(s.finish(first)) == "larder; fwd=uri-miss; stored");
  for (auto* follower : {&second, &third}) {
    const Seen seen = s.finish(*follower);
    CHECK(seen.line() == "MISS 200 content");
    CHECK(status_of(seen) == "larder; fwd=uri-miss; ttl=60; stored; collapsed");
    CHECK(seen.fields.find("Age") == "0");
  }
  CHECK(s.finish(other).line() == "MISS 200 content");
  CHECK(s.get("/a").line() == "HIT 200 content");
  CHECK(asked(s) == 2);
}

TEST_CASE(
    "without memory too, what was fetched between a request's look-up and its lead is not fetched again") {
  Scenario s({}, {}, Tier::redis);
  s.origin_says(cacheable);
  s.origin.waits = true;
  auto first = s.begin("/a");
  CHECK(asked(s) == 1);
  s.redis.holds = true;
  auto late = s.begin("/a");  // there is nothing yet, but that is not told yet
  CHECK(s.finish(first).line() == "MISS 200 content");
  s.redis.holds = false;
  CHECK(s.finish(late).line() == "HIT 200 content");
  CHECK(asked(s) == 1);
}

TEST_CASE("a client that comes while the content is arriving gets it from the beginning") {
  for (const bool has_length : {true, false}) {
    Scenario s;
    Answer answer = cacheable;
    answer.has_length = has_length;
    s.origin_says(answer);
    s.origin.holds = true;
    auto first = s.begin("/a");
    auto second = s.begin("/a");
    CHECK(s.finish(second).line() == "MISS 200 content");
    CHECK(s.finish(first).line() == "MISS 200 content");
    CHECK(s.get("/a").line() == "HIT 200 content");
    CHECK(asked(s) == 1);
  }
}

TEST_CASE("each follower's own conditions, Range and method are answered from the one fetch") {
  for (const bool arrives : {false, true}) {
    CAPTURE(arrives);
    Scenario s;
    s.origin_says(cacheable);
    (arrives ? s.origin.holds : s.origin.waits) = true;
    auto first = s.begin("/a", {{"If-None-Match", "\"1\""}});
    auto validates = s.begin("/a", {{"If-None-Match", "\"1\""}});
    auto part = s.begin("/a", {{"Range", "bytes=1-2"}});
    auto beyond = s.begin("/a", {{"Range", "bytes=70-"}});
    auto head = s.begin("/a", {}, "HEAD");
    CHECK(s.finish(first).line() == "MISS 304 ");
    CHECK(s.finish(validates).line() == "MISS 304 ");
    const Seen seen = s.finish(part);
    CHECK(seen.line() == "MISS 206 on");
    CHECK(seen.fields.find("Content-Range") == "bytes 1-2/7");
    CHECK(s.finish(beyond).status == 416);
    CHECK(s.finish(head).described_length == 7);
    CHECK(asked(s) == 1);
    CHECK_FALSE(s.origin.asked[0].fields.contains("If-None-Match"));
    s.finish_behind();
    CHECK(s.get("/a").line() == "HIT 200 content");
  }
}

TEST_CASE("Range and HEAD requests fetch for themselves and lead no others") {
  Late s(cacheable);
  auto part = s.begin("/a", {{"Range", "bytes=1-2"}});
  auto head = s.begin("/a", {}, "HEAD");
  auto whole = s.begin("/a");
  CHECK(asked(s) == 3);
  CHECK(s.finish(whole).line() == "MISS 200 content");
  s.finish(part);
  s.finish(head);
}

TEST_CASE("a response that is not shareable releases the waiting requests, and the next ones do not wait") {
  for (const char* control : {"no-store", "private", "no-cache", "max-age=0"}) {
    CAPTURE(control);
    Late s({.fields = {{"Cache-Control", control}, {"ETag", "\"1\""}}, .content = "own"});
    auto first = s.begin("/a");
    auto second = s.begin("/a");
    auto third = s.begin("/a");
    CHECK(asked(s) == 1);
    CHECK(s.finish(first).line() == "MISS 200 own");
    CHECK(s.finish(second).line() == "MISS 200 own");
    CHECK(s.finish(third).line() == "MISS 200 own");
    CHECK(asked(s) == 3);
    s.origin.waits = true;
    auto fourth = s.begin("/a");
    auto fifth = s.begin("/a");
    CHECK(asked(s) == 5);
    s.finish(fourth);
    s.finish(fifth);
    s.clock.advance(10s);
    s.origin.waits = true;
    auto sixth = s.begin("/a");
    auto seventh = s.begin("/a");
    CHECK(asked(s) == 6);
    s.finish(sixth);
    s.finish(seventh);
  }
}

TEST_CASE("RFC 9111, section 4.1: each variant is fetched once") {
  Late s({});
  s.origin.answer = [](const pipeline::Request& request) {
    return Answer{.fields = {{"Cache-Control", "max-age=60"}, {"Vary", "Accept-Language"}},
                  .content = std::string(request.head.fields.find("Accept-Language").value_or("none"))};
  };
  std::vector<std::future<Seen>> all;
  for (const char* language : {"en", "de", "en", "de", "fr", "de"}) {
    all.push_back(s.begin("/a", {{"Accept-Language", language}}));
  }
  CHECK(asked(s) == 1);
  std::string contents;
  for (std::future<Seen>& one : all) contents += s.finish(one).content + " ";
  CHECK(contents == "en de en de fr de ");
  CHECK(asked(s) == 3);
}

TEST_CASE(
    "RFC 9111, section 5.2.1: a request that wants the origin asked does not wait for an earlier fetch") {
  for (const char* control : {"no-cache", "no-store", "max-age=0"}) {
    CAPTURE(control);
    Late s(cacheable);
    auto first = s.begin("/a");
    auto second = s.begin("/a", {{"Cache-Control", control}});
    CHECK(asked(s) == 2);
    s.finish(first);
    s.finish(second);
  }
}

TEST_CASE("requests with cookies wait only for each other, and share only what the origin made public") {
  Late s({.content = "hello"}, {route("/**", 60s)});
  auto anonymous = s.begin("/a");
  auto anna = s.begin("/a", {{"Cookie", "id=anna"}});
  CHECK(asked(s) == 2);
  auto bert = s.begin("/a", {{"Cookie", "id=bert"}});
  CHECK(asked(s) == 2);
  CHECK(s.finish(anna).line() == "BYPASS 200 hello");
  CHECK(s.finish(bert).line() == "BYPASS 200 hello");
  CHECK(s.finish(anonymous).line() == "MISS 200 hello");
  CHECK(asked(s) == 3);
  CHECK(s.origin.asked[2].fields.find("Cookie") == "id=bert");

  Late public_one({.fields = {{"Cache-Control", "public, max-age=60"}}, .content = "content"});
  auto first = public_one.begin("/a", {{"Cookie", "id=anna"}});
  auto second = public_one.begin("/a", {{"Cookie", "id=bert"}});
  CHECK(public_one.finish(first).line() == "MISS 200 content");
  CHECK(public_one.finish(second).line() == "MISS 200 content");
  CHECK(asked(public_one) == 1);
}

TEST_CASE("RFC 9111, section 4.3: a stale response is validated once for all requests") {
  Scenario s;
  s.origin_says(cacheable);
  s.get("/a");
  s.clock.advance(61s);
  s.origin_says({.status = 304, .fields = {{"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}}});
  s.origin.waits = true;
  auto first = s.begin("/a");
  auto second = s.begin("/a");
  CHECK(asked(s) == 2);
  CHECK(s.finish(first).line() == "REVALIDATED 200 content");
  CHECK(s.finish(second).line() == "REVALIDATED 200 content");
  CHECK(s.get("/a").line() == "HIT 200 content");
  CHECK(asked(s) == 2);
}

TEST_CASE("a request after a purge does not wait for a fetch that began before it") {
  Scenario s;
  std::string value = "old";
  s.origin.answer = [&value](const pipeline::Request& request) {
    if (request.head.method == "PUT") return Answer{.content = "done"};
    return Answer{.fields = {{"Cache-Control", "max-age=60"}, {"Cache-Tag", "group"}}, .content = value};
  };
  const auto purge = [&](policy::Purge what) {
    value = "new";
    store::PurgeBatch batch;
    batch.purges = {std::move(what)};
    run_task(s.loop, s.log.append(std::move(batch)));
  };
  SUBCASE("of its URL, while waiting for the head") {
    s.origin.waits = true;
    auto before = s.begin("/a");
    purge({policy::Purge::Kind::resource, "shop.test/a"});
    auto after = s.begin("/a");
    CHECK(asked(s) == 2);
    CHECK(s.finish(after).content == "new");
    s.finish(before);
    CHECK(s.get("/a").content == "new");
  }
  SUBCASE("of its URL, while the content is arriving") {
    s.origin.holds = true;
    auto before = s.begin("/a");
    purge({policy::Purge::Kind::resource, "shop.test/a"});
    auto after = s.begin("/a");
    CHECK(asked(s) == 2);
    CHECK(s.finish(before).content == "old");
    CHECK(s.finish(after).content == "new");
    CHECK(s.get("/a").line() == "HIT 200 new");
  }
  SUBCASE("of a tag that only the response names") {
    s.origin.answer = [&value, &s](const pipeline::Request&) {
      const Answer answer{.fields = {{"Cache-Control", "max-age=60"}, {"Cache-Tag", "group"}},
                          .content = asked(s) == 1 ? "old" : value};
      return answer;
    };
    s.origin.waits = true;
    auto before = s.begin("/a");
    auto follower = s.begin("/a");
    purge({policy::Purge::Kind::tag, "group"});
    auto after = s.begin("/a");
    CHECK(asked(s) == 1);
    CHECK(s.finish(before).content == "old");
    CHECK(s.finish(follower).content == "old");
    CHECK(s.finish(after).content == "new");
    CHECK(s.get("/a").content == "new");
  }
  SUBCASE("of another resource") {
    s.origin.waits = true;
    auto before = s.begin("/a");
    purge({policy::Purge::Kind::resource, "shop.test/b"});
    auto after = s.begin("/a");
    CHECK(asked(s) == 1);
    s.finish(before);
    s.finish(after);
  }
}

TEST_CASE("requests that waited for a response purged before they came fetch anew once, for all of them") {
  Scenario s;
  s.origin.answer = [&s](const pipeline::Request&) {
    return Answer{.fields = {{"Cache-Control", "max-age=60"}, {"Cache-Tag", "group"}},
                  .content = asked(s) == 1 ? "old" : "new"};
  };
  s.origin.waits = true;
  auto before = s.begin("/a");
  const auto purge = [&] {
    run_task(s.loop, s.log.append({.purges = {{policy::Purge::Kind::tag, "group"}}, .why = "test"}));
  };
  purge();
  std::vector<std::future<Seen>> after;
  for (int i = 0; i < 20; ++i) after.push_back(s.begin("/a"));
  CHECK(asked(s) == 1);
  SUBCASE("once") {}
  SUBCASE("and while they waited") {
    purge();
  }
  CHECK(s.finish(before).content == "old");
  for (auto& each : after) CHECK(s.finish(each).content == "new");
  CHECK(asked(s) == 2);
}

TEST_CASE("requests that come while a response's content has stalled fetch anew once, for all of them") {
  Scenario s;
  s.origin_says({.fields = {{"Cache-Control", "max-age=60"}}, .content = "content"});
  s.origin.holds = true;
  auto before = s.begin("/a");
  std::this_thread::sleep_for(150ms);
  std::vector<std::future<Seen>> after;
  for (int i = 0; i < 20; ++i) after.push_back(s.begin("/a"));
  CHECK(asked(s) == 1);
  s.loop.restart();
  s.loop.run_for(2s);
  CHECK(asked(s) == 2);
  for (auto& each : after) CHECK(s.finish(each).line() == "MISS 200 content");
  CHECK(s.finish(before).line() == "MISS 200 content");
  CHECK(asked(s) == 2);
}

TEST_CASE("with `collapse: off` each request fetches for itself") {
  policy::Route alone = route("/**", 60s);
  alone.collapse = policy::Collapse::off;
  Late s({.content = "hello"}, {alone});
  auto first = s.begin("/a");
  auto second = s.begin("/a");
  CHECK(asked(s) == 2);
  s.finish(first);
  s.finish(second);
}
