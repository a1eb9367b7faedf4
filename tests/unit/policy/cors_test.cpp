#include "support.hpp"

#include <larder/policy/cors.hpp>

#include <doctest/doctest.h>

namespace larder::policy::test::cors_test {

namespace {

CorsRule rule_for(std::initializer_list<const char*> origins) {
  CorsRule rule;
  for (const char* const text : origins) rule.origins.named.push_back(*CorsOrigin::parse(text));
  return rule;
}

}  // namespace

TEST_CASE("what is no origin is refused (RFC 6454, section 6.2)") {
  struct Case {
    const char* text;
    const char* origin;  // empty: refused
  };
  for (const auto& [text, origin] : {
           Case{"https://shop.example", "https://shop.example"},
           Case{"HTTPS://Shop.Example:8443", "https://shop.example:8443"},
           Case{"https://shop.example:443", "https://shop.example"},
           Case{"http://localhost:5173", "http://localhost:5173"},
           Case{"http://[::1]:3000", "http://[::1]:3000"},
           Case{"capacitor://localhost", "capacitor://localhost"},
           Case{"chrome-extension://abcdef", "chrome-extension://abcdef"},
           Case{"https://*.shop.example", "https://*.shop.example"},
           Case{"", ""},
           Case{"null", ""},
           Case{"shop.example", ""},
           Case{"//shop.example", ""},
           Case{"://shop.example", ""},
           Case{"https://", ""},
           Case{"https://shop.example/", ""},
           Case{"https://shop.example/a", ""},
           Case{"https://shop.example?a", ""},
           Case{"https://a@shop.example", ""},
           Case{"https://shop.example:", "https://shop.example"},
           Case{"https://shop.example:99999", ""},
           Case{"https://shop.example:*", ""},
           Case{"https://*", ""},
           Case{"https://*.", ""},
           Case{"https://*shop.example", ""},
           Case{"https://www.*.example", ""},
           Case{"https://*.*.example", ""},
           Case{"*://shop.example", ""},
           Case{"https://b\xc3\xbc.example", ""},
       }) {
    CAPTURE(text);
    const Result<CorsOrigin> parsed = CorsOrigin::parse(text);
    CHECK((parsed ? parsed->text() : "") == origin);
  }
}

TEST_CASE("scheme, labels and port of an origin are compared, and nothing that looks like it") {
  const CorsRule rule = rule_for({"https://shop.example", "https://*.shop.example", "http://localhost:5173"});
  struct Case {
    const char* origin;
    bool allowed;
  };
  for (const auto& [origin, allowed] : {
           Case{"https://shop.example", true},
           Case{"https://SHOP.example", true},
           Case{"https://www.shop.example", true},
           Case{"http://localhost:5173", true},
           Case{"", false},
           Case{"null", false},
           Case{"*", false},
           Case{"http://shop.example", false},
           Case{"https://shop.example:8443", false},
           Case{"https://shop.example.evil", false},
           Case{"https://evilshop.example", false},
           Case{"https://evil.example/.shop.example", false},
           Case{"https://evil.example?.shop.example", false},
           Case{"https://evil.example#.shop.example", false},
           Case{"https://a@evil.shop.example", false},
           Case{"https://a:b.shop.example", false},
           Case{"https://.shop.example", false},
           Case{"https://a.b.shop.example", false},
           Case{"https://www.shop.example.", false},
           Case{"https://www.shop.example https://shop.example", false},
           Case{"http://localhost", false},
           Case{"http://localhost:51730", false},
       }) {
    CAPTURE(origin);
    CHECK(rule.origins.allow(origin) == allowed);
  }
}

TEST_CASE("the answer to a request has what its origin may do, and a stranger's nothing") {
  CorsRule rule = rule_for({"https://shop.example"});
  rule.expose = {"X-Cache", "X-Total"};
  const auto added = [&](std::optional<std::string_view> origin) {
    http::FieldList fields;
    add_cors_fields(rule, origin, fields);
    return text_of(fields);
  };
  CHECK(added("https://shop.example") ==
        "Access-Control-Allow-Origin: https://shop.example|Access-Control-Expose-Headers: X-Cache, X-Total");
  CHECK(added("https://evil.example").empty());
  CHECK(added(std::nullopt).empty());
  rule.credentials = true;
  rule.expose.clear();
  CHECK(added("https://shop.example") ==
        "Access-Control-Allow-Origin: https://shop.example|Access-Control-Allow-Credentials: true");
  rule = CorsRule{.origins = {.any = true}};
  for (const auto origin : {std::optional<std::string_view>("https://evil.example"), {"null"}, {}}) {
    CHECK(added(origin) == "Access-Control-Allow-Origin: *");
  }
}

TEST_CASE("the answer to a preflight has what the rule allows, and a stranger's Vary alone") {
  CorsRule rule = rule_for({"https://shop.example"});
  rule.headers = {"Content-Type", "X-Csrf-Token"};
  rule.methods = {"GET", "PUT"};
  const auto added = [&](std::optional<std::string_view> origin) {
    http::FieldList fields;
    add_preflight_fields(rule, origin, fields);
    return text_of(fields);
  };
  const std::string vary = "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
  CHECK(added("https://shop.example") ==
        vary +
            "|Access-Control-Allow-Origin: https://shop.example|Access-Control-Allow-Methods: GET, PUT|"
            "Access-Control-Allow-Headers: Content-Type, X-Csrf-Token|Access-Control-Max-Age: 600");
  CHECK(added("https://evil.example") == vary);
  CHECK(added(std::nullopt) == vary);
}

TEST_CASE("a request is a preflight if it is OPTIONS, from an origin, and asks about a method") {
  for (const auto& [method, fields, is_one] : {
           std::tuple{"OPTIONS", "Origin: https://a.example|Access-Control-Request-Method: PUT", true},
           std::tuple{"OPTIONS", "Origin: https://a.example", false},
           std::tuple{"OPTIONS", "Access-Control-Request-Method: PUT", false},
           std::tuple{"GET", "Origin: https://a.example|Access-Control-Request-Method: PUT", false},
       }) {
    CAPTURE(fields);
    http::RequestHead request;
    request.method = method;
    request.fields = fields_of(fields);
    CHECK(is_preflight(request) == is_one);
  }
  CHECK_FALSE(origin_of(fields_of("Origin: https://a.example|Origin: https://b.example")));
}

}  // namespace larder::policy::test::cors_test
