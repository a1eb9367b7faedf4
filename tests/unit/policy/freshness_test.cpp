#include "support.hpp"

#include <larder/policy/freshness.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

namespace {

std::optional<Milliseconds> stated(const std::string& fields) {
  return stated_freshness(response_of(200, fields), noon);
}

const std::string dated = "Date: " + std::string(noon_text) + "|";

}  // namespace

TEST_CASE("the origin states a lifetime by s-maxage, max-age, then Expires (RFC 9111, section 4.2.1)") {
  struct Case {
    std::string fields;
    std::optional<Seconds> lifetime;
  };
  const std::string in_an_hour = "Expires: " + date_after(Seconds{3600});
  for (const auto& [fields, lifetime] : std::vector<Case>{
           {"", {}},
           {"Cache-Control: public, must-revalidate", {}},
           {"Cache-Control: max-age=60", Seconds{60}},
           {"Cache-Control: MAX-AGE=60", Seconds{60}},
           {"Cache-Control: max-age=\"60\"", Seconds{60}},
           {"Cache-Control: max-age=60, s-maxage=30", Seconds{30}},
           {"Cache-Control: s-maxage=90|Cache-Control: max-age=60", Seconds{90}},
           {dated + "Cache-Control: max-age=60|" + in_an_hour, Seconds{60}},
           {"Cache-Control: max-age=60, max-age=10", Seconds{10}},
           {"Cache-Control: max-age=0", Seconds{0}},
           {"Cache-Control: max-age=-1", Seconds{0}},
           {"Cache-Control: max-age=1.5", Seconds{0}},
           {"Cache-Control: max-age=soon", Seconds{0}},
           {"Cache-Control: max-age", Seconds{0}},
           {"Cache-Control: max-age=99999999999999999999", Seconds{2147483648}},
           {dated + in_an_hour, Seconds{3600}},
           {in_an_hour, Seconds{3600}},
           {"Date: yesterday|" + in_an_hour, Seconds{3600}},
           {"Date: " + date_after(Seconds{-600}) + "|" + in_an_hour, Seconds{4200}},
           {dated + "Expires: " + date_after(Seconds{-1}), Seconds{0}},
       }) {
    CAPTURE(fields);
    CHECK(stated(fields) == lifetime);
  }
}

TEST_CASE("an Expires that is not a date is in the past (RFC 9111, section 5.3)") {
  for (const char* value : {"0", "-1", "", "tomorrow", "Sun, 06 Nov 1994 08:49:37",
                            "Sun, 06 Nov 1994 08:49:37 CET", "784111777"}) {
    CAPTURE(value);
    CHECK(stated(dated + "Expires: " + value) == Seconds{0});
  }
}

TEST_CASE("CDN-Cache-Control replaces Cache-Control and Expires (RFC 9213, section 2.1)") {
  struct Case {
    std::string fields;
    std::optional<Seconds> lifetime;
  };
  const std::string others = "|Cache-Control: s-maxage=1|Expires: " + date_after(Seconds{3600});
  for (const auto& [fields, lifetime] : std::vector<Case>{
           {"CDN-Cache-Control: max-age=600" + others, Seconds{600}},
           {"CDN-Cache-Control: max-age=600, s-maxage=60" + others, Seconds{60}},
           {"CDN-Cache-Control: must-revalidate" + others, {}},
           // A field that is empty or not a dictionary is ignored.
           {"CDN-Cache-Control: " + others, Seconds{1}},
           {"CDN-Cache-Control: max-age=600, &&&&" + others, Seconds{1}},
           {"CDN-Cache-Control: MAX-AGE=600" + others, Seconds{1}},
           {"CDN-Cache-Control: max-age =600" + others, Seconds{1}},
       }) {
    CAPTURE(fields);
    CHECK(stated(fields) == lifetime);
  }
  CHECK(origin_directives(fields_of("CDN-Cache-Control: max-age=1|Cache-Control: no-store")).targeted);
  CHECK_FALSE(
      origin_directives(fields_of("CDN-Cache-Control: max-age=1|Cache-Control: no-store")).control.no_store);
  CHECK(origin_directives(fields_of("Cache-Control: no-store")).control.no_store);
}

