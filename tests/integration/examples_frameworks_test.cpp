#include "support/examples.hpp"

#include <doctest/doctest.h>

/// config/examples for frameworks of Ruby, Python and Java, before origins with the fields that these send
/// unasked.
namespace larder::test {

namespace {

/// Rails 7 under Puma. `/products` is what a controller calls public by fresh_when, `/news` by expires_in.
OriginResponse rails(const OriginRequest& request) {
  const std::string path = path_of(request);
  OriginResponse response =
      json(request, "application/json; charset=utf-8")
          .with("X-Frame-Options", "SAMEORIGIN")
          .with("X-XSS-Protection", "0")
          .with("X-Content-Type-Options", "nosniff")
          .with("X-Permitted-Cross-Domain-Policies", "none")
          .with("Referrer-Policy", "strict-origin-when-cross-origin")
          .with("X-Request-Id", "a29e0573-c538-4bb6-b181-" + std::to_string(request.nth))
          .with("X-Runtime", "0.018409");
  if (request.method != "GET") return response.with("Cache-Control", "no-cache");
  const std::string etag = "W/\"a2a66c14b0ad0aa187a9718cd915684b\"";
  response.with("ETag", etag);
  if (path.starts_with("/products")) {
    if (!path.ends_with(".json")) response.with("Vary", "Accept");
    if (request.fields.get("If-None-Match") == etag) response.status = 304;
    return response.with("Cache-Control", "public");
  }
  if (path == "/news") return response.with("Cache-Control", "max-age=300, public");
  return response.with("Cache-Control", "max-age=0, private, must-revalidate")
      .with("Set-Cookie", "_shop_session=x; path=/; HttpOnly; SameSite=Lax");
}

/// Django 5 with REST framework under gunicorn: authentication by session and by token.
OriginResponse django(const OriginRequest& request) {
  OriginResponse response = json(request)
                                .with("Server", "gunicorn")
                                .with("Vary", "Accept, Cookie")
                                .with("Allow", "GET, POST, HEAD, OPTIONS")
                                .with("X-Frame-Options", "DENY")
                                .with("X-Content-Type-Options", "nosniff")
                                .with("Referrer-Policy", "same-origin")
                                .with("Cross-Origin-Opener-Policy", "same-origin");
  const std::string path = path_of(request);
  if (path.starts_with("/api/") && !path.ends_with("/")) {
    return status(301).with("Location", path + "/").with("Content-Type", "text/html; charset=utf-8");
  }
  const bool is_own = path.starts_with("/api/me/") || path.starts_with("/api/orders/");
  if (!is_own) return response;
  if (!request.fields.has("Authorization")) {
    response.status = 401;
    return response.with("WWW-Authenticate", "Token");
  }
  response.body = request.fields.get("Authorization");
  return response;
}

/// Spring Boot 3 with Spring Security 6 under Tomcat. `/api/products` has a CacheControl of its own.
OriginResponse spring(const OriginRequest& request) {
  OriginResponse response = json(request)
                                .with("Vary", "Origin")
                                .with("Vary", "Access-Control-Request-Method")
                                .with("Vary", "Access-Control-Request-Headers")
                                .with("X-Content-Type-Options", "nosniff")
                                .with("X-XSS-Protection", "0")
                                .with("X-Frame-Options", "DENY")
                                .with("Keep-Alive", "timeout=60")
                                .with("Connection", "keep-alive");
  response.framing = OriginResponse::Framing::chunked;
  if (path_of(request).starts_with("/api/products"))
    return response.with("Cache-Control", "max-age=300, public");
  return response.with("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate")
      .with("Pragma", "no-cache")
      .with("Expires", "0");
}

/// FastAPI under uvicorn.
OriginResponse fastapi(const OriginRequest& request) {
  OriginResponse response = json(request).with("server", "uvicorn");
  const std::string path = path_of(request);
  if (path == "/items") {
    return status(307)
        .with("server", "uvicorn")
        .with("location", "http://" + request.fields.get("Host") + "/items/");
  }
  if (path == "/items/x") response.status = 422;
  if (path == "/items/404") response.status = 404;
  return response;
}

}  // namespace

TEST_CASE("config/examples/rails.yaml: what controllers call public is shared, and the default is not") {
  Origin origin(rails);
  const Larder larder(example("rails.yaml", origin));
  Client client = larder.client();
  const Fields session{{"Cookie", "_shop_session=x"}};
  ask_twice(client, {
                        {"/products/7", {{"Accept", "text/html"}}, "MISS", "HIT"},
                        {"/products/7", {{"Accept", "application/json"}}, "MISS", "HIT"},
                        {"/products/7.json", {}, "MISS", "HIT"},
                        {"/products/7.json", session, "HIT", "HIT"},
                        {"/products.json", session, "MISS", "HIT"},
                        {"/news", {}, "MISS", "HIT"},
                        {"/account", {}, "MISS", "MISS"},
                        {"/account", session, "MISS", "MISS"},
                        {"/cable", {}, "BYPASS", "BYPASS"},
                    });
  const Response hit = client.get("/products/7.json");
  CHECK_FALSE(hit.fields.has("X-Request-Id"));
  CHECK_FALSE(hit.fields.has("X-Runtime"));
  CHECK(client.get("/products/7.json", {{"If-None-Match", hit.fields.get("ETag")}}).status == 304);
}

TEST_CASE("config/examples/rails.yaml: a write to a resource purges each of its URLs") {
  Origin origin(rails);
  const Larder larder(example("rails.yaml", origin));
  const std::vector<std::string> forms{"/products/7", "/products/7.json", "/products", "/products.json",
                                       "/products.json?page=2"};
  const std::vector<std::string> others{"/products/8", "/products/8.json", "/news"};
  for (const char* target : {"/products/7", "/products/7.json"}) {
    check(larder, {"PATCH", target, forms, others});
    check(larder, {"DELETE", target, forms, others});
  }
  check(larder, {"POST", "/products", {"/products", "/products.json"}, others});
  check(larder, {"POST", "/products.json", {"/products", "/products.json"}, others});
}

TEST_CASE("config/examples/django-rest.yaml: lists are shared, what a user has is that user's") {
  Origin origin(django);
  const Larder larder(example("django-rest.yaml", origin));
  Client client = larder.client();
  const Fields alice{{"Authorization", "Token a"}};
  const Fields bob{{"Authorization", "Token b"}};
  const Fields session{{"Cookie", "csrftoken=x; sessionid=y"}};
  ask_twice(client, {
                        {"/api/products/", {}, "MISS", "HIT"},
                        {"/api/products/", {{"Cookie", "csrftoken=x"}}, "HIT", "HIT"},
                        {"/api/products/", session, "BYPASS", "BYPASS"},
                        {"/api/products/", alice, "BYPASS", "BYPASS"},
                        {"/api/products/", {{"Accept", "text/html"}}, "MISS", "HIT"},
                        {"/api/products", {}, "MISS", "HIT"},
                        {"/api/orders/", alice, "MISS", "HIT"},
                        {"/api/orders/", bob, "MISS", "HIT"},
                        {"/api/orders/", {}, "MISS", "MISS"},
                        {"/admin/", {}, "BYPASS", "BYPASS"},
                    });
  client.get("/api/products/", session);
  CHECK(origin.last().fields.get("Cookie") == session.get("Cookie"));
  CHECK(client.get("/api/orders/", alice).body == "Token a");
  CHECK(client.get("/api/orders/", bob).body == "Token b");
  check(larder, {"PATCH", "/api/orders/5/", {"/api/orders/5/", "/api/orders/"}, {"/api/me/"}}, bob);
  check(larder, {"POST", "/api/products/", {"/api/products/", "/api/products/?page=2"}, {"/api/shops/"}});
}

TEST_CASE(
    "config/examples/spring-boot.yaml: one stored response serves every origin, and preflights end here") {
  Origin origin(spring);
  const Larder larder(example("spring-boot.yaml", origin));
  Client client = larder.client();
  ask_twice(client, {
                        {"/api/products/7", {{"Origin", "https://shop.example"}}, "MISS", "HIT"},
                        {"/api/products/7", {{"Origin", "https://de.shop.example"}}, "HIT", "HIT"},
                        {"/api/products/7", {{"Authorization", "Bearer x"}}, "HIT", "HIT"},
                        {"/api/public/news", {}, "MISS", "HIT"},
                        {"/api/public/news", {{"Cookie", "JSESSIONID=1"}}, "BYPASS", "BYPASS"},
                        {"/api/public/news", {{"Authorization", "Bearer x"}}, "BYPASS", "BYPASS"},
                        {"/api/account", {}, "MISS", "MISS"},
                        {"/actuator/health", {}, "BYPASS", "BYPASS"},
                    });
  const int asked = origin.count();
  const auto allowed = [&client](const char* origin_of_page) {
    const Response response = client.request("OPTIONS", "/api/products/7",
                                             {{"Origin", origin_of_page},
                                              {"Access-Control-Request-Method", "PUT"},
                                              {"Access-Control-Request-Headers", "content-type"}});
    CHECK(response.status == 204);
    return response.fields.get("Access-Control-Allow-Origin");
  };
  CHECK(allowed("https://shop.example") == "https://shop.example");
  CHECK(allowed("https://evil.example") == "");
  CHECK(origin.count() == asked);
  const Response hit = client.get("/api/products/7", {{"Origin", "https://de.shop.example"}});
  CHECK(hit.fields.get("Access-Control-Allow-Origin") == "https://de.shop.example");
  CHECK(hit.fields.get("Access-Control-Expose-Headers") == "X-Cache");
}

TEST_CASE("config/examples/fastapi.yaml: answers, redirects to the slash and errors") {
  Origin origin(fastapi);
  const Larder larder(example("fastapi.yaml", origin));
  Client client = larder.client();
  ask_twice(client, {
                        {"/items/?limit=2&skip=4", {}, "MISS", "HIT"},
                        {"/items/?skip=4&limit=2", {}, "HIT", "HIT"},
                        {"/items/1", {}, "MISS", "HIT"},
                        {"/items/1", {{"Authorization", "Bearer x"}}, "BYPASS", "BYPASS"},
                        {"/items/404", {}, "MISS", "HIT"},
                        {"/items/x", {}, "MISS", "MISS"},
                        {"/items", {}, "MISS", "HIT"},
                        {"/docs", {}, "MISS", "HIT"},
                        {"/users/me", {{"Authorization", "Bearer x"}}, "BYPASS", "BYPASS"},
                        {"/users/me/items/", {{"Authorization", "Bearer x"}}, "BYPASS", "BYPASS"},
                    });
  CHECK(client.get("/items").fields.get("Location") == "http://shop.test/items/");
  check(larder, {"PUT", "/items/1", {"/items/1", "/items/", "/items"}, {"/items/2"}});
}

}  // namespace larder::test
