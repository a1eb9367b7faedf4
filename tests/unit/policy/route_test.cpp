#include "support.hpp"

#include <larder/policy/route.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

TEST_CASE("a plain ttl applies only to successes and permanent redirects") {
  const TtlRule rule{Seconds{60}, {}};
  for (const int status : {200, 203, 204, 300, 301, 308}) {
    CAPTURE(status);
    CHECK(rule.for_status(status) == Seconds{60});
  }
  for (const int status : {201, 206, 302, 304, 307, 400, 404, 405, 410, 414, 500, 501, 503}) {
    CAPTURE(status);
    CHECK_FALSE(rule.for_status(status).has_value());
  }
}

TEST_CASE("a ttl by status applies to the statuses it names") {
  const TtlRule rule{{}, {{200, Seconds{300}}, {404, Seconds{10}}, {410, Seconds{0}}}};
  CHECK(rule.for_status(200) == Seconds{300});
  CHECK(rule.for_status(404) == Seconds{10});
  CHECK(rule.for_status(410) == Seconds{0});
  CHECK_FALSE(rule.for_status(301).has_value());
  CHECK_FALSE(TtlRule{}.for_status(200).has_value());
}

TEST_CASE("a Cookie is unkeyed unless the route ignores or keys it") {
  const auto with_cookie = fields_of("Cookie: a=b");
  Route route;
  CHECK(has_unkeyed_cookie(route, with_cookie));
  CHECK_FALSE(has_unkeyed_cookie(route, fields_of("Accept: */*")));
  route.headers = {"cookie"};
  CHECK_FALSE(has_unkeyed_cookie(route, with_cookie));
  route.headers.clear();
  route.cookies = CookieRule::ignore_all();
  CHECK_FALSE(has_unkeyed_cookie(route, with_cookie));
  route.cookies = CookieRule::keep_only({"theme"});
  CHECK_FALSE(has_unkeyed_cookie(route, with_cookie));
}

TEST_CASE("Authorization is unkeyed unless the route names the field") {
  const auto authorized = fields_of("authorization: Bearer x");
  Route route;
  CHECK(has_unkeyed_authorization(route, authorized));
  CHECK_FALSE(has_unkeyed_authorization(route, fields_of("Accept: */*")));
  route.headers = {"Authorization"};
  CHECK_FALSE(has_unkeyed_authorization(route, authorized));
}
