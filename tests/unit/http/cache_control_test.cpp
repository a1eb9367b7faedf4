#include <larder/http/cache_control.hpp>

#include <doctest/doctest.h>

namespace larder::cache_control_test {

using namespace larder::http;

namespace {

CacheControl parsed(std::string_view value) {
  FieldList fields;
  fields.add("Cache-Control", value);
  return parse_cache_control(fields);
}

constexpr std::int64_t absent = -1;

std::int64_t count(const std::optional<Seconds>& seconds) {
  return seconds ? seconds->count() : absent;
}

}  // namespace

TEST_CASE("delta-seconds are digits only, and 2^31 if too large (RFC 9111, section 1.2.2)") {
  struct Case {
    const char* text;
    std::int64_t seconds;
  };
  for (const auto& [text, seconds] :
       {Case{"0", 0}, Case{"60", 60}, Case{"007", 7}, Case{"2147483648", 2147483648},
        Case{"2147483649", 2147483648}, Case{"99999999999999999999999999", 2147483648}, Case{"", absent},
        Case{"-1", absent}, Case{"+1", absent}, Case{" 1", absent}, Case{"1.0", absent}, Case{"1s", absent},
        Case{"0x10", absent}, Case{"a100", absent}}) {
    CAPTURE(text);
    CHECK(count(parse_delta_seconds(text)) == seconds);
  }
}

TEST_CASE(
    "max-age is read as a token or quoted, and the smallest of several counts (RFC 9111, sections 4.2.1, "
    "5.2)") {
  struct Case {
    const char* value;
    std::int64_t max_age;
  };
  for (const auto& [value, max_age] : {
           Case{"max-age=60", 60},
           Case{"MAX-AGE=60", 60},
           Case{"max-age=\"60\"", 60},
           Case{"public, max-age=60", 60},
           Case{"max-age=60, max-age=5", 5},
           Case{"max-age=5, max-age=60", 5},
           Case{"max-age", 0},
           Case{"max-age=", 0},
           Case{"max-age=-1", 0},
           Case{"max-age=1.5", 0},
           Case{"max-age='60'", 0},
           Case{"max-age=\"60", 0},
           Case{"max-age = 60", 0},
           Case{"max-age=60;public", 0},
           Case{"max-age=60 s-maxage=5", 0},
           Case{"max-age=99999999999999", 2147483648},
           Case{"x=\"max-age=1\", max-age=60", 60},
           Case{"x=\"a, max-age=1\"", absent},
           Case{"s-maxage=60", absent},
           Case{"x-max-age=60", absent},
           Case{"", absent},
       }) {
    CAPTURE(value);
    CHECK(count(parsed(value).max_age) == max_age);
  }
}

TEST_CASE("every directive sets its member") {
  const CacheControl all = parsed(
      "no-cache, no-store, no-transform, max-age=1, stale-if-error=2, private, public, must-revalidate, "
      "must-understand, proxy-revalidate, immutable, s-maxage=3, stale-while-revalidate=4, only-if-cached, "
      "max-stale=5, min-fresh=6");
  CHECK(all.present);
  CHECK(all.no_cache);
  CHECK(all.no_store);
  CHECK(all.no_transform);
  CHECK(all.is_private);
  CHECK(all.is_public);
  CHECK(all.must_revalidate);
  CHECK(all.must_understand);
  CHECK(all.proxy_revalidate);
  CHECK(all.immutable);
  CHECK(all.only_if_cached);
  CHECK(count(all.max_age) == 1);
  CHECK(count(all.stale_if_error) == 2);
  CHECK(count(all.s_maxage) == 3);
  CHECK(count(all.stale_while_revalidate) == 4);
  CHECK(count(all.max_stale) == 5);
  CHECK(count(all.min_fresh) == 6);
}

TEST_CASE("an unknown directive changes nothing") {
  const CacheControl none = parsed("foo, bar=1, baz=\"no-store, private\"");
  CHECK(none.present);
  CHECK_FALSE(none.no_store);
  CHECK_FALSE(none.is_private);
  CHECK_FALSE(none.no_cache);
}

TEST_CASE("no-cache and private may be qualified with field names (RFC 9111, sections 5.2.2.4 and 5.2.2.7)") {
  struct Case {
    const char* argument;
    bool unqualified;
    std::vector<std::string> names;
  };
  for (const Case& each : {
           Case{"", true, {}},
           Case{"=\"Set-Cookie\"", false, {"set-cookie"}},
           Case{"=\"A, B\"", false, {"a", "b"}},
           Case{"=Set-Cookie", false, {"set-cookie"}},
           Case{"=\"\"", true, {}},
           Case{"=", true, {}},
           Case{"=\"a b\"", true, {}},
           Case{"=\"A, (b)\"", true, {"a"}},
           Case{"=\"A", true, {}},
       }) {
    CAPTURE(each.argument);
    const CacheControl no_cache = parsed(std::string("no-cache") + each.argument);
    CHECK(no_cache.no_cache == each.unqualified);
    CHECK(no_cache.no_cache_fields == each.names);
    const CacheControl is_private = parsed(std::string("private") + each.argument);
    CHECK(is_private.is_private == each.unqualified);
    CHECK(is_private.private_fields == each.names);
  }
  const CacheControl both = parsed("private=\"a\", private");
  CHECK(both.is_private);
  CHECK(both.private_fields == std::vector<std::string>{"a"});
}

TEST_CASE("a malformed member forbids what it seems to forbid and allows nothing") {
  CHECK(parsed("no-cache no-store").no_cache);
  CHECK(parsed("no-cache no-store").no_store);
  CHECK(parsed("max-age=60; private").is_private);
  CHECK(parsed("no-store=()").no_store);
  CHECK_FALSE(parsed("public; x").is_public);
  CHECK_FALSE(parsed("immutable x").immutable);
  CHECK_FALSE(parsed("max-stale x").max_stale_any);
}

TEST_CASE("the stricter of several max-stale and min-fresh counts") {
  CHECK(parsed("max-stale").max_stale_any);
  CHECK(count(parsed("max-stale").max_stale) == absent);
  for (const char* value : {"max-stale, max-stale=5", "max-stale=5, max-stale", "max-stale=9, max-stale=5"}) {
    CAPTURE(value);
    CHECK_FALSE(parsed(value).max_stale_any);
    CHECK(count(parsed(value).max_stale) == 5);
  }
  CHECK(count(parsed("min-fresh=5, min-fresh=9").min_fresh) == 9);
}

TEST_CASE("several lines are combined, another field may be read instead, and its absence is visible") {
  FieldList fields;
  CHECK_FALSE(parse_cache_control(fields).present);
  fields.add("Cache-Control", "max-age=60");
  fields.add("cache-control", "no-store");
  fields.add("CDN-Cache-Control", "max-age=5");
  CHECK(count(parse_cache_control(fields).max_age) == 60);
  CHECK(parse_cache_control(fields).no_store);
  const CacheControl cdn = parse_cache_control(fields, "CDN-Cache-Control");
  CHECK(count(cdn.max_age) == 5);
  CHECK_FALSE(cdn.no_store);
  fields.set("Cache-Control", "");
  CHECK(parse_cache_control(fields).present);
}

TEST_CASE("private and no-cache that name more than 64 fields are for the whole response") {
  std::string names = "x0";
  for (int i = 1; i < 64; ++i) names += ",x" + std::to_string(i);
  for (const std::string directive : {"private", "no-cache"}) {
    const CacheControl enough = parsed(directive + "=\"" + names + "\"");
    CHECK_FALSE(enough.is_private);
    CHECK_FALSE(enough.no_cache);
    const CacheControl many = parsed(directive + "=\"" + names + ",y\"");
    CHECK(many.is_private == (directive == "private"));
    CHECK(many.no_cache == (directive == "no-cache"));
  }
}

}  // namespace larder::cache_control_test
