#include "support/examples.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

/// config/examples for JavaScript's frameworks and GraphQL, before origins with the fields that these send
/// unasked.
namespace larder::test {

namespace {

/// Express 4 with express-session: `saveUninitialized` gives each new visitor a session.
OriginResponse express(const OriginRequest& request) {
  const std::string path = path_of(request);
  const std::string etag = "W/\"e-" + std::to_string(request.nth) + "\"";
  OriginResponse response =
      json(request, "application/json; charset=utf-8").with("X-Powered-By", "Express").with("ETag", etag);
  if (path == "/api/products/404") response.status = 404;
  if (!request.fields.has("Cookie")) {
    response.with("Set-Cookie", "connect.sid=s%3A" + std::to_string(request.nth) + ".x; Path=/; HttpOnly");
  }
  return response;
}

constexpr const char* vary_of_pages =
    "rsc, next-router-state-tree, next-router-prefetch, next-router-segment-prefetch, Accept-Encoding";

/// Next.js 15: `/blog` is a page of ISR, `/cart` a dynamic one.
OriginResponse next(const OriginRequest& request) {
  const std::string path = path_of(request);
  if (path.starts_with("/_next/static/")) {
    return json(request, "application/javascript; charset=UTF-8")
        .with("Cache-Control", "public, max-age=31536000, immutable")
        .with("Accept-Ranges", "bytes")
        .with("ETag", "W/\"1a2b-19\"")
        .with("Vary", "Accept-Encoding");
  }
  if (path.starts_with("/_next/image")) {
    return json(request, "image/webp")
        .with("Vary", "Accept")
        .with("Cache-Control", "public, max-age=14400, must-revalidate")
        .with("X-Nextjs-Cache", "MISS");
  }
  if (path.starts_with("/api/")) return json(request).with("vary", vary_of_pages);
  const bool is_payload = request.fields.get("RSC") == "1";
  OriginResponse response = json(request, is_payload ? "text/x-component" : "text/html; charset=utf-8");
  response.with("Vary", vary_of_pages).with("X-Powered-By", "Next.js");
  if (is_payload) response.body = "0:{\"b\":\"build\"} " + response.body;
  const bool is_draft = request.fields.get("Cookie").find("__prerender_bypass") != std::string::npos;
  if (path == "/cart" || is_draft) {
    return response.with("Cache-Control", "private, no-cache, no-store, max-age=0, must-revalidate");
  }
  if (path == "/soon" && request.nth > 1) return status(503);
  return response.with("x-nextjs-cache", "HIT")
      .with("x-nextjs-prerender", "1")
      .with("x-nextjs-stale-time", "300")
      .with("ETag", "\"p02u6gnhufd8t\"")
      .with("Cache-Control", path == "/soon" ? "s-maxage=1, stale-while-revalidate=31535999"
                                             : "s-maxage=60, stale-while-revalidate=31535940");
}

/// Apollo Server 4 under Express; only the hash `known` has been registered.
OriginResponse apollo(const OriginRequest& request) {
  OriginResponse response = json(request, "application/json; charset=utf-8")
                                .with("X-Powered-By", "Express")
                                .with("Access-Control-Allow-Origin", "*");
  const auto asks = [&request](const char* text) { return request.target.find(text) != std::string::npos; };
  if (request.method == "POST") return response.with("cache-control", "no-store").with("ETag", "W/\"e\"");
  if (asks("sha256Hash") && !asks("known")) {
    response.body = "{\"errors\":[{\"extensions\":{\"code\":\"PERSISTED_QUERY_NOT_FOUND\"}}]}";
    return response.with("cache-control", "private, no-cache, must-revalidate");
  }
  if (asks("secret")) return response.with("cache-control", "max-age=60, private");
  if (asks("unhinted")) return response.with("cache-control", "no-store");
  if (asks("yoga")) return response;
  return response.with("cache-control", "max-age=60, public").with("ETag", "W/\"2a-x\"");
}

constexpr const char* registered =
    "extensions=%7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%22known%22%7D%7D";
constexpr const char* unknown =
    "extensions=%7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%22new%22%7D%7D";

}  // namespace

TEST_CASE(
    "config/examples/express.yaml: products are shared without a session, and sessions stay as they are") {
  Origin origin(express);
  const Larder larder(example("express.yaml", origin));
  Client client = larder.client();
  const Fields session{{"Cookie", "connect.sid=s%3A1.x"}};
  const Response first = client.get("/api/products?page=1&size=5", session);
  CHECK_FALSE(first.fields.has("Set-Cookie"));
  CHECK_FALSE(origin.last().fields.has("Cookie"));
  CHECK_FALSE(client.get("/api/products/404?first", session).fields.has("Set-Cookie"));
  ask_twice(client, {
                        {"/api/products?page=1&size=5", {}, "HIT", "HIT"},
                        {"/api/products?size=5&page=1", session, "HIT", "HIT"},
                        {"/api/products/404", {}, "MISS", "HIT"},
                        {"/api/me/orders", session, "BYPASS", "BYPASS"},
                        {"/login", {}, "BYPASS", "BYPASS"},
                        {"/about", {}, "MISS", "MISS"},
                        {"/about", session, "BYPASS", "BYPASS"},
                    });
  CHECK(client.get("/login").fields.has("Set-Cookie"));
  const Response hit = client.get("/api/products?page=1&size=5");
  CHECK(client.get("/api/products?page=1&size=5", {{"If-None-Match", hit.fields.get("ETag")}}).status == 304);
  const std::vector<std::string> products{"/api/products", "/api/products?page=2", "/api/products/7",
                                          "/api/products/8/reviews"};
  check(larder, {"POST", "/api/products", products, {}});
  check(larder, {"DELETE", "/api/products/9", products, {}});
}

TEST_CASE("config/examples/nextjs.yaml: pages, payloads and files are stored as Next.js says, drafts never") {
  Origin origin(next);
  const Larder larder(example("nextjs.yaml", origin));
  Client client = larder.client();
  const Fields payload{{"RSC", "1"}, {"Next-Router-State-Tree", "%5B%22%22%5D"}, {"Next-Url", "/"}};
  const Fields prefetch{
      {"RSC", "1"}, {"Next-Router-Prefetch", "1"}, {"Next-Router-Segment-Prefetch", "/_tree"}};
  ask_twice(
      client,
      {
          {"/blog/hello", {}, "MISS", "HIT"},
          {"/blog/hello", {{"Cookie", "session=1; theme=dark"}}, "HIT", "HIT"},
          {"/blog/hello", {{"Cache-Control", "no-cache"}}, "HIT", "HIT"},
          {"/blog/hello?_rsc=1a2b3", payload, "MISS", "HIT"},
          {"/blog/hello?_rsc=9z8y7", prefetch, "MISS", "HIT"},
          {"/blog/hello", payload, "MISS", "HIT"},
          {"/blog/hello", {{"Cookie", "__prerender_bypass=x; __next_preview_data=y"}}, "BYPASS", "BYPASS"},
          {"/blog/hello", {}, "HIT", "HIT"},
          {"/cart", {}, "MISS", "MISS"},
          {"/cart", {{"Cookie", "session=1"}}, "MISS", "MISS"},
          {"/api/time", {}, "MISS", "MISS"},
          {"/_next/static/chunks/main-1a2b.js", {}, "MISS", "HIT"},
          {"/_next/image?url=%2Fa.png&w=640&q=75", {{"Accept", "image/webp,*/*"}}, "MISS", "HIT"},
      });
  CHECK(client.get("/blog/hello").body.find("build") == std::string::npos);
  CHECK(client.get("/blog/hello", payload).fields.get("Content-Type") == "text/x-component");
}

TEST_CASE("config/examples/nextjs.yaml: a page outlives its application for an hour, and is purged with it") {
  Origin origin(next);
  const Larder larder(example("nextjs.yaml", origin));
  Client client = larder.client();
  client.get("/soon");
  check(larder,
        {"POST", "/api/revalidate/blog/hello", {"/blog/hello", "/blog/hello?a=1"}, {"/blog/other", "/blog"}});
  std::this_thread::sleep_for(std::chrono::milliseconds(1'100));
  const Response stale = client.get("/soon");
  CHECK(stale.status == 200);
  CHECK(cache_result(stale) == "STALE");
}

TEST_CASE(
    "config/examples/graphql-get.yaml: queries by GET are shared as the schema says, mutations purge them") {
  Origin origin(apollo);
  const Larder larder(example("graphql-get.yaml", origin));
  Client client = larder.client();
  const std::string query = "/graphql?query=%7Bproduct%7D&variables=%7B%22id%22%3A7%7D";
  const std::string persisted = std::string("/graphql?operationName=P&") + registered;
  ask_twice(client, {
                        {query, {{"Apollo-Require-Preflight", "true"}}, "MISS", "HIT"},
                        {"/graphql?variables=%7B%22id%22%3A7%7D&query=%7Bproduct%7D&t=1", {}, "HIT", "HIT"},
                        {"/graphql?query=%7Bproduct%7D&variables=%7B%22id%22%3A8%7D", {}, "MISS", "HIT"},
                        {persisted, {}, "MISS", "HIT"},
                        {persisted, {{"Authorization", "Bearer x"}}, "HIT", "HIT"},
                        {std::string("/graphql?") + unknown, {}, "MISS", "MISS"},
                        {"/graphql?query=%7Bsecret%7D", {}, "MISS", "MISS"},
                        {"/graphql?query=%7Bunhinted%7D", {}, "MISS", "MISS"},
                        {"/graphql?query=%7Byoga%7D", {}, "MISS", "HIT"},
                        {"/graphql?query=%7Byoga%7D", {{"Authorization", "Bearer x"}}, "BYPASS", "BYPASS"},
                        {"/persisted/9f86d0?variables=%7B%7D", {}, "MISS", "HIT"},
                    });
  check(larder, {"POST", "/graphql", {query, persisted, "/persisted/9f86d0"}, {}});
}

}  // namespace larder::test
