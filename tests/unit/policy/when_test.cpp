// The route key `when`: src/README.md, "Key".
#include "support.hpp"

#include <larder/policy/key.hpp>
#include <larder/policy/request.hpp>
#include <larder/policy/route_table.hpp>
#include <larder/policy/when.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

namespace {

Route route_when(std::string name, WhenRule when, std::string_view match = "/**") {
  Route route;
  route.name = std::move(name);
  route.match = {std::string(match)};
  route.patterns = {PathPattern::parse(match).value()};
  route.when = std::move(when);
  return route;
}

WhenRule by_header(std::string name, std::vector<std::string> values) {
  return {.headers = {{std::move(name), std::move(values)}}, .query = {}, .cookies = {}};
}

WhenRule by_query(std::string name, std::vector<std::string> values) {
  return {.headers = {}, .query = {{std::move(name), std::move(values)}}, .cookies = {}};
}

WhenRule by_cookie(std::string name, std::vector<std::string> values) {
  return {.headers = {}, .query = {}, .cookies = {{std::move(name), std::move(values)}}};
}

std::string name_of(const RouteTable& table, const http::RequestHead& request, const http::Target& target) {
  const Route* const route = table.find(request, target);
  return route == nullptr ? "" : route->name;
}

}  // namespace

TEST_CASE("a header holds with one of its values, its lines combined, and not if it is not sent on") {
  struct Case {
    std::vector<std::string> values;
    const char* fields;
    bool holds;
  };
  for (const auto& [values, fields, holds] : std::vector<Case>{
           {{"2"}, "X-Version: 2", true},
           {{"2"}, "x-VERSION:  2 \t", true},
           {{"2"}, "X-Version: 3", false},
           {{"2"}, "X-Version: 22", false},
           {{"2"}, "X-Other: 2", false},
           {{"2", "3"}, "X-Version: 3", true},
           {{"2.*"}, "X-Version: 2.1", true},
           {{"2.*"}, "X-Version: 2", false},
           {{"*"}, "X-Version: ", true},
           {{"*"}, "", false},
           {{""}, "X-Version: ", true},
           {{""}, "X-Version: 1", false},
           {{"2"}, "X-Version: 2|X-Version: 3", false},
           {{"2, 3"}, "X-Version: 2|X-Version:  3", true},
           {{"2"}, "X-Version: 2|Connection: close, x-version", false},
           {{"2"}, "X-Version: 2|Connection: close", true},
           {{"b"}, "X-Version: B", false},
       }) {
    CAPTURE(std::string(fields));
    CHECK(holds_by_fields(by_header("X-Version", values), fields_of(fields)) == holds);
  }
}

TEST_CASE("a cookie holds if one of its name has one of its values, in any Cookie line") {
  struct Case {
    const char* name;
    const char* value;
    const char* fields;
    bool holds;
  };
  for (const auto& [name, value, fields, holds] : {
           Case{"beta", "1", "Cookie: beta=1", true},
           Case{"beta", "1", "Cookie: a=b; beta=1;c", true},
           Case{"beta", "1", "Cookie: a=b|Cookie: beta=1", true},
           Case{"beta", "1", "Cookie: beta=0; beta=1", true},
           Case{"beta", "1", "Cookie: Beta=1", false},
           Case{"beta", "1", "Cookie: beta=2", false},
           Case{"beta", "*", "Cookie: beta", true},
           Case{"beta", "*", "Cookie: beta=", true},
           Case{"beta", "*", "Cookie: xbeta=1", false},
           Case{"beta", "*", "X-Cookie: beta=1", false},
           Case{"wp_*", "*", "Cookie: wp_7f=1", true},
           Case{"wp_*", "*", "Cookie: wq_7f=1", false},
       }) {
    CAPTURE(std::string(fields));
    CHECK(holds_by_fields(by_cookie(name, {value}), fields_of(fields)) == holds);
  }
}

