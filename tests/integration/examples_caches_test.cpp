#include "support/examples.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

/// config/examples that stand for the configuration of another cache.
namespace larder::test {

namespace {

/// PHP behind Apache: it says what it runs on, and sets a session cookie on its pages, and on its files too.
OriginResponse drupal(const OriginRequest& request) {
  OriginResponse response = json(request, "text/html; charset=UTF-8")
                                .with("Server", "Apache/2.4.62 (Debian)")
                                .with("X-Powered-By", "PHP/8.3.14")
                                .with("X-Generator", "Drupal 10 (https://www.drupal.org)");
  const std::string path = path_of(request);
  if (path == "/missing") response.status = 404;
  if (path == "/moved") return status(301).with("Location", "/");
  if (path == "/login") response.with("Set-Cookie", "SESSabc=1; path=/; HttpOnly");
  if (path.starts_with("/themes/")) response.with("Set-Cookie", "SESSabc=1; path=/; HttpOnly");
  if (path == "/short") response.with("Cache-Control", "max-age=1, must-revalidate");
  if (path == "/short" && request.nth > 1) response.status = 503;
  return response;
}

/// API Platform's and Symfony's fields, as Souin's users have them.
OriginResponse symfony(const OriginRequest& request) {
  OriginResponse response = json(request).with("Surrogate-Key", "/books /books/1");
  const std::string path = path_of(request);
  if (path == "/login") response.with("Set-Cookie", "PHPSESSID=1; path=/");
  return response;
}

}  // namespace

TEST_CASE("config/examples/varnish.yaml: what the VCL stores, passes and strips") {
  Origin origin(drupal);
  const Larder larder(example("varnish.yaml", origin));
  Client client = larder.client();
  const Fields session{{"Cookie", "SESSabc=1"}};
  ask_twice(client, {
                        {"/", {}, "MISS", "HIT"},
                        {"/", {{"Cache-Control", "no-cache"}}, "HIT", "HIT"},
                        {"/", {{"Cookie", "_ga=GA1.1.1; has_js=1"}}, "HIT", "HIT"},
                        {"/", session, "BYPASS", "BYPASS"},
                        {"/", {{"Authorization", "Basic YTpi"}}, "BYPASS", "BYPASS"},
                        {"/search?b=2&a=1&utm_source=x", {}, "MISS", "HIT"},
                        {"/search?gclid=3&a=1&b=2", {}, "HIT", "HIT"},
                        {"/themes/site/app.css", session, "MISS", "HIT"},
                        {"/themes/site/app.css", {}, "HIT", "HIT"},
                        {"/missing", {}, "MISS", "HIT"},
                        {"/moved", {}, "MISS", "HIT"},
                        {"/login", {}, "MISS", "MISS"},
                    });
  const Response hit = client.get("/");
  for (const char* name : {"Server", "X-Powered-By", "X-Generator", "Via"}) {
    CAPTURE(std::string(name));
    CHECK_FALSE(hit.fields.has(name));
  }
}

TEST_CASE("config/examples/varnish.yaml: static files neither bring nor take a session") {
  Origin origin(drupal);
  const Larder larder(example("varnish.yaml", origin));
  Client client = larder.client();
  const Response first = client.get("/themes/site/app.css", {{"Cookie", "SESSabc=1"}});
  CHECK_FALSE(origin.last().fields.has("Cookie"));
  CHECK_FALSE(first.fields.has("Set-Cookie"));
  CHECK(client.get("/login").fields.get("Set-Cookie") == "SESSabc=1; path=/; HttpOnly");
}

TEST_CASE("config/examples/varnish.yaml: PURGE of the ACL, and grace") {
  Origin origin(drupal);
  const Larder larder(example("varnish.yaml", origin));
  Client client = larder.client();
  ask_twice(client, {{"/page", {}, "MISS", "HIT"}, {"/page?a=1", {}, "MISS", "HIT"}});
  CHECK(client.request("PURGE", "/page").status == 200);
  ask_twice(client, {{"/page", {}, "MISS", "HIT"}, {"/page?a=1", {}, "MISS", "HIT"}});
  client.get("/short");
  std::this_thread::sleep_for(std::chrono::milliseconds(1'100));
  const Response stale = client.get("/short");
  CHECK(stale.status == 200);
  CHECK(cache_result(stale) == "STALE");
}

TEST_CASE("config/examples/souin.yaml: what the Caddyfile stores, keys and leaves out") {
  Origin origin(symfony);
  const Larder larder(example("souin.yaml", origin));
  Client client = larder.client();
  ask_twice(client, {
                        {"/books", {}, "MISS", "HIT"},
                        {"/books", {{"Accept-Language", "de"}}, "MISS", "HIT"},
                        {"/api/books", {{"Authorization", "Bearer a"}}, "MISS", "HIT"},
                        {"/api/books", {{"Authorization", "Bearer b"}}, "MISS", "HIT"},
                        {"/api/books", {}, "MISS", "HIT"},
                        {"/books", {{"Authorization", "Bearer a"}}, "BYPASS", "BYPASS"},
                        {"/books", {{"Cookie", "PHPSESSID=1"}}, "BYPASS", "BYPASS"},
                        {"/login", {}, "MISS", "MISS"},
                        {"/admin", {}, "BYPASS", "BYPASS"},
                        {"/admin/books", {}, "BYPASS", "BYPASS"},
                        {"/administrator/books", {}, "BYPASS", "BYPASS"},
                    });
  check(larder, {"PUT", "/books/1", {"/books/1", "/books", "/books?page=2"}, {"/books/2"}});
}

}  // namespace larder::test
