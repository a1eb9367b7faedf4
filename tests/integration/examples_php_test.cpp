#include "support/examples.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

/// config/examples for PHP's frameworks, before origins with the fields that these send unasked.
namespace larder::test {

namespace {

/// WordPress 6.7 under Apache. It says who asks what only to those who are signed in: by cookie and nonce.
OriginResponse wordpress(const OriginRequest& request) {
  const std::string path = path_of(request);
  OriginResponse response = json(request, "application/json; charset=UTF-8")
                                .with("Server", "Apache/2.4.62 (Debian)")
                                .with("X-Powered-By", "PHP/8.2.26");
  if (!path.starts_with("/wp-json/")) return response;
  response.with("X-Robots-Tag", "noindex")
      .with("Link", "<http://shop.test/wp-json/>; rel=\"https://api.w.org/\"")
      .with("X-Content-Type-Options", "nosniff")
      .with("Access-Control-Expose-Headers", "X-WP-Total, X-WP-TotalPages, Link")
      .with("Access-Control-Allow-Headers",
            "Authorization, X-WP-Nonce, Content-Disposition, Content-MD5, Content-Type")
      .with("X-WP-Total", "12")
      .with("X-WP-TotalPages", "2")
      .with("Allow", "GET");
  if (request.fields.has("Origin")) {
    response.with("Access-Control-Allow-Origin", request.fields.get("Origin"))
        .with("Access-Control-Allow-Methods", "OPTIONS, GET, POST, PUT, PATCH, DELETE")
        .with("Access-Control-Allow-Credentials", "true");
  }
  response.with("Vary", "Origin");
  const bool is_signed_in = request.fields.get("Cookie").find("wordpress_logged_in_") != std::string::npos;
  if (!is_signed_in || !request.fields.has("X-WP-Nonce")) return response;
  return response.with("X-WP-Nonce", "0123456789")
      .with("Expires", "Wed, 11 Jan 1984 05:00:00 GMT")
      .with("Cache-Control", "no-cache, must-revalidate, max-age=0, no-store, private");
}

/// API Platform 4 with the cache_headers of the example. A library shows its books.
OriginResponse api_platform(const OriginRequest& request) {
  const std::string path = path_of(request);
  if (request.method == "DELETE") return status(204).with("Cache-Control", "no-cache, private");
  OriginResponse response = json(request, "application/ld+json; charset=utf-8")
                                .with("Link",
                                      "<http://shop.test/api/docs.jsonld>; "
                                      "rel=\"http://www.w3.org/ns/hydra/core#apiDocumentation\"")
                                .with("X-Content-Type-Options", "nosniff")
                                .with("X-Frame-Options", "deny")
                                .with("X-Powered-By", "PHP/8.3.14");
  if (request.method != "GET") return response.with("Cache-Control", "no-cache, private");
  response.with("Vary", "Accept").with("Vary", "Content-Type, Authorization, Origin");
  if (path == "/api/short") {
    if (request.nth > 1) return status(503);
    return response.with("Cache-Control", "max-age=0, public, s-maxage=1");
  }
  std::string tags = path;
  if (path == "/api/libraries/5") tags += " /api/books/1 /api/books/2";
  if (path == "/api/books") tags += " /api/books/1 /api/books/2";
  return response.with("Cache-Control", "max-age=0, public, s-maxage=3600")
      .with("ETag", "\"d41d8cd98f00b204e9800998ecf8427e\"")
      .with("xkey", tags);
}

/// Laravel 11: the middleware groups `web` and `api`.
OriginResponse laravel(const OriginRequest& request) {
  const std::string path = path_of(request);
  const std::string nth = std::to_string(request.nth);
  OriginResponse response =
      json(request).with("X-Powered-By", "PHP/8.3.14").with("Cache-Control", "no-cache, private");
  if (path.starts_with("/api/")) {
    return response.with("X-RateLimit-Limit", "60")
        .with("X-RateLimit-Remaining", std::to_string(60 - request.nth))
        .with("Access-Control-Allow-Origin", "*");
  }
  return response
      .with("Set-Cookie", "XSRF-TOKEN=eyJpdiI6" + nth +
                              "; expires=Sat, 28 Nov 2037 05:00:00 GMT; Max-Age=7200; path=/; samesite=lax")
      .with("Set-Cookie",
            "laravel_session=eyJpdiI6" + nth +
                "; expires=Sat, 28 Nov 2037 05:00:00 GMT; Max-Age=7200; path=/; httponly; samesite=lax");
}

const Fields editor{{"Cookie", "wordpress_logged_in_0a1b=admin%7C1; wp-settings-1=x"},
                    {"X-WP-Nonce", "0123456789"}};

}  // namespace

TEST_CASE("config/examples/wordpress-rest.yaml: visitors share, and whoever is known is passed") {
  Origin origin(wordpress);
  const Larder larder(example("wordpress-rest.yaml", origin));
  Client client = larder.client();
  const std::string posts = "/wp-json/wp/v2/posts";
  ask_twice(client, {
                        {posts, {}, "MISS", "HIT"},
                        {posts, {{"Cookie", "_ga=1; wp-settings-time-1=1; tk_ai=x"}}, "HIT", "HIT"},
                        {posts + "?per_page=5&page=2&utm_source=x", {}, "MISS", "HIT"},
                        {posts + "?page=2&per_page=5", {}, "HIT", "HIT"},
                        {posts, editor, "BYPASS", "BYPASS"},
                        {posts, {{"Cookie", "wordpress_logged_in_0a1b=admin%7C1"}}, "BYPASS", "BYPASS"},
                        {posts, {{"Cookie", "wp-postpass_0a1b=x"}}, "BYPASS", "BYPASS"},
                        {posts, {{"X-WP-Nonce", "0123456789"}}, "BYPASS", "BYPASS"},
                        {posts + "?_wpnonce=0123456789", {}, "BYPASS", "BYPASS"},
                        {posts, {{"Authorization", "Basic YTpi"}}, "BYPASS", "BYPASS"},
                        {posts, {{"Origin", "https://app.example"}}, "MISS", "HIT"},
                        {posts, {}, "HIT", "HIT"},
                        {"/wp-includes/js/jquery.min.js?ver=3.7.1", {{"Cookie", "a=b"}}, "MISS", "HIT"},
                        {"/", {}, "BYPASS", "BYPASS"},
                        {"/wp-admin/", {}, "BYPASS", "BYPASS"},
                    });
  client.get(posts, editor);
  CHECK(origin.last().fields.get("Cookie") == editor.get("Cookie"));
  CHECK(origin.last().fields.get("X-WP-Nonce") == "0123456789");
}

TEST_CASE("config/examples/wordpress-rest.yaml: what changes a post purges the whole API") {
  Origin origin(wordpress);
  const Larder larder(example("wordpress-rest.yaml", origin));
  const std::vector<std::string> api{"/wp-json/wp/v2/posts?page=1", "/wp-json/wp/v2/posts/5",
                                     "/wp-json/wp/v2/categories"};
  const std::vector<std::string> files{"/wp-content/uploads/a.jpg"};
  check(larder, {"POST", "/wp-json/wp/v2/posts/5", api, files});
  check(larder, {"POST", "/wp-admin/post.php", api, files});
  check(larder, {"POST", "/wp-comments-post.php", api, files});
  check(larder, {"POST", "/xmlrpc.php", api, files});
  Client client = larder.client();
  client.get(api[1]);
  CHECK(client.request("POST", api[1], editor, "{}").status == 200);
  CHECK(cache_result(client.get(api[1])) == "MISS");
  std::vector<std::string> all = api;
  all.insert(all.end(), files.begin(), files.end());
  check(larder, {"POST", "/wp-admin/admin-ajax.php", {}, all});
}

TEST_CASE("config/examples/api-platform.yaml: a write purges whatever shows the resource") {
  Origin origin(api_platform);
  const Larder larder(example("api-platform.yaml", origin));
  const std::vector<std::string> others{"/api/books/2", "/api/libraries/6"};
  check(larder, {"PUT",
                 "/api/books/1",
                 {"/api/books/1", "/api/books", "/api/books?page=2", "/api/libraries/5"},
                 others});
  check(larder, {"DELETE", "/api/books/1", {"/api/books/1", "/api/books", "/api/libraries/5"}, others});
  check(larder, {"POST", "/api/books", {"/api/books", "/api/books?page=2"}, others});
}

TEST_CASE("config/examples/api-platform.yaml: Vary as it states it, no tags for clients, and grace") {
  Origin origin(api_platform);
  const Larder larder(example("api-platform.yaml", origin));
  Client client = larder.client();
  ask_twice(client, {
                        {"/api/books", {}, "MISS", "HIT"},
                        {"/api/books", {{"Content-Type", "application/json"}}, "HIT", "HIT"},
                        {"/api/books", {{"Accept", "application/json"}}, "MISS", "HIT"},
                        {"/api/books", {{"Authorization", "Bearer a"}}, "MISS", "HIT"},
                        {"/api/books", {{"Authorization", "Bearer b"}}, "MISS", "HIT"},
                        {"/api/books", {{"Origin", "https://app.example"}}, "MISS", "HIT"},
                    });
  CHECK_FALSE(client.get("/api/books").fields.has("xkey"));
  client.get("/api/short");
  std::this_thread::sleep_for(std::chrono::milliseconds(1'100));
  const Response grace = client.get("/api/short");
  CHECK(grace.status == 200);
  CHECK(cache_result(grace) == "STALE");
}

TEST_CASE(
    "config/examples/laravel.yaml: pages are shared without their cookies, and sessions stay as they are") {
  Origin origin(laravel);
  const Larder larder(example("laravel.yaml", origin));
  Client client = larder.client();
  const Fields session{{"Cookie", "XSRF-TOKEN=x; laravel_session=y"}};
  for (const char* target : {"/", "/products/7", "/blog/2026/hello"}) {
    const Response first = client.get(target, session);
    CHECK_FALSE(first.fields.has("Set-Cookie"));
    CHECK_FALSE(origin.last().fields.has("Cookie"));
  }
  ask_twice(client, {
                        {"/", {}, "HIT", "HIT"},
                        {"/products/7", session, "HIT", "HIT"},
                        {"/products/7", {{"Cookie", "remember_web_59ba=z"}}, "BYPASS", "BYPASS"},
                        {"/api/products", {}, "MISS", "HIT"},
                        {"/api/products", {{"Authorization", "Bearer 1|x"}}, "BYPASS", "BYPASS"},
                        {"/api/user", {}, "MISS", "MISS"},
                        {"/contact", {}, "MISS", "MISS"},
                        {"/contact", session, "MISS", "MISS"},
                        {"/admin/products", {}, "BYPASS", "BYPASS"},
                    });
  CHECK(client.get("/contact").fields.all("Set-Cookie").size() == 2);
  CHECK_FALSE(client.get("/api/products").fields.has("X-RateLimit-Remaining"));
}

TEST_CASE("config/examples/laravel.yaml: the admin panel purges what it changes elsewhere") {
  Origin origin(laravel);
  const Larder larder(example("laravel.yaml", origin));
  check(larder, {"PUT",
                 "/admin/products/7",
                 {"/products/7", "/products", "/api/products", "/api/products/7"},
                 {"/products/8", "/"}});
  check(larder, {"POST", "/products/7", {"/products/7", "/products"}, {"/products/8"}});
}

}  // namespace larder::test
