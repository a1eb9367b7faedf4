#include <larder/http/cache_status.hpp>

#include <doctest/doctest.h>

namespace larder::cache_status_test {

using namespace larder::http;

TEST_CASE("Cache-Status is an item with parameters (RFC 9211, section 2)") {
  struct Case {
    CacheStatus status;
    const char* text;
  };
  for (const auto& [status, text] : {
           Case{{}, "larder"},
           Case{{.hit = true, .ttl = Seconds(42)}, "larder; hit; ttl=42"},
           Case{{.hit = true, .ttl = Seconds(-5)}, "larder; hit; ttl=-5"},
           Case{{.fwd = "uri-miss", .stored = true, .collapsed = true},
                "larder; fwd=uri-miss; stored; collapsed"},
           Case{{.fwd = "bypass", .detail = "no-store"}, "larder; fwd=bypass; detail=no-store"},
           Case{{.fwd = "stale", .fwd_status = 304, .ttl = Seconds(60), .stored = true},
                "larder; fwd=stale; fwd-status=304; ttl=60; stored"},
       }) {
    CHECK(format_cache_status(status) == text);
  }
}

TEST_CASE("a detail that is not a token is written as a string (RFC 8941, sections 3.3.3 and 3.3.4)") {
  struct Case {
    const char* detail;
    const char* text;
  };
  for (const auto& [detail, text] : {
           Case{"a", "larder; detail=a"},
           Case{"*a:b/c", "larder; detail=*a:b/c"},
           Case{"5xx", "larder; detail=\"5xx\""},
           Case{"a b", "larder; detail=\"a b\""},
           Case{"a\"\\", R"(larder; detail="a\"\\")"},
           Case{"a\r\nb\xC3\xA4", R"(larder; detail="a??b??")"},
       }) {
    CHECK(format_cache_status({.detail = detail}) == text);
  }
}

}  // namespace larder::cache_status_test
