#include "support.hpp"

#include <larder/policy/credentials.hpp>
#include <larder/policy/key.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

namespace {

std::string cleaned(std::string_view fields, const CookieRule& rule = {}) {
  Route route;
  route.cookies = rule;
  http::FieldList list = fields_of(fields);
  remove_ignored_cookies(route, list);
  return text_of(list);
}

std::string key_text(const CookieRule& rule, std::string_view fields) {
  Route route;
  route.cookies = rule;
  return key_of(route, target_of("/"), fields_of(fields)).text;
}

}  // namespace

TEST_CASE(
    "fields sent by clients, SDKs and gateways identify the client, in any spelling that CGI treats alike") {
  const CredentialFields& fields = *CredentialFields::documented();
  for (const char* name : {"X-Api-Key", "x-api-key", "X_API_KEY", "X-Api_Key", "X-Consumer-Anything",
                           "X-Auth-Request-User", "Remote-User", "remote_user", "OIDC_CLAIM_email",
                           "X-MS-CLIENT-PRINCIPAL-NAME", "Cf-Access-Jwt-Assertion", "X-Forwarded-User",
                           "X_Forwarded_Groups", "Client-Cert", "ssl-client-cert", "X-Tenant-Id"}) {
    CAPTURE(name);
    CHECK(fields.contains(std::string_view(name)));
  }
  for (const char* name : {"X-CSRF-Token",
                           "X-XSRF-TOKEN",
                           "Accept",
                           "Host",
                           "Authorization",
                           "Cookie",
                           "X-Forwarded-For",
                           "X-Forwarded-Host",
                           "X-Forwarded-Proto",
                           "X-Forwarded-Port",
                           "X-Requested-With",
                           "X-User-Agent",
                           "X-Tenant",
                           "Sec-Fetch-User",
                           "X",
                           "",
                           "X-",
                           "If-None-Match",
                           "Origin",
                           "Referer",
                           "X-Request-Id",
                           "Traceparent",
                           "X-Amzn-Trace-Id",
                           "CF-Ray",
                           "X-Apikeys",
                           "Remote-Addr",
                           "X-Session-Start"}) {
    CAPTURE(name);
    CHECK_FALSE(fields.contains(std::string_view(name)));
  }
}

TEST_CASE("the configuration adds to the list and removes from it") {
  const CredentialFields fields({"X-Tenant", "Acme-*", "Origin", "X-*-Secret"},
                                {"X-Tenant-Id", "X-Consumer-Id"});
  for (const char* name :
       {"x_tenant", "Acme-User", "Origin", "X-My-Secret", "X-Consumer-Username", "X-Api-Key"}) {
    CAPTURE(name);
    CHECK(fields.contains(std::string_view(name)));
  }
  for (const char* name : {"X-Tenant-Id", "x_consumer_id", "Acme", "Referer"}) {
    CAPTURE(name);
    CHECK_FALSE(fields.contains(std::string_view(name)));
  }
  // What every request has identifies no client, whatever a glob says.
  const CredentialFields greedy({"*o*"}, {});
  for (const char* name : {"Host", "Connection", "Cookie", "Authorization", "X-Forwarded-For"}) {
    CAPTURE(name);
    CHECK_FALSE(greedy.contains(std::string_view(name)));
  }
}

TEST_CASE(
    "cookies that only scripts read, and those that the route ignores, are removed before a request is "
    "keyed") {
  CHECK(cleaned("A: b") == "A: b");
  CHECK(cleaned("Cookie: sid=1; lang=de|A: b") == "Cookie: sid=1; lang=de|A: b");
  CHECK(cleaned("Cookie: _ga=1|A: b") == "A: b");
  CHECK(cleaned("Cookie: |A: b") == "A: b");
  CHECK(cleaned("Cookie: ;; ;|A: b") == "A: b");
  CHECK(cleaned("Cookie: sid=1;_ga=2;lang = de|A: b") == "A: b|Cookie: sid=1; lang = de");
  CHECK(cleaned("Cookie: sid=1|Cookie: _gid=3|A: b") == "A: b|Cookie: sid=1");
  CHECK(cleaned("Cookie: session|A: b") == "Cookie: session|A: b");
  CHECK(cleaned("Cookie: =v|A: b") == "Cookie: =v|A: b");
  const CookieRule some{.key = {"lang", "b_*"}, .ignore = {"seen_*"}};
  CHECK(cleaned("Cookie: b_z=1; seen_x=2; sid=3; b_a=4; lang=de; b_a=5; _ga=6", some) ==
        "Cookie: lang=de; b_a=4; b_a=5; b_z=1; sid=3");
  CHECK(cleaned("Cookie: seen_x=2", some) == "");
  CHECK(cleaned("Cookie: sid=1", CookieRule::ignore_all()) == "");
  CHECK(cleaned("Cookie: sid=1; a=2", CookieRule::keep_only({"a"})) == "Cookie: a=2");
  // A cookie that the route keys is not ignored, even if only scripts read it.
  CHECK(cleaned("Cookie: _ga=1", CookieRule::keep_only({"_ga"})) == "Cookie: _ga=1");
  Route whole;
  whole.headers = {"cookie"};
  http::FieldList fields = fields_of("Cookie: _ga=1; a=2");
  remove_ignored_cookies(whole, fields);
  CHECK(text_of(fields) == "Cookie: _ga=1; a=2");
}

