#include "storing.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

namespace {

Lifetimes lifetimes(const Route& route, std::string_view response, double chance = 0,
                    Milliseconds fetch_time = Milliseconds{0}) {
  const http::RequestHead request = request_of("GET");
  const http::ResponseHead head = response_of(200, response);
  const StoringDecision decision =
      decide_storing({route, request, head, noon - fetch_time, noon, Seconds{86'400}, chance});
  CHECK(decision.store());
  return decision.lifetimes;
}

}  // namespace

TEST_CASE("the route's ttl is for a response whose lifetime the origin does not state") {
  struct Lifetime {
    int status;
    std::string response;
    Seconds freshness;
    bool allows_credentials;
  };
  Route route = with_ttl(Seconds{60});
  for (const auto& [status, response, freshness, allows_credentials] : std::vector<Lifetime>{
           {200, "", Seconds{60}, false},
           {301, "", Seconds{60}, false},
           {200, "Cache-Control: public", Seconds{60}, true},
           {200, "Cache-Control: max-age=5", Seconds{5}, false},
           {200, "Cache-Control: max-age=5, s-maxage=7", Seconds{7}, true},
           {200, "Expires: " + date_after(Seconds{9}), Seconds{9}, false},
           {200, "CDN-Cache-Control: must-revalidate|Cache-Control: max-age=5", Seconds{60}, false},
           {302, "Cache-Control: max-age=5", Seconds{5}, false},
       }) {
    CAPTURE(response);
    const StoringDecision decision = decide(route, "", status, response);
    REQUIRE(decision.store());
    CHECK(decision.lifetimes.freshness == freshness);
    CHECK(decision.lifetimes.allows_credentials == allows_credentials);
  }
  check_storing(route, {
                           {"", 404, "", Reason::no_lifetime},
                           {"", 302, "", Reason::status},
                           {"", 500, "", Reason::status},
                           {"", 200, "Cache-Control: no-store", Reason::response_no_store},
                           {"", 200, "Cache-Control: private", Reason::response_private},
                           {"", 200, "Cache-Control: no-cache", Reason::no_cache},
                           {"", 200, "Cache-Control: max-age=0", Reason::expired},
                           {"", 200, "Expires: 0", Reason::expired},
                       });
}

TEST_CASE("cookies keep a response from being shared, whatever its lifetime") {
  check_storing(with_ttl(),
                {
                    {"", 200, "Set-Cookie: a=b", Reason::set_cookie},
                    {"", 200, "Cache-Control: public|Set-Cookie: a=b", Reason::set_cookie},
                    {"", 200, fresh + "|Set-Cookie: a=b", Reason::set_cookie},
                    {"Cookie: a=b", 200, "", Reason::cookie},
                    {"Cookie: a=b", 200, "Cache-Control: public", Reason::none},
                    {"Cookie: a=b", 200, fresh, Reason::cookie},
                    {"Cookie: a=b", 200, fresh + ", must-revalidate", Reason::cookie},
                    {"Cookie: a=b", 200, "Cache-Control: s-maxage=60", Reason::none},
                    {"Cookie: a=b", 200, fresh + ", public|Set-Cookie: a=b", Reason::set_cookie},
                    {"Cookie: _ga=b", 200, fresh, Reason::none},
                    {"Cookie: _ga=b; a=b", 200, fresh, Reason::cookie},
                    {"Cookie: ", 200, fresh, Reason::none},
                    {"Cookie: a=b", 200, "Cache-Control: no-cache|ETag: \"a\"", Reason::cookie},
                    {"", 200, "Cache-Control: no-cache|ETag: \"a\"|Set-Cookie: a=b", Reason::set_cookie},
                });
  Route ignoring = with_ttl();
  ignoring.cookies = CookieRule::ignore_all();
  check_storing(ignoring, {{"Cookie: a=b", 200, "", Reason::none},
                           {"Cookie: a=b", 200, "Set-Cookie: c=d", Reason::set_cookie}});
  Route keyed = with_ttl();
  keyed.cookies = CookieRule::keep_only({"theme"});
  check_storing(keyed, {{"Cookie: a=b", 200, "", Reason::none}});
}

TEST_CASE("`override: true` lets the route's ttl win over the origin's fields, not over private data") {
  check_storing(overriding(), {
                                  {"", 200, "Cache-Control: no-store", Reason::none},
                                  {"", 200, "Cache-Control: private, max-age=0", Reason::none},
                                  {"", 200, "Cache-Control: no-cache", Reason::none},
                                  {"", 200, "Expires: 0", Reason::none},
                                  {"", 200, fresh + "|Set-Cookie: a=b", Reason::set_cookie},
                                  {"Cookie: a=b", 200, fresh, Reason::cookie},
                                  {"Authorization: Basic x", 200, fresh, Reason::authorization},
                                  {"", 200, "Vary: *", Reason::vary_any},
                                  {"", 206, "", Reason::partial},
                                  {"Cache-Control: no-store", 200, "", Reason::request_no_store},
                                  // A status that the ttl does not name is left to the origin.
                                  {"", 404, "Cache-Control: no-store", Reason::response_no_store},
                                  {"", 404, fresh, Reason::none},
                                  {"", 404, "", Reason::no_lifetime},
                              });
  const Lifetimes lifetimes = decide(overriding(), "", 200, "Cache-Control: no-cache, max-age=5").lifetimes;
  CHECK(lifetimes.freshness == Seconds{60});
  CHECK_FALSE(lifetimes.no_cache);
}

TEST_CASE(
    "a heuristic lifetime needs the route's permission or `public`, and comes after the route's ttl (RFC "
    "9111, section "
    "4.2.2)") {
  const std::string modified = "Last-Modified: " + date_after(Seconds{-1000});
  Route heuristic;
  heuristic.heuristic = true;
  check_storing({}, {{"", 200, modified, Reason::no_lifetime},
                     {"", 200, modified + "|Cache-Control: public", Reason::none}});
  check_storing(heuristic, {{"", 200, modified, Reason::none},
                            {"", 200, "", Reason::no_lifetime},
                            {"", 201, modified, Reason::status},
                            {"", 200, modified + "|Set-Cookie: a=b", Reason::set_cookie}});
  CHECK(decide(heuristic, "", 200, modified).lifetimes.freshness == Seconds{100});
  CHECK(decide(heuristic, "", 200, modified + "|Cache-Control: max-age=7").lifetimes.freshness == Seconds{7});
  heuristic.ttl.plain = Seconds{3};
  CHECK(decide(heuristic, "", 200, modified).lifetimes.freshness == Seconds{3});
}

TEST_CASE("the decision carries everything that reuse needs") {
  const http::RequestHead request = request_of("GET");
  const http::ResponseHead response = response_of(
      200,
      "Cache-Control: max-age=60, s-maxage=99999999, stale-while-revalidate=5, stale-if-error=999999|Age: 7");
  const StoringDecision decision =
      decide_storing({{}, request, response, noon - Seconds{1}, noon, Seconds{3600}});
  REQUIRE(decision.store());
  CHECK(decision.lifetimes.response_time == noon);
  CHECK(decision.lifetimes.initial_age == Seconds{8});
  CHECK(decision.lifetimes.freshness == Seconds{3600});
  CHECK(decision.lifetimes.stale_while_revalidate == Seconds{5});
  CHECK(decision.lifetimes.stale_if_error == Seconds{3600});
  CHECK(decision.lifetimes.must_revalidate);
  CHECK(decision.lifetimes.allows_authorization);
  CHECK_FALSE(decision.lifetimes.no_cache);
  CHECK(decision.lifetimes.allows_credentials);
  CHECK_FALSE(decision.lifetimes.sets_cookie);

  // RFC 9111, sections 5.2.2.2 and 5.2.2.8.
  CHECK(decide({}, "", 200, "Cache-Control: max-age=60, must-revalidate").lifetimes.must_revalidate);
  CHECK(decide({}, "", 200, "Cache-Control: max-age=60, proxy-revalidate").lifetimes.must_revalidate);
  CHECK_FALSE(decide({}, "", 200, fresh).lifetimes.must_revalidate);
  CHECK_FALSE(decide({}, "", 200, fresh).lifetimes.allows_authorization);
  CHECK(decide({}, "", 200, "Cache-Control: no-cache" + with_etag).lifetimes.no_cache);
}

TEST_CASE("the origin's stale windows win over the route's, unless the route overrides (RFC 5861)") {
  Route plain = with_ttl();
  plain.stale_while_revalidate = Seconds{5};
  plain.stale_if_error = Seconds{6};
  Route override = plain;
  override.override_origin = true;
  override.stale_if_error = std::nullopt;
  struct Windows {
    const Route& route;
    const char* response;
    int while_revalidate;
    int if_error;
    bool must_revalidate;
  };
  for (const auto& [route, response, while_revalidate, if_error, must_revalidate] : {
           Windows{plain, "", 5, 6, false},
           Windows{plain, "Cache-Control: max-age=9", 5, 6, false},
           Windows{plain, "Cache-Control: max-age=9, stale-while-revalidate=0", 0, 6, false},
           Windows{plain, "Cache-Control: stale-while-revalidate=1, stale-if-error=2", 1, 2, false},
           Windows{plain, "Cache-Control: stale-if-error=100000", 5, 86'400, false},
           Windows{plain, "CDN-Cache-Control: max-age=9|Cache-Control: stale-if-error=2", 5, 6, false},
           // RFC 9111, sections 5.2.2.2, 5.2.2.8 and 5.2.2.10.
           Windows{plain, "Cache-Control: must-revalidate", 5, 6, true},
           Windows{plain, "Cache-Control: proxy-revalidate", 5, 6, true},
           Windows{plain, "Cache-Control: s-maxage=9", 5, 6, true},
           Windows{override, "Cache-Control: must-revalidate, stale-if-error=2", 5, 0, false},
           Windows{override, "Cache-Control: s-maxage=9, stale-while-revalidate=2", 5, 0, false},
           Windows{overriding(), "Cache-Control: must-revalidate, stale-if-error=2", 0, 2, true},
       }) {
    CAPTURE(response);
    const Lifetimes found = lifetimes(route, response);
    CHECK(found.stale_while_revalidate == Seconds{while_revalidate});
    CHECK(found.stale_if_error == Seconds{if_error});
    CHECK(found.must_revalidate == must_revalidate);
  }
}

TEST_CASE("jitter subtracts up to its share of a lifetime and never adds to it") {
  Route route = with_ttl(Seconds{100});
  route.jitter = 10;
  CHECK(lifetimes(route, "", 0).freshness == Seconds{100});
  CHECK(lifetimes(route, "", 0.5).freshness == Seconds{95});
  CHECK(lifetimes(route, "", 0.999).freshness > Seconds{90});
  CHECK(lifetimes(route, "", 0.999).freshness < Seconds{91});
  CHECK(lifetimes(route, "Cache-Control: max-age=60", 0.5).freshness == Seconds{57});
  CHECK(lifetimes(with_ttl(), "", 0.999).freshness == Seconds{60});
}

TEST_CASE(
    "what a cache closer to the origin served stale is stale here, whatever the ttl (RFC 9211, section "
    "2.4)") {
  struct Said {
    const char* response;
    int remaining;
  };
  for (const auto& [response, remaining] : {
           Said{"Age: 12|Cache-Status: larder; hit; ttl=-2", -2},
           Said{"Age: 12|Cache-Status: larder; fwd=stale; fwd-status=503; ttl=-2", -2},
           Said{"Age: 12|Cache-Status: a; hit; ttl=-2|Cache-Status: b; fwd=miss", -2},
           Said{"Age: 12|Cache-Control: max-age=20|Cache-Status: a; hit; ttl=-2", -2},
           Said{"Age: 12|Cache-Control: max-age=5|Cache-Status: a; hit; ttl=-2", -7},
           Said{"Age: 12|Cache-Status: a; hit; ttl=-99", -12},
           Said{"Age: 12|Cache-Status: a; hit; ttl=3", 48},
           Said{"Age: 12|Cache-Status: a; hit; ttl=soon, b; hit; ttl=-1.5", 48},
           Said{"Age: 12|Cache-Status: a; ttl=-", 48},
       }) {
    CAPTURE(response);
    Route route = with_ttl();
    route.stale_if_error = Seconds{60};
    CHECK(remaining_freshness(lifetimes(route, response), noon) == Seconds{remaining});
  }
}

TEST_CASE("the duration of a fetch is kept") {
  CHECK(lifetimes(with_ttl(), "", 0, Milliseconds{200}).fetch_time == Milliseconds{200});
  CHECK(lifetimes(with_ttl(), "", 0, Milliseconds{-5}).fetch_time == Milliseconds{0});
}
