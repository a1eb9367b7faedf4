#include "policy/documented_names.hpp"
#include "support.hpp"

#include <larder/policy/forwarding.hpp>
#include <larder/policy/storing.hpp>
#include <larder/policy/trusted_proxies.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

namespace {

const Hop hop{"192.0.2.1", "https", "Shop.test:81"};
const std::string ours =
    "|X-Forwarded-For: 192.0.2.1|X-Forwarded-Proto: https|X-Forwarded-Host: Shop.test:81|"
    "Surrogate-Capability: larder=\"Surrogate/1.0\"|Via: 1.1 larder";

/// As the cache does it where nobody is trusted.
std::string forwarded(std::string_view fields, bool cacheable, const Route& route = {}) {
  http::RequestHead request = request_of("GET", fields);
  if (!cacheable) remove_origination({}, false, route, request.fields);
  const auto out = request_fields_to_forward(route, request, hop, cacheable);
  return out ? text_of(*out) : "malformed";
}

bool tells_origination(const std::string& name) {
  http::FieldList fields = fields_of(name + ": v");
  remove_origination({}, false, {}, fields);
  return fields.empty();
}

}  // namespace

TEST_CASE("a request is forwarded with its own fields, and ours at the end") {
  CHECK(forwarded("Host: other|Accept: a|Accept: b|X-Own: 1", true) ==
        "Host: Shop.test:81|Accept: a|Accept: b|X-Own: 1" + ours);
}

TEST_CASE(
    "what CGI and PHP take for another field is not sent where the answer is shared and that field counts") {
  Route route;
  route.headers = {"X-Tenant"};
  route.choosing_fields = std::make_shared<const std::vector<std::string>>(1, "X-Version");
  for (const std::string name : {"Accept_Language", "accept_encoding", "Content.Type", "X_Tenant", "x.tenant",
                                 "X_Version", "X-Forwarded_Host"}) {
    CAPTURE(name);
    CHECK(forwarded(name + ": 1|X-Own: 1", true, route) == "Host: Shop.test:81|X-Own: 1" + ours);
    if (name == "X-Forwarded_Host") continue;
    CHECK(forwarded(name + ": 1|X-Own: 1", false, route) ==
          "Host: Shop.test:81|" + name + ": 1|X-Own: 1" + ours);
  }
  // One that identifies the client is no secret from the origin: its answer is not for others.
  for (const std::string name : {"X_Own", "X_Api_Key", "Tenant_X", "X-Tenant", "X-Version"}) {
    CAPTURE(name);
    CHECK(forwarded(name + ": 1", true, route) == "Host: Shop.test:81|" + name + ": 1" + ours);
  }
  CHECK(forwarded("X_Tenant: 1|X_Version: 1", true) == "Host: Shop.test:81|X_Tenant: 1|X_Version: 1" + ours);
}

TEST_CASE("a field that chooses routes is sent in one line where the answer is shared, as it was looked at") {
  Route route;
  route.choosing_fields = std::make_shared<const std::vector<std::string>>(1, "X-Version");
  CHECK(forwarded("X-Version: 2|X-Own: 1|x-version: 9|X-Own: 2", true, route) ==
        "Host: Shop.test:81|X-Version: 2, 9|X-Own: 1|X-Own: 2" + ours);
  CHECK(forwarded("X-Version: 2|x-version: 9", false, route) ==
        "Host: Shop.test:81|X-Version: 2|x-version: 9" + ours);
}

TEST_CASE("a request without Host gets no X-Forwarded-Host (RFC 9112, section 3.2)") {
  const auto out =
      request_fields_to_forward({}, request_of("GET", "Accept: a"), {"192.0.2.1", "http", ""}, false);
  CHECK(text_of(out.value()) ==
        "Accept: a|X-Forwarded-For: 192.0.2.1|X-Forwarded-Proto: http|"
        "Surrogate-Capability: larder=\"Surrogate/1.0\"|Via: 1.1 larder");
}

