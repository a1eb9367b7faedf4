#include "support/gate.hpp"
#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

/// What a write purges, and what it does not (RFC 9111, section 4.4; src/README.md, "What a write purges").
namespace larder::test {

namespace {

using Targets = std::vector<std::string>;

struct Case {
  std::string what;
  std::string method;
  std::string target;
  OriginResponse answer;  ///< to the write
  Targets purged;
  Targets kept;
};

OriginResponse answer(int code, std::string field = "", std::string value = "") {
  OriginResponse response = status(code);
  if (!field.empty()) response.with(std::move(field), std::move(value));
  return response;
}

/// An origin behind larder that answers writes as the case says.
class Shop {
 public:
  explicit Shop(std::string routes = "  - match: /**\n    ttl: 60s\n", std::string timeouts = "")
      : origin_([](const OriginRequest& request) { return text("answer " + std::to_string(request.nth)); }),
        larder_(
            Yaml{.upstream = origin_.url(), .routes = std::move(routes), .timeouts = std::move(timeouts)}) {}

  Origin& origin() { return origin_; }
  Client client() { return larder_.client(); }

  void check(const Case& one) {
    CAPTURE(one.what);
    for (const Targets& targets : {one.purged, one.kept}) warm(targets);
    write(one);
    Client reader = client();
    for (const std::string& target : one.kept) {
      CAPTURE(target);
      CHECK(cache_result(reader.get(target)) == "HIT");
    }
    for (const std::string& target : one.purged) {
      CAPTURE(target);
      CHECK(cache_result(reader.get(target)) == "MISS");
    }
  }

 private:
  void warm(const Targets& targets) {
    Client reader = client();
    for (const std::string& target : targets) {
      CAPTURE(target);
      reader.get(target);
      REQUIRE(cache_result(reader.get(target)) == "HIT");
    }
  }

  void write(const Case& one) {
    origin_.answer([answer = one.answer](const OriginRequest&) { return answer; });
    client().request(one.method, one.target, {}, "{}");
    origin_.answer(
        [](const OriginRequest& request) { return text("answer " + std::to_string(request.nth)); });
  }

