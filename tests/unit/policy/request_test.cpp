#include "support.hpp"

#include <larder/policy/request.hpp>
#include <larder/policy/route_table.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

TEST_CASE("a request that only the origin may answer is bypassed, with the reason") {
  struct Case {
    const char* method;
    const char* fields;
    const char* path;
    bool has_content;
    Reason reason;
  };
  for (const auto& [method, fields, path, has_content, reason] : {
           Case{"GET", "", "/", false, Reason::none},
           Case{"HEAD", "", "/", false, Reason::none},
           Case{"POST", "", "/", false, Reason::method},
           Case{"PURGE", "", "/", false, Reason::method},
           Case{"get", "", "/", false, Reason::method},
           Case{"OPTIONS", "", "*", false, Reason::method},
           Case{"GET", "", "/", true, Reason::request_content},
           Case{"GET", "", "/a%2Fb", false, Reason::none},
           Case{"GET", "", "/a%5Cb", false, Reason::ambiguous_path},
           Case{"GET", "If-Match: \"a\"", "/", false, Reason::precondition},
           Case{"HEAD", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT", "/", false,
                Reason::precondition},
           Case{"GET", "If-None-Match: \"a\"", "/", false, Reason::none},
           Case{"GET", "Range: bytes=0-1", "/", false, Reason::none},
           Case{"HEAD", "Range: bytes=0-1", "/", false, Reason::none},
           // RFC 9111, section 5.2.1.5.
           Case{"GET", "Cache-Control: no-store", "/", false, Reason::request_no_store},
           Case{"GET", "Cache-Control: no-cache", "/", false, Reason::none},
           // A response that the origin itself made shareable may answer those.
           Case{"GET", "Cookie: a=b", "/", false, Reason::none},
           Case{"GET", "Authorization: Basic x", "/", false, Reason::none},
           // Upgrade is an offer: it is dropped as a hop-by-hop field.
           Case{"GET", "Connection: upgrade|Upgrade: h2c", "/", false, Reason::none},
       }) {
    CAPTURE(method);
    CAPTURE(fields);
    CAPTURE(path);
    CHECK(bypass_reason({}, {}, request_of(method, fields), target_of(path), has_content) == reason);
  }
}

TEST_CASE("a route can turn caching off, or ignore request directives") {
  Route route;
  route.cache = false;
  CHECK(bypass_reason(route, {}, request_of("GET"), target_of("/"), false) == Reason::route_off);
  CHECK(bypass_reason(route, {}, request_of("PUT"), target_of("/"), false) == Reason::method);
  route.cache = true;
  route.honor_request_directives = false;
  CHECK(bypass_reason(route, {}, request_of("GET", "Cache-Control: no-store"), target_of("/"), false) ==
        Reason::none);
}

TEST_CASE("a path that may be another one to the origin is ambiguous (cache deception)") {
  for (const char* path : {"/a%5cb",          "/a%5C",        "/%00",           "/a\\b",
                           "/a%2f.",          "/.%2fa",       "/.%3b",          "/a/..",
                           "/a/../b",         "/..",          "/%2e/a",         "/%2E%2e/a",
                           "/.%2e/a",         "/me%2f..%2fa", "/me%2f..",       "/..%2fa",
                           "/a/..;/b",        "/a/..;v=1/b",  "/a/.;/b",        "/a/..%3b/b",
                           "/a/..;",          "/a/%2e%2e;x",  "/a%2f%2e%2e%2f", "/a%0a",
                           "/a%0D%0Ab",       "/a%7f",        "/a;%2fz/b",      "/a;x=%2F/b",
                           "/a%3b%3fz/b",     "/a;%23",       "/a%1F/b",        "/a%c0%afb",
                           "/%C0%AE%C0%AE/a", "/a%c1%9cb",    "/a%e0%80%afb",   "/a%f0%80%80%af"}) {
    CAPTURE(path);
    CHECK(is_ambiguous_path(path));
    CHECK(spelling_of(path) == PathSpelling::odd);
  }
  for (const char* path :
       {"/",          "/a/b",          "//a",      "/a//b",         "/a.b",     "/...",
        "/.a",        "/a.",           "/a..b/",   "/a%20b",        "/a%25b",   "/a%3Bb",
        "/me;x",      "/%C3%A4",       "/100%",    "/%2",           "/%zz",     "/a%",
        "/a%2fb",     "/a%2Fb",        "/%61",     "/a%7Eb",        "/%5Fa",    "/x%2D",
        "/a%2ejson",  "/a;..",         "/a/;../b", "/%252e%252e/a", "/a%252fb", "/.well-known/x",
        "/./a",       "/a/.",          "/.",       "/a/././b",      "//./a",    "/%C0_propos",
        "/%E0%A4%A9", "/%F0%9F%98%80", "/a;/..b",  "/...;/a"}) {
    CAPTURE(path);
    CHECK_FALSE(is_ambiguous_path(path));
  }
}

