#include "support.hpp"

#include <larder/policy/refresh_ahead.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;
using namespace std::chrono_literals;

namespace {

Lifetimes fetched_in(Milliseconds fetch_time, Milliseconds freshness = 60s) {
  Lifetimes lifetimes;
  lifetimes.response_time = noon;
  lifetimes.fetch_time = fetch_time;
  lifetimes.freshness = freshness;
  return lifetimes;
}

}  // namespace

TEST_CASE("XFetch: the later in its lifetime and the slower to fetch, the likelier a response is refreshed") {
  struct Case {
    Milliseconds remaining;
    double chance;
    bool refreshes;
  };
  // -ln(1 - chance) * 200 ms against what remains: 0, 139, 460, 1382 ms.
  for (const auto& [remaining, chance, refreshes] : {
           Case{1ms, 0, false},
           Case{138ms, 0.5, true},
           Case{139ms, 0.5, false},
           Case{460ms, 0.9, true},
           Case{461ms, 0.9, false},
           Case{1381ms, 0.999, true},
           Case{1382ms, 0.999, false},
       }) {
    CAPTURE(remaining.count());
    CHECK(refreshes_ahead(fetched_in(200ms), remaining, chance) == refreshes);
  }
  CHECK(refreshes_ahead(fetched_in(0ms), 1ms, 0.9));
  CHECK_FALSE(refreshes_ahead(fetched_in(0ms), 3ms, 0.9));
}

TEST_CASE("the window is as long as ten fetches, but at most half the lifetime") {
  const Route route;
  CHECK(refresh_window(route, fetched_in(200ms)) == 2s);
  CHECK(refresh_window(route, fetched_in(0ms)) == 10ms);
  CHECK(refresh_window(route, fetched_in(200ms, 1s)) == 500ms);
  CHECK(refresh_window(route, fetched_in(200ms, 0s)) == 0s);
}

TEST_CASE("if clients are served while it is fetched, there is no need to refresh early") {
  Route route;
  Lifetimes stored = fetched_in(200ms);
  stored.stale_while_revalidate = 30s;
  CHECK(refresh_window(route, stored) == 0s);
  SUBCASE("unless the fetch takes longer than that window") {
    stored.stale_while_revalidate = 200ms;
    CHECK(refresh_window(route, stored) == 2s);
  }
  SUBCASE("unless the origin forbids it (RFC 9111, section 5.2.2.2)") {
    stored.must_revalidate = true;
    CHECK(refresh_window(route, stored) == 2s);
  }
  SUBCASE("unless the route wants it anyway") {
    route.refresh_ahead = RefreshAhead::on;
    CHECK(refresh_window(route, stored) == 2s);
  }
  SUBCASE("never if the route says off") {
    route.refresh_ahead = RefreshAhead::off;
    CHECK(refresh_window(route, stored) == 0s);
    CHECK(refresh_window(route, fetched_in(200ms)) == 0s);
  }
}
