// What may be shared depends on the client: credentials and Set-Cookie under every form of lifetime
// (config/README.md, "Credentials and cookies"; RFC 9111, sections 3.5 and 7.3).
#include "scenario.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

/// A form of stating a lifetime, and whether it allows sharing a response to a request with a credential.
struct Lifetime {
  std::string what;
  Fields response;
  bool is_shared = false;                     ///< whatever the credential
  bool is_shared_with_authorization = false;  ///< only with that (RFC 9111, section 3.5)
  bool overrides = false;                     ///< on a route with `override: true`
  bool has_ttl = true;
};

const std::vector<Lifetime>& lifetimes() {
  static const std::vector<Lifetime> all{
      {.what = "the route's ttl", .response = {}},
      {.what = "max-age", .response = {{"Cache-Control", "max-age=60"}}, .has_ttl = false},
      {.what = "Expires",
       .response = {{"Date", "Tue, 14 Nov 2023 22:13:20 GMT"}, {"Expires", "Tue, 14 Nov 2023 23:13:20 GMT"}},
       .has_ttl = false},
      {.what = "override", .response = {{"Cache-Control", "max-age=60"}}, .overrides = true},
      {.what = "override of no-store and public",
       .response = {{"Cache-Control", "no-store, public"}},
       .overrides = true},
      {.what = "override of private and s-maxage",
       .response = {{"Cache-Control", "private, s-maxage=60"}},
       .overrides = true},
      {.what = "a ttl with stale-while-revalidate",
       .response = {{"Cache-Control", "stale-while-revalidate=60, stale-if-error=60"}}},
      {.what = "max-age, must-revalidate",
       .response = {{"Cache-Control", "max-age=60, must-revalidate"}},
       .is_shared_with_authorization = true},
      {.what = "must-revalidate and the route's ttl",
       .response = {{"Cache-Control", "must-revalidate"}},
       .is_shared_with_authorization = true},
      {.what = "max-age, proxy-revalidate", .response = {{"Cache-Control", "max-age=60, proxy-revalidate"}}},
      {.what = "a targeted field without a lifetime",
       .response = {{"CDN-Cache-Control", "stale-if-error=5"}, {"Cache-Control", "public, max-age=60"}}},
      {.what = "public", .response = {{"Cache-Control", "public, max-age=60"}}, .is_shared = true},
      {.what = "public and the route's ttl", .response = {{"Cache-Control", "public"}}, .is_shared = true},
      {.what = "s-maxage", .response = {{"Cache-Control", "s-maxage=60"}}, .is_shared = true},
      {.what = "override of public",
       .response = {{"Cache-Control", "public"}},
       .is_shared = true,
       .overrides = true},
      {.what = "CDN-Cache-Control",
       .response = {{"CDN-Cache-Control", "max-age=60"}, {"Cache-Control", "max-age=0"}},
       .is_shared = true},
      {.what = "Surrogate-Control",
       .response = {{"Surrogate-Control", "max-age=60"}, {"Cache-Control", "max-age=0"}},
       .is_shared = true},
  };
  return all;
}

policy::Route route_for(const Lifetime& lifetime) {
  policy::Route made = route("/**", 60s);
  if (!lifetime.has_ttl) made.ttl = {};
  made.override_origin = lifetime.overrides;
  return made;
}

