#include <larder/http/cache_control.hpp>
#include <larder/http/cache_groups.hpp>

#include <doctest/doctest.h>

namespace larder::targeted_cache_control_test {

using namespace larder::http;

namespace {

constexpr std::string_view field_name = "CDN-Cache-Control";

std::optional<CacheControl> parsed(std::string_view value) {
  FieldList fields;
  fields.add("Cache-Control", "no-store");
  fields.add(field_name, value);
  return parse_targeted_cache_control(fields, field_name);
}

constexpr std::int64_t absent = -1;

std::int64_t count(const std::optional<Seconds>& seconds) {
  return seconds ? seconds->count() : absent;
}

}  // namespace

TEST_CASE(
    "a targeted field that is missing, empty or not a dictionary is ignored (RFC 9213, sections 2.1 and "
    "2.2)") {
  FieldList fields;
  fields.add("Cache-Control", "max-age=60");
  CHECK_FALSE(parse_targeted_cache_control(fields, field_name));
  for (const char* value :
       {"", "   ", "max-age=60, &&&&&", "max-age=60,", "max-age=60;", "Max-Age=60", "max-age",
        "no-store private", "max-age=", "max-age=60s max", "max-age = 60", "max-age=\"60"}) {
    CAPTURE(value);
    CHECK(parsed(value).has_value() == (std::string_view(value) == "max-age"));
  }
}

TEST_CASE(
    "lines of a targeted field are one dictionary, in which a later directive replaces an earlier one") {
  FieldList fields;
  fields.add(field_name, "max-age=60, no-store");
  fields.add("cdn-cache-control", "max-age=600");
  const auto both = parse_targeted_cache_control(fields, field_name);
  REQUIRE(both);
  CHECK(count(both->max_age) == 600);
  CHECK(both->no_store);
  fields.add(field_name, "&");
  CHECK_FALSE(parse_targeted_cache_control(fields, field_name));
}

TEST_CASE("a lifetime is an integer; anything else counts as 0 (RFC 9213, section 2.1)") {
  struct Case {
    const char* value;
    std::int64_t max_age;
  };
  for (const auto& [value, max_age] : {
           Case{"max-age=60", 60},
           Case{"max-age=60;ext=1, unknown=(a b)", 60},
           Case{"max-age=0", 0},
           Case{"max-age=999999999999999", 2147483648},
           Case{"max-age=-1", 0},
           Case{"max-age=\"60\"", 0},
           Case{"max-age=60.5", 0},
           Case{"max-age=60.0", 0},
           Case{"max-age=a60", 0},
           Case{"max-age", 0},
           Case{"max-age=(60)", 0},
           Case{"max-age=@60", 0},
           Case{"s-maxage=60", absent},
           Case{"none", absent},
       }) {
    CAPTURE(value);
    const auto control = parsed(value);
    REQUIRE(control);
    CHECK(control->present);
    CHECK(count(control->max_age) == max_age);
    CHECK_FALSE(control->no_store);
  }
  const auto all = parsed("s-maxage=1, stale-while-revalidate=2, stale-if-error=3");
  REQUIRE(all);
  CHECK(count(all->s_maxage) == 1);
  CHECK(count(all->stale_while_revalidate) == 2);
  CHECK(count(all->stale_if_error) == 3);
}

TEST_CASE("a flag that forbids counts whatever its value, a flag that permits must be true") {
  const auto all = parsed(
      "no-store, no-transform, public, must-revalidate, must-understand, proxy-revalidate, immutable, "
      "no-cache, private");
  REQUIRE(all);
  CHECK(all->no_store);
  CHECK(all->no_transform);
  CHECK(all->is_public);
  CHECK(all->must_revalidate);
  CHECK(all->must_understand);
  CHECK(all->proxy_revalidate);
  CHECK(all->immutable);
  CHECK(all->no_cache);
  CHECK(all->is_private);
  const auto odd = parsed("no-store=1, must-revalidate=?0, public=?0, immutable=yes, must-understand=1");
  REQUIRE(odd);
  CHECK(odd->no_store);
  CHECK(odd->must_revalidate);
  CHECK_FALSE(odd->is_public);
  CHECK_FALSE(odd->immutable);
  CHECK_FALSE(odd->must_understand);
}

TEST_CASE("no-cache and private of a targeted field may be qualified by a string or token") {
  struct Case {
    const char* argument;
    bool unqualified;
    std::vector<std::string> names;
  };
  for (const Case& each : {
           Case{"", true, {}},
           Case{"=\"Set-Cookie\"", false, {"set-cookie"}},
           Case{"=\"A, B\";x", false, {"a", "b"}},
           Case{"=Set-Cookie", false, {"set-cookie"}},
           Case{"=\"\"", true, {}},
           Case{"=(\"a\")", true, {}},
           Case{"=?0", true, {}},
           Case{"=1", true, {}},
       }) {
    CAPTURE(each.argument);
    const auto control = parsed(std::string("no-cache") + each.argument + ", private" + each.argument);
    REQUIRE(control);
    CHECK(control->no_cache == each.unqualified);
    CHECK(control->no_cache_fields == each.names);
    CHECK(control->is_private == each.unqualified);
    CHECK(control->private_fields == each.names);
  }
}

TEST_CASE("Cache-Groups is a list of strings, or nothing (RFC 9875, section 2)") {
  struct Case {
    const char* value;
    std::optional<std::vector<std::string>> groups;
  };
  using Groups = std::vector<std::string>;
  for (const Case& each : {
           Case{"\"eurovision-results\", \"australia\"", Groups{"eurovision-results", "australia"}},
           Case{"\"a\";x=1", Groups{"a"}},
           Case{"\"A\",\"a\"", Groups{"A", "a"}},
           Case{"\"with, comma \\\" and quote\"", Groups{"with, comma \" and quote"}},
           Case{"", Groups{}},
           Case{"a", std::nullopt},
           Case{"\"a\", b", std::nullopt},
           Case{"\"a\", (\"b\")", std::nullopt},
           Case{"\"a\", 1", std::nullopt},
           Case{"\"a", std::nullopt},
           Case{"\"a\",", std::nullopt},
       }) {
    CAPTURE(each.value);
    FieldList fields;
    fields.add("Cache-Groups", each.value);
    CHECK((parse_cache_groups(fields) == each.groups));
    CHECK_FALSE(parse_cache_groups(fields, "Cache-Group-Invalidation"));
  }
  FieldList lines;
  lines.add("Cache-Group-Invalidation", "\"a\"");
  lines.add("Cache-Group-Invalidation", "\"b\"");
  CHECK((parse_cache_groups(lines, "Cache-Group-Invalidation") == Groups{"a", "b"}));
}

}  // namespace larder::targeted_cache_control_test
