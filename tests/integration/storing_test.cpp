#include "support/larder.hpp"
#include "support/origin.hpp"

#include <doctest/doctest.h>

/// What may be shared and what never (RFC 9111, section 3; src/README.md, "TTLs"), told by the second of two
/// requests.
namespace larder::test {

namespace {

constexpr const char* any_route = "  - match: /**\n    ttl: 60s\n";

struct Case {
  std::string what;
  Fields request;
  Fields response;
  bool shared;  ///< the second request is answered without the origin
};

/// An origin whose fields depend on the target, behind one larder for all cases of a table.
class Table {
 public:
  explicit Table(const std::string& routes = any_route)
      : origin_([this](const OriginRequest& request) { return answer(request); }),
        larder_(Yaml{.upstream = origin_.url(), .routes = routes}) {}

  void check(const Case& one) {
    CAPTURE(one.what);
    const std::string target = "/case/" + std::to_string(++cases_);
    fields_ = one.response;
    Client client = larder_.client();
    const Response first = client.get(target, one.request);
    const Response second = client.get(target, one.request);
    CHECK(first.status == 200);
    CHECK(second.status == 200);
    CHECK(origin_.count(target) == (one.shared ? 1 : 2));
    CHECK((cache_result(second) == "HIT") == one.shared);
    CHECK(second.body == (one.shared ? "answer 1" : "answer 2"));
  }

 private:
  OriginResponse answer(const OriginRequest& request) const {
    OriginResponse response = text("answer " + std::to_string(request.nth));
    for (const auto& [name, value] : fields_.lines()) response.with(name, value);
    return response;
  }

