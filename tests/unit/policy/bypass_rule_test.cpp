#include "support.hpp"

#include <larder/policy/bypass_rule.hpp>

#include <doctest/doctest.h>

using namespace larder::policy;
using namespace larder::policy::test;

TEST_CASE("a request with a cookie, field or parameter of the rule takes the bypass, however it spells it") {
  const BypassRule rule{.cookies = {"wordpress_logged_in_*", "edit"},
                        .headers = {"X-Preview", "X-Debug-*"},
                        .query = {"nocache", "draft*"}};
  struct Case {
    const char* fields;
    const char* query;
    bool takes;
  };
  for (const auto& [fields, query, takes] : {
           Case{"", "", false},
           Case{"Cookie: a=1; wordpress_logged_in_7f=x", "", true},
           Case{"Cookie: a=1|Cookie: edit=", "", true},
           Case{"Cookie: edit", "", true},
           Case{"Cookie: edited=1; wordpress_logged_in=1", "", false},
           // As ASP.NET reads them.
           Case{"Cookie: EDIT=1", "", true},
           Case{"", "NoCache", true},
           // As PHP reads them.
           Case{"Cookie: wordpress.logged_in_7f=x", "", true},
           Case{"Cookie: wordpress%5flogged%5Fin_7f=x", "", true},
           Case{"Cookie: wordpress[logged[in_7f=x", "", true},
           Case{"Cookie: e=edit", "", false},
           Case{"X-Preview: 1", "", true},
           Case{"x-preview: ", "", true},
           Case{"X_Preview: 1", "", true},
           Case{"x.debug.sql: 1", "", true},
           Case{"X-Previews: 1|Preview: 1|X-Debug: 1", "", false},
           Case{"", "a=1&nocache", true},
           Case{"", "nocache=1", true},
           Case{"", "no%63ache=1", true},
           Case{"", "a=1;nocache=1", true},
           Case{"", "drafts[]=1", true},
           Case{"", "nocach=e&a=nocache&&=&nocaches", false},
       }) {
    CAPTURE(fields);
    CAPTURE(query);
    CHECK(takes_bypass(rule, request_of("GET", fields), target_of("/", query)) == takes);
  }
  CHECK_FALSE(takes_bypass(rule, request_of("GET"), target_of("/")));
  CHECK_FALSE(takes_bypass({}, request_of("GET", "Cookie: a=1|X-A: 1"), target_of("/", "a=1")));
}

TEST_CASE("* of a rule is any cookie, or any parameter") {
  CHECK(takes_bypass({.cookies = {"*"}}, request_of("GET", "Cookie: a=1"), target_of("/", "a")));
  CHECK_FALSE(takes_bypass({.cookies = {"*"}}, request_of("GET", "Cookie: ;"), target_of("/", "a")));
  CHECK(takes_bypass({.query = {"*"}}, request_of("GET"), target_of("/", "a")));
  CHECK_FALSE(takes_bypass({.query = {"*"}}, request_of("GET"), target_of("/", "")));
}