/// As clients, SDKs or gateways in front of larder send them.
constexpr const char* credential_fields[] = {"Authorization",
                                             "Cookie",
                                             "Api-Key",
                                             "X-Api-Key",
                                             "x_api_key",
                                             "ApiKey",
                                             "X-Auth-Token",
                                             "X-Access-Token",
                                             "X-Session-Token",
                                             "X-Amz-Security-Token",
                                             "Private-Token",
                                             "X-User-Id",
                                             "X-Tenant-Id",
                                             "Remote-User",
                                             "X-Remote-User",
                                             "X-Consumer-Username",
                                             "X-Consumer-ID",
                                             "X-Auth-Request-User",
                                             "X-Auth-Request-Email",
                                             "X-Forwarded-User",
                                             "X-Forwarded-Email",
                                             "X-Forwarded-Groups",
                                             "X-Forwarded-Access-Token",
                                             "X-Forwarded-Preferred-Username",
                                             "X_Forwarded_User",
                                             "X-Goog-IAP-JWT-Assertion",
                                             "X-Goog-Authenticated-User-Email",
                                             "Cf-Access-Jwt-Assertion",
                                             "Cf-Access-Authenticated-User-Email",
                                             "X-Amzn-Oidc-Data",
                                             "X-Amzn-Oidc-Identity",
                                             "X-MS-CLIENT-PRINCIPAL",
                                             "X-MS-CLIENT-PRINCIPAL-NAME",
                                             "X-MS-TOKEN-AAD-ID-TOKEN",
                                             "Ocp-Apim-Subscription-Key",
                                             "X-Pomerium-Jwt-Assertion",
                                             "X-authentik-username",
                                             "X-WEBAUTH-USER",
                                             "Tailscale-User-Login",
                                             "X-Vouch-User",
                                             "OIDC_CLAIM_sub",
                                             "X-Userinfo",
                                             "X-Forwarded-Client-Cert",
                                             "X-Forwarded-Tls-Client-Cert",
                                             "Client-Cert",
                                             "Ssl-Client-Subject-Dn",
                                             "DPoP",
                                             "X-Hasura-User-Id",
                                             "X-Vault-Token",
                                             "X-Jwt-Assertion",
                                             "SM_USER",
                                             "iv-user",
                                             "X-Remote-Group",
                                             "Impersonate-User",
                                             "X-Parse-Session-Token",
                                             "X-Shopify-Access-Token",
                                             "X-Plex-Token",
                                             "Remote-Email"};

/// Answers each client by name, as an application that trusts that field would.
Answer personal(const pipeline::Request& request, const std::string& field, const Fields& said) {
  return {.fields = said,
          .content = "for " + std::string(request.head.fields.find(field).value_or("nobody"))};
}

bool is_shared(const Lifetime& lifetime, const std::string& field) {
  return lifetime.is_shared || (lifetime.is_shared_with_authorization && field == "Authorization");
}

}  // namespace

TEST_CASE("a response to a credential is shared only if the response says so, with every form of lifetime") {
  for (const Lifetime& lifetime : lifetimes()) {
    for (const std::string field : credential_fields) {
      CAPTURE(lifetime.what);
      CAPTURE(field);
      Scenario s({route_for(lifetime)});
      s.origin.answer = [&](const pipeline::Request& request) {
        return personal(request, field, lifetime.response);
      };
      const std::string alice = field == "Cookie" ? "session=alice" : "alice";
      const std::string bob = field == "Cookie" ? "session=bob" : "bob";
      CHECK(s.get("/me", {{field, alice}}).content == "for " + alice);
      const std::string expected_for_bob = is_shared(lifetime, field) ? alice : bob;
      CHECK(s.get("/me", {{field, bob}}).content == "for " + expected_for_bob);
      const std::string expected_for_nobody = is_shared(lifetime, field) ? alice : "nobody";
      CHECK(s.get("/me").content == "for " + expected_for_nobody);
    }
  }
}

TEST_CASE(
    "a response to an anonymous request is served to one with a credential only if the response says so") {
  for (const Lifetime& lifetime : lifetimes()) {
    for (const std::string field : credential_fields) {
      CAPTURE(lifetime.what);
      CAPTURE(field);
      Scenario s({route_for(lifetime)});
      s.origin.answer = [&](const pipeline::Request& request) {
        return personal(request, field, lifetime.response);
      };
      const std::string alice = field == "Cookie" ? "session=alice" : "alice";
      CHECK(s.get("/me").content == "for nobody");
      const bool shared = is_shared(lifetime, field);
      CHECK(s.get("/me", {{field, alice}}).content == "for " + (shared ? std::string("nobody") : alice));
      // The anonymous response stays.
      CHECK(s.get("/me").line() == "HIT 200 for nobody");
    }
  }
}

TEST_CASE("a signed URL is not shared by a lifetime alone, so that it ends when its signature does") {
  for (const Lifetime& lifetime : lifetimes()) {
    for (const std::string query : {"X-Amz-Credential=a&X-Amz-Signature=b", "X-Goog-Signature=b",
                                    "se=1&sig=b", "Signature=b&Key-Pair-Id=k", "access_token=b"}) {
      CAPTURE(lifetime.what);
      CAPTURE(query);
      Scenario s({route_for(lifetime)});
      s.origin_says({.fields = lifetime.response, .content = "file"});
      CHECK(s.get("/f?" + query).content == "file");
      s.origin_says({.status = 403, .content = "expired"});
      const Seen later = s.get("/f?" + query);
      CHECK(later.line() == (lifetime.is_shared ? "HIT 200 file" : "BYPASS 403 expired"));
    }
  }
}