TEST_CASE("the heuristic lifetime is a tenth of the time unchanged (RFC 9111, section 4.2.2)") {
  const std::string modified = "Last-Modified: " + date_after(Seconds{-1000});
  CHECK(heuristic_freshness(response_of(200, dated + modified), noon) == Seconds{100});
  CHECK(heuristic_freshness(response_of(200, modified), noon) == Seconds{100});
  CHECK_FALSE(heuristic_freshness(response_of(200, dated), noon).has_value());
  CHECK_FALSE(heuristic_freshness(response_of(200, dated + "Last-Modified: once"), noon).has_value());
  CHECK_FALSE(heuristic_freshness(response_of(200, dated + "Last-Modified: " + date_after(Seconds{5})), noon)
                  .has_value());
  for (const int status : {203, 204, 300, 301, 308, 404, 405, 410, 414, 501}) {
    CAPTURE(status);
    CHECK(heuristic_freshness(response_of(status, dated + modified), noon) == Seconds{100});
  }
  for (const int status : {201, 202, 206, 302, 303, 307, 400, 403, 500, 502, 503, 504, 599}) {
    CAPTURE(status);
    CHECK_FALSE(heuristic_freshness(response_of(status, dated + modified), noon).has_value());
    const std::string is_public = "|Cache-Control: public";
    CHECK(heuristic_freshness(response_of(status, dated + modified + is_public), noon) == Seconds{100});
  }
}

TEST_CASE("Surrogate-Control replaces Cache-Control and Expires (Edge Architecture, section 2.3)") {
  struct Case {
    std::string fields;
    std::optional<Seconds> lifetime;
  };
  const std::string others = "|Cache-Control: s-maxage=1|Expires: " + date_after(Seconds{3600});
  for (const auto& [fields, lifetime] : std::vector<Case>{
           {"Surrogate-Control: max-age=600" + others, Seconds{600}},
           {"Surrogate-Control: MaX-aGe = 600" + others, Seconds{600}},
           {"Surrogate-Control: content=\"ESI/1.0\", max-age=600+60" + others, Seconds{600}},
           {"Surrogate-Control: max-age=600|Surrogate-Control: max-age=60" + others, Seconds{60}},
           {"Surrogate-Control: max-age=soon" + others, Seconds{0}},
           {"Surrogate-Control: no-store" + others, {}},
           // A target names another surrogate, or us.
           {"Surrogate-Control: max-age=600;larder, max-age=5" + others, Seconds{600}},
           {"Surrogate-Control: max-age=600;cdn, max-age=5" + others, Seconds{5}},
           {"Surrogate-Control: max-age=600;cdn" + others, Seconds{1}},
           {"Surrogate-Control: content=\"ESI/1.0\"" + others, Seconds{1}},
           {"Surrogate-Control: " + others, Seconds{1}},
           // Its successor takes precedence (RFC 9213).
           {"Surrogate-Control: max-age=600|CDN-Cache-Control: max-age=7" + others, Seconds{7}},
       }) {
    CAPTURE(fields);
    CHECK(stated(fields) == lifetime);
  }
  CHECK(origin_directives(fields_of("Surrogate-Control: no-store")).control.no_store);
  CHECK_FALSE(
      origin_directives(fields_of("Surrogate-Control: max-age=1|Cache-Control: no-store")).control.no_store);
}

