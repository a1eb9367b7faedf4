#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <thread>

/// The basics: MISS, HIT, expiry, Age, validators, and what X-Cache and Cache-Status say about them.
namespace larder::test {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// The origin never gives the same response twice.
struct Cached {
  explicit Cached(Origin::Handler handler, std::string routes = "  - match: /**\n    ttl: 60s\n")
      : origin(std::move(handler)), larder(Yaml{.upstream = origin.url(), .routes = std::move(routes)}) {}

  Origin origin;
  Larder larder;
  Client client = larder.client();
};

}  // namespace

TEST_CASE("With only a route's ttl: MISS, then HIT, and MISS again once the ttl has passed") {
  const milliseconds ttl{1500};
  Cached cached(numbered, "  - match: /**\n    ttl: 1500ms\n");
  const auto sent = Clock::now();
  const Response first = cached.client.get("/a");
  const auto received = Clock::now();
  CHECK(cache_result(first) == "MISS");
  CHECK(first.body == "answer 1");

  const Response second = cached.client.get("/a");
  if (Clock::now() < sent + ttl) {
    CHECK(cache_result(second) == "HIT");
    CHECK(second.body == "answer 1");
  }
  std::this_thread::sleep_until(received + ttl + milliseconds(5));
  const Response third = cached.client.get("/a");
  CHECK(cache_result(third) == "MISS");
  CHECK(third.body == "answer 2");
  CHECK(cache_result(cached.client.get("/a")) == "HIT");
}

TEST_CASE("Age grows with time and is sent on hits only (RFC 9111, section 5.1)") {
  Cached cached(numbered);
  const auto sent = Clock::now();
  CHECK_FALSE(cached.client.get("/a").fields.has("Age"));
  CHECK(eventually([&] { return age(cached.client.get("/a")) >= 1; }, patience));
  CHECK(Clock::now() - sent >= milliseconds(950));
  CHECK(cached.origin.count() == 1);
}

TEST_CASE("A response that arrives with an age keeps it (RFC 9111, section 4.2.3)") {
  Cached cached([](const OriginRequest& request) {
    return numbered(request).with("Cache-Control", "max-age=100").with("Age", "90");
  });
  CHECK(cached.client.get("/a").fields.get("Age") == "90");
  const Response hit = cached.client.get("/a");
  CHECK(cache_result(hit) == "HIT");
  CHECK(age(hit) >= 90);
}

TEST_CASE("HEAD after GET is a HIT with the same fields and no content") {
  Cached cached(numbered);
  const Response get = cached.client.get("/a");
  const Response head = cached.client.head("/a");
  CHECK(cache_result(head) == "HIT");
  CHECK(head.fields.get("Content-Length") == std::to_string(get.body.size()));
  CHECK(head.fields.get("Content-Type") == "text/plain");
  CHECK(cached.client.get("/a").body == "answer 1");
  CHECK(cached.origin.count() == 1);
}

TEST_CASE("A HIT has each stored field once") {
  Cached cached([](const OriginRequest& request) {
    return numbered(request).with("X-One", "1").with("X-Two", "a").with("X-Two", "b");
  });
  cached.client.get("/a");
  const Response hit = cached.client.get("/a");
  for (const std::string name :
       {"X-One", "Content-Type", "Content-Length", "X-Cache", "Cache-Status", "Via", "Age"}) {
    CAPTURE(name);
    CHECK(hit.fields.all(name).size() == 1);
  }
  CHECK(hit.fields.all("X-Two") == std::vector<std::string>{"a", "b"});
}

TEST_CASE("RFC 9211, section 2: an answer of larder's own speaks of no forwarding") {
  Origin origin([](const OriginRequest& request) {
    return request.target == "/silent" ? OriginResponse{.silent = true} : hang_up();
  });
  Larder larder(Yaml{.upstream = origin.url(), .timeouts = "{first_byte: 200ms}"});
  Client client = larder.client();
  const auto told = [&](const std::string& method, const std::string& target, const Fields& fields = {}) {
    const Response response = larder.client().request(method, target, fields);
    return std::to_string(response.status) + " " + response.fields.get("X-Cache") + " " +
           response.fields.get("Cache-Status");
  };
  CHECK(told("GET", "/a") == "502 MISS ");
  CHECK(told("POST", "/a") == "502 BYPASS ");
  CHECK(told("GET", "/silent") == "504 MISS ");
  CHECK(told("GET", "/a", {{"Cache-Control", "only-if-cached"}}) == "504 MISS larder; detail=only-if-cached");
}

