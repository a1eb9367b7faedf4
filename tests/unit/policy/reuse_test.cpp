#include "support.hpp"

#include <larder/policy/reuse.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

namespace {

using Action = ReuseDecision::Action;

/// Fresh for a minute from noon on.
Lifetimes a_minute() {
  Lifetimes lifetimes;
  lifetimes.response_time = noon;
  lifetimes.freshness = Seconds{60};
  return lifetimes;
}

struct Case {
  const char* request;
  int age;  // seconds
  Action action;
  Reason reason;
};

void check_all(const Route& route, const Lifetimes& stored, std::initializer_list<Case> cases,
               bool has_validator = true) {
  for (const auto& [request, age, action, reason] : cases) {
    CAPTURE(request);
    CAPTURE(age);
    const http::RequestHead head = request_of("GET", request);
    const ReuseDecision decision = decide_reuse({.route = route,
                                                 .request = head,
                                                 .lifetimes = stored,
                                                 .can_validate = has_validator,
                                                 .now = noon + Seconds{age}});
    CHECK(static_cast<int>(decision.action) == static_cast<int>(action));
    CHECK(token_of(decision.reason) == token_of(reason));
  }
}

}  // namespace

TEST_CASE("what a status says about the resource (RFC 9111, section 4.3.3)") {
  for (const int status : {200, 204, 301, 302, 404, 410}) CHECK(outdates_stored(status));
  for (const int status : {206, 304, 400, 403, 406, 429, 500, 503}) CHECK_FALSE(outdates_stored(status));
}

TEST_CASE("a fresh response is served, a stale one is validated (RFC 9111, section 4)") {
  check_all({}, a_minute(),
            {
                {"", 0, Action::serve, Reason::none},
                {"", 59, Action::serve, Reason::none},
                {"", 60, Action::validate, Reason::stale},
                {"", 3600, Action::validate, Reason::stale},
            });
}

TEST_CASE("a response without a validator is fetched again instead of validated") {
  check_all({}, a_minute(),
            {{"", 60, Action::fill, Reason::stale},
             {"Cache-Control: no-cache", 0, Action::fill, Reason::request_no_cache}},
            false);
}

TEST_CASE("a request may ask for more than freshness (RFC 9111, section 5.2.1)") {
  check_all({}, a_minute(),
            {
                // Section 5.2.1.4, and 5.4 for Pragma.
                {"Cache-Control: no-cache", 0, Action::validate, Reason::request_no_cache},
                {"Pragma: no-cache", 0, Action::validate, Reason::request_no_cache},
                {"Pragma: x, No-Cache", 0, Action::validate, Reason::request_no_cache},
                {"Pragma: no-cache|Cache-Control: max-age=30", 10, Action::serve, Reason::none},
                {"Pragma: other", 0, Action::serve, Reason::none},
                // Section 5.2.1.1.
                {"Cache-Control: max-age=10", 10, Action::serve, Reason::none},
                {"Cache-Control: max-age=10", 11, Action::validate, Reason::request_max_age},
                {"Cache-Control: max-age=0", 0, Action::validate, Reason::request_max_age},
                {"Cache-Control: max-age=3600", 60, Action::validate, Reason::stale},
                // Section 5.2.1.3.
                {"Cache-Control: min-fresh=10", 50, Action::serve, Reason::none},
                {"Cache-Control: min-fresh=10", 51, Action::validate, Reason::request_min_fresh},
                {"Cache-Control: min-fresh=10", 60, Action::validate, Reason::stale},
                // Section 5.2.1.2.
                {"Cache-Control: max-stale", 3600, Action::serve, Reason::stale},
                {"Cache-Control: max-stale=10", 70, Action::serve, Reason::stale},
                {"Cache-Control: max-stale=10", 71, Action::validate, Reason::stale},
                {"Cache-Control: max-stale=10", 5, Action::serve, Reason::none},
                {"Cache-Control: max-stale, max-age=30", 40, Action::validate, Reason::request_max_age},
            });
}

TEST_CASE("only-if-cached is refused rather than sent to the origin (RFC 9111, section 5.2.1.7)") {
  Lifetimes no_cache = a_minute();
  no_cache.no_cache = true;
  check_all({}, a_minute(),
            {{"Cache-Control: only-if-cached", 0, Action::serve, Reason::none},
             {"Cache-Control: only-if-cached", 60, Action::refuse, Reason::stale},
             {"Cache-Control: only-if-cached, max-stale", 60, Action::serve, Reason::stale},
             {"Cache-Control: only-if-cached, max-age=5", 6, Action::refuse, Reason::request_max_age}});
  check_all({}, no_cache, {{"Cache-Control: only-if-cached", 0, Action::refuse, Reason::no_cache}});
  CHECK(only_if_cached({}, request_of("GET", "Cache-Control: only-if-cached")));
  CHECK_FALSE(only_if_cached({}, request_of("GET")));
}