TEST_CASE("fields for one connection are not forwarded (RFC 9110, section 7.6.1)") {
  for (const bool cacheable : {true, false}) {
    CHECK(forwarded(
              "Connection: close, X-Hop|connection: X-Other|X-Hop: 1|X-Other: 2|Keep-Alive: 5|TE: trailers|"
              "Trailer: T|Transfer-Encoding: chunked|Content-Length: 3|Upgrade: h2c|HTTP2-Settings: x|"
              "Proxy-Connection: close|Proxy-Authorization: Basic x|X-Kept: 1",
              cacheable) == "Host: Shop.test:81|X-Kept: 1" + ours);
  }
  for (const char* name : {"Connection", "keep-alive", "TE", "trailer", "Transfer-Encoding", "Upgrade",
                           "Proxy-Authenticate", "proxy-connection", "HTTP2-Settings"}) {
    CAPTURE(name);
    CHECK(is_hop_by_hop(name));
  }
  for (const char* name : {"Accept", "Content-Length", "Via", "Set-Cookie", "Proxy", "TEA"}) {
    CAPTURE(name);
    CHECK_FALSE(is_hop_by_hop(name));
  }
}

TEST_CASE("Connection may not name fields that identify the client (hop-by-hop abuse)") {
  for (const char* name :
       {"Authorization", "cookie", "HOST", "Content-Length", "Content-Type", "If-None-Match", "Range",
        "X-Forwarded-For", "Forwarded", "Via", "X-Api-Key", "x_consumer_id"}) {
    CAPTURE(name);
    http::FieldList fields = fields_of(std::string("Connection: close, ") + name);
    CHECK(forwarded(std::string("Connection: close, ") + name, false) == "malformed");
    CHECK(remove_connection_specific({}, fields).error() == http::Fault::protected_option);
  }
  Route route;
  route.headers = {"Accept-Language"};
  CHECK(forwarded("Connection: accept-language|Accept-Language: de", true, route) == "malformed");
}

TEST_CASE("fields that Connection names are removed before a request is keyed") {
  http::FieldList fields = fields_of(
      "Connection: Accept-Language, upgrade, keep-alive|Accept-Language: de|Upgrade: websocket|Accept: a");
  REQUIRE(remove_connection_specific({}, fields).has_value());
  CHECK(text_of(fields) == "Connection: Accept-Language, upgrade, keep-alive|Upgrade: websocket|Accept: a");
  http::FieldList plain = fields_of("Accept: a");
  REQUIRE(remove_connection_specific({}, plain).has_value());
  CHECK(text_of(plain) == "Accept: a");
}

TEST_CASE("Proxy never reaches the origin, which could read it as HTTP_PROXY (httpoxy, CVE-2016-5385)") {
  Route keyed;
  keyed.headers = {"Proxy"};
  for (const bool cacheable : {true, false}) {
    for (const char* line : {"Proxy: http://evil.test", "pRoXy: http://evil.test"}) {
      CHECK(forwarded(line, cacheable) == "Host: Shop.test:81" + ours);
      CHECK(forwarded(line, cacheable, keyed) == "Host: Shop.test:81" + ours);
    }
  }
}

TEST_CASE("an override never reaches the origin of a shared response (unkeyed-header poisoning)") {
  for (const char* name : {"X-Original-URL",
                           "X-Rewrite-URL",
                           "x-original-host",
                           "X-Host",
                           "X-HTTP-Method",
                           "X-HTTP-Method-Override",
                           "X-Method-Override",
                           "X-Forwarded-Server",
                           "X-Forwarded-Port",
                           "X-Forwarded-Prefix",
                           "X-Forwarded-Scheme",
                           "X-Forwarded-SSL",
                           "X-Forwarded-Anything",
                           "X-Real-IP",
                           "True-Client-IP",
                           "X-Accel-Redirect",
                           "X-Client-IP",
                           "Front-End-Https",
                           "Range",
                           "If-None-Match",
                           "If-Modified-Since",
                           "If-Range"}) {
    CAPTURE(name);
    const std::string line = std::string(name) + ": v";
    CHECK(forwarded(line, true) == "Host: Shop.test:81" + ours);
    CHECK(forwarded(line, false) ==
          "Host: Shop.test:81" + (tells_origination(name) ? "" : "|" + line) + ours);
    Route keyed;
    keyed.headers = {name};
    CHECK(forwarded(line, true, keyed) == "Host: Shop.test:81|" + line + ours);
  }
}

