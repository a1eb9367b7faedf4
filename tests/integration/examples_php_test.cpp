#include "support/examples.hpp"

#include <doctest/doctest.h>

/// config/examples for PHP's frameworks, before origins with the fields that these send unasked.
namespace larder::test {

namespace {

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

}  // namespace

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
