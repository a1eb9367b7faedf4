#include "support/larder.hpp"
#include "support/origin.hpp"

#include <doctest/doctest.h>

/// Which requests share a stored response, and what the origin sees of a request (src/README.md,
/// "Key").
namespace larder::test {

namespace {

/// An origin that echoes the request, behind a larder with one route.
struct Keyed {
  explicit Keyed(const std::string& rule)
      : origin([](const OriginRequest& request) { return text(request.target); }),
        larder(Yaml{.upstream = origin.url(), .routes = "  - match: /**\n    ttl: 60s\n" + rule}) {}

  bool is_hit(std::string_view target, const Fields& fields = {}) {
    return cache_result(client.get(target, fields)) == "HIT";
  }

  Origin origin;
  Larder larder;
  Client client = larder.client();
};

}  // namespace

TEST_CASE("Another path, query or host is another entry") {
  Keyed keyed("");
  for (const std::string target :
       {"/a", "/a?", "/a?x=1", "/a?x=2", "/a?x=1&y=2", "/a?y=2&x=1", "/A", "/a/"}) {
    CAPTURE(target);
    CHECK_FALSE(keyed.is_hit(target));
    const Response second = keyed.client.get(target);
    CHECK(cache_result(second) == "HIT");
    CHECK(second.body == target);
  }
  CHECK_FALSE(keyed.is_hit("/a", {{"Host", "other.test"}}));
}

TEST_CASE("A host in another case, with its default port or in absolute form is the same entry") {
  Keyed keyed("");
  keyed.client.get("/a");
  CHECK(keyed.is_hit("/a", {{"Host", "SHOP.test"}}));
  CHECK(keyed.is_hit("/a", {{"Host", "shop.test:80"}}));
  CHECK(keyed.is_hit("http://shop.test/a", {{"Host", "ignored.test"}}));
  CHECK_FALSE(keyed.is_hit("/a", {{"Host", "shop.test:81"}}));
}

TEST_CASE("All spellings of an authority share one entry, and the origin sees only the normal form") {
  Origin origin([](const OriginRequest& request) {
    const std::string host = request.fields.get("Host");
    return text(host + " " + request.fields.get("X-Forwarded-Host"))
        .with("Location", "https://" + host + "/");
  });
  Larder larder(Yaml{.upstream = origin.url()});
  int page = 0;
  for (const std::string host : {"SHOP.test", "shop.test:80", "shop.test:", "shop.test:0080", "shop.test.",
                                 "Shop.Test.:80", "%73hop%2etest", "shop.test%2E"}) {
    CAPTURE(host);
    const std::string target = "/" + std::to_string(++page);
    Client client = larder.client();
    CHECK(cache_result(client.get(target, {{"Host", host}})) == "MISS");
    const Response shared = client.get(target);
    CHECK(cache_result(shared) == "HIT");
    CHECK(shared.body == "shop.test shop.test");
    CHECK(shared.fields.get("Location") == "https://shop.test/");
  }
  Client client = larder.client();
  client.get("/v6", {{"Host", "[2001:DB8:0:0::1]:80"}});
  CHECK(client.get("/v6", {{"Host", "[2001:db8::1]"}}).body == "[2001:db8::1] [2001:db8::1]");
  CHECK(client.get("/p", {{"Host", "shop.test:443"}}).body == "shop.test:443 shop.test:443");
  CHECK(cache_result(client.get("/p")) == "MISS");
}

TEST_CASE("Every port is a site of its own, even larder's own port") {
  Keyed keyed("");
  const std::string own_port = ":" + std::to_string(keyed.larder.port());
  for (const std::string host : {"127.0.0.1", "localhost", "shop.test", "[::1]"}) {
    CAPTURE(host);
    CHECK_FALSE(keyed.is_hit("/a", {{"Host", host}}));
    CHECK_FALSE(keyed.is_hit("/a", {{"Host", host + own_port}}));
    CHECK(keyed.is_hit("/a", {{"Host", host + own_port}}));
  }
}

TEST_CASE("RFC 9112, section 3.2: a request without Host is passed through, and nothing is stored") {
  Keyed keyed("");
  for (int i = 0; i < 2; ++i) {
    Client client = keyed.larder.client();
    client.send("GET /a HTTP/1.0\r\n\r\n");
    const Response response = client.receive();
    CHECK(response.status == 200);
    CHECK(response.fields.get("Cache-Status") == "larder; fwd=bypass; detail=no-host");
  }
  CHECK(keyed.origin.count("/a") == 2);
  CHECK_FALSE(keyed.is_hit("/a"));
  CHECK(keyed.is_hit("/a"));
  // Only the origin knows which site it writes to.
  Client client = keyed.larder.client();
  client.send("PUT /a HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}");
  CHECK(client.receive().status == 200);
  CHECK_FALSE(keyed.is_hit("/a"));
}

TEST_CASE("RFC 9112, section 3.2: a request without Host reaches its server with that server's authority") {
  Origin origin([](const OriginRequest& request) { return text(request.method); });
  Larder larder(Yaml{.upstream = origin.url()});
  for (const std::string request :
       {"GET /a HTTP/1.0\r\n\r\n", "POST /a HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}",
        "OPTIONS * HTTP/1.0\r\n\r\n", "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"}) {
    CAPTURE(request);
    Client client = larder.client();
    client.send(request);
    CHECK(client.receive().status == 200);
    const OriginRequest seen = origin.last();
    CAPTURE(seen.head);
    CHECK(seen.head.find("\r\nHost: 127.0.0.1:" + std::to_string(origin.port()) + "\r\n") ==
          seen.head.find("\r\n"));
    CHECK(seen.fields.all("Host").size() == 1);
    CHECK_FALSE(seen.fields.has("X-Forwarded-Host"));
  }
}

TEST_CASE("Routes, keys, the origin and purges treat a site's other spellings as the site") {
  Origin origin([](const OriginRequest& request) { return text(request.fields.get("Host")); });
  const std::string routes = "  - match: /**\n    ttl: 60s\n";
  const std::string sites = "sites:\n  shop.test: [\"www.shop.test\", \"127.0.0.1:*\", \"localhost:*\"]\n";
  Larder larder(Yaml{.upstream = origin.url(), .routes = routes, .rest = sites});
  Client client = larder.client();
  client.get("/a");
  const std::string own_port = ":" + std::to_string(larder.port());
  for (const std::string& host :
       {std::string("www.shop.test"), "127.0.0.1" + own_port, "localhost" + own_port}) {
    CAPTURE(host);
    const Response response = client.get("/a", {{"Host", host}});
    CHECK(cache_result(response) == "HIT");
    CHECK(response.body == "shop.test");
    CHECK(client.request("PUT", "/a", {{"Host", host}}, "{}").body == "shop.test");
    CHECK(cache_result(client.get("/a")) == "MISS");
  }
  // A reloaded configuration takes effect immediately.
  CHECK(larder.reload(Yaml{.upstream = origin.url(), .routes = routes}));
  CHECK(client.get("/a", {{"Host", "www.shop.test"}}).body == "www.shop.test");
}

TEST_CASE("Ignored parameters are neither part of the key nor forwarded") {
  Keyed keyed("    query: {ignore: [\"utm_*\", fbclid]}\n");
  CHECK(keyed.client.get("/a?utm_source=x&page=2&fbclid=9").body == "/a?page=2");
  CHECK(keyed.is_hit("/a?page=2"));
  CHECK(keyed.is_hit("/a?page=2&utm_medium=y"));
  CHECK_FALSE(keyed.is_hit("/a?page=3"));
  CHECK(keyed.client.get("/b?utm_source=x").body == "/b");
}

TEST_CASE("A parameter that hides another one is kept (parameter cloaking)") {
  Keyed keyed("    query: {ignore: [\"utm_*\"]}\n");
  keyed.client.get("/a?page=1");
  CHECK(keyed.client.get("/a?page=1&utm_source=x;callback=evil").body ==
        "/a?page=1&utm_source=x;callback=evil");
}

TEST_CASE("Only the named parameters are part of the key and forwarded, sorted if the route says so") {
  Keyed keyed("    query: {only: [page, limit], sorted: true}\n");
  CHECK(keyed.client.get("/a?x=1&page=2&limit=3").body == "/a?limit=3&page=2");
  CHECK(keyed.is_hit("/a?limit=3&page=2"));
  CHECK(keyed.is_hit("/a?page=2&limit=3&y=4"));
  CHECK_FALSE(keyed.is_hit("/a?page=2"));
}

TEST_CASE("With forward: all the origin sees the whole query") {
  Keyed keyed("    query: {ignore: [\"utm_*\"], forward: all}\n");
  CHECK(keyed.client.get("/a?page=2&utm_source=x").body == "/a?page=2&utm_source=x");
  CHECK(keyed.is_hit("/a?page=2&utm_source=y"));
}

TEST_CASE("Fields that a route names are part of the key") {
  Keyed keyed("    headers: [Accept-Language]\n");
  CHECK_FALSE(keyed.is_hit("/a", {{"Accept-Language", "de"}}));
  CHECK(keyed.is_hit("/a", {{"Accept-Language", "de"}, {"Accept", "x"}}));
  CHECK_FALSE(keyed.is_hit("/a", {{"Accept-Language", "fr"}}));
  CHECK_FALSE(keyed.is_hit("/a"));
  CHECK(keyed.is_hit("/a", {{"Accept-Language", "fr"}}));
}

TEST_CASE("Cookies that a route names are part of the key, and no others") {
  Keyed keyed("    cookies: [theme]\n");
  CHECK_FALSE(keyed.is_hit("/a", {{"Cookie", "theme=dark"}}));
  CHECK(keyed.is_hit("/a", {{"Cookie", "theme=dark"}}));
  CHECK_FALSE(keyed.is_hit("/a", {{"Cookie", "theme=light"}}));
}

TEST_CASE("A client cannot forge partitions") {
  Keyed keyed("    headers: [X-A, X-B]\n");
  keyed.client.get("/a", {{"X-A", "1"}, {"X-B", "2"}});
  CHECK_FALSE(keyed.is_hit("/a", {{"X-A", "1#header:x-b=2"}}));
  CHECK_FALSE(keyed.is_hit("/a", {{"X-A", "1%23header:x-b=2"}}));
  CHECK_FALSE(keyed.is_hit("/a%23header:x-a=1%23header:x-b=2"));
}

TEST_CASE("The first route that matches wins") {
  Origin origin([](const OriginRequest&) { return text("a"); });
  Larder larder(Yaml{.upstream = origin.url(),
                     .routes = "  - match: /api/me/**\n    cache: off\n"
                               "  - match: /api/{kind}/{id}\n    ttl: 60s\n"
                               "  - match: /api/**\n    cache: off\n"});
  Client client = larder.client();
  struct Case {
    std::string target;
    std::string second;
  };
  for (const Case& one :
       {Case{"/api/me/1", "BYPASS"}, Case{"/api/me", "BYPASS"}, Case{"/api/product/1", "HIT"},
        Case{"/api/product/1/x", "BYPASS"}, Case{"/elsewhere", "MISS"}}) {
    CAPTURE(one.target);
    client.get(one.target);
    const std::string second = cache_result(client.get(one.target));
    CHECK((second == one.second || (one.second == "MISS" && second == "BYPASS")));
  }
}

TEST_CASE("Routes send requests to their own upstreams") {
  Origin shop([](const OriginRequest&) { return text("shop"); });
  Origin blog([](const OriginRequest&) { return text("blog"); });
  Larder larder("upstreams:\n  shop: {servers: [" + shop.url() + "]}\n  blog: {servers: [" + blog.url() +
                "]}\nroutes:\n  - match: /blog/**\n    upstream: blog\n    ttl: 60s\n  - match: /**\n    "
                "upstream: shop\n");
  Client client = larder.client();
  CHECK(client.get("/blog/1").body == "blog");
  CHECK(client.get("/products").body == "shop");
}

TEST_CASE("A long key makes an entry like any other") {
  Keyed keyed("");
  const std::string target = "/a?q=" + std::string(4000, 'x');
  keyed.client.get(target);
  CHECK(keyed.is_hit(target));
  CHECK_FALSE(keyed.is_hit(target + "y"));
}

TEST_CASE("Routes chosen by fields, cookies and the query answer on one connection, each its own requests") {
  const auto answer = [](std::string name) {
    return [name](const OriginRequest& request) { return text(name + " " + request.fields.get("Cookie")); };
  };
  Origin beta(answer("beta"));
  Origin rest(answer("rest"));
  Larder larder(
      Yaml{.upstream = rest.url(),
           .routes = "  - {name: two, when: {headers: {X-Version: \"2\"}}, upstream: beta, ttl: 1m}\n"
                     "  - {name: beta, when: {cookies: {beta: \"*\"}}, upstream: beta, cookies: ignore, "
                     "ttl: 1m}\n"
                     "  - {match: /p, when: {query: {preview: \"*\"}}, upstream: beta, query: {only: []}, "
                     "ttl: 1m}\n"
                     "  - {match: /**, upstream: shop, cookies: ignore, query: {only: []}, ttl: 1m}\n",
           .protection = "  beta: {servers: [\"" + beta.url() + "\"]}\n"});
  Client client = larder.client();
  const Fields two{{"X-Version", "2"}};
  const Fields cookie{{"Cookie", "a=b; beta=1"}};
  for (const std::string expected : {"MISS", "HIT", "HIT"}) {
    CAPTURE(expected);
    const Response by_cookie = client.get("/p", cookie);
    CHECK(cache_result(by_cookie) == expected);
    CHECK(by_cookie.body == "beta ");
    CHECK(by_cookie.fields.get("Vary") == "X-Version, Cookie");
    const Response without = client.get("/p");
    CHECK(cache_result(without) == expected);
    CHECK(without.body == "rest ");
    CHECK(without.fields.get("Vary") == "X-Version, Cookie");
    const Response by_field = client.get("/p", two);
    CHECK(cache_result(by_field) == expected);
    CHECK(by_field.body == "beta ");
    CHECK(by_field.fields.get("Vary") == "X-Version");
    const Response by_query = client.get("/p?preview");
    CHECK(cache_result(by_query) == expected);
    CHECK(by_query.body == "beta ");
  }
  // With content a request is not answered at once: the connection remembers no other request's route.
  client.get("/p", cookie);
  CHECK(client.post("/q").body == "rest ");
  CHECK(client.request("GET", "/q", {}, "content").body == "rest ");
}

}  // namespace larder::test