TEST_CASE(
    "overrides of today's frameworks, gateways and CDNs are not forwarded, and what identifies the client "
    "is") {
  for (const char* name : {"X-Forwarded",
                           "X-Forward-For",
                           "X-Forwarder-For",
                           "X-Forwarding-For",
                           "Forwarded-For",
                           "X-Remote-Addr",
                           "X-Remote-IP",
                           "X-ProxyUser-Ip",
                           "WL-Proxy-Client-IP",
                           "X-Middleware-Subrequest",
                           "X-Middleware-Prefetch",
                           "X-Invoke-Path",
                           "X-Invoke-Status",
                           "X-Nextjs-Data",
                           "X-Matched-Path",
                           "Request-Uri",
                           "Http-Url",
                           "X-Original-Remote-Addr",
                           "X-Originally-Forwarded-For",
                           "X-Original-For",
                           "X-Originating-IP",
                           "Fastly-Client-IP",
                           "CF-Connecting-IP",
                           "CF-Connecting-IPv6",
                           "CF-IPCountry",
                           "X-Azure-ClientIP",
                           "X-Azure-SocketIP",
                           "X-FD-HealthProbe",
                           "Fly-Client-IP",
                           "X-Appengine-User-IP",
                           "Incap-Client-IP",
                           "X-True-IP",
                           "Real-Ip",
                           "Cluster-Client-IP",
                           "Remote-Addr",
                           "X-Backend-Host",
                           "X-Server-Name",
                           "X-Sendfile-Type",
                           "X-Replaced-Path",
                           "X-MS-Original-URL",
                           "X-WAWS-Unencoded-URL",
                           "X-Host-Override",
                           "CloudFront-Forwarded-Proto",
                           "X-Vercel-Forwarded-For",
                           "X-ARR-SSL",
                           "X-Custom-IP-Authorization",
                           "x_remote_addr",
                           "REMOTE_ADDR",
                           "Cf_Connecting_Ip"}) {
    CAPTURE(name);
    const std::string line = std::string(name) + ": v";
    CHECK(forwarded(line, true) == "Host: Shop.test:81" + ours);
    CHECK(forwarded(line, false) ==
          "Host: Shop.test:81" + (tells_origination(name) ? "" : "|" + line) + ours);
  }
  for (const char* name :
       {"X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Groups", "X_Forwarded_User",
        "X-Forwarded-Access-Token", "X-Forwarded-Client-Cert", "X-Original-Authorization",
        "Cf-Access-Jwt-Assertion", "X-Remote-User", "X-Api-Key", "X-User-Agent", "X-Anything"}) {
    CAPTURE(name);
    const std::string line = std::string(name) + ": v";
    CHECK(forwarded(line, true) == "Host: Shop.test:81|" + line + ours);
  }
  CHECK(is_written_by_us({}, "X-Forwarded-Port"));
  CHECK_FALSE(is_written_by_us({}, "X-Forwarded-User"));
  // Removed from the list it is an override like the others.
  Route route;
  route.credential_fields = std::make_shared<CredentialFields>(std::vector<std::string>{},
                                                               std::vector<std::string>{"X-Forwarded-User"});
  CHECK(forwarded("X-Forwarded-User: v", true, route) == "Host: Shop.test:81" + ours);
  CHECK(is_written_by_us(route, "X-Forwarded-User"));
}

TEST_CASE("overrides that gunicorn, IIS, Azure, App Engine, Fastly and PHP read are not forwarded") {
  for (const char* name : {"SCRIPT_NAME",
                           "Script-Name",
                           "PATH_INFO",
                           "X-Path-Info",
                           "Https",
                           "X-Https",
                           "CF-Visitor",
                           "Fastly-SSL",
                           "X-AppEngine-Https",
                           "X-Client-Proto",
                           "X-Client-Scheme",
                           "X-Client-Port",
                           "X-Arr-Ssl",
                           "X-Rewrite-Host",
                           "X-Ms-Original-Url",
                           "X-MS-Original-Host",
                           "X-FD-Original-Host",
                           "X-Original-Forwarded-Host",
                           "Forwarded-Host",
                           "Original-Host",
                           "Original-Url",
                           "HTTP_HOST",
                           "X-Http-Host",
                           "X-Virtual-Host",
                           "X-Vhost",
                           "X-Url",
                           "X-Uri",
                           "Uri",
                           "X-Replaced-Path"}) {
    CAPTURE(name);
    const std::string line = std::string(name) + ": v";
    CHECK(forwarded(line, true) == "Host: Shop.test:81" + ours);
    CHECK(forwarded(line, false) ==
          "Host: Shop.test:81" + (tells_origination(name) ? "" : "|" + line) + ours);
  }
  CHECK(forwarded("Script: v", true) == "Host: Shop.test:81|Script: v" + ours);
}