TEST_CASE("RFC 9211, section 2.2: what only the request's directives sent on is told as `request`") {
  Origin origin([](const OriginRequest& request) {
    if (request.fields.has("If-None-Match")) return status(304).with("ETag", "\"1\"");
    OriginResponse response = text("body").with("Cache-Control", "max-age=60");
    return request.target == "/tagged" ? response.with("ETag", "\"1\"") : response;
  });
  Larder larder(Yaml{.upstream = origin.url()});
  Client client = larder.client();
  for (const std::string target : {"/tagged", "/plain"}) {
    CAPTURE(target);
    client.get(target);
    for (const Fields& fields : {Fields{{"Cache-Control", "no-cache"}}, Fields{{"Pragma", "no-cache"}},
                                 Fields{{"Cache-Control", "max-age=0"}}}) {
      const std::string told = client.get(target, fields).fields.get("Cache-Status");
      CAPTURE(told);
      CHECK(told.starts_with("larder; fwd=request; "));
      CHECK(contains(told, "; detail=request-"));
    }
  }
  CHECK(client.get("/absent", {{"Cache-Control", "no-cache"}}).fields.get("Cache-Status") ==
        "larder; fwd=uri-miss; stored");
}

TEST_CASE("X-Cache and Cache-Status tell what happened (RFC 9211)") {
  Cached cached(numbered, "  - match: /off/**\n    cache: off\n  - match: /**\n    ttl: 60s\n");
  const Response miss = cached.client.get("/a");
  CHECK(cache_result(miss) == "MISS");
  CHECK(miss.fields.get("Cache-Status").starts_with("larder; fwd=uri-miss"));
  CHECK(miss.fields.get("Cache-Status").find("; stored") != std::string::npos);

  const Response hit = cached.client.get("/a");
  const std::string hit_status = hit.fields.get("Cache-Status");
  CHECK(hit_status.starts_with("larder; hit; ttl="));
  const int ttl = std::stoi(hit_status.substr(std::string("larder; hit; ttl=").size()));
  CHECK(ttl > 0);
  CHECK(ttl <= 60);

  const Response off = cached.client.get("/off/a");
  CHECK(cache_result(off) == "BYPASS");
  CHECK(off.fields.get("Cache-Status").starts_with("larder; fwd=bypass; detail="));
}

TEST_CASE("cache: off asks the origin every time") {
  Cached cached(numbered, "  - match: /**\n    cache: off\n");
  CHECK(cached.client.get("/a").body == "answer 1");
  CHECK(cached.client.get("/a").body == "answer 2");
}

TEST_CASE("Without a route the origin's fields decide") {
  Cached cached(
      [](const OriginRequest& request) {
        OriginResponse response = numbered(request);
        return request.target == "/stated" ? response.with("Cache-Control", "max-age=60") : response;
      },
      "  - match: /elsewhere\n    ttl: 60s\n");
  cached.client.get("/stated");
  CHECK(cache_result(cached.client.get("/stated")) == "HIT");
  cached.client.get("/silent");
  CHECK(cache_result(cached.client.get("/silent")) != "HIT");
}

TEST_CASE("A ttl by status applies to the statuses it names, a plain ttl to the default ones") {
  struct Case {
    std::string ttl;
    int status;
    bool stored;
  };
  const Case cases[] = {
      {"60s", 200, true},
      {"60s", 203, true},
      {"60s", 204, true},
      {"60s", 300, true},
      {"60s", 301, true},
      {"60s", 308, true},
      {"60s", 404, false},
      {"60s", 410, false},
      {"60s", 302, false},
      {"60s", 500, false},
      {"60s", 503, false},
      {"{200: 1m, 404: 10s}", 404, true},
      {"{200: 1m, 404: 10s}", 200, true},
      {"{200: 1m, 404: 10s}", 410, false},
      {"{404: 10s}", 200, false},
  };
  std::atomic<int> code{200};
  Origin origin([&](const OriginRequest&) { return status(code); });
  for (const std::string ttl : {"60s", "{200: 1m, 404: 10s}", "{404: 10s}"}) {
    Larder larder(Yaml{.upstream = origin.url(), .routes = "  - match: /**\n    ttl: " + ttl + "\n"});
    for (const Case& one : cases) {
      if (one.ttl != ttl) continue;
      CAPTURE(one.ttl);
      CAPTURE(one.status);
      code = one.status;
      Client client = larder.client();
      const std::string target = "/" + std::to_string(one.status);
      CHECK(client.get(target).status == one.status);
      const Response second = client.get(target);
      CHECK(second.status == one.status);
      CHECK((cache_result(second) == "HIT") == one.stored);
    }
  }
}