TEST_CASE("a route that leaves the signature out of the key shares what a signed URL gets") {
  policy::Route made = route("/**", 60s);
  made.query = {.mode = policy::QueryRule::Mode::ignore, .names = {"X-Amz-*"}};
  Scenario s({made});
  s.origin_says({.content = "file"});
  CHECK(s.get("/f?v=1&X-Amz-Credential=a&X-Amz-Signature=b").line() == "MISS 200 file");
  const Seen seen = s.get("/f?v=1&X-Amz-Credential=c&X-Amz-Signature=d");
  CHECK(seen.line() == "HIT 200 file");
  CHECK(seen.at_once == (s.tier == Tier::memory));
  CHECK(s.get("/f?v=1&access_token=a").line() == "BYPASS 200 file");
}

TEST_CASE("requests with one signature wait for each other, and not for what was asked for without") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.fields = {{"Cache-Control", "public, max-age=60"}}, .content = "file"});
  s.origin.holds = true;
  auto first = s.begin("/f?access_token=a");
  auto second = s.begin("/f?access_token=a");
  CHECK(s.finish(first).content == "file");
  CHECK(s.finish(second).content == "file");
  CHECK(s.origin.asked.size() == 1);
}

TEST_CASE("a session that is renewed with each response never goes to another visitor (express-session)") {
  for (const Lifetime& lifetime : lifetimes()) {
    CAPTURE(lifetime.what);
    Scenario s({route_for(lifetime)});
    int visitors = 0;
    s.origin.answer = [&](const pipeline::Request& request) {
      const auto cookie = request.head.fields.find("Cookie");
      const std::string sid = cookie ? std::string(*cookie) : "sid=" + std::to_string(++visitors);
      Fields fields = lifetime.response;
      fields.emplace_back("Set-Cookie", sid + "; Path=/; HttpOnly");
      return Answer{.fields = fields, .content = "you are " + sid};
    };
    const Seen alice = s.get("/", {{"Cookie", "sid=alice"}});
    CHECK(alice.content == "you are sid=alice");
    for (int i = 1; i <= 3; ++i) {
      const Seen visitor = s.get("/");
      CHECK(visitor.content == "you are sid=" + std::to_string(i));
      CHECK(visitor.fields.find("Set-Cookie") == "sid=" + std::to_string(i) + "; Path=/; HttpOnly");
      CHECK(visitor.cache != "HIT");
    }
    CHECK(s.get("/", {{"Cookie", "sid=bob"}}).content == "you are sid=bob");
  }
}

TEST_CASE(
    "visitors whose cookies are read only by scripts share responses, and their cookies are not forwarded") {
  const char* visitors[] = {"_ga=GA1.1.1.1", "_ga=GA1.1.2.2; _gid=GA1.1.3.3; _ga_ABC123=GS1.1",
                            "_gcl_au=1.1; _fbp=fb.1; _hjSessionUser_1=x; __utma=1.2", ";;  ; _ga=1 ;"};
  for (const Fields& said : {Fields{}, Fields{{"Cache-Control", "max-age=60"}},
                             Fields{{"Cache-Control", "max-age=60"}, {"Vary", "Cookie"}}}) {
    Scenario s({route("/**", 60s)});
    s.origin_says({.fields = said, .content = "page"});
    CHECK(s.get("/a", {{"Cookie", visitors[0]}}).line() == "MISS 200 page");
    CHECK_FALSE(s.origin.asked.back().fields.contains("Cookie"));
    for (const char* cookies : visitors) {
      CAPTURE(cookies);
      const Seen seen = s.get("/a", {{"Cookie", cookies}});
      CHECK(seen.line() == "HIT 200 page");
      CHECK(seen.at_once == (s.tier == Tier::memory));
    }
    CHECK(s.get("/a").line() == "HIT 200 page");
    CHECK(s.origin.asked.size() == 1);
    // With a session cookie as well it is private, and the origin sees only the session.
    CHECK(s.get("/a", {{"Cookie", "_ga=1; sid=alice; _gid=2"}}).line() == "BYPASS 200 page");
    CHECK(s.origin.asked.back().fields.find("Cookie") == "sid=alice");
  }
}

