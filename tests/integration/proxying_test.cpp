#include "support/larder.hpp"
#include "support/origin.hpp"

#include <doctest/doctest.h>

/// Transparency: messages arrive as they were sent, but for what a proxy has to change (RFC 9110,
/// section 7.6).
namespace larder::test {

namespace {

constexpr const char* uncached = "  - match: /**\n    cache: off\n";

/// An origin that answers with what a test sets, behind a larder that caches nothing.
struct Proxy {
  explicit Proxy(Origin::Handler handler, std::string routes = uncached)
      : origin(std::move(handler)), larder(Yaml{.upstream = origin.url(), .routes = std::move(routes)}) {}

  Origin origin;
  Larder larder;
  Client client = larder.client();
};

OriginResponse greet(const OriginRequest&) {
  return text("hello");
}

/// The members of a list field, over all its lines.
std::vector<std::string> members(const Fields& fields, std::string_view name) {
  std::vector<std::string> found;
  for (const std::string& line : fields.all(name)) {
    for (std::size_t from = 0; from <= line.size();) {
      const std::size_t comma = std::min(line.find(',', from), line.size());
      const std::size_t begin = line.find_first_not_of(' ', from);
      if (begin < comma) found.push_back(line.substr(begin, comma - begin));
      from = comma + 1;
    }
  }
  return found;
}

}  // namespace

TEST_CASE("Every method reaches the origin with its target and content, and its response comes back") {
  Proxy proxy([](const OriginRequest& request) { return text(request.method + " " + request.body); });
  for (const std::string method : {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "REPORT"}) {
    CAPTURE(method);
    const Response response = proxy.client.request(method, "/things/1?a=b", {}, "content");
    CHECK(response.status == 200);
    CHECK(response.body == method + " content");
    CHECK(proxy.origin.last().target == "/things/1?a=b");
  }
}

TEST_CASE("A reason phrase comes back as the origin wrote it, and as the standard one from the cache") {
  Proxy proxy(
      [](const OriginRequest& request) {
        OriginResponse response;
        const std::string stored = request.target == "/kept" ? "Cache-Control: max-age=60\r\n" : "";
        response.raw = "HTTP/1.1 404 Gone Fishing\r\n" + stored + "Content-Length: 1\r\n\r\nx";
        if (request.target == "/none") response.raw = "HTTP/1.1 404 \r\nContent-Length: 1\r\n\r\nx";
        return response;
      },
      "  - match: /off\n    cache: off\n");
  const auto line = [&](const std::string& target) {
    const std::string head = proxy.larder.client().get(target).head;
    return head.substr(0, head.find("\r\n"));
  };
  CHECK(line("/off") == "HTTP/1.1 404 Gone Fishing");
  CHECK(line("/a") == "HTTP/1.1 404 Gone Fishing");
  CHECK(line("/none") == "HTTP/1.1 404 Not Found");
  CHECK(line("/kept") == "HTTP/1.1 404 Gone Fishing");
  CHECK(line("/kept") == "HTTP/1.1 404 Not Found");
}

TEST_CASE("A 407 comes with its challenge, and is not stored (RFC 9110, section 15.5.8)") {
  Proxy proxy(
      [](const OriginRequest&) {
        OriginResponse response = status(407);
        return response.with("Proxy-Authenticate", "Basic realm=\"a\"").with("Cache-Control", "max-age=60");
      },
      "");
  for (int i = 0; i < 2; ++i) {
    const Response response = proxy.client.get("/");
    CHECK(response.status == 407);
    CHECK(response.fields.get("Proxy-Authenticate") == "Basic realm=\"a\"");
  }
  CHECK(proxy.origin.count() == 2);
}

TEST_CASE("Every status comes back with its fields and content") {
  Proxy proxy([](const OriginRequest& request) {
    OriginResponse response = text("body of " + request.target);
    response.status = std::stoi(request.target.substr(1));
    return response.with("X-Own", "1").with("Set-Cookie", "a=1").with("Set-Cookie", "b=2");
  });
  for (const int code : {200, 201, 202, 301, 302, 400, 404, 409, 422, 429, 500, 503}) {
    CAPTURE(code);
    const std::string target = "/" + std::to_string(code);
    const Response response = proxy.client.get(target);
    CHECK(response.status == code);
    CHECK(response.body == "body of " + target);
    CHECK(response.fields.get("X-Own") == "1");
    CHECK(response.fields.all("Set-Cookie") == std::vector<std::string>{"a=1", "b=2"});
  }
}

TEST_CASE("A response without content stays one, and the connection stays open") {
  Proxy proxy(
      [](const OriginRequest& request) { return request.method == "DELETE" ? status(204) : text("on"); });
  CHECK(proxy.client.remove("/a").status == 204);
  CHECK(proxy.client.get("/a").body == "on");
}

TEST_CASE("The target arrives byte for byte") {
  Proxy proxy(greet);
  for (const std::string target :
       {"/a%20b/%C3%A4;v=1", "/?", "/x?y=%2F&&z=a+b&=", "/a//b/", "/~!$&'()*+,=:@"}) {
    CAPTURE(target);
    CHECK(proxy.client.get(target).status == 200);
    CHECK(proxy.origin.last().target == target);
  }
}

TEST_CASE("Host goes upstream unchanged, including port and case") {
  Proxy proxy(greet);
  for (const std::string host : {"shop.test", "Shop.Test:8443", "127.0.0.1", "[::1]:80"}) {
    CAPTURE(host);
    CHECK(proxy.client.get("/", {{"Host", host}}).status == 200);
    CHECK(proxy.origin.last().fields.all("Host") == std::vector<std::string>{host});
  }
}

TEST_CASE("Via is appended in both directions (RFC 9110, section 7.6.3)") {
  Proxy proxy([](const OriginRequest&) { return text("hello").with("Via", "1.1 behind"); });
  const Response response = proxy.client.get("/", {{"Via", "1.0 before"}});
  const std::vector<std::string> upstream = members(proxy.origin.last().fields, "Via");
  REQUIRE(upstream.size() == 2);
  CHECK(upstream[0] == "1.0 before");
  CHECK(upstream[1].starts_with("1.1 "));
  const std::vector<std::string> downstream = members(response.fields, "Via");
  REQUIRE(downstream.size() == 2);
  CHECK(downstream[0] == "1.1 behind");
  CHECK(downstream[1].starts_with("1.1 "));
}

TEST_CASE("X-Forwarded-For, -Proto and -Host of a client that is no trusted proxy are replaced") {
  Proxy proxy(greet);
  proxy.client.get("/", {{"X-Forwarded-For", "203.0.113.9"},
                         {"X-Forwarded-Proto", "gopher"},
                         {"X-Forwarded-Host", "evil.test"}});
  const Fields fields = proxy.origin.last().fields;
  CHECK(members(fields, "X-Forwarded-For") == std::vector<std::string>{"127.0.0.1"});
  CHECK(fields.all("X-Forwarded-Proto") == std::vector<std::string>{"http"});
  CHECK(fields.all("X-Forwarded-Host") == std::vector<std::string>{"shop.test"});
}

TEST_CASE("Hop-by-hop fields stay on their connection (RFC 9110, section 7.6.1)") {
  Proxy proxy([](const OriginRequest&) {
    return text("hello")
        .with("Connection", "X-Internal")
        .with("X-Internal", "1")
        .with("Keep-Alive", "timeout=5");
  });
  const Response response = proxy.client.get("/", {{"Connection", "X-Hop, keep-alive"},
                                                   {"X-Hop", "1"},
                                                   {"Keep-Alive", "300"},
                                                   {"Proxy-Connection", "keep-alive"},
                                                   {"TE", "trailers"},
                                                   {"X-Other", "stays"}});
  const Fields upstream = proxy.origin.last().fields;
  for (const std::string name : {"X-Hop", "Keep-Alive", "Proxy-Connection", "TE"}) {
    CAPTURE(name);
    CHECK_FALSE(upstream.has(name));
  }
  CHECK(upstream.get("X-Other") == "stays");
  CHECK_FALSE(response.fields.has("X-Internal"));
  CHECK_FALSE(response.fields.has("Keep-Alive"));
}

TEST_CASE("Other fields are forwarded in order, including repeated ones") {
  Proxy proxy(greet);
  proxy.client.get("/", {{"X-B", "2"}, {"x-a", "1"}, {"X-B", "3"}, {"Accept", "text/html, */*;q=0.1"}});
  const Fields upstream = proxy.origin.last().fields;
  CHECK(upstream.all("X-B") == std::vector<std::string>{"2", "3"});
  CHECK(upstream.get("X-A") == "1");
  CHECK(upstream.get("Accept") == "text/html, */*;q=0.1");
}

TEST_CASE("A HEAD response describes the content and has none, cached or not") {
  for (const std::string routes : {uncached, "  - match: /**\n    ttl: 60s\n"}) {
    CAPTURE(routes);
    Proxy proxy(greet, routes);
    const Response response = proxy.client.head("/");
    CHECK(response.status == 200);
    CHECK(response.fields.get("Content-Length") == "5");
    CHECK(proxy.client.get("/").body == "hello");
  }
}

TEST_CASE("A HEAD response that names a transfer coding has no content either (RFC 9112, section 6.3)") {
  Proxy proxy([](const OriginRequest&) {
    OriginResponse response = text("hello");
    response.framing = OriginResponse::Framing::chunked;
    return response;
  });
  CHECK(proxy.client.head("/").status == 200);
  CHECK(proxy.client.get("/").body == "hello");
  CHECK(proxy.client.head("/").status == 200);
}

TEST_CASE("Conditions and ranges that larder does not answer itself are left to the origin") {
  Proxy proxy([](const OriginRequest& request) {
    if (request.fields.has("If-None-Match")) return status(304).with("ETag", "\"v1\"");
    if (request.fields.get("If-Match") == "\"old\"") return status(412);
    if (!request.fields.has("Range")) return text("hello");
    OriginResponse response = text("he");
    response.status = 206;
    return response.with("Content-Range", "bytes 0-1/5");
  });
  const Response not_modified = proxy.client.get("/", {{"If-None-Match", "\"v1\""}});
  CHECK(not_modified.status == 304);
  CHECK(not_modified.fields.get("ETag") == "\"v1\"");
  CHECK(proxy.client.request("PUT", "/", {{"If-Match", "\"old\""}}, "x").status == 412);
  const Response partial = proxy.client.get("/", {{"Range", "bytes=0-1"}});
  CHECK(partial.status == 206);
  CHECK(partial.body == "he");
  CHECK(partial.fields.get("Content-Range") == "bytes 0-1/5");
  CHECK(proxy.client.get("/").body == "hello");
}

TEST_CASE("A POST without content arrives without content") {
  Proxy proxy(greet);
  CHECK(proxy.client.request("POST", "/").status == 200);
  CHECK_FALSE(proxy.origin.last().fields.has("Transfer-Encoding"));
  CHECK(proxy.client.request("POST", "/", {}, "").status == 200);
  CHECK(proxy.origin.last().fields.get("Content-Length") == "0");
}

TEST_CASE("Requests that change something are marked BYPASS") {
  Proxy proxy(greet, "  - match: /**\n    ttl: 60s\n");
  for (const std::string method : {"POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    CAPTURE(method);
    const Response response = proxy.client.request(method, "/", {}, "x");
    CHECK(cache_result(response) == "BYPASS");
    CHECK(response.fields.get("Cache-Status").starts_with("larder; fwd="));
  }
}

TEST_CASE("An interim response is not the final one (RFC 9110, section 15.2)") {
  Proxy proxy([](const OriginRequest& request) {
    OriginResponse response = text("final " + request.target);
    response.before = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
    return response;
  });
  for (const std::string target : {"/1", "/2"}) {
    const Response response = proxy.client.get(target);
    CHECK(response.status == 200);
    CHECK(response.body == "final " + target);
    CHECK_FALSE(response.fields.has("Link"));
  }
}

TEST_CASE("CONNECT and TRACE are not supported") {
  Proxy proxy(greet);
  for (const std::string head : {"CONNECT shop.test:443 HTTP/1.1\r\nHost: shop.test:443\r\n\r\n",
                                 "TRACE / HTTP/1.1\r\nHost: shop.test\r\n\r\n"}) {
    CAPTURE(head);
    Client client = proxy.larder.client();
    client.send(head);
    const int code = client.receive().status;
    CHECK((code == 400 || code == 405 || code == 501));
  }
  CHECK(proxy.origin.count() == 0);
}

TEST_CASE("OPTIONS * reaches the origin as such") {
  Proxy proxy(greet);
  CHECK(proxy.client.request("OPTIONS", "*").status == 200);
  CHECK(proxy.origin.last().target == "*");
}

}  // namespace larder::test