TEST_CASE("A client's validator gets a 304 from the stored response (RFC 9111, section 4.3.2)") {
  const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";
  Cached cached([&](const OriginRequest& request) {
    return numbered(request).with("ETag", "\"v1\"").with("Last-Modified", date).with("Vary", "X-A");
  });
  cached.client.get("/a");
  for (const Fields& condition :
       {Fields{{"If-None-Match", "\"v1\""}}, Fields{{"If-None-Match", "\"v0\", W/\"v1\""}},
        Fields{{"If-None-Match", "*"}}, Fields{{"If-Modified-Since", date}}}) {
    CAPTURE(condition.text());
    const Response response = cached.client.get("/a", condition);
    CHECK(response.status == 304);
    CHECK(cache_result(response) == "HIT");
    CHECK(response.fields.get("ETag") == "\"v1\"");
    CHECK(response.fields.get("Vary") == "X-A");
  }
  for (const Fields& condition :
       {Fields{{"If-None-Match", "\"v2\""}}, Fields{{"If-None-Match", "\"v2\""}, {"If-Modified-Since", date}},
        Fields{{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"}}}) {
    CAPTURE(condition.text());
    const Response response = cached.client.get("/a", condition);
    CHECK(response.status == 200);
    CHECK(response.body == "answer 1");
  }
  CHECK(cached.origin.count() == 1);
}

TEST_CASE("A client's condition on a MISS is not forwarded: the whole response is fetched and stored") {
  Cached cached([](const OriginRequest& request) {
    return request.fields.has("If-None-Match") ? status(304) : numbered(request).with("ETag", "\"v1\"");
  });
  CHECK(cached.client.get("/a", {{"If-None-Match", "\"v1\""}}).status == 304);
  // The 304 does not wait for the content, which is stored afterwards: a request that comes before that joins
  // the fetch.
  Response plain;
  CHECK(eventually([&] {
    plain = cached.client.get("/a");
    return cache_result(plain) == "HIT";
  }));
  CHECK(cached.origin.count() == 1);
  CHECK(plain.status == 200);
  CHECK(plain.body == "answer 1");
  CHECK(cache_result(plain) == "HIT");
}

TEST_CASE("A stale response with a validator is validated, and the 304 makes it fresh again") {
  Cached cached(
      [](const OriginRequest& request) {
        OriginResponse response =
            request.fields.get("If-None-Match") == "\"v1\"" ? status(304) : numbered(request);
        return response.with("ETag", "\"v1\"");
      },
      "  - match: /**\n    ttl: 300ms\n");
  CHECK(cached.client.get("/a").body == "answer 1");
  std::this_thread::sleep_for(milliseconds(310));
  const Response validated = cached.client.get("/a");
  CHECK(validated.status == 200);
  CHECK(validated.body == "answer 1");
  CHECK(cache_result(validated) == "REVALIDATED");
  CHECK(cached.origin.last().fields.get("If-None-Match") == "\"v1\"");
}

TEST_CASE("A response larger than max_object is passed through whole and not stored") {
  using Framing = OriginResponse::Framing;
  for (const Framing framing : {Framing::length, Framing::chunked}) {
    Origin origin([&](const OriginRequest&) {
      OriginResponse response = text(Pattern::first(100'000));
      response.framing = framing;
      return response;
    });
    Larder larder(Yaml{.upstream = origin.url(), .store = "  max_object: 64KiB\n"});
    Client client = larder.client();
    for (int i = 0; i < 2; ++i) {
      const Response response = client.get("/a");
      CHECK(response.body == Pattern::first(100'000));
      CHECK(cache_result(response) != "HIT");
    }
    CHECK(origin.count() == 2);
  }
}

TEST_CASE("The memory tier stays within its size and keeps answering") {
  Origin origin([](const OriginRequest&) { return text(Pattern::first(100'000)); });
  Larder larder(Yaml{.upstream = origin.url(), .store = "  memory: 4MiB\n"});
  Client client = larder.client();
  client.get("/warm");
  const std::uint64_t before = larder.peak_memory();
  for (int i = 0; i < 500; ++i) CHECK(client.get("/" + std::to_string(i)).body.size() == 100'000);
  if (!is_sanitized()) CHECK(larder.peak_memory() - before < 30u << 20);
}

}  // namespace larder::test
