#include "support/larder.hpp"
#include "support/origin.hpp"

#include <doctest/doctest.h>

/// The table of attacks in src/http1/README.md, through a real socket: the rows that no other test covers.
namespace larder::test {

namespace {

OriginResponse echoed(const OriginRequest& request) {
  return text(request.method + " " + request.target + " " + std::to_string(request.nth));
}

/// An origin behind a larder that caches for a minute.
struct Site {
  explicit Site(Origin::Handler handler, std::string routes = "  - match: /**\n    ttl: 60s\n")
      : origin(std::move(handler)), larder(Yaml{.upstream = origin.url(), .routes = std::move(routes)}) {}

  Origin origin;
  Larder larder;
  Client client = larder.client();
};

std::string head_of(std::string_view target, std::string_view fields) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: shop.test\r\n" + std::string(fields) + "\r\n";
}

}  // namespace

TEST_CASE(
    "Connection is a list of names, all read before anything is forwarded (RFC 9110, section "
    "7.6.1)") {
  Site site(echoed);
  for (const std::string value : {"foo bar", "close;x", "\"close\"", "keep-alive timeout=5"}) {
    CAPTURE(value);
    Client client = site.larder.client();
    client.send(head_of("/a", "Connection: " + value + "\r\n"));
    CHECK(client.receive().status == 400);
    CHECK(client.is_ended());
  }
  CHECK(site.origin.count() == 0);
  for (const std::string value : {"", ", ,x-a,", "keep-alive"}) {
    CAPTURE(value);
    CHECK(site.client.get("/a", {{"Connection", value}, {"X-A", "1"}}).status == 200);
  }
  CHECK_FALSE(site.origin.last().fields.has("Connection"));
}

TEST_CASE("Bytes after an Upgrade are the next request, not a tunnel") {
  Site site(echoed);
  for (const std::string protocol : {"websocket", "h2c", "TLS/1.2"}) {
    CAPTURE(protocol);
    const int asked = site.origin.count();
    Client client = site.larder.client();
    client.send(
        head_of("/up", "Cache-Control: no-store\r\nConnection: Upgrade\r\nUpgrade: " + protocol + "\r\n") +
        head_of("/behind", "Cache-Control: no-store\r\n"));
    CHECK(client.receive().status == 200);
    CHECK(client.receive().body.starts_with("GET /behind "));
    CHECK(site.origin.count() == asked + 2);
  }
}

TEST_CASE("Redirects are left to the client, and a request cannot name an upstream (SSRF)") {
  Origin inner(echoed);
  Site site([&inner](const OriginRequest& request) {
    return request.target == "/away" ? status(302).with("Location", inner.url() + "/secret")
                                     : echoed(request);
  });
  const Response away = site.client.get("/away");
  CHECK(away.status == 302);
  CHECK(away.fields.get("Location") == inner.url() + "/secret");
  const std::string authority = "127.0.0.1:" + std::to_string(inner.port());
  CHECK(site.client.get("http://" + authority + "/secret").body == "GET /secret 1");
  CHECK(site.client.get("/secret?host", {{"Host", authority}}).body == "GET /secret?host 1");
  CHECK(site.client.get("/x", {{"X-Forwarded-Host", authority}, {"X-Backend-Host", authority}}).status ==
        200);
  CHECK(inner.count() == 0);
}