TEST_CASE("a parameter holds if one of its name has one of its values, both decoded") {
  struct Case {
    const char* name;
    const char* value;
    const char* query;
    bool holds;
  };
  for (const auto& [name, value, query, holds] : {
           Case{"p", "1", "p=1", true},
           Case{"p", "1", "a=b&p=1&c", true},
           Case{"p", "1", "p=0&p=1", true},
           Case{"p", "1", "%70=%31", true},
           Case{"p", "a b", "p=a%20b", true},
           Case{"p", "1", "P=1", false},
           Case{"p", "1", "p=11", false},
           Case{"p", "1", "a=p=1", false},
           Case{"p", "1", "", false},
           Case{"p", "1", "a=1;p=1", false},
           Case{"p", "1", "p=1;a=1", false},
           Case{"p", "1=2", "p=1=2", true},
           Case{"p", "*", "p", true},
           Case{"p", "", "p=", true},
           Case{"p", "", "p", true},
           Case{"p*", "*", "preview", true},
           Case{"p*", "*", "&&a", false},
       }) {
    CAPTURE(std::string(query));
    CHECK(holds_by_query(by_query(name, {value}), target_of("/", query)) == holds);
  }
  CHECK_FALSE(holds_by_query(by_query("p", {"*"}), target_of("/")));
}

TEST_CASE("of a rule all must hold, and what does not is told in words") {
  const WhenRule rule{.headers = {{"X-Version", {"2", "3"}}, {"X-Flag", {""}}},
                      .query = {{"preview", {"*"}}},
                      .cookies = {{"beta", {"1"}}}};
  const http::RequestHead all = request_of("GET", "X-Version: 3|X-Flag: |Cookie: beta=1");
  CHECK(holds(rule, all, target_of("/", "preview")));
  CHECK(unmet(rule, all, target_of("/", "preview")).empty());
  CHECK_FALSE(holds(rule, all, target_of("/")));
  CHECK(unmet(rule, all, target_of("/")) == std::vector<std::string>{"parameter preview: *"});
  CHECK(unmet(rule, request_of("GET"), target_of("/")) == words_of(rule));
  CHECK(words_of(rule) == std::vector<std::string>{"header X-Version: 2 or 3", "header X-Flag: \"\"",
                                                   "parameter preview: *", "cookie beta: 1"});
}

TEST_CASE("the first route that takes a request and whose `when` holds wins") {
  const RouteTable table({route_when("two", by_header("X-Version", {"2"}), "/api/**"),
                          route_when("beta", by_cookie("beta", {"*"}), "/api/**"),
                          route_when("preview", by_query("preview", {"*"})),
                          route_when("rest", {}, "/api/**")});
  struct Case {
    const char* fields;
    const char* query;
    const char* name;
    const char* vary;
  };
  for (const auto& [fields, query, name, vary] : {
           Case{"X-Version: 2|Cookie: beta=1", "preview", "two", "X-Version"},
           Case{"Cookie: beta=1", "preview", "beta", "X-Version, Cookie"},
           Case{"X-Version: 1", "preview", "preview", "X-Version, Cookie"},
           Case{"X-Version: 1", "a", "rest", "X-Version, Cookie"},
       }) {
    CAPTURE(std::string(fields));
    const http::RequestHead request = request_of("GET", fields);
    const RouteChoice choice = table.choose(request, target_of("/api/a", query));
    REQUIRE(choice.route != nullptr);
    CHECK(choice.route->name == name);
    CHECK(choice.vary == vary);
    CHECK(table.find(request, target_of("/api/a", query)) == choice.route);
    CHECK(table.match(request, target_of("/api/a", query))->route == choice.route);
  }
  const RouteChoice elsewhere = table.choose(request_of("GET", "X-Version: 2"), target_of("/b"));
  CHECK(elsewhere.route == nullptr);
  CHECK(elsewhere.vary.empty());
}

