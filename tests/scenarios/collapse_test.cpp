#include "scenario.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

const Answer cacheable{.fields = {{"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}}, .content = "content"};

std::string_view status_of(const Seen& seen) {
  return seen.fields.find("Cache-Status").value_or("");
}

/// How many requests the origin got.
std::size_t asked(const Scenario& s) {
  return s.origin.asked.size();
}

/// A scenario whose origin answers so, late.
struct Late : Scenario {
  explicit Late(Answer answer, std::vector<policy::Route> routes = {}) : Scenario(std::move(routes)) {
    origin_says(std::move(answer));
    origin.waits = true;
  }
};

}  // namespace

TEST_CASE("RFC 9111, section 4: what is being fetched is not fetched again for those who ask the same") {
  Late s(cacheable);
  auto first = s.begin("/a");
  auto second = s.begin("/a");
  auto third = s.begin("/a");
  auto other = s.begin("/b");
  CHECK(asked(s) == 2);
  CHECK(status_of(s.finish(first)) == "larder; fwd=uri-miss; stored");
  for (auto* guest : {&second, &third}) {
    const Seen seen = s.finish(*guest);
    CHECK(seen.line() == "MISS 200 content");
    CHECK(status_of(seen) == "larder; fwd=uri-miss; ttl=60; stored; collapsed");
    CHECK(seen.fields.find("Age") == "0");
  }
  CHECK(s.finish(other).line() == "MISS 200 content");
  CHECK(s.get("/a").line() == "HIT 200 content");
  CHECK(asked(s) == 2);
}

TEST_CASE("who comes while the content arrives gets it from its beginning") {
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

TEST_CASE("each guest's own conditions, Range and method are answered from the one fetch") {
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

TEST_CASE("a part and a head are fetched by who asks for them; they lead nobody") {
  Late s(cacheable);
  auto part = s.begin("/a", {{"Range", "bytes=1-2"}});
  auto head = s.begin("/a", {}, "HEAD");
  auto whole = s.begin("/a");
  CHECK(asked(s) == 3);
  CHECK(s.finish(whole).line() == "MISS 200 content");
  s.finish(part);
  s.finish(head);
}

TEST_CASE("a response that is not for others releases those who wait, and the next ones do not wait") {
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

TEST_CASE("RFC 9111, section 5.2.1: who wants the origin asked does not wait for an earlier answer") {
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

TEST_CASE("requests with cookies wait for each other alone, and share only what the origin made public") {
  const policy::Route by_route = route("/**", 60s);
  Late s({.content = "hello"}, {by_route});
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

  Late public_one(cacheable);
  auto first = public_one.begin("/a", {{"Cookie", "id=anna"}});
  auto second = public_one.begin("/a", {{"Cookie", "id=bert"}});
  CHECK(public_one.finish(first).line() == "MISS 200 content");
  CHECK(public_one.finish(second).line() == "MISS 200 content");
  CHECK(asked(public_one) == 1);
}

TEST_CASE("an error of the origin is told to all who wait, without a new request and without its words") {
  SUBCASE("where it does not answer") {
    Late s(cacheable);
    s.origin.failure = Error::timeout;
    auto first = s.begin("/a");
    auto second = s.begin("/a");
    CHECK(s.finish(first).status == 504);
    const Seen seen = s.finish(second);
    CHECK(seen.status == 504);
    CHECK(status_of(seen) == "larder; fwd=uri-miss; collapsed");
    CHECK(asked(s) == 1);
  }
  SUBCASE("where it answers with one") {
    Late s({.status = 503, .fields = {{"Retry-After", "7"}}, .content = "anna's basket is broken"});
    auto first = s.begin("/a");
    auto second = s.begin("/a");
    CHECK(s.finish(first).content == "anna's basket is broken");
    const Seen seen = s.finish(second);
    CHECK(seen.status == 503);
    CHECK(seen.fields.find("Retry-After") == "7");
    CHECK(seen.content.find("basket") == std::string::npos);
    CHECK(asked(s) == 1);
    s.origin_says(cacheable);
    CHECK(s.get("/a").line() == "MISS 200 content");
  }
}

TEST_CASE("RFC 9111, section 5.2.2.2: what must be validated and cannot be is 504 for all who wait") {
  Scenario s;
  s.origin_says({.fields = {{"Cache-Control", "max-age=10, must-revalidate"}, {"ETag", "\"1\""}}});
  s.get("/a");
  s.clock.advance(20s);
  s.origin.waits = true;
  s.origin.failure = Error::closed;
  auto first = s.begin("/a");
  auto second = s.begin("/a");
  CHECK(s.finish(first).status == 504);
  CHECK(s.finish(second).status == 504);
  CHECK(asked(s) == 2);
}

TEST_CASE("nobody waits for another one's fetch longer than a fetch from that upstream may take") {
  struct Row {
    Milliseconds in_queue, until_head;
    std::size_t asked;
  };
  for (const Row& row : {Row{0s, 0s, 2}, Row{1h, 0s, 1}, Row{0s, 1h, 1}}) {
    Late s(cacheable);
    s.settings.upstreams["origin"] = {.queue_timeout = row.in_queue, .until_head = row.until_head};
    auto first = s.begin("/a");
    auto second = s.begin("/a");
    CHECK(asked(s) == row.asked);
    CHECK(s.finish(second).line() == "MISS 200 content");
    s.finish(first);
  }
}

TEST_CASE("RFC 5861, section 4: those who wait for a fetch that fails are served what is stale") {
  Scenario s;
  s.origin_says({.fields = {{"Cache-Control", "max-age=10, stale-if-error=60"}}, .content = "v1"});
  s.get("/a");
  s.clock.advance(20s);
  s.origin.waits = true;
  SUBCASE("without an answer") {
    s.origin.failure = Error::closed;
  }
  SUBCASE("with an error for an answer") {
    s.origin_says({.status = 503, .content = "oops"});
  }
  auto first = s.begin("/a");
  auto second = s.begin("/a");
  CHECK(s.finish(first).line() == "STALE 200 v1");
  CHECK(s.finish(second).line() == "STALE 200 v1");
  CHECK(asked(s) == 2);
}

TEST_CASE("RFC 9111, section 4.3: a stale response is validated once for all who ask") {
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

TEST_CASE("who comes after a purge does not wait for a fetch that began before it") {
  Scenario s;
  std::string value = "old";
  s.origin.answer = [&value](const pipeline::Request& request) {
    if (request.head.method == "PUT") return Answer{.content = "done"};
    return Answer{.fields = {{"Cache-Control", "max-age=60"}, {"Cache-Tag", "group"}}, .content = value};
  };
  const auto purge = [&](policy::Purge what) {
    value = "new";
    store::Purging purging;
    purging.purges = {std::move(what)};
    run_task(s.loop, s.log.append(std::move(purging)));
  };
  SUBCASE("of its URL, while the head is waited for") {
    s.origin.waits = true;
    auto before = s.begin("/a");
    purge({policy::Purge::Kind::resource, "shop.test/a"});
    auto after = s.begin("/a");
    CHECK(asked(s) == 2);
    CHECK(s.finish(after).content == "new");
    s.finish(before);
    CHECK(s.get("/a").content == "new");
  }
  SUBCASE("of its URL, while the content arrives") {
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
    auto guest = s.begin("/a");
    purge({policy::Purge::Kind::tag, "group"});
    auto after = s.begin("/a");
    CHECK(asked(s) == 1);
    CHECK(s.finish(before).content == "old");
    CHECK(s.finish(guest).content == "old");
    CHECK(s.finish(after).content == "new");
    CHECK(s.get("/a").content == "new");
  }
  SUBCASE("of something else") {
    s.origin.waits = true;
    auto before = s.begin("/a");
    purge({policy::Purge::Kind::resource, "shop.test/b"});
    auto after = s.begin("/a");
    CHECK(asked(s) == 1);
    s.finish(before);
    s.finish(after);
  }
}

TEST_CASE("a fetch goes on without the client that began it") {
  Scenario s;
  s.origin_says(cacheable);
  s.origin.holds = true;
  s.ask_and_leave("/a");
  SUBCASE("for those who wait") {
    auto second = s.begin("/a");
    CHECK(s.finish(second).line() == "MISS 200 content");
  }
  SUBCASE("for the store") {
    s.finish_behind();
  }
  CHECK(s.get("/a").line() == "HIT 200 content");
  CHECK(asked(s) == 1);
}

TEST_CASE("content cut short is whole for nobody, and is not stored") {
  Answer cut = cacheable;
  cut.cut_short = true;
  for (const bool has_length : {true, false}) {
    cut.has_length = has_length;
    Scenario s;
    s.origin_says(cut);
    s.origin.holds = true;
    auto first = s.begin("/a");
    auto second = s.begin("/a");
    CHECK_FALSE(s.finish(first).whole);
    CHECK_FALSE(s.finish(second).whole);
    s.origin_says(cacheable);
    CHECK(s.get("/a").line() == "MISS 200 content");
  }
}

TEST_CASE("content that turns out too large to be kept is passed on to all who wait") {
  Scenario s;
  s.settings.max_object = 600;
  const std::string large(1000, 'x');
  s.origin_says({.fields = {{"Cache-Control", "max-age=60"}}, .content = large, .has_length = false});
  s.origin.holds = true;
  auto first = s.begin("/a");
  auto second = s.begin("/a");
  CHECK(s.finish(first).content == large);
  CHECK(s.finish(second).content == large);
  CHECK(asked(s) == 1);
  CHECK(s.get("/a").line() == "MISS 200 " + large);
}

TEST_CASE("what runs is ended with the worker, and its clients are told") {
  Scenario s;
  s.origin_says(cacheable);
  s.origin.holds = true;
  auto first = s.begin("/a");
  auto second = s.begin("/a");
  s.stop();
  CHECK_FALSE(s.finish(first).whole);
  CHECK_FALSE(s.finish(second).whole);
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

TEST_CASE("an upstream is asked for so many fills at once; then stale is served, or 503") {
  const std::map<std::string, cache::Protection> one{{"origin", {1, 0, 1s}}};
  Scenario s({}, one);
  s.origin_says({.fields = {{"Cache-Control", "max-age=10, stale-if-error=60"}}, .content = "v1"});
  s.get("/stale");
  s.clock.advance(20s);
  s.origin.waits = true;
  auto runs = s.begin("/a");
  const Seen refused = s.get("/b");
  CHECK(refused.status == 503);
  CHECK(refused.fields.contains("Retry-After"));
  CHECK(status_of(refused) == "larder; fwd=uri-miss; detail=busy");
  CHECK(s.get("/stale").line() == "STALE 200 v1");
  CHECK(asked(s) == 2);
  s.finish(runs);
  CHECK(s.get("/b").line() == "MISS 200 v1");
  SUBCASE("requests that are not for the cache are no fills") {
    s.origin.waits = true;
    auto again = s.begin("/c");
    auto write = s.begin("/d", {}, "DELETE");
    CHECK(s.finish(write).status == 200);
    s.finish(again);
  }
}

TEST_CASE("a fill counts until its content is there, or turns out not to be kept") {
  const std::map<std::string, cache::Protection> one{{"origin", {1, 0, 1s}}};
  Scenario s({}, one);
  s.origin.holds = true;
  SUBCASE("kept") {
    s.origin_says(cacheable);
    auto runs = s.begin("/a");
    CHECK(s.get("/b").status == 503);
    s.finish(runs);
    CHECK(s.get("/b").status == 200);
  }
  SUBCASE("not kept") {
    s.origin_says({.fields = {{"Cache-Control", "no-store"}}, .content = "content"});
    auto runs = s.begin("/a");
    auto second = s.begin("/b");
    CHECK(s.finish(second).status == 200);
    s.finish(runs);
  }
}

TEST_CASE("too many requests, and errors of any kind, are told to all who wait: none of them asks again") {
  for (const int status : {429, 500, 503, 520}) {
    CAPTURE(status);
    Late s({.status = status, .fields = {{"Retry-After", "7"}}, .content = "wait"});
    auto first = s.begin("/a");
    auto second = s.begin("/a");
    CHECK(s.finish(first).status == status);
    const Seen guest = s.finish(second);
    CHECK(guest.status == status);
    CHECK(guest.fields.find("Retry-After") == "7");
    CHECK(asked(s) == 1);
  }
}

TEST_CASE("an odd request, answered with 4xx where others have had a response, ends nobody's sharing") {
  Scenario s;
  s.origin_says(cacheable);
  s.get("/a");
  s.clock.advance(61s);
  s.origin_says({.status = 406});
  s.get("/a", {{"Accept", "weird/x"}});
  s.origin_says(cacheable);
  s.origin.waits = true;
  auto first = s.begin("/a");
  auto second = s.begin("/a");
  CHECK(asked(s) == 3);
  s.finish(first);
  CHECK(status_of(s.finish(second)).ends_with("collapsed"));
}