TEST_CASE("No spelling of a path bypasses `cache: off`") {
  Site site(echoed,
            "  - match: /api/public/**\n    ttl: 60s\n  - match: /api/**\n    cache: off\n"
            "  - match: /account\n    cache: off\n  - match: /**\n    ttl: 60s\n");
  for (const std::string target :
       {"//api/me/x",      "/api//me/x",    "///api/me/x",      "/api;v=1/me/x",       "/api;/me/x",
        "/;a/api/me",      "/API/ME/x",     "/aPi/me/x",        "/%61pi/me/x",         "/api%2Fme/x",
        "/api%2fme%2fx",   "/%2fapi/me",    "/x/..;/api/me",    "/x/..;a=b/api/me",    "/./api/me",
        "/x/../api/me",    "/x/%2e%2e/api", "/%2E/api/me",      "/\\api\\me",          "/%5capi%5Cme",
        "/api%3bv/me",     "/api./me",      "/api%20/me",       "/api%3fme",           "/api%23me",
        "/api%00/me",      "/api%0a",       "/api%c0%afme",     "/x/%c0%ae%c0%ae/api", "/x%2f..%2fapi/me",
        "/account/",       "/Account",      "/account;x=a.css", "/account%2F",         "/account?x=y",
        "/account.",       "/accoun%74",    "//account//",      "/account%3Fa.css",    "/API/public/../me",
        "/API/me/public/x"}) {
    CAPTURE(target);
    for (int i = 1; i <= 2; ++i) {
      const Response response = site.client.get(target);
      CHECK(cache_result(response) == "BYPASS");
      CHECK(response.body == "GET " + target + " " + std::to_string(2 * i - 1));
      CHECK(cache_result(site.client.head(target)) == "BYPASS");
    }
  }
  const Response folded = site.client.get("//api/me/x");
  CHECK(folded.fields.get("Cache-Status") == "larder; fwd=bypass; detail=protected-path");
  // The first route that matches a folded path may be one that stores.
  for (const std::string target :
       {"/API/Public/x", "//api/public/x", "/Img/A.PNG", "/a%2Fb", "/api%252Fme", "/a;v=1"}) {
    CAPTURE(target);
    CHECK(cache_result(site.client.get(target)) == "MISS");
    CHECK(cache_result(site.client.get(target)) == "HIT");
  }
}

TEST_CASE("No authority, encoding, parameter or earlier route bypasses `cache: off`") {
  Site site(echoed,
            "  - match: /Me/**\n    ttl: 60s\n  - match: /me/**\n    cache: off\n"
            "  - match: \"/api/@home/**\"\n    cache: off\n  - match: /a%7Cb/**\n    cache: off\n"
            "  - match: /lit\n    cache: off\n  - match: /**\n    ttl: 60s\n");
  for (const std::string target :
       {"//h/me/x", "//h:80/me/x", "//u@h/me/x", "//[::1]/me/x", "//h;a/me/x", "///h/me/x", "/%2fh/me/x",
        "/api/%40home/x", "/a|b/x", "/a%7cb/x", "//me/x", "/me;v/x", "/%6de/x", "/lit;x/y", "/lit%3bx/y"}) {
    CAPTURE(target);
    CHECK(cache_result(site.client.get(target)) == "BYPASS");
    CHECK(cache_result(site.client.get(target)) == "BYPASS");
    CHECK(site.client.get(target, {{"Cache-Control", "only-if-cached"}}).status == 504);
  }
  for (const std::string target : {"//img/logo.png", "/a%40b", "/x;v/y"}) {
    CAPTURE(target);
    CHECK(cache_result(site.client.get(target)) == "MISS");
    CHECK(cache_result(site.client.get(target)) == "HIT");
  }
}

TEST_CASE("The response to a POST to another spelling of a protected path does not answer a GET either") {
  Site site(
      [](const OriginRequest& request) {
        return echoed(request).with("Cache-Control", "max-age=60").with("Content-Location", request.target);
      },
      "  - match: /api/**\n    cache: off\n  - match: /**\n    ttl: 60s\n");
  site.client.post("//api/me");
  CHECK(cache_result(site.client.get("//api/me")) == "BYPASS");
  site.client.post("/free;v=1");
  CHECK(cache_result(site.client.get("/free;v=1")) == "HIT");
}

TEST_CASE("A write to another spelling purges the path") {
  Site site(echoed);
  for (const std::string spelling :
       {"//products/7", "/products//7", "/%70roducts/%37", "/x/../products/7", "/./products/7/"}) {
    CAPTURE(spelling);
    site.client.get("/products/7?page=2");
    CHECK(cache_result(site.client.get("/products/7?page=2")) == "HIT");
    site.client.put(spelling);
    CHECK(cache_result(site.client.get("/products/7?page=2")) == "MISS");
  }
}

TEST_CASE("PURGE and BAN from the public are not forwarded and purge nothing") {
  Site site([](const OriginRequest& request) { return echoed(request); });
  site.client.get("/a");
  for (const std::string method : {"PURGE", "BAN"}) {
    CAPTURE(method);
    CHECK(site.client.request(method, "/a").status == 405);
    CHECK(site.origin.count(method, "/a") == 0);
    CHECK(cache_result(site.client.get("/a")) == "HIT");
  }
}