TEST_CASE("a response can forbid what a request would accept (RFC 9111, sections 4.2.4 and 5.2.2)") {
  Lifetimes strict = a_minute();
  strict.must_revalidate = true;
  check_all({}, strict,
            {{"", 59, Action::serve, Reason::none},
             {"Cache-Control: max-stale", 60, Action::validate, Reason::stale},
             {"Cache-Control: max-stale=100", 61, Action::validate, Reason::stale}});
  Lifetimes no_cache = a_minute();
  no_cache.no_cache = true;
  check_all({}, no_cache,
            {{"", 0, Action::validate, Reason::no_cache},
             {"Cache-Control: max-stale", 0, Action::validate, Reason::no_cache}});
}

TEST_CASE("a route may ignore request directives, but not response directives") {
  Route route;
  route.honor_request_directives = false;
  check_all(route, a_minute(),
            {{"Cache-Control: no-cache", 0, Action::serve, Reason::none},
             {"Pragma: no-cache", 0, Action::serve, Reason::none},
             {"Cache-Control: max-age=0", 0, Action::serve, Reason::none},
             {"Cache-Control: max-stale", 60, Action::validate, Reason::stale},
             {"Cache-Control: only-if-cached", 60, Action::validate, Reason::stale}});
  CHECK_FALSE(only_if_cached(route, request_of("GET", "Cache-Control: only-if-cached")));
}

TEST_CASE("a stored response is not for requests with a Cookie outside the key, unless it says so") {
  Lifetimes stored = a_minute();
  check_all({}, stored,
            {{"", 0, Action::serve, Reason::none},
             {"Cookie: a=b", 0, Action::fill, Reason::cookie},
             {"Cookie: _gid=b", 0, Action::serve, Reason::none},
             {"Cookie: a=b", 90, Action::fill, Reason::cookie},
             {"Cookie: a=b|Cache-Control: only-if-cached", 0, Action::refuse, Reason::cookie}});
  Route ignoring;
  ignoring.cookies = CookieRule::ignore_all();
  check_all(ignoring, stored, {{"Cookie: a=b", 0, Action::serve, Reason::none}});
  Route keyed;
  keyed.cookies = CookieRule::keep_only({"a"});
  check_all(keyed, stored, {{"Cookie: a=b", 0, Action::serve, Reason::none}});
  stored.allows_authorization = true;
  check_all({}, stored, {{"Cookie: a=b", 0, Action::fill, Reason::cookie}});
  stored.allows_credentials = true;
  check_all({}, stored, {{"Cookie: a=b", 0, Action::serve, Reason::none}});
}

TEST_CASE(
    "a stored response is not for requests with another credential outside the key, unless it says so") {
  for (const auto& [line, reason] :
       {std::pair{"Authorization: Basic x", Reason::authorization}, {"X-Api-Key: x", Reason::credential}}) {
    CAPTURE(line);
    Lifetimes stored = a_minute();
    check_all({}, stored, {{line, 0, Action::fill, reason}});
    Route keyed;
    keyed.headers = {"Authorization", "X-Api-Key"};
    check_all(keyed, stored, {{line, 0, Action::serve, Reason::none}});
    stored.allows_authorization = true;
    const bool is_allowed = reason == Reason::authorization;
    check_all({}, stored,
              {{line, 0, is_allowed ? Action::serve : Action::fill, is_allowed ? Reason::none : reason}});
    stored.allows_credentials = true;
    check_all({}, stored, {{line, 0, Action::serve, Reason::none}});
  }
}

TEST_CASE("a stored response with a Set-Cookie is not used if the route no longer allows it") {
  Lifetimes stored = a_minute();
  stored.allows_credentials = stored.sets_cookie = true;
  Route route;
  check_all(route, stored, {{"", 0, Action::fill, Reason::set_cookie}});
  route.set_cookie = SetCookieRule::strip;
  check_all(route, stored, {{"", 0, Action::fill, Reason::set_cookie}});
  route.set_cookie = SetCookieRule::allow;
  check_all(route, stored, {{"", 0, Action::serve, Reason::none}});
}

TEST_CASE(
    "within stale-while-revalidate a stale response is served and validated in the background (RFC 5861, "
    "section 3)") {
  Lifetimes stored = a_minute();
  stored.stale_while_revalidate = Seconds{30};
  check_all({}, stored,
            {
                {"", 59, Action::serve, Reason::none},
                {"", 60, Action::serve_and_refresh, Reason::stale},
                {"", 89, Action::serve_and_refresh, Reason::stale},
                {"", 90, Action::validate, Reason::stale},
                {"Cache-Control: only-if-cached", 60, Action::serve_and_refresh, Reason::stale},
                {"Cache-Control: no-cache", 60, Action::validate, Reason::request_no_cache},
                {"Cache-Control: max-age=600", 60, Action::validate, Reason::stale},
                {"Cache-Control: min-fresh=1", 60, Action::validate, Reason::stale},
            });
  stored.must_revalidate = true;
  check_all({}, stored, {{"", 60, Action::validate, Reason::stale}});
}

