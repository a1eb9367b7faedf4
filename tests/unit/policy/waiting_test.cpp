#include "support.hpp"

#include <larder/policy/reuse.hpp>

#include <doctest/doctest.h>

#include <initializer_list>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

TEST_CASE(
    "RFC 9111, section 5.2.1: a request that wants the origin asked, or nothing stored, does not wait for "
    "another's fetch") {
  struct Case {
    const char* request;
    bool may;
  };
  Route deaf;
  deaf.honor_request_directives = false;
  for (const Case& each : std::initializer_list<Case>{
           {"", true},
           {"Cache-Control: max-age=1", true},
           {"Cache-Control: max-stale", true},
           {"Cache-Control: max-age=0", false},
           {"Cache-Control: no-cache", false},
           {"Cache-Control: no-store", false},
           {"Pragma: no-cache", false},
       }) {
    CAPTURE(each.request);
    CHECK(may_collapse({}, request_of("GET", each.request)) == each.may);
    CHECK(may_collapse(deaf, request_of("GET", each.request)));
  }
}

TEST_CASE("a response that has just come answers waiting requests if it is fresh, or may be served stale") {
  struct Case {
    int age;  // seconds
    Seconds while_revalidate;
    bool no_cache;
    bool must_revalidate;
    bool may;
  };
  for (const Case& each : std::initializer_list<Case>{
           {9, Seconds{0}, false, true, true},
           {10, Seconds{0}, false, false, false},
           {10, Seconds{5}, false, false, true},
           {14, Seconds{5}, false, false, true},
           {15, Seconds{5}, false, false, false},
           // RFC 9111, section 5.2.2.2: never stale, whatever else it says.
           {10, Seconds{5}, false, true, false},
           {14, Seconds{5}, false, true, false},
           {0, Seconds{5}, true, false, false},
       }) {
    CAPTURE(each.age);
    CAPTURE(each.must_revalidate);
    Lifetimes fetched;
    fetched.response_time = noon;
    fetched.freshness = Seconds{10};
    fetched.stale_while_revalidate = each.while_revalidate;
    fetched.no_cache = each.no_cache;
    fetched.must_revalidate = each.must_revalidate;
    CHECK(may_answer_others(fetched, noon + Seconds{each.age}) == each.may);
  }
}
