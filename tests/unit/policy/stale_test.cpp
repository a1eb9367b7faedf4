#include "support.hpp"

#include <larder/policy/stale.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

namespace {

constexpr int no_answer = 0;

/// Fresh for a minute from noon on, and may be served instead of errors for half a minute more.
Lifetimes a_minute_and_a_half() {
  Lifetimes lifetimes;
  lifetimes.response_time = noon;
  lifetimes.freshness = Seconds{60};
  lifetimes.stale_if_error = Seconds{30};
  return lifetimes;
}

struct Failing {
  const char* request;
  int age;  // seconds
  int status;
  Reason reason;  // none: the stored response is served
};

FailureDecision decide_failing(const Route& route, const Lifetimes* stored, const Failing& each,
                               bool knows_purges = true, Trace* trace = nullptr) {
  std::optional<int> status;
  if (each.status != no_answer) status = each.status;
  const http::RequestHead request = request_of("GET", each.request);
  return decide_on_failure({.route = route,
                            .request = request,
                            .status = status,
                            .stored = stored,
                            .knows_purges = knows_purges,
                            .now = noon + Seconds{each.age}},
                           trace);
}

void check_failures(const Route& route, const Lifetimes& stored, std::initializer_list<Failing> cases) {
  for (const Failing& each : cases) {
    CAPTURE(each.request);
    CAPTURE(each.age);
    CAPTURE(each.status);
    const FailureDecision decision = decide_failing(route, &stored, each);
    CHECK((decision.action == FailureDecision::Action::serve) == (each.reason == Reason::none));
    CHECK(token_of(decision.reason) == token_of(each.reason));
  }
}

}  // namespace

TEST_CASE("what a status says about the origin") {
  for (const int status : {429, 500, 503, 520}) CHECK(is_passing_error(status));
  for (const int status : {200, 304, 404, 406, 499, 508}) CHECK_FALSE(is_passing_error(status));
  for (const int status : {500, 502, 503, 504}) CHECK(is_error_to_hide(status));
  for (const int status : {200, 404, 429, 501, 505}) CHECK_FALSE(is_error_to_hide(status));
  for (const int status : {400, 405, 413, 414, 417, 431, 500, 599}) CHECK(yields_to_stale(status));
  for (const int status : {200, 304, 401, 403, 404, 410, 416, 429}) CHECK_FALSE(yields_to_stale(status));
}

TEST_CASE("a stale response is served instead of an error within stale-if-error (RFC 5861, section 4)") {
  check_failures({}, a_minute_and_a_half(),
                 {
                     {"", 61, no_answer, Reason::none},
                     {"", 89, no_answer, Reason::none},
                     {"", 90, no_answer, Reason::stale},
                     {"", 89, 503, Reason::none},
                     {"", 90, 503, Reason::stale},
                     {"Cache-Control: stale-if-error=40", 99, 500, Reason::none},
                     {"Cache-Control: stale-if-error=40", 100, 500, Reason::stale},
                     {"Cache-Control: stale-if-error=10", 89, 500, Reason::none},
                     // Other errors are not hidden.
                     {"", 61, 501, Reason::status},
                     {"", 61, 404, Reason::status},
                     {"", 61, 429, Reason::status},
                 });
}

TEST_CASE("a response that was to be refreshed early is served while it is fresh") {
  Lifetimes stored = a_minute_and_a_half();
  stored.stale_if_error = Seconds{0};
  check_failures({}, stored, {{"", 59, 502, Reason::none}, {"", 60, 502, Reason::stale}});
  stored.must_revalidate = true;
  check_failures({}, stored, {{"", 59, 502, Reason::none}, {"", 60, 502, Reason::stale}});
}

TEST_CASE("request and response may insist on the origin, error or not (RFC 9111, section 4.2.4)") {
  check_failures({}, a_minute_and_a_half(),
                 {
                     {"Cache-Control: no-cache", 61, 503, Reason::request_no_cache},
                     {"Pragma: no-cache", 61, 503, Reason::request_no_cache},
                     {"Cache-Control: max-age=600", 61, 503, Reason::request_max_age},
                     {"Cache-Control: min-fresh=1", 61, 503, Reason::request_min_fresh},
                     {"Cache-Control: no-cache", 30, 503, Reason::request_no_cache},
                 });
  Route deaf;
  deaf.honor_request_directives = false;
  check_failures(deaf, a_minute_and_a_half(), {{"Cache-Control: no-cache", 61, 503, Reason::none}});
  Lifetimes strict = a_minute_and_a_half();
  strict.must_revalidate = true;
  check_failures({}, strict, {{"", 61, 503, Reason::stale}});
  Lifetimes no_cache = a_minute_and_a_half();
  no_cache.no_cache = true;
  check_failures({}, no_cache, {{"", 30, 503, Reason::no_cache}, {"", 61, 503, Reason::no_cache}});
}

TEST_CASE("the error is passed on if nothing is stored, or purges may have been missed") {
  const Lifetimes stored = a_minute_and_a_half();
  const Failing failure{"", 61, 503, Reason::none};
  CHECK(decide_failing({}, nullptr, failure).reason == Reason::absent);
  CHECK(decide_failing({}, nullptr, failure).action == FailureDecision::Action::tell);
  CHECK(decide_failing({}, &stored, failure, false).reason == Reason::outage);
  CHECK(decide_failing({}, &stored, failure, false).action == FailureDecision::Action::tell);
}

TEST_CASE("a decision on a failure reports what it looked at") {
  const Lifetimes stored = a_minute_and_a_half();
  Trace trace;
  CHECK(decide_failing({}, &stored, {"", 70, 503, Reason::none}, true, &trace).action ==
        FailureDecision::Action::serve);
  const std::vector<Step> steps{{Rule::hidden_status, true, {}, {}},
                                {Rule::stored, true, {}, {}},
                                {Rule::knows_purges, true, {}, {}},
                                {Rule::stale_if_error, true, Seconds{10}, Seconds{30}}};
  CHECK(std::ranges::equal(trace.steps(), steps));
}

TEST_CASE("an error does not replace a good response while that may be served instead of an error") {
  const Lifetimes stored = a_minute_and_a_half();
  const auto keeps = [&](int stored_status, int status, int age) {
    return keeps_its_place({}, request_of("GET"), stored_status, stored, status, noon + Seconds{age});
  };
  CHECK(keeps(200, 500, 61));
  CHECK(keeps(404, 400, 61));
  CHECK_FALSE(keeps(200, 500, 90));
  CHECK_FALSE(keeps(503, 500, 61));
  CHECK_FALSE(keeps(200, 404, 61));
  CHECK_FALSE(keeps(200, 200, 61));
}
