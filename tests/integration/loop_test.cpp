#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <set>

/// Upstreams that lead back to the larder that asks them (RFC 8586).
namespace larder::test {

namespace {

std::string url_of(const Larder& larder) {
  return "http://127.0.0.1:" + std::to_string(larder.port());
}

OriginResponse greet(const OriginRequest& request) {
  return text("hello " + request.target);
}

std::size_t descriptors(Larder& larder) {
  const std::filesystem::directory_iterator files("/proc/" + std::to_string(larder.process().pid()) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

/// Every kind of request gets a 508; the loop is logged once.
void check_loop(Larder& larder) {
  const std::size_t before = descriptors(larder);
  for (int i = 0; i < 5; ++i) {
    for (const std::string target : {"/shared", "/own", "/tunnel"}) {
      CAPTURE(target);
      CHECK(larder.client().get(target).status == 508);
      CHECK(larder.client().post(target, std::string(100'000, 'x')).status == 508);
      CHECK(larder.client().remove(target).status == 508);
    }
    CHECK(larder.client()
              .get("/tunnel", {{"Connection", "Upgrade"},
                               {"Upgrade", "websocket"},
                               {"Sec-WebSocket-Version", "13"},
                               {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}})
              .status == 508);
  }
  CHECK(descriptors(larder) < before + 30);
  CHECK(eventually([&] { return larder.log_lines_with("leads back to this larder") == 1; }));
  CHECK(eventually([&] { return larder.log_lines_with("upstream shop leads back") == 1; }));
}

const std::string routes =
    "  - match: /own\n    cache: off\n  - match: /tunnel\n    websocket: on\n  - match: /**\n    ttl: 60s\n";

/// A proxy that keeps only these fields.
Origin::Handler passing_on(const std::uint16_t& to, std::vector<std::string> kept) {
  return [&to, kept](const OriginRequest& request) {
    Fields fields;
    for (const std::string& name : kept) {
      if (request.fields.has(name)) fields.add(name, request.fields.get(name));
    }
    const Response response = Client(to).request(request.method, request.target, fields);
    OriginResponse answer = text(response.body);
    answer.status = response.status;
    return answer;
  };
}

}  // namespace

TEST_CASE("An upstream that is larder itself is a 508 for every request, and one line in the log") {
  Larder larder(Yaml{.upstream = "http://127.0.0.1:1", .routes = routes});
  REQUIRE(larder.reload(Yaml{.upstream = url_of(larder), .routes = routes}));
  check_loop(larder);
}

TEST_CASE("A loop through another larder ends too") {
  Larder one(Yaml{.upstream = "http://127.0.0.1:1", .routes = routes});
  Larder other(Yaml{.upstream = url_of(one), .routes = routes});
  REQUIRE(one.reload(Yaml{.upstream = url_of(other), .routes = routes}));
  check_loop(one);
}

TEST_CASE("A loop through a proxy that keeps CDN-Loop, or Via alone, ends") {
  for (const std::string kept : {"CDN-Loop", "Via"}) {
    CAPTURE(kept);
    std::uint16_t port = 0;
    Origin proxy(passing_on(port, {kept}));
    Larder larder(Yaml{.upstream = proxy.url(), .routes = "  - match: /**\n    cache: off\n"});
    port = larder.port();
    CHECK(larder.client().get("/a").status == 508);
    CHECK(proxy.count() == (kept == "Via" ? 16 : 1));
  }
}

TEST_CASE("Larders in a row work, each with a mark of its own, even with the same configuration") {
  Origin origin(greet);
  Larder third(Yaml{.upstream = origin.url(), .routes = routes});
  Larder second(Yaml{.upstream = url_of(third), .routes = routes});
  Larder first(Yaml{.upstream = url_of(second), .routes = routes});
  for (const std::string target : {"/shared", "/own"}) {
    CAPTURE(target);
    CHECK(first.client().get(target).status == 200);
    CHECK(first.client().post(target).status == 200);
    const std::string marks = origin.last().fields.get("CDN-Loop");
    std::set<std::string> different;
    for (std::size_t at = marks.find("larder-"); at != marks.npos; at = marks.find("larder-", at + 1)) {
      different.insert(marks.substr(at, 23));
    }
    CHECK(different.size() == 3);
    CHECK(origin.last().fields.get("Via") == "1.1 larder, 1.1 larder, 1.1 larder");
  }
  first.client().get("/shared");
  CHECK(cache_result(first.client().get("/shared")) == "HIT");
}

TEST_CASE("A mark forged by a client denies no one else a response and is never in a shared request") {
  Origin origin(greet);
  Larder behind(Yaml{.upstream = origin.url(), .routes = routes});
  Larder front(Yaml{.upstream = url_of(behind), .routes = routes});
  CHECK(front.client().get("/own").status == 200);
  const std::string marks = origin.last().fields.get("CDN-Loop");
  const std::string fronts = marks.substr(0, 23);
  const std::string behinds = marks.substr(25);
  for (const std::string& forged : {fronts, behinds}) {
    CAPTURE(forged);
    CHECK(front.client().get("/shared", {{"CDN-Loop", forged}}).status == 508);
    CHECK(front.client().get("/shared").body == "hello /shared");
    CHECK(cache_result(front.client().get("/shared")) == "HIT");
    CHECK(front.client().remove("/shared").status == 200);
  }
  CHECK(front.client().get("/shared?x", {{"CDN-Loop", "cloudflare; a=b"}}).status == 200);
  CHECK(origin.last().fields.get("CDN-Loop") == fronts + ", " + behinds);
}

}  // namespace larder::test
