#include "support/examples.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <thread>

/// The files in config/examples, with the requests that their applications make.
namespace larder::test {

namespace {

/// An application written for nginx.
OriginResponse for_nginx(const OriginRequest& request) {
  OriginResponse response = numbered(request);
  const std::string path = request.target.substr(0, request.target.find('?'));
  if (path == "/moved") return status(302).with("Location", "/");
  if (path == "/missing") return status(404);
  if (path == "/teapot") return status(418);
  if (path == "/forbidden") return status(403);
  if (path == "/down") return request.nth == 1 ? response.with("X-Accel-Expires", "1") : status(503);
  if (path == "/soon") return response.with("X-Accel-Expires", "1").with("Cache-Control", "no-store");
  if (path == "/never") return response.with("X-Accel-Expires", "0").with("Cache-Control", "max-age=60");
  if (path == "/login") return response.with("Set-Cookie", "sid=1");
  if (path == "/static/app.js") return response.with("Set-Cookie", "seen=1");
  return response;
}

}  // namespace

TEST_CASE("config/examples/nginx-proxy-cache.yaml: what an application says to nginx holds here") {
  Origin origin(for_nginx);
  const Larder larder(example("nginx-proxy-cache.yaml", origin));
  Client client = larder.client();
  for (const char* target : {"/", "/moved", "/missing", "/teapot", "/soon", "/static/app.js"}) {
    CAPTURE(std::string(target));
    const Response first = client.get(target);
    CHECK(cache_result(first) == "MISS");
    CHECK(first.fields.get("X-Accel-Expires") == "");
    const Response second = client.request("GET", target, {{"Cache-Control", "no-cache"}});
    CHECK(cache_result(second) == "HIT");
    CHECK(second.fields.get("X-Accel-Expires") == "");
    CHECK(first.fields.get("Set-Cookie") == "");
    CHECK(second.fields.get("Set-Cookie") == "");
  }
  CHECK(cache_result(client.request("GET", "/static/app.js", {{"Cookie", "sid=1"}})) == "HIT");
  for (const char* target : {"/never", "/login", "/forbidden", "/admin/", "/admin/soon"}) {
    CAPTURE(std::string(target));
    client.get(target);
    CHECK(cache_result(client.get(target)) != "HIT");
  }
  CHECK(cache_result(client.request("GET", "/", {{"Cookie", "sid=1"}})) == "BYPASS");
  CHECK(client.get("/down").body == "answer 1");
  std::this_thread::sleep_for(std::chrono::milliseconds(1'100));
  CHECK(cache_result(client.get("/down")) == "STALE");
  CHECK(cache_result(client.get("/soon")) == "STALE");
}

TEST_CASE("config/examples/npm-registry.yaml: what npm changes is purged, by whatever URL it does so") {
  Origin origin(numbered);
  const Larder larder(example("npm-registry.yaml", origin));
  const std::vector<std::string> others{"/other", "/other/-/other-1.0.0.tgz"};
  const std::string tags = "/-/package/pkg/dist-tags";
  check(larder, {"PUT", "/-/package/pkg/dist-tags/beta", {"/pkg", tags}, others});
  check(larder, {"DELETE", "/-/package/pkg/dist-tags/beta", {"/pkg", tags}, others});
  check(larder, {"PUT", "/pkg", {"/pkg", tags}, others});
  check(larder, {"PUT", "/pkg/-rev/3-abc", {"/pkg", tags}, others});
  check(larder, {"DELETE", "/pkg/-rev/3-abc", {"/pkg", "/pkg/-/pkg-1.0.0.tgz"}, others});
  check(larder, {"DELETE", "/pkg/-/pkg-1.0.0.tgz/-rev/3-abc", {"/pkg"}, others});
  const std::string scoped_tags = "/-/package/@a%2fpkg/dist-tags";
  check(larder, {"PUT", "/-/package/@a%2fpkg/dist-tags/beta", {"/@a%2fpkg", scoped_tags}, others});
  check(larder, {"PUT", "/@a%2fpkg", {"/@a%2fpkg", scoped_tags}, others});
  check(larder, {"PUT", "/@a%2fpkg/-rev/3-abc", {"/@a%2fpkg", scoped_tags}, others});
  check(larder, {"DELETE", "/@a/pkg/-/pkg-1.0.0.tgz/-rev/3-abc", {"/@a/pkg"}, others});
  CHECK(cache_result(larder.client().get("/-/whoami")) == "BYPASS");
}

TEST_CASE("config/examples/docker-registry.yaml: a push and a delete purge the list of tags, and the tags") {
  Origin origin(numbered);
  const Larder larder(example("docker-registry.yaml", origin));
  for (const std::string name : {"alpine", "library/alpine", "host/library/alpine", "a/b/manifests/d/e"}) {
    CAPTURE(name);
    const std::string at = "/v2/" + name;
    const std::string list = at + "/tags/list";
    const std::vector<std::string> others{"/v2/other/manifests/latest", "/v2/other/tags/list",
                                          at + "/blobs/sha256:ab", at + "/sub/manifests/latest",
                                          at + "/sub/tags/list"};
    check(larder, {"PUT",
                   at + "/manifests/latest",
                   {list, list + "?n=10", at + "/manifests/latest", "/v2/_catalog"},
                   others});
    check(larder, {"DELETE", at + "/manifests/sha256:cd", {list, at + "/manifests/latest"}, others});
  }
  Client client = larder.client();
  CHECK(cache_result(client.post("/v2/alpine/blobs/uploads/")) == "BYPASS");
  CHECK(cache_result(client.get("/v2/")) == "BYPASS");
}

TEST_CASE("config/examples/multi-tenant.yaml: sites have routes and entries of their own") {
  Origin origin(numbered);
  const Larder larder(example("multi-tenant.yaml", origin));
  Client client = larder.client();
  const auto result = [&](const std::string& host, const std::string& target,
                          const std::string& method = "GET") {
    return cache_result(client.request(method, target, {{"Host", host}}, method == "GET" ? "" : "{}"));
  };
  struct Case {
    const char* host;
    const char* target;
    const char* first;
    const char* again;
  };
  for (const auto& [host, target, first, again] : {
           Case{"acme.saas.example", "/x", "MISS", "HIT"},
           Case{"acme.saas.example:8080", "/x", "MISS", "HIT"},
           Case{"ACME.saas.example", "/x", "HIT", "HIT"},
           Case{"other.saas.example", "/x", "MISS", "HIT"},
           Case{"saas.example", "/x", "MISS", "HIT"},
           Case{"www.saas.example", "/x", "HIT", "HIT"},
           Case{"console.saas.example", "/x", "BYPASS", "BYPASS"},
           Case{"console.saas.example:8080", "/X", "BYPASS", "BYPASS"},
           Case{"console.saas.example.", "/x", "BYPASS", "BYPASS"},
           Case{"api.example", "/v2/x", "MISS", "HIT"},
           Case{"api.example", "/x", "BYPASS", "BYPASS"},
           Case{"elsewhere.example", "/x", "BYPASS", "BYPASS"},
           Case{"acme.saas.example", "/files/a/b/c.txt", "MISS", "HIT"},
           Case{"acme.saas.example", "/img/a.png", "MISS", "HIT"},
           Case{"acme.saas.example", "//console/x", "BYPASS", "BYPASS"},
       }) {
    CAPTURE(host);
    CAPTURE(target);
    CHECK(result(host, target) == first);
    CHECK(result(host, target) == again);
  }
  for (const char* target : {"/posts/5", "/posts/5.json", "/posts.json", "/posts/6"}) {
    result("acme.saas.example", target);
    result("other.saas.example", target);
  }
  result("acme.saas.example", "/posts/5.json", "PUT");
  for (const char* target : {"/posts/5", "/posts/5.json", "/posts.json"}) {
    CAPTURE(target);
    CHECK(result("acme.saas.example", target) == "MISS");
    CHECK(result("other.saas.example", target) == "HIT");
  }
  CHECK(result("acme.saas.example", "/posts/6") == "HIT");
}

TEST_CASE("Every example passes larder check without a word") {
  int checked = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(std::string(LARDER_SOURCE_DIR) + "/config/examples")) {
    if (file.path().extension() != ".yaml") continue;
    CAPTURE(file.path().string());
    const Run run = run_larder({"check", "--config", file.path().string()});
    CHECK(run.exit_code == 0);
    CHECK(run.errors == "");
    ++checked;
  }
  CHECK(checked >= 16);
}

}  // namespace larder::test
