#include "support/examples.hpp"

#include <doctest/doctest.h>

/// config/examples that stand for the configuration of another cache.
namespace larder::test {

namespace {

/// API Platform's and Symfony's fields, as Souin's users have them.
OriginResponse symfony(const OriginRequest& request) {
  OriginResponse response = json(request).with("Surrogate-Key", "/books /books/1");
  const std::string path = path_of(request);
  if (path == "/login") response.with("Set-Cookie", "PHPSESSID=1; path=/");
  return response;
}

}  // namespace

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