TEST_CASE("X-Accel-Expires replaces Cache-Control and Expires, as nginx reads it") {
  struct Case {
    std::string fields;
    std::optional<Seconds> lifetime;
  };
  const auto second = [](Seconds after) {
    return std::to_string(std::chrono::floor<Seconds>((noon + after).time_since_epoch()).count());
  };
  const std::string others = "|Cache-Control: s-maxage=1|Expires: " + date_after(Seconds{3600});
  for (const auto& [fields, lifetime] : std::vector<Case>{
           {"X-Accel-Expires: 600" + others, Seconds{600}},
           {"x-accel-expires:  600 " + others, Seconds{600}},
           {"X-Accel-Expires: 0" + others, Seconds{0}},
           {"X-Accel-Expires: @" + second(Seconds{90}) + others, Seconds{90}},
           {dated + "X-Accel-Expires: @" + second(Seconds{90}) + others, Seconds{90}},
           {"X-Accel-Expires: @" + second(Seconds{-90}) + others, Seconds{0}},
           {"X-Accel-Expires: @0" + others, Seconds{0}},
           // What nginx does not take for a number is ignored.
           {"X-Accel-Expires: off" + others, Seconds{1}},
           {"X-Accel-Expires: -1" + others, Seconds{1}},
           {"X-Accel-Expires: 60s" + others, Seconds{1}},
           {"X-Accel-Expires: " + others, Seconds{1}},
           {"X-Accel-Expires: @" + others, Seconds{1}},
           {"X-Accel-Expires: @-1" + others, Seconds{1}},
           {"X-Accel-Expires: @soon" + others, Seconds{1}},
           // The standard's field, and its predecessor, take precedence.
           {"X-Accel-Expires: 600|CDN-Cache-Control: max-age=7", Seconds{7}},
           {"X-Accel-Expires: 600|Surrogate-Control: max-age=7", Seconds{7}},
       }) {
    CAPTURE(fields);
    CHECK(stated(fields) == lifetime);
  }
  const auto longest = stated("X-Accel-Expires: @99999999999999999999999");
  REQUIRE(longest);
  CHECK(*longest > std::chrono::years{7000});
  CHECK(origin_directives(fields_of("X-Accel-Expires: 0")).control.no_store);
  CHECK_FALSE(origin_directives(fields_of("X-Accel-Expires: 1|Cache-Control: no-store")).control.no_store);
}

// RFC 9111, section 4.2.3: "unless the cache is confident in the value of the Age header field (e.g., because
// there are no HTTP/1.0 hops in the Via header field), in which case the corrected_age_value MAY be used as
// the corrected_initial_age".
TEST_CASE("a Date counts towards the age only if an HTTP/1.0 hop may have lost the Age") {
  const std::string old = "Date: " + date_after(Seconds{-91});
  http::ResponseHead response = response_of(200, old);
  CHECK(initial_age(response, noon, noon) == Seconds{0});
  response.version_minor = 0;
  CHECK(initial_age(response, noon, noon) == Seconds{90});
  struct Case {
    std::string via;
    Seconds age;
  };
  for (const auto& [via, age] : std::vector<Case>{
           {"1.1 a", Seconds{0}},
           {"2 a, 1.1 b (1.0 once), 3 c", Seconds{0}},
           {"HTTP/2.0 a", Seconds{0}},
           {"1.0", Seconds{90}},
           {"1.0 a", Seconds{90}},
           {"1.1 a, 1.0 b", Seconds{90}},
           {"1.1 a|Via: 1.0\tb", Seconds{90}},
           {"HTTP/1.0 a", Seconds{90}},
           {"0.9 a", Seconds{90}},
       }) {
    CAPTURE(via);
    CHECK(initial_age(response_of(200, old + "|Via: " + via), noon, noon) == age);
    CHECK(initial_age(response_of(200, old + "|Age: 120|Via: " + via), noon, noon) == Seconds{120});
  }
}