TEST_CASE(
    "their siblings are not forwarded either: the lists of those who look for such fields are the measure") {
  for (const char* name : {"X-Base-Path",
                           "X-Base-Url",
                           "X-Url-Proto",
                           "X-Url-Scheme",
                           "X-Envoy-Original-Path",
                           "X-SSL",
                           "X-Forwarded-Path",
                           "X-Forwarded-Prefix",
                           "X-Original-Host",
                           "X-Original-HTTP-Command",
                           "X-Ingress-Path",
                           "X-External-Url",
                           "X-Proxy-Prefix",
                           "X-Path-Prefix",
                           "X-HTTP-Path-Override",
                           "X-Http-Host-Override",
                           "Unencoded-Url",
                           "ORIG_PATH_INFO",
                           "QUERY_STRING",
                           "Context-Path",
                           "X-Ning-Request-Uri",
                           "X-Amzn-Remapped-Host",
                           "X-WebObjects-Request-Method",
                           "$WSSN",
                           "Translate",
                           "X-Prerender-Revalidate",
                           "X-React-Router-Spa-Mode",
                           "X-React-Router-Prerender-Data",
                           "X-Nuxt-No-Ssr",
                           "X-Sveltekit-Pathname",
                           "X-Astro-Path",
                           "X-Hostname",
                           "SERVER_NAME",
                           "SERVER_PORT_SECURE",
                           "REQUEST_METHOD",
                           "Real-Method",
                           "X-Is-Ssl",
                           "Https-From-Lb",
                           "X-Orchestra-Scheme",
                           "X-ForwardedFor",
                           "ClientIP",
                           "X-Edge-Proto",
                           "X-GeoIP-Country"}) {
    CAPTURE(name);
    CHECK(forwarded(std::string(name) + ": v", true) == "Host: Shop.test:81" + ours);
  }
  // Nothing that applications are asked by, or that identifies the client, or that Vary names.
  for (const char* name :
       {"X-Requested-With", "X-SSL-Client-Cert", "X-Proxy-User", "X-User-Id", "RSC", "Next-Router-State-Tree",
        "X-Request-Id", "Accept-Language", "Origin", "X-PJAX", "HX-Request", "X-Base-Currency",
        "X-External-Id", "X-Locale-Override", "X-Inertia", "Prefer", "Server"}) {
    CAPTURE(name);
    const std::string line = std::string(name) + ": v";
    CHECK(forwarded(line, true) == "Host: Shop.test:81|" + line + ours);
  }
}

TEST_CASE("whatever says where a request came from is an override, too") {
  for (const std::string& pattern : origination_names()) {
    CAPTURE(pattern);
    const std::string name = pattern.ends_with('*') ? pattern.substr(0, pattern.size() - 1) + "a" : pattern;
    CHECK(forwarded(name + ": v", true) == "Host: Shop.test:81" + ours);
    CHECK(forwarded(name + ": v", false) == "Host: Shop.test:81" + ours);
  }
}

TEST_CASE("an override written with underscores or dots, as CGI and PHP read it, is one too") {
  for (const char* name : {"X_Original_URL", "X.Forwarded.Host", "x.original_url", "x_forwarded_host",
                           "X_HTTP-Method_Override"}) {
    CAPTURE(name);
    CHECK(forwarded(std::string(name) + ": v", true) == "Host: Shop.test:81" + ours);
  }
}

TEST_CASE("a client's Forwarded is forwarded only if it is part of the key, and Expect never") {
  CHECK(forwarded("Forwarded: for=evil", true) == "Host: Shop.test:81" + ours);
  CHECK(forwarded("Forwarded: for=evil", false) == "Host: Shop.test:81" + ours);
  Route keyed;
  keyed.headers = {"Forwarded"};
  CHECK(forwarded("Forwarded: for=me", true, keyed) == "Host: Shop.test:81|Forwarded: for=me" + ours);
  CHECK(forwarded("Expect: bogus", true) == "Host: Shop.test:81" + ours);
  CHECK(forwarded("Expect: 100-continue", false) == "Host: Shop.test:81" + ours);
}

TEST_CASE("X-Forwarded-For, -Proto and -Host are larder's own, and so is Forwarded where it writes that") {
  const char* claimed =
      "X-Forwarded-For: a, b|X-Forwarded-For: c|X-Forwarded-Proto: gopher|X-Forwarded-Host: evil";
  for (const bool cacheable : {true, false}) {
    const auto told = request_fields_to_forward({}, request_of("GET", claimed), hop, cacheable);
    CHECK(text_of(told.value()) == "Host: Shop.test:81" + ours);
  }
  Hop behind_front = hop;
  behind_front.writes_forwarded = true;
  Route keyed;
  keyed.headers = {"Forwarded"};
  const auto told =
      request_fields_to_forward(keyed, request_of("GET", "Forwarded: for=evil"), behind_front, false);
  CHECK(told.value().combined("Forwarded") == "for=192.0.2.1;proto=https;host=\"Shop.test:81\"");
}