namespace {

/// What is known besides the protocol.
struct Known {
  const char* request;
  int age;  // seconds
  bool softly_purged;
  bool origin_hangs;
  bool knows_purges;
  Action action;
  Reason reason;
};

ReuseDecision decide(const http::RequestHead& request, const Lifetimes& stored, const Known& known,
                     Trace* trace = nullptr) {
  return decide_reuse({.route = {},
                       .request = request,
                       .lifetimes = stored,
                       .can_validate = true,
                       .softly_purged = known.softly_purged,
                       .origin_hangs = known.origin_hangs,
                       .knows_purges = known.knows_purges,
                       .now = noon + Seconds{known.age}},
                      trace);
}

}  // namespace

TEST_CASE("soft purges, an origin that hangs and purges that may have been missed are part of the decision") {
  Lifetimes stored = a_minute();
  stored.stale_if_error = Seconds{30};
  for (const Known& known : std::initializer_list<Known>{
           // Only stale responses are affected by a soft purge or an origin that hangs.
           {"", 10, true, true, true, Action::serve, Reason::none},
           {"", 60, true, false, true, Action::validate, Reason::soft_purged},
           {"", 60, false, true, true, Action::serve_and_refresh, Reason::stale},
           {"", 60, true, true, true, Action::serve_and_refresh, Reason::soft_purged},
           {"", 90, false, true, true, Action::validate, Reason::stale},
           {"Cache-Control: no-cache", 60, true, true, true, Action::validate, Reason::request_no_cache},
           {"Cache-Control: max-age=600", 60, false, true, true, Action::validate, Reason::stale},
           {"Cache-Control: only-if-cached", 60, false, true, true, Action::serve_and_refresh, Reason::stale},
           {"Cache-Control: only-if-cached", 60, true, false, true, Action::refuse, Reason::soft_purged},
           {"Cache-Control: max-stale", 60, true, false, true, Action::serve, Reason::soft_purged},
           // Nothing is served if purges may have been missed; decisions to ask the origin stay the same.
           {"", 10, false, false, false, Action::fill, Reason::outage},
           {"", 60, false, true, false, Action::fill, Reason::outage},
           {"", 60, false, false, false, Action::validate, Reason::stale},
           {"Cache-Control: only-if-cached", 10, false, false, false, Action::refuse, Reason::outage},
           {"Cache-Control: only-if-cached", 60, false, false, false, Action::refuse, Reason::stale},
           {"Cookie: a=b", 10, true, true, false, Action::fill, Reason::cookie},
       }) {
    CAPTURE(known.request);
    CAPTURE(known.age);
    const ReuseDecision decision = decide(request_of("GET", known.request), stored, known);
    CHECK(static_cast<int>(decision.action) == static_cast<int>(known.action));
    CHECK(token_of(decision.reason) == token_of(known.reason));
  }
}

TEST_CASE("an absent response is fetched, or refused to a request with only-if-cached") {
  const ReuseDecision plain = decide_absent({}, request_of("GET"), Reason::vary);
  CHECK(plain.action == Action::fill);
  CHECK(plain.reason == Reason::vary);
  const ReuseDecision refused =
      decide_absent({}, request_of("GET", "Cache-Control: only-if-cached"), Reason::purged);
  CHECK(refused.action == Action::refuse);
  CHECK(refused.reason == Reason::purged);
}

TEST_CASE("a decision reports what it looked at, in order and with the figures") {
  Lifetimes stored = a_minute();
  stored.stale_while_revalidate = Seconds{5};
  stored.stale_if_error = Seconds{30};
  const http::RequestHead request = request_of("GET", "Cache-Control: max-stale=2");
  Trace trace;
  const Known known{"", 70, true, true, true, Action::serve_and_refresh, Reason::soft_purged};
  CHECK(decide(request, stored, known, &trace).action == known.action);
  const std::vector<Step> steps{
      {Rule::shareable, true, {}, {}},
      {Rule::no_cache, false, {}, {}},
      {Rule::request_no_cache, false, {}, {}},
      {Rule::fresh, false, Seconds{70}, Seconds{60}},
      {Rule::request_max_stale, false, Seconds{10}, Seconds{2}},
      {Rule::stale_while_revalidate, false, Seconds{10}, Seconds{5}},
      {Rule::origin_hangs, true, {}, {}},
      {Rule::stale_if_error, true, Seconds{10}, Seconds{30}},
      {Rule::soft_purge, true, {}, {}},
      {Rule::knows_purges, true, {}, {}},
  };
  CHECK(std::ranges::equal(trace.steps(), steps));

  Trace absent;
  decide_absent({}, request, Reason::absent, &absent);
  const std::vector<Step> two{{Rule::stored, false, {}, {}}, {Rule::only_if_cached, false, {}, {}}};
  CHECK(std::ranges::equal(absent.steps(), two));
}