TEST_CASE(
    "a path with `.` is stored if it meets the same route without it, captures included (apt's /./Release)") {
  std::vector<Route> routes(5);
  const char* matches[] = {"/me/**", "/of/{id}/**", "/x/*/y", "/*", "/**"};
  for (std::size_t i = 0; i < routes.size(); ++i)
    routes[i].patterns = {PathPattern::parse(matches[i]).value()};
  routes[0].cache = false;
  const auto reason_among = [](const std::vector<Route>& all, std::string_view path) {
    const RouteTable table(all);
    const Route* route = table.find("GET", target_of(path));
    return bypass_reason(route ? *route : Route(), table, request_of("GET"), target_of(path), false);
  };
  const auto reason = [&](std::string_view path) { return reason_among(routes, path); };
  for (const char* path :
       {"/a/./Release", "/a/b/.", "/a/b/./", "/././a/b", "/of/7/./x", "/x/z/y/.", "/a/."}) {
    CAPTURE(path);
    CHECK(reason(path) == Reason::none);
  }
  // `/*` matches what is left; `{id}` is another one; it is unclear which of the two the origin means.
  for (const char* path : {"/./Release", "/of/./7/x", "/x/./y", "/x/./z/y", "/of/.", "/a/../b", "//./h/me/x",
                           "/.//h/me/x", "/./%2fh/x/y", "//h/./x"}) {
    CAPTURE(path);
    CHECK(reason(path) == Reason::ambiguous_path);
  }
  CHECK(reason("/a/./b/me/x") == Reason::none);
  CHECK(reason("/././me/x") != Reason::none);
  CHECK(reason("/./ME/x") == Reason::protected_path);
  CHECK(reason("/./m%65/x") == Reason::protected_path);
  CHECK(reason_among({}, "/./Release") == Reason::none);
  routes.pop_back();
  CHECK(reason("/./Release") == Reason::ambiguous_path);
}

TEST_CASE("RFC 9112, section 3.2: a request without Host is not shared") {
  const http::Target target = target_of("/", {}, "");
  CHECK(bypass_reason({}, {}, request_of("GET"), target, false) == Reason::no_host);
  CHECK(bypass_reason({}, {}, request_of("POST"), target, false) == Reason::method);
}

TEST_CASE(
    "a request that another spelling could use to bypass a route is passed through, whatever the spelling") {
  std::vector<Route> routes(3);
  const char* matches[] = {"/api/public/**", "/api/**", "/**"};
  for (std::size_t i = 0; i < routes.size(); ++i)
    routes[i].patterns = {PathPattern::parse(matches[i]).value()};
  routes[1].cache = false;
  const RouteTable table(routes);
  const auto reason = [&](std::string_view path) {
    const Route* route = table.find("GET", target_of(path));
    return bypass_reason(*route, table, request_of("GET"), target_of(path), false);
  };
  CHECK(reason("/api/me") == Reason::route_off);
  CHECK(reason("//api/me") == Reason::protected_path);
  CHECK(reason("/API/me") == Reason::protected_path);
  CHECK(reason("/x/../api/me") == Reason::ambiguous_path);
  CHECK(reason("/API/Public/x") == Reason::none);
  CHECK(reason("/Img/A.PNG") == Reason::none);
}

TEST_CASE("a request keeps its own conditions if its response is unlikely to be shareable") {
  struct Case {
    const char* fields;
    bool keeps;
  };
  for (const auto& [fields, keeps] : {
           Case{"If-None-Match: \"a\"", false},
           Case{"Authorization: Bearer a", false},
           Case{"Authorization: Bearer a|If-None-Match: \"a\"", true},
           Case{"Authorization: Basic a|If-Modified-Since: b", true},
           Case{"X-Api-Key: a|If-Range: \"a\"", true},
           Case{"Cookie: a=b|If-None-Match: \"a\"", false},
       }) {
    CAPTURE(fields);
    CHECK(keeps_own_conditions({}, request_of("GET", fields).fields) == keeps);
  }
}