TEST_CASE("a token that every SPA sends against request forgery is not a credential") {
  for (const char* name : {"X-CSRF-Token", "X-XSRF-TOKEN", "X-Requested-With", "X-Request-Id", "X-Trace-Id",
                           "Sec-Fetch-Mode", "X-App-Version", "Traceparent", "DNT"}) {
    CAPTURE(name);
    Scenario s({route("/**", 60s)});
    s.origin_says({.content = "page"});
    s.get("/a", {{name, "x"}});
    CHECK(s.get("/a", {{name, "y"}}).line() == "HIT 200 page");
  }
}

namespace {

policy::Route stripping(Milliseconds ttl = 60s) {
  policy::Route made = route("/**", ttl);
  made.set_cookie = policy::SetCookieRule::strip;
  return made;
}

/// Sets a cookie of its own for each request.
void set_cookies(Scenario& s, const Fields& said) {
  s.origin.answer = [&s, said](const pipeline::Request&) {
    Fields fields = said;
    fields.emplace_back("Set-Cookie", "sid=" + std::to_string(s.origin.asked.size()));
    return Answer{.fields = fields, .content = "page"};
  };
}

}  // namespace

TEST_CASE("`set_cookie: strip` gives the cookie to the client whose request was sent, and to no other") {
  for (const Fields& said :
       {Fields{}, Fields{{"Cache-Control", "max-age=60"}}, Fields{{"Cache-Control", "public, max-age=60"}}}) {
    Scenario s({stripping()});
    set_cookies(s, said);
    const Seen first = s.get("/a");
    CHECK(first.line() == "MISS 200 page");
    CHECK(first.fields.find("Set-Cookie") == "sid=1");
    const Seen second = s.get("/a");
    CHECK(second.line() == "HIT 200 page");
    CHECK_FALSE(second.fields.contains("Set-Cookie"));
    // Their own conditions, so that no content is sent.
    Scenario with_tag({stripping()});
    Fields tagged = said;
    tagged.emplace_back("ETag", "\"1\"");
    set_cookies(with_tag, tagged);
    const Seen unmodified = with_tag.get("/a", {{"If-None-Match", "\"1\""}});
    CHECK(unmodified.status == 304);
    CHECK(unmodified.fields.find("Set-Cookie") == "sid=1");
    const Seen other = with_tag.get("/a", {{"If-None-Match", "\"1\""}});
    CHECK(other.line() == "HIT 304 ");
    CHECK_FALSE(other.fields.contains("Set-Cookie"));
  }
}

TEST_CASE("a cookie that the route ignores is not set anew by an origin that did not see it") {
  using policy::CookieRule;
  using policy::SetCookieRule;
  const auto set_for = [](CookieRule cookies, SetCookieRule rule, const Fields& fields) {
    policy::Route made = stripping();
    made.set_cookie = rule;
    made.cookies = std::move(cookies);
    Scenario s({made});
    s.origin_says(
        {.fields = {{"Set-Cookie", "sid=new; Path=/"}, {"Set-Cookie", "seen=1"}}, .content = "page"});
    const Seen seen = s.get("/a", fields);
    std::string set;
    for (const http::Field field : seen.fields) {
      if (field.name == "Set-Cookie") set.append(field.value).append("|");
    }
    return set;
  };
  const Fields alice{{"Cookie", "lang=de; sid=alice; _ga=1"}};
  const CookieRule all = CookieRule::ignore_all();
  const std::string both = "sid=new; Path=/|seen=1|";
  CHECK(set_for(all, SetCookieRule::strip, alice) == "seen=1|");
  CHECK(set_for(all, SetCookieRule::refuse, alice) == "seen=1|");
  CHECK(set_for(CookieRule{.ignore = {"s*"}}, SetCookieRule::strip, alice) == "seen=1|");
  // She has none yet.
  CHECK(set_for(all, SetCookieRule::strip, {}) == both);
  CHECK(set_for(all, SetCookieRule::strip, {{"Cookie", "xsid=1; si=2"}}) == both);
  // The origin has seen it, as part of the key or of a request that is hers alone.
  CHECK(set_for(CookieRule::keep_only({"sid"}), SetCookieRule::strip, alice) == both);
  CHECK(set_for({}, SetCookieRule::strip, alice) == both);
}