  Fields fields_;
  int cases_ = 0;
  Origin origin_;
  Larder larder_;
};

}  // namespace

TEST_CASE("What the origin says about storing wins over the route's ttl") {
  Table table;
  const Case cases[] = {
      {"nothing stated", {}, {}, true},
      {"max-age", {}, {{"Cache-Control", "max-age=60"}}, true},
      {"s-maxage over max-age", {}, {{"Cache-Control", "max-age=0, s-maxage=60"}}, true},
      {"public", {}, {{"Cache-Control", "public"}}, true},
      {"CDN-Cache-Control over Cache-Control",
       {},
       {{"CDN-Cache-Control", "max-age=60"}, {"Cache-Control", "no-store"}},
       true},
      {"no-store", {}, {{"Cache-Control", "no-store"}}, false},
      {"NO-STORE among others", {}, {{"Cache-Control", "max-age=60, NO-STORE"}}, false},
      {"no-store on a second line",
       {},
       {{"Cache-Control", "max-age=60"}, {"Cache-Control", "no-store"}},
       false},
      {"private", {}, {{"Cache-Control", "private, max-age=60"}}, false},
      {"no-cache", {}, {{"Cache-Control", "no-cache"}}, false},
      {"max-age=0", {}, {{"Cache-Control", "max-age=0"}}, false},
      {"s-maxage=0 over max-age", {}, {{"Cache-Control", "max-age=60, s-maxage=0"}}, false},
      {"Expires in the past", {}, {{"Expires", "Sun, 06 Nov 1994 08:49:37 GMT"}}, false},
      {"Expires: 0", {}, {{"Expires", "0"}}, false},
      {"Age past max-age", {}, {{"Cache-Control", "max-age=60"}, {"Age", "61"}}, false},
      {"Vary: *", {}, {{"Vary", "*"}}, false},
      {"Vary on a field that stays the same",
       {{"Accept-Language", "de"}},
       {{"Vary", "Accept-Language"}},
       true},
  };
  for (const Case& one : cases) table.check(one);
}

TEST_CASE("Responses to cookies and credentials are shared only if the origin says so") {
  Table table;
  const Fields authorized{{"Authorization", "Basic YTpi"}};
  const Fields with_cookie{{"Cookie", "session=1"}};
  const Case cases[] = {
      {"Set-Cookie, fresh by the route alone", {}, {{"Set-Cookie", "a=1"}}, false},
      {"Set-Cookie, fresh by the origin",
       {},
       {{"Set-Cookie", "a=1"}, {"Cache-Control", "max-age=60"}},
       false},
      {"Set-Cookie, public", {}, {{"Set-Cookie", "a=1"}, {"Cache-Control", "public, max-age=60"}}, false},
      {"Cookie, fresh by the route alone", with_cookie, {}, false},
      {"Cookie, fresh by the origin", with_cookie, {{"Cache-Control", "max-age=60"}}, false},
      {"Cookie, must-revalidate", with_cookie, {{"Cache-Control", "max-age=60, must-revalidate"}}, false},
      {"Cookie, public", with_cookie, {{"Cache-Control", "public, max-age=60"}}, true},
      {"Cookie, s-maxage", with_cookie, {{"Cache-Control", "s-maxage=60"}}, true},
      {"Cookie, a targeted lifetime", with_cookie, {{"CDN-Cache-Control", "max-age=60"}}, true},
      {"a cookie that only scripts read", {{"Cookie", "_ga=GA1.1.1.1"}}, {}, true},
      {"a script's cookie beside a session", {{"Cookie", "_ga=GA1.1.1.1; session=1"}}, {}, false},
      {"X-Api-Key, fresh by the route alone", {{"X-Api-Key", "a"}}, {}, false},
      {"X-Api-Key, fresh by the origin", {{"X-Api-Key", "a"}}, {{"Cache-Control", "max-age=60"}}, false},
      {"X-Api-Key, public", {{"X-Api-Key", "a"}}, {{"Cache-Control", "public, max-age=60"}}, true},
      {"X-Forwarded-User", {{"X-Forwarded-User", "a"}}, {{"Cache-Control", "max-age=60"}}, false},
      {"X-CSRF-Token", {{"X-CSRF-Token", "a"}}, {}, true},
      {"Authorization", authorized, {}, false},
      {"Authorization, max-age", authorized, {{"Cache-Control", "max-age=60"}}, false},
      {"Authorization, public (RFC 9111, section 3.5)",
       authorized,
       {{"Cache-Control", "public, max-age=60"}},
       true},
      {"Authorization, s-maxage", authorized, {{"Cache-Control", "s-maxage=60"}}, true},
      {"Authorization, must-revalidate",
       authorized,
       {{"Cache-Control", "max-age=60, must-revalidate"}},
       true},
  };
  for (const Case& one : cases) table.check(one);
}

TEST_CASE("A route may strip or allow Set-Cookie, share responses to credentials, and ignore cookies") {
  Table stripping("  - match: /**\n    ttl: 60s\n    set_cookie: strip\n");
  stripping.check({"stripped", {}, {{"Set-Cookie", "a=1"}}, true});
  Table allowing("  - match: /**\n    ttl: 60s\n    set_cookie: allow\n");
  allowing.check({"allowed", {}, {{"Set-Cookie", "a=1"}, {"Cache-Control", "max-age=60"}}, true});
  allowing.check({"fresh by the route alone", {}, {{"Set-Cookie", "a=1"}}, false});
  Table sharing("  - match: /**\n    ttl: 60s\n    credentials: shared\n");
  sharing.check({"shared", {{"X-Api-Key", "a"}, {"Authorization", "Basic YTpi"}}, {}, true});
  Table keying("  - match: /**\n    ttl: 60s\n    cookies: {key: [lang], ignore: [\"seen_*\"]}\n");
  keying.check({"keyed and ignored", {{"Cookie", "lang=de; seen_1=x"}}, {}, true});
  keying.check({"neither", {{"Cookie", "lang=de; session=1"}}, {}, false});
  Table ignoring("  - match: /**\n    ttl: 60s\n    cookies: ignore\n");
  ignoring.check({"ignored", {{"Cookie", "session=1"}}, {}, true});
}

TEST_CASE("override: true lets the route's ttl win over what the origin says") {
  Table table("  - match: /**\n    ttl: 60s\n    override: true\n");
  table.check({"no-store", {}, {{"Cache-Control", "no-store"}}, true});
  table.check({"max-age=0", {}, {{"Cache-Control", "max-age=0"}}, true});
}

TEST_CASE("A request's cache directives are honored (RFC 9111, section 5.2.1)") {
  Table table;
  const Case cases[] = {
      {"no-store", {{"Cache-Control", "no-store"}}, {}, false},
      {"no-cache", {{"Cache-Control", "no-cache"}}, {}, false},
      {"max-age=0", {{"Cache-Control", "max-age=0"}}, {}, false},
      {"Pragma", {{"Pragma", "no-cache"}}, {}, false},
      {"max-age larger than any age here", {{"Cache-Control", "max-age=50"}}, {}, true},
      {"min-fresh past the lifetime", {{"Cache-Control", "min-fresh=100"}}, {}, false},
      {"a precondition for the origin", {{"If-Match", "\"a\""}}, {}, false},
  };
  for (const Case& one : cases) table.check(one);
}

TEST_CASE("A partial response is never stored as the whole") {
  Origin origin([](const OriginRequest& request) {
    if (!request.fields.has("Range")) return text("whole");
    OriginResponse response = text("who");
    response.status = 206;
    return response.with("Content-Range", "bytes 0-2/5").with("Cache-Control", "max-age=60");
  });
  Larder larder(Yaml{.upstream = origin.url()});
  Client client = larder.client();
  const Response partial = client.get("/a", {{"Range", "bytes=0-2"}});
  CHECK((partial.status == 206 || partial.status == 200));
  CHECK(client.get("/a").body == "whole");
  const Response again = client.get("/a", {{"Range", "bytes=0-2"}});
  CHECK((again.body == "who" || again.body == "whole"));
}

TEST_CASE("only-if-cached is a 504 if nothing is stored, and the origin is not asked") {
  Origin origin(numbered);
  Larder larder(Yaml{.upstream = origin.url()});
  Client client = larder.client();
  CHECK(client.get("/a", {{"Cache-Control", "only-if-cached"}}).status == 504);
  CHECK(origin.count() == 0);
  client.get("/a");
  CHECK(client.get("/a", {{"Cache-Control", "only-if-cached"}}).status == 200);
  CHECK(origin.count() == 1);
}

TEST_CASE("A shared response is not served to a request with a cookie that the route does not know") {
  Origin origin(numbered);
  Larder larder(Yaml{.upstream = origin.url()});
  Client client = larder.client();
  client.get("/a");
  CHECK(client.get("/a", {{"Cookie", "session=1"}}).body == "answer 2");
  CHECK(client.get("/a").body == "answer 1");
}

TEST_CASE("One user's response never reaches another") {
  Origin origin([](const OriginRequest& request) {
    return text("for " + request.fields.get("Authorization") + request.fields.get("Cookie"));
  });
  Larder larder(Yaml{.upstream = origin.url()});
  Client client = larder.client();
  for (const std::string name : {"Authorization", "Cookie"}) {
    for (const std::string user : {"ann", "bob", "ann"})
      CHECK(client.get("/me", {{name, user}}).body == "for " + std::string(user));
  }
  CHECK(client.get("/me").body == "for ");
}

TEST_CASE(
    "A visitor never becomes the previous one, though the session is renewed each time "
    "(express-session)") {
  Origin origin([](const OriginRequest& request) {
    const std::string cookie = request.fields.get("Cookie");
    const std::string session = cookie.empty() ? "sid=new" + std::to_string(request.nth) : cookie;
    return text("you are " + session)
        .with("Set-Cookie", session + "; Path=/; HttpOnly")
        .with("Cache-Control", "max-age=60");
  });
  Larder larder(Yaml{.upstream = origin.url(), .routes = "  - match: /other\n"});
  Client client = larder.client();
  CHECK(client.get("/", {{"Cookie", "sid=alice"}}).body == "you are sid=alice");
  for (int nth = 2; nth < 5; ++nth) {
    const Response visitor = client.get("/");
    const std::string session = "sid=new" + std::to_string(nth);
    CHECK(visitor.body == "you are " + session);
    CHECK(visitor.fields.all("Set-Cookie") == std::vector<std::string>{session + "; Path=/; HttpOnly"});
  }
  CHECK(client.get("/", {{"Cookie", "sid=bob"}}).body == "you are sid=bob");
}

TEST_CASE("Fields removed from the list of credentials are like any other, those added identify the client") {
  Origin origin(numbered);
  Larder larder(
      Yaml{.upstream = origin.url(), .rest = "credentials: {add: [X-Tenant], remove: [X-Tenant-Id]}\n"});
  Client client = larder.client();
  client.get("/a", {{"X-Tenant-Id", "1"}});
  CHECK(cache_result(client.get("/a", {{"X-Tenant-Id", "2"}})) == "HIT");
  CHECK(cache_result(client.get("/a", {{"X-Tenant", "2"}})) == "BYPASS");
  CHECK(cache_result(client.get("/a", {{"X_Tenant", "2"}})) == "BYPASS");
}

TEST_CASE("Vary keeps variants apart, and each is a HIT of its own (RFC 9111, section 4.1)") {
  Origin origin([](const OriginRequest& request) {
    return text(request.fields.get("Accept-Language")).with("Vary", "Accept-Language, Accept-Encoding");
  });
  Larder larder(Yaml{.upstream = origin.url()});
  Client client = larder.client();
  for (int i = 0; i < 2; ++i) {
    for (const std::string language : {"de", "fr", ""}) {
      const Fields fields = language.empty() ? Fields{} : Fields{{"Accept-Language", language}};
      const Response response = client.get("/a", fields);
      CHECK(response.body == language);
      CHECK(cache_result(response) == (i == 0 ? "MISS" : "HIT"));
    }
  }
  CHECK(origin.count() == 3);
}

TEST_CASE("A GET with content and an ambiguous path go to the origin") {
  Origin origin([](const OriginRequest& request) { return text(request.target + request.body); });
  Larder larder(Yaml{.upstream = origin.url()});
  Client client = larder.client();
  for (int i = 0; i < 2; ++i) {
    const Response with_content = client.request("GET", "/a", {}, "body");
    CHECK(with_content.body == "/abody");
    CHECK(cache_result(with_content) == "BYPASS");
    for (const std::string target :
         {"/me/%2e%2e/a", "/me/../a", "/me%5ca", "/me%00a", "/me/%2e/a", "/me/..;/a", "/me%2f..%2fa"}) {
      CAPTURE(target);
      const Response response = client.get(target);
      CHECK(cache_result(response) == "BYPASS");
      CHECK(response.body == target);
    }
  }
}

TEST_CASE("An encoding alone does not prevent storing, and is part of the key as it is (folded paths)") {
  Origin origin([](const OriginRequest& request) { return text(request.target); });
  Larder larder(Yaml{.upstream = origin.url()});
  Client client = larder.client();
  for (const std::string target : {"/me%2fa", "/me%2Fa", "/m%65/a", "/me/%7Ea", "/ME/a", "/me;v=1/a",
                                   "//me/a", "/me/a/", "/me/./a", "/@me%2fa", "/group%2Fproject"}) {
    CAPTURE(target);
    CHECK(cache_result(client.get(target)) == "MISS");
    const Response second = client.get(target);
    CHECK(cache_result(second) == "HIT");
    CHECK(second.body == target);
  }
}

TEST_CASE("Fields that are not part of the key do not reach the origin of a shared response") {
  Origin origin(numbered);
  Larder larder(Yaml{.upstream = origin.url()});
  const char* names[] = {"X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "X-Host",
                         "Forwarded",      "X-HTTP-Method", "X-Method-Override"};
  Fields fields{{"X-Forwarded-Host", "evil.test"}};
  for (const char* name : names) fields.add(name, "evil.test");
  larder.client().get("/a", fields);
  const Fields upstream = origin.last().fields;
  for (const char* name : names) {
    CAPTURE(name);
    CHECK(upstream.get(name).find("evil") == std::string::npos);
  }
  CHECK(upstream.all("X-Forwarded-Host") == std::vector<std::string>{"shop.test"});
}

}  // namespace larder::test