TEST_CASE("what any client can write of where it comes from is overwritten on what passes, too") {
  for (const char* name : {"X-Forwarded-Prefix", "X_Forwarded_For", "X_Forwarded_Proto", "X-Real-IP",
                           "True-Client-IP", "CF-Connecting-IP", "X-Forwarded-Ssl", "Front-End-Https"}) {
    CAPTURE(name);
    for (const bool cacheable : {true, false}) {
      CHECK(forwarded(std::string(name) + ": 1", cacheable) == "Host: Shop.test:81" + ours);
    }
    Route keyed;
    keyed.headers = {name};
    CHECK(forwarded(std::string(name) + ": 1", false, keyed) ==
          "Host: Shop.test:81|" + std::string(name) + ": 1" + ours);
  }
  CHECK(forwarded("X-Forwarded-User: alice", false) ==
        "Host: Shop.test:81|X-Forwarded-User: alice" + ours);  // says who asks
}

TEST_CASE("Via grows by one (RFC 9110, section 7.6.3)") {
  http::RequestHead request = request_of("GET", "Via: 1.1 a|Via: 2 b");
  request.version_minor = 0;
  CHECK(request_fields_to_forward({}, request, hop, true)->find("Via") == "1.1 a, 2 b, 1.0 larder");
  http::ResponseHead response = response_of(200, "Via: 1.1 o");
  CHECK(response_fields_to_forward(response.fields, response.version_minor, false).find("Via") ==
        "1.1 o, 1.1 larder");
  response.version_minor = 0;
  CHECK(response_fields_to_forward(response.fields, response.version_minor, false).find("Via") ==
        "1.1 o, 1.0 larder");
}

TEST_CASE("on a shared request only the cookies that the key distinguishes are forwarded") {
  const char* cookies = "Cookie: id=1; theme=dark; lang=de|Accept: a";
  Route route;
  CHECK(forwarded(cookies, true, route) ==
        "Host: Shop.test:81|Cookie: id=1; theme=dark; lang=de|Accept: a" + ours);
  CHECK(forwarded("Cookie: id=1; _ga=2|Accept: a", true, route) ==
        "Host: Shop.test:81|Accept: a|Cookie: id=1" + ours);
  CHECK(forwarded("Cookie: _ga=2|Accept: a", true, route) == "Host: Shop.test:81|Accept: a" + ours);
  CHECK(forwarded("Cookie: _ga=2|Accept: a", false, route) ==
        "Host: Shop.test:81|Cookie: _ga=2|Accept: a" + ours);
  route.cookies = CookieRule::ignore_all();
  CHECK(forwarded(cookies, true, route) == "Host: Shop.test:81|Accept: a" + ours);
  CHECK(forwarded(cookies, false, route) ==
        "Host: Shop.test:81|Cookie: id=1; theme=dark; lang=de|Accept: a" + ours);
  route.cookies = CookieRule::keep_only({"lang", "theme", "absent"});
  CHECK(forwarded(cookies, true, route) == "Host: Shop.test:81|Accept: a|Cookie: lang=de; theme=dark" + ours);
  CHECK(forwarded("Cookie: theme; theme = x ;theme=\"y|Accept: a", true, route) ==
        "Host: Shop.test:81|Accept: a|Cookie: theme=; theme=x; theme=\"y" + ours);
  CHECK(forwarded("Cookie: id=1|Accept: a", true, route) == "Host: Shop.test:81|Accept: a" + ours);
  route.headers = {"Cookie"};
  CHECK(forwarded("Cookie: id=1", true, route) == "Host: Shop.test:81|Cookie: id=1" + ours);
}

TEST_CASE("Authorization is always forwarded") {
  CHECK(forwarded("Authorization: Basic x", true) == "Host: Shop.test:81|Authorization: Basic x" + ours);
}

TEST_CASE("a response is forwarded without the fields for one connection") {
  const http::ResponseHead response = response_of(
      200,
      "Date: d|Connection: X-Hop|X-Hop: 1|Keep-Alive: 5|Transfer-Encoding: chunked|Content-Length: 3|"
      "Trailer: T|Upgrade: h2c|Proxy-Authenticate: Basic|Set-Cookie: a=b|Set-Cookie: c=d");
  CHECK(text_of(response_fields_to_forward(response.fields, response.version_minor, false)) ==
        "Date: d|Set-Cookie: a=b|Set-Cookie: c=d|Via: 1.1 larder");
  CHECK(text_of(response_fields_to_forward(response.fields, response.version_minor, true)) ==
        "Date: d|Content-Length: 3|Set-Cookie: a=b|Set-Cookie: c=d|Via: 1.1 larder");
}

