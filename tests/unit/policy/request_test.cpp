#include "support.hpp"

#include <larder/policy/request.hpp>

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
           Case{"GET", "", "/a%2Fb", false, Reason::ambiguous_path},
           Case{"GET", "If-Match: \"a\"", "/", false, Reason::precondition},
           Case{"HEAD", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT", "/", false,
                Reason::precondition},
           Case{"GET", "If-None-Match: \"a\"", "/", false, Reason::none},
           Case{"GET", "Range: bytes=0-1", "/", false, Reason::none},
           Case{"HEAD", "Range: bytes=0-1", "/", false, Reason::none},
           // RFC 9111, section 5.2.1.5.
           Case{"GET", "Cache-Control: no-store", "/", false, Reason::request_no_store},
           Case{"GET", "Cache-Control: no-cache", "/", false, Reason::none},
           // An entry that the origin itself made shareable may answer those.
           Case{"GET", "Cookie: a=b", "/", false, Reason::none},
           Case{"GET", "Authorization: Basic x", "/", false, Reason::none},
           // Upgrade is an offer: it is dropped as a hop-by-hop field.
           Case{"GET", "Connection: upgrade|Upgrade: h2c", "/", false, Reason::none},
       }) {
    CAPTURE(method);
    CAPTURE(fields);
    CAPTURE(path);
    CHECK(bypass_reason({}, request_of(method, fields), target_of(path), has_content) == reason);
  }
}

TEST_CASE("a route can turn caching off, or be deaf to what requests ask") {
  Route route;
  route.cache = false;
  CHECK(bypass_reason(route, request_of("GET"), target_of("/"), false) == Reason::route_off);
  CHECK(bypass_reason(route, request_of("PUT"), target_of("/"), false) == Reason::method);
  route.cache = true;
  route.honor_request_directives = false;
  CHECK(bypass_reason(route, request_of("GET", "Cache-Control: no-store"), target_of("/"), false) ==
        Reason::none);
}

TEST_CASE("a path that may be another one to the origin is ambiguous (front-door.md, cache deception)") {
  for (const char* path : {"/a%2fb",    "/a%2Fb",       "/a%5cb",  "/a%5C",  "/%00",   "/a\\b",     "/./a",
                           "/a/.",      "/a/..",        "/a/../b", "/..",    "/%2e/a", "/%2E%2e/a", "/.%2e/a",
                           "/a%2ejson", "/me%2f..%2fa", "/%61",    "/a%7Eb", "/%5Fa",  "/x%2D"}) {
    CAPTURE(path);
    CHECK(is_ambiguous_path(path));
  }
  for (const char* path :
       {"/", "/a/b", "//a", "/a//b", "/a.b", "/...", "/.a", "/a.", "/a..b/", "/.well-known/x", "/a%20b",
        "/a%25b", "/a%3Bb", "/me;x", "/%C3%A4", "/100%", "/%2", "/%zz", "/a%"}) {
    CAPTURE(path);
    CHECK_FALSE(is_ambiguous_path(path));
  }
}