TEST_CASE("A write that its client aborts purges nothing, though its outcome is never known") {
  Site site(
      [](const OriginRequest& request) { return request.method == "GET" ? echoed(request) : status(403); });
  for (const std::string rest :
       {"Content-Length: 9\r\n\r\n", "Content-Length: 9\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nx\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhel"}) {
    CAPTURE(rest);
    for (const std::string target : {"/", "/products/7"}) site.client.get(target);
    {
      Client breaking = site.larder.client();
      breaking.send("DELETE / HTTP/1.1\r\nHost: shop.test\r\n" + rest);
      breaking.finish();
      CHECK(breaking.receive("DELETE").status == 400);
    }
    for (const std::string target : {"/", "/products/7"})
      CHECK(cache_result(site.client.get(target)) == "HIT");
  }
}

TEST_CASE("An error provoked by a request's form is not stored (CPDoS)") {
  for (const int code : {400, 413, 431}) {
    CAPTURE(code);
    Site site([code](const OriginRequest& request) {
      return request.fields.has("X-Oversized") ? status(code).with("Cache-Control", "max-age=60")
                                               : echoed(request);
    });
    CHECK(site.client.get("/a", {{"X-Oversized", "1"}}).status == code);
    CHECK(site.client.get("/a").status == 200);
    CHECK(cache_result(site.client.get("/a")) == "HIT");
  }
}

TEST_CASE("An error does not replace a stored response that can still be validated") {
  Site site([](const OriginRequest& request) {
    if (request.nth == 2) return status(500);
    if (request.fields.get("If-None-Match") == "\"v1\"") return status(304).with("ETag", "\"v1\"");
    return text("good").with("ETag", "\"v1\"").with("Cache-Control", "max-age=0");
  });
  CHECK(site.client.get("/a").body == "good");
  site.client.get("/a");
  const Response again = site.client.get("/a");
  CHECK(again.status == 200);
  CHECK(again.body == "good");
  CHECK(site.origin.last().fields.get("If-None-Match") == "\"v1\"");
}

TEST_CASE("Expect is answered if allowed, and otherwise left to the origin (RFC 9110, section 10.1.1)") {
  Site site([](const OriginRequest& request) { return text(request.body); });
  struct Case {
    const char* version;
    const char* fields;
    std::vector<int> interim;
  };
  for (const auto& [version, fields, interim] :
       {Case{"HTTP/1.1", "Expect: 100-Continue\r\n", {100}}, Case{"HTTP/1.1", "Expect: x\r\n", {}},
        Case{"HTTP/1.1", "Expect:\r\n", {}},
        Case{"HTTP/1.0", "Expect: 100-continue\r\nConnection: keep-alive\r\n", {}}}) {
    CAPTURE(version);
    CAPTURE(fields);
    Client client = site.larder.client();
    client.send("PUT /a " + std::string(version) + "\r\nHost: shop.test\r\nContent-Length: 5\r\n" + fields +
                "\r\n");
    if (!interim.empty()) CHECK(client.receive_head().status == 100);
    client.send("hello");
    const Response response = client.receive("PUT");
    CHECK(response.status == 200);
    CHECK(response.body == "hello");
    CHECK(response.interim.empty());
  }
  // Without content there is nothing to wait for.
  const Response response = site.client.get("/b", {{"Expect", "100-continue"}});
  CHECK(response.status == 200);
  CHECK(response.interim.empty());
}

TEST_CASE("What the cache adds to a response contains no line break from the client") {
  Site site(echoed, "  - match: /**\n    ttl: 60s\n    debug: true\n    headers: [X-Tenant]\n");
  const std::string target = "/a%0d%0aX-Evil:%201?b=%0d%0aX-Evil:%201";
  for (int i = 0; i < 2; ++i) {
    const Response response = site.client.get(target, {{"X-Tenant", "a%0d%0aX-Evil: 1"}});
    CHECK(response.status == 200);
    CHECK_FALSE(response.fields.has("X-Evil"));
  }
}

TEST_CASE("Requests that differ only in the query use no more memory than configured") {
  Origin origin([](const OriginRequest&) { return text(std::string(20'000, 'x')); });
  Larder larder(Yaml{.upstream = origin.url(), .store = "  memory: 1MiB\n"});
  Client client = larder.client();
  constexpr int most = 1'000;
  for (int i = 0; i < most; ++i) CHECK(client.get("/a?bust=" + std::to_string(i)).status == 200);
  CHECK(origin.count() == most);
  CHECK(client.get("/plain").status == 200);
  CHECK(cache_result(client.get("/plain")) == "HIT");
}

}  // namespace larder::test