TEST_CASE("Vary names what could have led elsewhere: not what the method, host, path or query rules out") {
  Route by_post = route_when("post", by_header("X-Post", {"*"}));
  by_post.methods = {"POST"};
  Route by_host = route_when("host", by_header("X-Host", {"*"}));
  by_host.hosts = {HostPattern::parse("other.test").value()};
  WhenRule both = by_header("X-Both", {"*"});
  both.query = {{"q", {"1"}}};
  const RouteTable table({by_post, by_host, route_when("path", by_header("X-Path", {"*"}), "/other"),
                          route_when("both", both), route_when("one", by_header("X-One", {"*"}), "/a"),
                          route_when("same", by_header("x-one", {"2"})), route_when("rest", {}, "/a"),
                          route_when("behind", by_header("X-Behind", {"*"}))});
  CHECK(table.choose(request_of("GET"), target_of("/a")).vary == "X-One");
  CHECK(table.choose(request_of("GET"), target_of("/a", "q=1")).vary == "X-Both, X-One");
  CHECK(table.choose(request_of("POST"), target_of("/a")).vary == "X-Post, X-One");
  CHECK(table.choose(request_of("GET"), target_of("/a", {}, "other.test")).vary == "X-Host, X-One");
  const RouteChoice none = table.choose(request_of("GET"), target_of("/b"));
  CHECK(none.route == nullptr);
  CHECK(none.vary == "x-one, X-Behind");
}

TEST_CASE("a route that looks at fields has its name in its keys, and those behind have the fields") {
  const RouteTable table({route_when("a#b", by_header("X-Version", {"*"})),
                          route_when("c", by_query("c", {"*"})), route_when("d", {})});
  const auto text = [&](std::size_t number, std::optional<std::string> query = {}) {
    return key_of(table.list()[number], target_of("/a", std::move(query)), {}).text;
  };
  CHECK(text(0) == "GET:http://shop.test/a#route:a%23b");
  CHECK(text(1, "c=1") == "GET:http://shop.test/a?c=1");
  CHECK(text(2) == "GET:http://shop.test/a");
  CHECK(key_of(table.list()[2], target_of("/a"), fields_of("X-Version: 3")).text ==
        "GET:http://shop.test/a#header:x-version=3");
}

TEST_CASE("a parameter that `when` looks at is part of the key and is sent, whatever `query` says") {
  using Mode = QueryRule::Mode;
  for (const auto& [rule, kept] : std::vector<std::pair<QueryRule, std::string>>{
           {{}, "b=1&preview=1&a=%&preview=2"},
           {{.mode = Mode::ignore, .names = {"*"}}, "preview=1&preview=2"},
           {{.mode = Mode::ignore, .names = {"preview"}}, "b=1&preview=1&a=%&preview=2"},
           {{.mode = Mode::only, .names = {"a"}}, "preview=1&a=%&preview=2"},
           {{.mode = Mode::only, .names = {"a"}, .sorted = true}, "a=%&preview=1&preview=2"},
           {{.mode = Mode::only, .names = {}}, "preview=1&preview=2"},
       }) {
    Route route = route_when("r", by_query("pre*", {"1"}));
    route.query = rule;
    const RouteTable table({route});
    const Key made = key_of(table.list()[0], target_of("/a", "b=1&preview=1&a=%&preview=2"), {});
    CHECK(made.text == "GET:http://shop.test/a?" + kept);
    CHECK(made.forward_target == "/a?" + kept);
  }
}

TEST_CASE(
    "`cache: off` with `when` protects other spellings if that holds, and a cacheable route only then "
    "stands in its way") {
  Route off = route_when("off", by_cookie("beta", {"*"}), "/api/**");
  off.cache = false;
  const auto reason = [](const RouteTable& table, const char* fields, std::string_view path,
                         std::optional<std::string> query = {}) {
    const http::RequestHead request = request_of("GET", fields);
    const http::Target target = target_of(path, std::move(query));
    const Route* const route = table.find(request, target);
    REQUIRE(route != nullptr);
    return bypass_reason(*route, table, request, target, false);
  };
  const RouteTable table({off, route_when("rest", {})});
  CHECK(reason(table, "Cookie: beta=1", "/api/a") == Reason::route_off);
  CHECK(reason(table, "Cookie: beta=1", "/API/a") == Reason::protected_path);
  CHECK(reason(table, "", "/api/a") == Reason::none);
  CHECK(reason(table, "", "/API/a") == Reason::none);

  Route all_off = route_when("off", {}, "/api/**");
  all_off.cache = false;
  const RouteTable shielded(
      {route_when("open", by_header("X-Open", {"1"}), "/api/open"), all_off, route_when("rest", {})});
  CHECK(reason(shielded, "X-Open: 1", "/api/open") == Reason::none);
  CHECK(reason(shielded, "X-Open: 1", "/API/open") == Reason::none);
  CHECK(reason(shielded, "X-Open: 2", "/API/open") == Reason::protected_path);
  CHECK(reason(shielded, "", "/API/open") == Reason::protected_path);

  Route by_parameter = route_when("off", by_query("me", {"*"}), "/api/**");
  by_parameter.cache = false;
  const RouteTable queried(
      {route_when("open", by_query("open", {"*"}), "/api/open"), by_parameter, route_when("rest", {})});
  CHECK(reason(queried, "", "/API/x", "me") == Reason::protected_path);
  CHECK(reason(queried, "", "/API/x") == Reason::none);
  CHECK(reason(queried, "", "/API/open", "open&me") == Reason::none);
  // Where an origin may find the query in the path, nobody knows what it is.
  CHECK(reason(queried, "", "/api/x%3Fme") == Reason::protected_path);
  CHECK(reason(queried, "", "/API/x;me") == Reason::protected_path);
  CHECK(reason(queried, "", "/API/open;me", "open") == Reason::protected_path);
}