TEST_CASE("what is found valid sets no cookie anew either that the route ignores") {
  policy::Route made = stripping(10s);
  made.cookies = policy::CookieRule::ignore_all();
  Scenario s({made});
  s.origin_says({.fields = {{"ETag", "\"1\""}}, .content = "page"});
  s.get("/a");
  s.clock.advance(11s);
  s.origin_says({.status = 304, .fields = {{"ETag", "\"1\""}, {"Set-Cookie", "sid=new"}}});
  const Seen seen = s.get("/a", {{"Cookie", "sid=alice"}});
  CHECK(seen.line() == "REVALIDATED 200 page");
  CHECK_FALSE(seen.fields.contains("Set-Cookie"));
}

TEST_CASE(
    "`set_cookie: strip`: a request that waited for another's fill gets its content without its cookie") {
  Scenario s({stripping()});
  set_cookies(s, {});
  s.origin.holds = true;
  auto leader = s.begin("/a");
  auto follower = s.begin("/a");
  const Seen second = s.finish(follower);
  const Seen first = s.finish(leader);
  CHECK(s.origin.asked.size() == 1);
  CHECK(first.fields.find("Set-Cookie") == "sid=1");
  CHECK(second.content == "page");
  CHECK_FALSE(second.fields.contains("Set-Cookie"));
}

