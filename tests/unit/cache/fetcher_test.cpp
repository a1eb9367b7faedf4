#include "cache/fetcher.hpp"

#include "cache/fetch_history.hpp"
#include "workbench.hpp"

#include <doctest/doctest.h>

namespace larder::fetcher_test {

using namespace larder::cache;
using namespace std::chrono_literals;
using larder::test::answer_of;
using larder::test::field_of;
using larder::test::Workbench;

namespace {

/// Makes the transaction lead a fill; returns what its followers see.
std::shared_ptr<SharedFill> lead(Workbench& bench, Workbench::Asked& asked) {
  JoinResult joining = bench.coordinator.collapser().enter(asked.transaction.key.text, bench.log.mark(), true,
                                                           bench.clock.now(), nullptr);
  REQUIRE(joining.kind == JoinResult::Kind::lead);
  asked.transaction.leader.emplace(bench.coordinator.collapser(), asked.transaction.key.text, joining.fill);
  return joining.fill;
}

std::string asked_for(const Workbench& bench, std::size_t turn, http::FieldName name) {
  return std::string(bench.origin.asked.at(turn).fields.find(name).value_or(""));
}

}  // namespace

TEST_CASE("a whole response is stored and goes to the followers of the fill") {
  Workbench bench;
  bench.origin.answers({[] { return answer_of(200, {}, "a"); }});
  const auto asked = bench.ask("/a");
  const auto fill = lead(bench, *asked);
  const pipeline::Response fetched = bench.fetch(*asked);
  CHECK(fetched.cache_result == pipeline::CacheResult::miss);
  CHECK(field_of(fetched, "Cache-Status") == "larder; fwd=uri-miss; stored");
  REQUIRE(bench.stored(*asked) != nullptr);
  CHECK(bench.stored(*asked)->content() == "a");
  CHECK(fill->look().state == SharedFill::State::whole);
  CHECK(fill->look().response->content() == "a");
}

TEST_CASE("a response that is not shareable goes to its client only, and is remembered as hit-for-miss") {
  Workbench bench;
  bench.origin.answers({[] { return answer_of(200, {{"Cache-Control", "private"}}, "mine"); }});
  const auto asked = bench.ask("/a");
  const auto fill = lead(bench, *asked);
  const pipeline::Response fetched = bench.fetch(*asked);
  CHECK(bench.stored(*asked) == nullptr);
  CHECK(fill->look().state == SharedFill::State::released);
  CHECK(bench.collapsing.is_hit_for_miss(asked->transaction));
}

TEST_CASE("a 304 freshens the stored response; one about another response leads to a whole fetch") {
  Workbench bench;
  bench.fill("/a", {}, {{"ETag", "\"1\""}}, "old");
  bench.clock.advance(2min);
  const auto asked = bench.ask("/a");
  asked->transaction.stored = bench.stored(*asked);
  asked->transaction.validates = true;
  asked->transaction.why = policy::Reason::stale;

  SUBCASE("freshened") {
    bench.origin.answers({[] { return answer_of(304, {{"ETag", "\"1\""}}); }});
    const pipeline::Response fetched = bench.fetch(*asked);
    CHECK(fetched.cache_result == pipeline::CacheResult::revalidated);
    CHECK(fetched.body.bytes().view() == "old");
    CHECK(bench.origin.asked.size() == 1);
    CHECK(bench.stored(*asked)->lifetimes.response_time() == bench.clock.now());
  }
  SUBCASE("another one") {
    bench.origin.answers({[] {
                            return answer_of(304, {{"ETag", "\"2\""}});
                          },
                          [] {
                            return answer_of(200, {{"ETag", "\"2\""}}, "new");
                          }});
    const pipeline::Response fetched = bench.fetch(*asked);
    CHECK(fetched.cache_result == pipeline::CacheResult::miss);
    REQUIRE(bench.origin.asked.size() == 2);
    CHECK(asked_for(bench, 0, "If-None-Match") == "\"1\"");
    CHECK(asked_for(bench, 1, "If-None-Match").empty());
    CHECK(bench.stored(*asked)->content() == "new");
  }
}

TEST_CASE("a 304 about none of the variants cannot be used: the next plan asks for the whole, once") {
  Workbench bench;
  for (const std::string language : {"de", "en"}) {
    bench.fill("/a", {{"Accept-Language", language}},
               {{"Vary", "Accept-Language"}, {"ETag", "\"" + language + "\""}}, language);
  }
  const auto asked = bench.ask("/a", {{"Accept-Language", "fr"}});
  asked->transaction.why = policy::Reason::vary;

  SUBCASE("one of them answers") {
    bench.origin.answers({[] { return answer_of(304, {{"ETag", "\"de\""}}); }});
    const pipeline::Response fetched = bench.fetch(*asked);
    CHECK(fetched.body.bytes().view() == "de");
    CHECK(bench.origin.asked.size() == 1);
    CHECK(bench.stored(*asked)->content() == "de");
  }
  SUBCASE("none of them") {
    bench.origin.answers({[] { return answer_of(304); }});
    const pipeline::Response fetched = bench.fetch(*asked);
    CHECK(fetched.head.status == 304);
    REQUIRE(bench.origin.asked.size() == 2);
    CHECK(asked_for(bench, 0, "If-None-Match") == "\"en\", \"de\"");
    CHECK(asked_for(bench, 1, "If-None-Match").empty());
  }
}

TEST_CASE("the rest of a part completes the response, or else the whole is requested") {
  Workbench bench;
  bench.fill("/a", {{"Range", "bytes=0-3"}}, {{"ETag", "\"1\""}, {"Content-Range", "bytes 0-3/10"}}, "0123",
             206);
  const auto asked = bench.ask("/a");

  SUBCASE("the rest") {
    bench.origin.answers({[] {
      return answer_of(206, {{"ETag", "\"1\""}, {"Content-Range", "bytes 4-9/10"}}, "456789");
    }});
    const pipeline::Response fetched = bench.fetch(*asked);
    CHECK(fetched.head.status == 200);
    CHECK(field_of(fetched, "Cache-Status") == "larder; fwd=partial; stored");
    CHECK(bench.stored(*asked)->content() == "0123456789");
  }
  SUBCASE("another part, an unsatisfiable range, or a part of another response") {
    const auto useless = [](int turn) -> Result<pipeline::Response> {
      if (turn == 0) return answer_of(206, {{"ETag", "\"1\""}, {"Content-Range", "bytes 5-9/10"}}, "56789");
      if (turn == 1) return answer_of(416, {{"Content-Range", "bytes */4"}});
      return answer_of(206, {{"ETag", "\"2\""}, {"Content-Range", "bytes 4-9/10"}}, "456789");
    };
    for (int turn = 0; turn < 3; ++turn) {
      CAPTURE(turn);
      bench.origin.asked.clear();
      bench.origin.answers({[=] { return useless(turn); },
                            [] {
                              return answer_of(200, {{"Cache-Control", "no-store"}}, "whole");
                            }});
      const pipeline::Response fetched = bench.fetch(*asked);
      CHECK(fetched.body.bytes().view() == "whole");
      REQUIRE(bench.origin.asked.size() == 2);
      CHECK(asked_for(bench, 0, "Range") == "bytes=4-");
      CHECK(asked_for(bench, 1, "Range").empty());
    }
  }
}

TEST_CASE("a stored response that may be served stale hides a failure, and the followers are told") {
  Workbench bench;
  bench.fill("/a", {}, {{"Cache-Control", "max-age=60, stale-if-error=60"}}, "old");
  bench.clock.advance(90s);
  const auto asked = bench.ask("/a");
  asked->transaction.stored = bench.stored(*asked);
  asked->transaction.why = policy::Reason::stale;
  const auto fill = lead(bench, *asked);

  SUBCASE("no response") {
    bench.origin.answers({[]() -> Result<pipeline::Response> { return Error::timeout; }});
    const pipeline::Response fetched = bench.fetch(*asked);
    CHECK(fetched.cache_result == pipeline::CacheResult::stale);
    CHECK(fetched.body.bytes().view() == "old");
    CHECK(bench.coordinator.history().hangs(*asked->transaction.stored));
    CHECK(fill->look().failure.error == Error::timeout);
  }
  SUBCASE("an error") {
    bench.origin.answers({[] { return answer_of(503, {{"Retry-After", "7"}}); }});
    const pipeline::Response fetched = bench.fetch(*asked);
    CHECK(fetched.cache_result == pipeline::CacheResult::stale);
    CHECK(fill->look().failure.status == 503);
    CHECK(fill->look().failure.retry_after == "7");
  }
  SUBCASE("not by a response purged meanwhile") {
    bench.origin.answers({[]() -> Result<pipeline::Response> { return Error::refused; }});
    bench.purge("shop.test/a");
    const pipeline::Response fetched = bench.fetch(*asked);
    CHECK(fetched.head.status == 502);
    CHECK(fetched.cache_result == pipeline::CacheResult::miss);
  }
}

TEST_CASE("an upstream at max_fills is not asked: 503, except by requests known not to be shareable") {
  Workbench bench({{"origin", {.max_fills = 1, .queue = 0}}});
  bench.origin.answers({[] { return answer_of(200, {}, "a"); }});
  std::optional<FillLimiter::Permit> other = bench.coordinator.limiter("origin")->try_acquire();
  REQUIRE(other);
  const auto refused = bench.ask("/a");
  const auto fill = lead(bench, *refused);
  const pipeline::Response fetched = bench.fetch(*refused);
  CHECK(fetched.head.status == 503);
  CHECK(field_of(fetched, "Retry-After") == "1");
  CHECK(fill->look().failure.is_busy);
  CHECK(bench.origin.asked.empty());

  const auto own = bench.ask("/a");
  own->transaction.hit_for_miss = "as known";
  CHECK(bench.fetch(*own).head.status == 200);
  other.reset();
  CHECK(bench.fetch(*bench.ask("/b")).head.status == 200);
}

TEST_CASE("a client that has the response already gets a 304, whether it is stored or not") {
  Workbench bench;
  for (const char* control : {"max-age=60", "no-store"}) {
    CAPTURE(control);
    bench.origin.answers({[=] {
      return answer_of(200, {{"ETag", "\"1\""}, {"Cache-Control", control}}, "a");
    }});
    const auto asked = bench.ask("/a", {{"If-None-Match", "\"1\""}});
    const pipeline::Response fetched = bench.fetch(*asked);
    CHECK(fetched.head.status == 304);
    CHECK(fetched.body.empty());
  }
}

TEST_CASE("content that a client already has is still read to its end and stored") {
  Workbench bench;
  bench.origin.answers({[] { return test::arriving({{"ETag", "\"1\""}}, {"12", "34"}, true); }});
  const auto asked = bench.ask("/a", {{"If-None-Match", "\"1\""}});
  CHECK(bench.fetch(*asked).head.status == 304);
  REQUIRE(bench.stored(*asked) != nullptr);
  CHECK(bench.stored(*asked)->content() == "1234");
}

TEST_CASE("a response purged before or while the origin is asked counts as not stored") {
  Workbench bench;
  bench.fill("/a", {}, {{"Cache-Control", "max-age=60, must-revalidate"}}, "strict");
  bench.fill("/b", {}, {{"Cache-Control", "max-age=60, stale-if-error=60"}}, "lenient");
  bench.clock.advance(90s);
  const auto strict = bench.ask("/a");
  strict->transaction.stored = bench.stored(*strict);
  const auto lenient = bench.ask("/b");
  lenient->transaction.stored = bench.stored(*lenient);
  REQUIRE(strict->transaction.stored != nullptr);
  REQUIRE(lenient->transaction.stored != nullptr);

  SUBCASE("before: there is nothing left to validate") {
    bench.origin.answers({[]() -> Result<pipeline::Response> { return Error::refused; }});
    CHECK(bench.fetch(*strict).head.status == 504);
    bench.purge("shop.test/a");
    CHECK(bench.fetch(*strict).head.status == 502);
  }
  SUBCASE("while: it is not served instead of the error") {
    bench.origin.while_asked = [](store::PurgeLog& log) -> Task<> {
      co_await log.append({.purges = {{policy::Purge::Kind::resource, "shop.test/b"}}, .why = "test"});
    };
    bench.origin.answers({[] { return answer_of(503); }});
    const pipeline::Response fetched = bench.fetch(*lenient);
    CHECK(fetched.head.status == 503);
    CHECK(fetched.cache_result == pipeline::CacheResult::miss);
  }
}

}  // namespace larder::fetcher_test