TEST_CASE("the capabilities of surrogates before us are forwarded if the response is not shared") {
  const std::string theirs = "Surrogate-Capability: cdn=\"Surrogate/1.0 ESI/1.0\"";
  CHECK(forwarded(theirs, true) == "Host: Shop.test:81" + ours);
  CHECK(forwarded(theirs, false).find("|" + theirs + ", larder=\"Surrogate/1.0\"|") != std::string::npos);
}

TEST_CASE("fields that larder writes itself select no variant") {
  for (const char* name :
       {"via", "X-Forwarded-For", "x-forwarded-anything", "Forwarded", "surrogate-capability"}) {
    CAPTURE(name);
    CHECK(is_written_by_us({}, name));
  }
  for (const char* name : {"Host", "Accept", "X-Forward", "Surrogate"}) {
    CAPTURE(name);
    CHECK_FALSE(is_written_by_us({}, name));
  }
  Route keyed;
  keyed.headers = {"Forwarded", "Via"};
  CHECK_FALSE(is_written_by_us(keyed, "forwarded"));
  CHECK(is_written_by_us(keyed, "via"));
}

TEST_CASE("Max-Forwards of OPTIONS is counted down, and ends at 0 (RFC 9110, section 7.6.2)") {
  struct Case {
    const char* method;
    const char* value;
    const char* forwarded;
    bool ends;
  };
  for (const auto& [method, value, forwarded, ends] :
       {Case{"OPTIONS", "2", "1", false}, Case{"OPTIONS", "1", "0", false}, Case{"OPTIONS", "0", "0", true},
        Case{"OPTIONS", "x", "x", false}, Case{"OPTIONS", "-1", "-1", false},
        Case{"OPTIONS", "99999999999999999999", "99999999999999999999", false},
        Case{"GET", "0", "0", false}}) {
    CAPTURE(method);
    CAPTURE(value);
    const http::RequestHead request = request_of(method, "Max-Forwards: " + std::string(value));
    CHECK(is_last_stop(request) == ends);
    const auto fields = request_fields_to_forward({}, request, {"192.0.2.1", "http", "h"}, false);
    REQUIRE(fields.has_value());
    CHECK(fields->find("Max-Forwards") == forwarded);
  }
}

TEST_CASE("Proxy-Status is forwarded, and not stored (RFC 9209, section 2)") {
  const http::ResponseHead response = response_of(200, "Proxy-Status: inner|Proxy-Authenticate: x|A: b");
  const http::FieldList forwarded =
      response_fields_to_forward(response.fields, response.version_minor, false);
  CHECK(forwarded.find("Proxy-Status") == "inner");
  CHECK_FALSE(forwarded.contains("Proxy-Authenticate"));
  CHECK(text_of(storable_fields(response)) == "A: b");
}

TEST_CASE("RFC 9110, section 15.5.8: a 407 keeps the challenge without which it means nothing") {
  const char* fields =
      "Proxy-Authenticate: Basic realm=\"a\"|Proxy-Connection: close|Proxy-Authentication-Info: x";
  const auto passed_on = [](std::string_view text, int status) {
    return text_of(response_fields_to_forward(fields_of(text), 1, false, status));
  };
  CHECK(passed_on(fields, 407) == "Proxy-Authenticate: Basic realm=\"a\"|Via: 1.1 larder");
  CHECK(passed_on(fields, 401) == "Via: 1.1 larder");
}

TEST_CASE("an Age that came several times goes on once, as its first member (RFC 9111, section 5.1)") {
  const auto forwarded = [](std::string_view fields) {
    return text_of(response_fields_to_forward(fields_of(fields), 1, false));
  };
  const std::string via = "|Via: 1.1 larder";
  CHECK(forwarded("Age: 5|A: 1|Age: 7") == "A: 1|Age: 5" + via);
  CHECK(forwarded("Age: 5, 7|A: 1") == "A: 1|Age: 5" + via);
  CHECK(forwarded("Age: 5|A: 1") == "Age: 5|A: 1" + via);
  CHECK(forwarded("Age: ,") == "Via: 1.1 larder");
}