TEST_CASE("a Set-Cookie in a 304 goes to this client only, and the stored response stays shared") {
  for (const policy::SetCookieRule rule :
       {policy::SetCookieRule::refuse, policy::SetCookieRule::strip, policy::SetCookieRule::allow}) {
    CAPTURE(static_cast<int>(rule));
    policy::Route made = route("/**", 60s);
    made.set_cookie = rule;
    Scenario s({made});
    const Fields tagged{{"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}};
    s.origin_says({.fields = tagged, .content = "page"});
    CHECK(s.get("/a").line() == "MISS 200 page");
    s.clock.advance(61s);
    Fields renewed = tagged;
    renewed.emplace_back("Set-Cookie", "sid=alice");
    s.origin_says({.status = 304, .fields = renewed});
    const Seen alice = s.get("/a");
    CHECK(alice.line() == "REVALIDATED 200 page");
    CHECK(alice.fields.count("Set-Cookie") == 1);
    CHECK(alice.fields.find("Set-Cookie") == "sid=alice");
    CHECK(std::stoi(std::string(alice.fields.find("Age").value_or("999"))) < 2);
    s.origin_says({.status = 304, .fields = tagged});
    const Seen bob = s.get("/a");
    CHECK(bob.content == "page");
    CHECK(bob.fields.contains("Set-Cookie") == (rule == policy::SetCookieRule::allow));
    CHECK((bob.cache == "HIT") == (rule != policy::SetCookieRule::refuse));
  }
}

TEST_CASE("a HEAD with a Set-Cookie changes nothing that is stored") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.fields = {{"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}}, .content = "page"});
  s.get("/a");
  s.clock.advance(61s);
  s.origin_says(
      {.fields = {{"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}, {"Set-Cookie", "sid=alice"}}});
  CHECK(s.ask("HEAD", "/a").fields.find("Set-Cookie") == "sid=alice");
  s.origin_says({.fields = {{"Cache-Control", "max-age=60"}}, .content = "new"});
  const Seen bob = s.get("/a");
  CHECK(bob.line() == "MISS 200 new");
  CHECK_FALSE(bob.fields.contains("Set-Cookie"));
}

TEST_CASE("the response to a POST is not shared if the client identified itself or got a cookie") {
  struct Case {
    Fields request;
    Fields response;
    bool is_stored;
  };
  const Fields located{{"Cache-Control", "max-age=60"}, {"Content-Location", "/a"}};
  const auto with = [&](const char* name, const char* value) {
    Fields fields = located;
    fields.emplace_back(name, value);
    return fields;
  };
  const Fields in_public{{"Cache-Control", "public, max-age=60"}, {"Content-Location", "/a"}};
  for (const auto& [request, response, is_stored] : {
           Case{{}, located, true},
           Case{{{"Cookie", "sid=alice"}}, located, false},
           Case{{{"X-Api-Key", "alice"}}, located, false},
           Case{{{"Authorization", "Bearer alice"}}, located, false},
           Case{{}, with("Set-Cookie", "sid=alice"), false},
           Case{{{"X-Api-Key", "alice"}}, in_public, true},
           Case{{{"Cookie", "sid=alice"}}, in_public, true},
       }) {
    Scenario s({route("/**", 60s)});
    s.origin_says({.fields = response, .content = "posted"});
    // What the front end adds to each request would differ between the two ways of sending it.
    s.ask("POST", "/a", request);
    s.origin_says({.fields = {{"Cache-Control", "max-age=60"}}, .content = "got"});
    CHECK(s.get("/a").content == (is_stored ? "posted" : "got"));
  }
}

TEST_CASE("a client that identifies itself is not served stale responses, not even instead of an error") {
  for (const char* field : {"Cookie", "Authorization", "X-Api-Key"}) {
    CAPTURE(field);
    policy::Route made = route("/**", 60s);
    made.stale_if_error = 600s;
    made.stale_while_revalidate = 600s;
    Scenario s({made});
    s.origin_says({.content = "for nobody"});
    s.get("/a");
    s.clock.advance(61s);
    s.origin_says({.content = "for alice"});
    CHECK(s.get("/a", {{field, "a=alice"}}).line() == "BYPASS 200 for alice");
    s.origin_says({.status = 503, .content = "oops"});
    CHECK(s.get("/a", {{field, "a=alice"}}).line() == "BYPASS 503 oops");
    CHECK(s.get("/a").line() == "STALE 200 for nobody");
  }
}

TEST_CASE(
    "a background refresh carries the credential that triggered it, and its response is subject to the same "
    "rule") {
  policy::Route made = route("/**", 60s);
  made.stale_while_revalidate = 600s;
  Scenario s({made});
  s.origin_says({.fields = {{"Cache-Control", "public, max-age=60"}}, .content = "for all"});
  s.get("/a");
  s.clock.advance(61s);
  // No longer public.
  s.origin.answer = [](const pipeline::Request& request) {
    return personal(request, "X-Api-Key", {{"Cache-Control", "max-age=60"}});
  };
  CHECK(s.get("/a", {{"X-Api-Key", "alice"}}).line() == "STALE 200 for all");
  s.finish_behind();
  CHECK(s.origin.asked.back().fields.find("X-Api-Key") == "alice");
  CHECK(s.get("/a").line() == "MISS 200 for nobody");
  s.origin_says({.fields = {{"Cache-Control", "public, max-age=60"}}, .content = "for all again"});
  CHECK(s.get("/b", {{"X-Api-Key", "alice"}}).line() == "MISS 200 for all again");
  CHECK(s.get("/b").line() == "HIT 200 for all again");
}

TEST_CASE("parts for a client that identifies itself are not shared, and not combined with shared ones") {
  for (const char* field : {"Cookie", "Authorization", "X-Api-Key"}) {
    CAPTURE(field);
    Scenario s({route("/**", 60s)});
    s.origin.answer = [field](const pipeline::Request& request) {
      const http::FieldList& fields = request.head.fields;
      const std::string content = fields.contains(field) ? "ALICE" : "nobod";
      Fields said{{"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}};
      if (fields.find("Range") == "bytes=0-1") {
        said.emplace_back("Content-Range", "bytes 0-1/5");
        return Answer{.status = 206, .fields = said, .content = content.substr(0, 2)};
      }
      if (fields.contains("Range")) {
        said.emplace_back("Content-Range", "bytes 2-4/5");
        return Answer{.status = 206, .fields = said, .content = content.substr(2)};
      }
      return Answer{.fields = said, .content = content};
    };
    const Fields first_bytes{{"Range", "bytes=0-1"}};
    Fields hers = first_bytes;
    hers.emplace_back(field, "a=alice");
    CHECK(s.get("/a", hers).content == "AL");
    CHECK(s.get("/a", first_bytes).content == "no");
    CHECK(s.get("/a", hers).content == "AL");
    CHECK(s.get("/a", {{field, "a=alice"}}).content == "ALICE");
    CHECK(s.get("/a").content == "nobod");
  }
}

TEST_CASE("requests with different credentials do not wait for each other") {
  for (const char* field : {"Cookie", "Authorization", "X-Api-Key"}) {
    CAPTURE(field);
    Scenario s({route("/**", 60s)});
    s.origin.answer = [field](const pipeline::Request& request) {
      return Answer{.content = "for " + std::string(request.head.fields.find(field).value_or("nobody"))};
    };
    s.origin.waits = true;
    auto nobody = s.begin("/a");
    auto alice = s.begin("/a", {{field, "a=alice"}});
    auto bob = s.begin("/a", {{field, "a=bob"}});
    CHECK(s.finish(nobody).content == "for nobody");
    CHECK(s.finish(alice).content == "for a=alice");
    CHECK(s.finish(bob).content == "for a=bob");
  }
}

TEST_CASE(
    "a variant selected by one client's credential does not answer another client, even if the origin says "
    "304") {
  for (const char* field : {"Cookie", "Authorization", "X-Api-Key"}) {
    CAPTURE(field);
    Scenario s({route("/**", 60s)});
    s.origin.answer = [field](const pipeline::Request& request) {
      if (request.head.fields.contains("If-None-Match")) return Answer{.status = 304};
      return Answer{.fields = {{"Cache-Control", "public, max-age=60"}, {"Vary", field}, {"ETag", "\"1\""}},
                    .content = "for " + std::string(request.head.fields.find(field).value_or("nobody"))};
    };
    CHECK(s.get("/a", {{field, "a=alice"}}).content == "for a=alice");
    CHECK(s.get("/a", {{field, "a=bob"}}).content == "for a=bob");
    CHECK(s.get("/a").content == "for nobody");
  }
}

TEST_CASE("a stored Set-Cookie is not served once the route no longer allows it") {
  policy::Route made = route("/**", 60s);
  made.set_cookie = policy::SetCookieRule::allow;
  Scenario s({made});
  s.origin_says(
      {.fields = {{"Cache-Control", "max-age=60"}, {"Set-Cookie", "sid=alice"}}, .content = "hers"});
  s.get("/a");
  CHECK(s.get("/a").line() == "HIT 200 hers");
  made.set_cookie = policy::SetCookieRule::refuse;
  s.use({made});
  s.origin_says({.fields = {{"Cache-Control", "max-age=60"}}, .content = "all's"});
  const Seen seen = s.get("/a");
  CHECK(seen.content == "all's");
  CHECK_FALSE(seen.fields.contains("Set-Cookie"));
  CHECK(s.get("/a").line() == "HIT 200 all's");
}

TEST_CASE("`credentials: shared` shares responses to Authorization and similar fields, not to cookies") {
  policy::Route made = route("/**", 60s);
  made.shares_credentials = true;
  for (const char* field : {"Authorization", "X-Api-Key", "X-Forwarded-User"}) {
    CAPTURE(field);
    Scenario s({made});
    s.origin_says({.content = "same"});
    CHECK(s.get("/a", {{field, "alice"}}).line() == "MISS 200 same");
    CHECK(s.origin.asked.back().fields.find(field) == "alice");
    CHECK(s.get("/a", {{field, "bob"}}).line() == "HIT 200 same");
    CHECK(s.get("/a").line() == "HIT 200 same");
  }
  Scenario s({made});
  s.origin_says({.content = "hers"});
  CHECK(s.get("/a", {{"Cookie", "sid=alice"}}).line() == "BYPASS 200 hers");
}

TEST_CASE("a credential in the route's key separates clients, under every form of lifetime") {
  for (const Lifetime& lifetime : lifetimes()) {
    CAPTURE(lifetime.what);
    policy::Route made = route_for(lifetime);
    made.headers = {"X-Api-Key"};
    Scenario s({made});
    s.origin.answer = [&](const pipeline::Request& request) {
      return personal(request, "X-Api-Key", lifetime.response);
    };
    for (const char* who : {"alice", "bob"}) {
      CHECK(s.get("/me", {{"X-Api-Key", who}}).line() == "MISS 200 for " + std::string(who));
      CHECK(s.get("/me", {{"X-Api-Key", who}}).line() == "HIT 200 for " + std::string(who));
    }
  }
}