TEST_CASE("a HEAD that meets another route than its GET is not answered from what that one stored") {
  Route head = route_when("head", by_query("p", {"*"}));
  head.methods = {"HEAD"};
  const http::RequestHead request = request_of("HEAD");
  const auto reason = [&](const RouteTable& table) {
    const http::Target target = target_of("/a", "p");
    return bypass_reason(*table.find(request, target), table, request, target, false);
  };
  CHECK(reason(RouteTable({head, route_when("rest", {})})) == Reason::method);
  CHECK(reason(RouteTable({route_when("rest", {}), head})) == Reason::none);
  Route plain = route_when("head", {});
  plain.methods = {"HEAD"};
  CHECK(reason(RouteTable({plain, route_when("rest", {})})) == Reason::none);
  CHECK(reason(RouteTable({plain, route_when("rest", by_query("p", {"*"}))})) == Reason::method);
}

TEST_CASE("fields that other keys are for, or that no upstream gets as they came, cannot choose a route") {
  for (const char* name : {"Host",
                           "cookie",
                           "Connection",
                           "Keep-Alive",
                           "TE",
                           "Transfer-Encoding",
                           "Upgrade",
                           "Proxy-Authorization",
                           "Content-Length",
                           "Expect",
                           "Via",
                           "CDN-Loop",
                           "X-Forwarded-For",
                           "x-forwarded-proto",
                           "X-Forwarded-Whatever",
                           "Forwarded",
                           "X-Real-IP",
                           "True-Client-IP",
                           "CF-Connecting-IP",
                           "Range",
                           "If-None-Match",
                           "X-Original-URL",
                           "X_Original_URL",
                           "X-HTTP-Method-Override"}) {
    CAPTURE(std::string(name));
    CHECK(when_field_mistake(name).has_value());
  }
  for (const char* name :
       {"X-Version", "Accept", "Accept-Language", "User-Agent", "Authorization", "Origin", "Content-Type",
        "X-Api-Key", "X-Forwarded-User", "Cache-Control", "Sec-Fetch-Mode"}) {
    CAPTURE(std::string(name));
    CHECK_FALSE(when_field_mistake(name).has_value());
  }
}

TEST_CASE("ten thousand routes with `when` are looked up by their paths") {
  std::vector<Route> routes;
  for (int i = 0; i < 10'000; ++i) {
    const std::string number = std::to_string(i);
    routes.push_back(route_when("r" + number, by_header("X-Version", {"2"}), "/r" + number + "/**"));
  }
  routes.push_back(route_when("rest", {}));
  const RouteTable table(std::move(routes));
  CHECK(name_of(table, request_of("GET", "X-Version: 2"), target_of("/r9999/a")) == "r9999");
  CHECK(name_of(table, request_of("GET", "X-Version: 1"), target_of("/r9999/a")) == "rest");
  CHECK(table.choose(request_of("GET"), target_of("/r9999/a")).vary == "X-Version");
  CHECK(table.choose(request_of("GET"), target_of("/r")).vary.empty());
}