TEST_CASE(
    "behind an HTTP/1.0 hop the initial age is the larger of Age plus delay and the age according to Date "
    "(RFC 9111, section 4.2.3)") {
  struct Case {
    std::string fields;
    Milliseconds delay;
    Milliseconds age;
  };
  for (const auto& [fields, delay, age] : std::vector<Case>{
           {"", Milliseconds{0}, Milliseconds{0}},
           {"", Milliseconds{250}, Milliseconds{250}},
           {"", Milliseconds{-250}, Milliseconds{0}},
           {"Age: 30", Milliseconds{250}, Milliseconds{30'250}},
           // Section 5.1: the first member of a list.
           {"Age: 30, 40", Milliseconds{0}, Seconds{30}},
           {"Age: 0,40", Milliseconds{0}, Seconds{0}},
           {"Age: 30|Age: 40", Milliseconds{0}, Seconds{30}},
           {"Age: 0, 0", Milliseconds{0}, Seconds{0}},
           // Section 5.1: a value that is not a number is ignored.
           {"Age: -30", Milliseconds{250}, Milliseconds{250}},
           {"Age: 3.5", Milliseconds{0}, Seconds{0}},
           {"Age: \"30\"", Milliseconds{0}, Seconds{0}},
           {"Age: 30s", Milliseconds{0}, Seconds{0}},
           {"Age: 30;x=1", Milliseconds{0}, Seconds{0}},
           {"Age: x, 30", Milliseconds{0}, Seconds{0}},
           {"Age: ", Milliseconds{0}, Seconds{0}},
           {"Age: 99999999999999", Milliseconds{0}, Seconds{2147483648}},
           // A Date is truncated to whole seconds, so the first second of the difference is not age.
           {"Date: " + date_after(Seconds{-1}), Milliseconds{0}, Seconds{0}},
           {"Date: " + date_after(Seconds{-61}), Milliseconds{0}, Seconds{60}},
           {"Age: 90|Date: " + date_after(Seconds{-61}), Milliseconds{0}, Seconds{90}},
           {"Age: 10|Date: " + date_after(Seconds{-61}), Milliseconds{0}, Seconds{60}},
           {"Date: " + date_after(Seconds{600}), Milliseconds{0}, Seconds{0}},
           {"Date: recently", Milliseconds{0}, Seconds{0}},
       }) {
    CAPTURE(fields);
    http::ResponseHead response = response_of(200, fields);
    response.version_minor = 0;
    CHECK(initial_age(response, noon - delay, noon) == age);
  }
}

TEST_CASE("a stored response's age grows, and never shrinks") {
  Lifetimes lifetimes;
  lifetimes.response_time = noon;
  lifetimes.initial_age = Seconds{5};
  lifetimes.freshness = Seconds{20};
  CHECK(current_age(lifetimes, noon) == Seconds{5});
  CHECK(current_age(lifetimes, noon + Seconds{10}) == Seconds{15});
  CHECK(current_age(lifetimes, noon - Seconds{1}) == Seconds{5});
  CHECK(remaining_freshness(lifetimes, noon) == Seconds{15});
  CHECK(remaining_freshness(lifetimes, noon + Seconds{15}) == Seconds{0});
  CHECK(remaining_freshness(lifetimes, noon + Seconds{16}) == Seconds{-1});
}

TEST_CASE("a response whose lifetime ended before it arrived was never fresh, however long ago") {
  Lifetimes lifetimes;
  lifetimes.response_time = noon;
  lifetimes.initial_age = Seconds{5};
  lifetimes.freshness = Seconds{60};
  // A purge that waited for Redis is older than responses fetched meanwhile.
  for (const Milliseconds before :
       {Milliseconds{0}, Milliseconds{1}, Milliseconds{1001}, Milliseconds{300'000}}) {
    CAPTURE(before.count());
    CHECK(remaining_freshness(ended_at(lifetimes, noon - before), noon) <= Milliseconds{0});
  }
  CHECK(remaining_freshness(ended_at(lifetimes, noon + Seconds{10}), noon + Seconds{9}) == Seconds{1});
}

TEST_CASE("a response from the future is stale beyond a second's tolerance") {
  Lifetimes lifetimes;
  lifetimes.response_time = noon;
  lifetimes.freshness = Seconds{3};
  lifetimes.stale_while_revalidate = lifetimes.stale_if_error = std::chrono::hours{24};
  CHECK(remaining_freshness(lifetimes, noon - Milliseconds{1000}) == Seconds{3});
  for (const Milliseconds behind : {Milliseconds{1001}, Milliseconds{300'000}}) {
    const Milliseconds remaining = remaining_freshness(lifetimes, noon - behind);
    CHECK(remaining < Milliseconds{0});
    CHECK(-remaining > lifetimes.stale_while_revalidate);
  }
}