  Origin origin_;
  Larder larder_;
};

}  // namespace

TEST_CASE("A write purges its target with every query and its parent collection, and leaves the rest") {
  Shop shop;
  const Targets product{"/products/7", "/products/7?lang=de", "/products", "/products?page=2"};
  const Targets others{"/products/8", "/products/77", "/categories", "/"};
  for (const std::string method : {"PUT", "PATCH", "POST", "DELETE"})
    shop.check({method, method, "/products/7", status(200), product, others});
  shop.check({"a write with a query", "PUT", "/products/7?notify=1", status(204), product, others});
  shop.check({"a redirect", "POST", "/products/7", answer(303, "Location", "/elsewhere"), product, others});
  shop.check({"a POST to the collection",
              "POST",
              "/products",
              status(201),
              {"/products", "/products?page=2"},
              {"/products/7"}});
}

TEST_CASE("DELETE also purges everything below its target") {
  Shop shop;
  shop.check({"below",
              "DELETE",
              "/products/7",
              status(204),
              {"/products/7", "/products/7/reviews", "/products/7/reviews/1?x=y"},
              {"/products/77", "/products/77/reviews"}});
  shop.check({"PUT does not", "PUT", "/products/7", status(200), {"/products/7"}, {"/products/7/reviews"}});
}

TEST_CASE("Location and Content-Location are purged if they name the same site") {
  Shop shop;
  for (const std::string field : {"Location", "Content-Location"}) {
    shop.check({field,
                "POST",
                "/orders",
                answer(201, field, "/invoices/9"),
                {"/invoices/9", "/invoices/9?x=y"},
                {"/invoices/8"}});
    shop.check(
        {field, "POST", "/orders", answer(201, field, "http://shop.test/invoices/9"), {"/invoices/9"}, {}});
    shop.check({field,
                "POST",
                "/orders",
                answer(201, field, "https://shop.test:443/invoices/9"),
                {"/invoices/9"},
                {}});
    shop.check({field, "POST", "/orders/", answer(201, field, "5"), {"/orders/5"}, {}});
    shop.check({field,
                "POST",
                "/orders",
                answer(201, field, "http://other.test/invoices/9"),
                {"/orders"},
                {"/invoices/9"}});
  }
}

TEST_CASE("A write that was refused purges nothing") {
  Shop shop;
  for (const int code : {400, 401, 403, 404, 409, 412, 422, 429, 500, 503}) {
    CAPTURE(code);
    shop.check({"refused", "PUT", "/products/7", status(code), {}, {"/products/7", "/products"}});
  }
}

TEST_CASE("Safe methods purge nothing") {
  Shop shop;
  for (const std::string method : {"OPTIONS", "HEAD", "GET"}) {
    CAPTURE(method);
    shop.check({"safe", method, "/products/7", status(200), {}, {"/products/7", "/products"}});
  }
}

TEST_CASE("A write of unknown outcome purges") {
  Shop shop("  - match: /**\n    ttl: 60s\n", "{first_byte: 200ms}");
  OriginResponse silent;
  silent.silent = true;
  OriginResponse garbage;
  garbage.raw = "nonsense\r\n\r\n";
  for (const std::string method : {"PUT", "POST"}) {
    shop.check({"the connection breaks",
                method,
                "/products/7",
                hang_up(),
                {"/products/7", "/products"},
                {"/products/8"}});
    shop.check(
        {"no response comes", method, "/products/7", silent, {"/products/7", "/products"}, {"/products/8"}});
    shop.check(
        {"the response is malformed", method, "/products/7", garbage, {"/products/7"}, {"/products/8"}});
  }
}

TEST_CASE("A client that disconnects before the response to its write does not stop the purge") {
  Gate gate;
  Shop shop;
  Client reader = shop.client();
  reader.get("/products/7");
  shop.origin().answer([&](const OriginRequest& request) {
    if (request.method == "PUT") gate.pass();
    return text("answer " + std::to_string(request.nth));
  });
  Client leaving = shop.client();
  leaving.send(leaving.head_text("PUT", "/products/7", {{"Content-Length", "2"}}) + "{}");
  gate.wait_for_arrivals(1);
  leaving.disconnect();
  gate.open();
  CHECK(eventually([&] { return cache_result(reader.get("/products/7")) == "MISS"; }));
}

TEST_CASE("Another host's entries stay") {
  Shop shop;
  Client client = shop.client();
  const Fields other{{"Host", "other.test"}};
  client.get("/products/7");
  client.get("/products/7", other);
  CHECK(client.put("/products/7").status == 200);
  CHECK(cache_result(client.get("/products/7", other)) == "HIT");
  CHECK(cache_result(client.get("/products/7")) == "MISS");
}

TEST_CASE("A write purges every partition and variant") {
  Shop shop("  - match: /**\n    ttl: 60s\n    headers: [X-Tenant]\n");
  shop.origin().answer(
      [](const OriginRequest& request) { return text(request.method).with("Vary", "Accept-Language"); });
  Client client = shop.client();
  const Fields requests[] = {
      {{"X-Tenant", "a"}}, {{"X-Tenant", "b"}}, {{"X-Tenant", "a"}, {"Accept-Language", "de"}}};
  for (const Fields& fields : requests) client.get("/a", fields);
  for (const Fields& fields : requests) CHECK(cache_result(client.get("/a", fields)) == "HIT");
  CHECK(client.request("PUT", "/a", requests[0], "{}").status == 200);
  for (const Fields& fields : requests) CHECK(cache_result(client.get("/a", fields)) == "MISS");
}

TEST_CASE("A route may name more to purge, by URL and by tag, or nothing at all") {
  Shop shop(
      "  - match: /products/{id}\n    ttl: 60s\n    tags: [\"product:{id}\"]\n"
      "  - match: /stock/{id}\n    ttl: 60s\n    purge: {urls: [\"/search/**\", \"/top/{id}\"], tags: "
      "[\"product:{id}\"]}\n"
      "  - match: /quiet/**\n    ttl: 60s\n    purge: none\n"
      "  - match: /**\n    ttl: 60s\n");
  shop.check({"urls and tags",
              "POST",
              "/stock/7",
              status(200),
              {"/search", "/search/a?q=1", "/top/7", "/products/7", "/products/7?lang=de", "/stock/7"},
              {"/top/8", "/products/8", "/searches"}});
  shop.check({"none", "PUT", "/quiet/1", status(200), {}, {"/quiet/1", "/quiet"}});
}

TEST_CASE("Tags given by the origin are purged like the route's") {
  Shop shop("  - match: /refresh/{tag}\n    purge: {tags: [\"{tag}\"]}\n  - match: /**\n    ttl: 60s\n");
  Client client = shop.client();
  for (const std::string field : {"Surrogate-Key", "Cache-Tag"}) {
    CAPTURE(field);
    shop.origin().answer([&](const OriginRequest& request) {
      if (request.target == "/tagged")
        return text("a").with(field, field == "Cache-Tag" ? "blue, red" : "blue red");
      return text("b");
    });
    client.get("/tagged");
    client.get("/untagged");
    REQUIRE(cache_result(client.get("/tagged")) == "HIT");
    CHECK(client.post("/refresh/red").status == 200);
    CHECK(cache_result(client.get("/untagged")) == "HIT");
    CHECK(cache_result(client.get("/tagged")) == "MISS");
  }
}

TEST_CASE("a write that times out and is applied late is purged again 5 s later") {
  std::atomic<int> value{0};
  Origin origin([&](const OriginRequest& request) {
    if (request.method == "GET") return text(std::to_string(value));
    std::this_thread::sleep_for(std::chrono::milliseconds{3'000});
    ++value;
    return text("done");
  });
  const Larder larder(Yaml{.upstream = origin.url(), .timeouts = "{first_byte: 1s}"});
  Client client = larder.client();
  CHECK(client.put("/a").status == 504);
  CHECK(client.get("/a").body == "0");
  CHECK(cache_result(client.get("/a")) == "HIT");
  CHECK(eventually([&] { return value == 1; }));
  CHECK(eventually([&] { return larder.client().get("/a").body == "1"; }, std::chrono::seconds{10}));
  CHECK(cache_result(client.get("/a")) == "HIT");
}

}  // namespace larder::test
