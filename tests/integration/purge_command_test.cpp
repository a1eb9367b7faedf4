#include "support/administered.hpp"
#include "support/origin.hpp"
#include "support/ports.hpp"

#include <doctest/doctest.h>

#include <fstream>

/// `larder purge`, the admin API's client.
namespace larder::test {

namespace {

constexpr const char* routes =
    "  - match: /products/{id}\n    ttl: 60s\n    tags: [\"product:{id}\"]\n"
    "  - match: /**\n    ttl: 60s\n";

}  // namespace

TEST_CASE("larder purge makes the running larder purge and prints the position") {
  Origin origin(numbered);
  for (const std::string token : {"", "sesame"}) {
    Administered shop(Yaml{.upstream = origin.url(), .routes = routes}, token);
    Client client = shop.client();
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"/products/7"},
                                                      {"http://shop.test/products/7"},
                                                      {"/products/7", "--host", "shop.test"},
                                                      {"--tag", "product:7"},
                                                      {"--prefix", "/products"},
                                                      {"--pattern", "/products/*"},
                                                      {"--all"}}) {
      CAPTURE(arguments.front());
      client.get("/products/7");
      REQUIRE(cache_result(client.get("/products/7")) == "HIT");
      std::vector<std::string> rehearsed = arguments;
      rehearsed.push_back("--dry-run");
      const Run rehearsal = shop.purge(rehearsed);
      CHECK(rehearsal.exit_code == 0);
      CHECK(contains(rehearsal.output, "would purge "));
      CHECK(cache_result(client.get("/products/7")) == "HIT");
      const Run run = shop.purge(arguments);
      CHECK(run.exit_code == 0);
      CHECK(contains(run.output, "purged "));
      CHECK(contains(run.output, "\nposition 1"));
      CHECK(run.errors.empty());
      CHECK(cache_result(client.get("/products/7")) == "MISS");
    }
  }
}

TEST_CASE("larder purge accepts any spelling of a site") {
  Origin origin(numbered);
  Yaml yaml{.upstream = origin.url(), .routes = routes};
  yaml.rest = "sites: {shop.test: [\"www.shop.test\", \"127.0.0.1:*\"]}\n";
  Administered shop(yaml);
  Client client = shop.client();
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"http://www.shop.test/products/7"},
        {"http://127.0.0.1:8080/products/7"},
        {"/products/7", "--host", "127.0.0.1"},
        {"--prefix", "https://WWW.shop.test./products"},
        {"--pattern", "http://127.0.0.1/products/*"},
        {"--all", "--host", "www.shop.test"}}) {
    CAPTURE(arguments.front());
    client.get("/products/7");
    REQUIRE(cache_result(client.get("/products/7")) == "HIT");
    const Run run = shop.purge(arguments);
    CHECK(run.exit_code == 0);
    CHECK(contains(run.output, " shop.test/"));
    CHECK(cache_result(client.get("/products/7")) == "MISS");
  }
}

TEST_CASE(
    "larder purge exits with 2 if it does not understand its arguments, and with 1 if no larder carries it "
    "out") {
  Origin origin(numbered);
  Administered shop(Yaml{.upstream = origin.url(), .routes = routes}, "sesame");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{}, {"/a", "--tag", "b"}, {"a"}, {"--pattern", "/{a"}, {"--tagg", "a"}}) {
    CHECK(shop.purge(arguments).exit_code == 2);
  }

  TemporaryDirectory directory;
  const std::string path = (directory.path() / "larder.yaml").string();
  const auto purge_with = [&](const std::string& admin) {
    std::ofstream(path) << "upstreams: {a: {servers: [\"http://127.0.0.1:1\"]}}\n" << admin;
    return run_larder({"purge", "/a", "--config", path});
  };
  const Run no_section = purge_with("");
  CHECK(no_section.exit_code == 2);
  CHECK(contains(no_section.errors, "admin"));
  const std::string listen = "admin: {listen: \"127.0.0.1:" + std::to_string(shop.port()) + "\"";
  const Run refused = purge_with(listen + ", token: wrong}\n");
  CHECK(refused.exit_code == 1);
  CHECK(contains(refused.errors, "401"));
  const Run nobody = purge_with("admin: {listen: \"127.0.0.1:" + std::to_string(free_port()) + "\"}\n");
  CHECK(nobody.exit_code == 1);
  CHECK(contains(nobody.errors, "127.0.0.1:"));
}

}  // namespace larder::test