TEST_CASE("every list of script cookies applies: to their exact names, not longer or shorter ones") {
  for (const char* name : {"_ga", "_ga_ABCDEF", "_gid", "_gat_UA-1", "_gcl_au", "__utmz", "_fbp",
                           "_hjSession_1", "_pk_id.1.1fff", "_clck", "_uetsid", "hubspotutk", "__hstc",
                           "mp_abc_mixpanel", "Hm_lvt_1", "_ym_uid", "has_js", "__qca"}) {
    CAPTURE(name);
    CHECK(cleaned("Cookie: " + std::string(name) + "=x") == "");
  }
  for (const char* name :
       {"_gi", "_gidx", "_GA", "ga", "_session", "sid", "connect.sid", "PHPSESSID", "_fbpx", "JSESSIONID",
        "wordpress_logged_in_1", "__Host-session", "_gc", "_", "x_ga"}) {
    CAPTURE(name);
    const std::string line = "Cookie: " + std::string(name) + "=x";
    CHECK(cleaned(line) == line);
    CHECK(has_unkeyed_cookie({}, fields_of(line)));
  }
}

TEST_CASE("a glob keys each cookie that it matches, in one order whatever the request's") {
  const CookieRule rule{.key = {"lang", "b_*"}, .ignore = {}};
  CHECK(key_text(rule, "Cookie: b_2=y; lang=de; b_1=x") ==
        "GET:http://shop.test/#cookie:lang=de#cookie:b_1=x#cookie:b_2=y");
  CHECK(key_text(rule, "Cookie: b_1=x; b_2=y; lang=de") == key_text(rule, "Cookie: b_2=y; lang=de; b_1=x"));
  CHECK(key_text(rule, "Cookie: b_1=x#cookie:b_2=y") != key_text(rule, "Cookie: b_1=x; b_2=y"));
  CHECK(key_text(rule, "Cookie: b_1=x; b_1=y") != key_text(rule, "Cookie: b_1=y; b_1=x"));
  CHECK(key_text(rule, "") == "GET:http://shop.test/#cookie:lang");
  // An exact name takes precedence over a glob.
  const CookieRule both{.key = {"a*", "ab"}, .ignore = {}};
  CHECK(key_text(both, "Cookie: ab=1; ac=2") == "GET:http://shop.test/#cookie:ac=2#cookie:ab=1");
}

TEST_CASE(
    "cookies that a map neither keys nor ignores identify the client, those not in a list are not "
    "forwarded") {
  Route route;
  route.cookies = {.key = {"lang"}, .ignore = {"seen"}};
  CHECK_FALSE(has_unkeyed_cookie(route, fields_of("Cookie: lang=de; seen=1; _ga=2")));
  CHECK(has_unkeyed_cookie(route, fields_of("Cookie: lang=de; sid=1")));
  route.cookies = CookieRule::keep_only({"lang"});
  CHECK_FALSE(has_unkeyed_cookie(route, fields_of("Cookie: lang=de; sid=1")));
}

TEST_CASE(
    "whether a request identifies its client is decided by the kind of credential and what the response "
    "allows") {
  struct Case {
    const char* fields;
    Reason strict;
    Reason with_authorization;
  };
  for (const auto& [fields, strict, with_authorization] : {
           Case{"Accept: a", Reason::none, Reason::none},
           Case{"Authorization: Basic x", Reason::authorization, Reason::none},
           Case{"Cookie: a=b", Reason::cookie, Reason::cookie},
           Case{"X-Api-Key: k", Reason::credential, Reason::credential},
           Case{"Authorization: Basic x|X-Api-Key: k", Reason::authorization, Reason::credential},
           Case{"Authorization: Basic x|Cookie: a=b", Reason::authorization, Reason::cookie},
       }) {
    CAPTURE(fields);
    const http::RequestHead list = request_of("GET", fields);
    CHECK(token_of(unkeyed_credential({}, list, {})) == token_of(strict));
    CHECK(token_of(unkeyed_credential({}, list, {.with_authorization = true})) ==
          token_of(with_authorization));
    CHECK(unkeyed_credential({}, list, {true, true}) == Reason::none);
  }
}
