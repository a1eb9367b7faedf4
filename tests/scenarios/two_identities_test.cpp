// Two users' responses never cross, on any route of the example configuration (src/http1/README.md, "private
// data shared").
#include "scenario.hpp"

#include <larder/config/load.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;

namespace {

/// The routes of shared/design's larder.example.yaml, as far as this version supports them.
constexpr std::string_view example = R"(
upstreams: {shop: {servers: ["http://127.0.0.1:3000"]}}
routes:
  - {match: "/api/products/{id}", ttl: 1h, tags: ["product:{id}"]}
  - {match: /api/products, ttl: 5m, query: {ignore: ["utm_*", fbclid]}}
  - {match: "/api/search/**", methods: [GET, HEAD], ttl: {200: 1m, 404: 10s}, headers: [Accept-Language], purge: none}
  - {match: "/api/me/**", cache: off}
  - {match: "/legacy/**", ttl: 10m, override: true, cookies: ignore}
)";

constexpr const char* paths[] = {"/api/products/7",   "/api/products?utm_source=x",
                                 "/api/search/a?q=b", "/api/me/orders",
                                 "/legacy/start",     "/no/route"};

/// How a user identifies itself.
Fields credentials(std::string_view kind, const std::string& user) {
  if (kind == "token") return {{"Authorization", "Bearer " + user}};
  if (kind == "cookie") return {{"Cookie", "session=" + user}};
  if (kind == "key") return {{"X-Api-Key", user}};
  if (kind == "gateway") return {{"X-Forwarded-User", user}};
  return {{"Authorization", "Bearer " + user}, {"Cookie", "session=" + user}};
}

/// What an origin says about a response that is one user's: nothing, that it is private, or carelessly a
/// lifetime.
const std::vector<Fields>& markings() {
  static const std::vector<Fields> all{
      {},
      {{"ETag", "\"1\""}, {"Last-Modified", "Mon, 13 Nov 2023 00:00:00 GMT"}},
      {{"Cache-Control", "private, max-age=60"}},
      {{"Cache-Control", "no-store"}},
      {{"Cache-Control", "private, no-cache"}},
      {{"Set-Cookie", "session=new"}},
      {{"Cache-Control", "max-age=60"}, {"Vary", "Authorization, Cookie"}},
      {{"Cache-Control", "max-age=60"}, {"Vary", "*"}},
      {{"Cache-Control", "max-age=60"}},
      {{"Cache-Control", "max-age=60"}, {"Set-Cookie", "session=new"}},
      {{"Cache-Control", "max-age=60, stale-while-revalidate=600"}, {"ETag", "\"1\""}},
  };
  return all;
}

/// Answers each user with what it knows about them.
Answer personal(const pipeline::Request& request, const Fields& marking) {
  const http::FieldList& fields = request.head.fields;
  return {.fields = marking,
          .content = "for " + std::string(fields.find("Authorization").value_or("nobody")) + " " +
                     std::string(fields.find("Cookie").value_or("nobody")) + " " +
                     std::string(fields.find("X-Api-Key").value_or("nobody")) + " " +
                     std::string(fields.find("X-Forwarded-User").value_or("nobody"))};
}

}  // namespace

TEST_CASE("two users' responses never cross on any route of the example configuration") {
  const config::Loaded loaded = config::load_text(example, "example", [](auto) { return std::nullopt; });
  REQUIRE(loaded.ok());
  for (const Fields& marking : markings()) {
    for (const char* path : paths) {
      for (const char* kind : {"token", "cookie", "both", "key", "gateway"}) {
        CAPTURE(path);
        CAPTURE(kind);
        Scenario s(loaded.config.routes);
        s.origin.answer = [&](const pipeline::Request& request) { return personal(request, marking); };
        s.get(path, credentials(kind, "anna"));
        s.get(path, credentials(kind, "anna"));
        CHECK(s.get(path, credentials(kind, "bert")).content.find("anna") == std::string::npos);
        CHECK(s.get(path).content.find("anna") == std::string::npos);
        CHECK(s.get(path, credentials(kind, "anna")).content.find("bert") == std::string::npos);
      }
    }
  }
}
