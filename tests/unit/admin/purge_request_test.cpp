#include <larder/admin/purge_request.hpp>

#include <doctest/doctest.h>

using larder::admin::describe;
using larder::admin::PurgeRequest;
using larder::admin::read_purge_request;
using larder::admin::Refusal;

namespace {

/// What would be purged, one line each; or the refusal.
std::string read(const std::string& json, const larder::policy::Sites& sites = {}) {
  const std::variant<PurgeRequest, Refusal> read = read_purge_request(json, sites);
  if (const Refusal* refusal = std::get_if<Refusal>(&read)) {
    return std::to_string(refusal->status) + " " + refusal->detail;
  }
  const PurgeRequest& request = std::get<PurgeRequest>(read);
  std::string text;
  for (const auto& purge : request.purges) text += (text.empty() ? "" : ", ") + describe(purge);
  if (request.soft) text += " (soft)";
  return request.dry_run ? text + " (dry run)" : text;
}

struct Case {
  std::string json;
  std::string expected;
};

void check(const std::vector<Case>& cases) {
  for (const auto& [json, expected] : cases) {
    CAPTURE(json);
    CHECK(read(json) == expected);
  }
}

}  // namespace

TEST_CASE(
    "a URL is purged with every query, with and without a trailing slash, on its site or on every site") {
  check({
      {R"({"url": "/products/7"})", "resource {*}/products/7, resource {*}/products/7/"},
      {R"({"url": "/products/7/"})", "resource {*}/products/7, resource {*}/products/7/"},
      {R"({"url": "/products/7?lang=de"})", "resource {*}/products/7, resource {*}/products/7/"},
      {R"({"url": "/"})", "resource {*}/"},
      {R"({"url": "http://Shop.example"})", "resource shop.example/"},
      {R"({"url": "http://shop.example?a=b"})", "resource shop.example/"},
      {R"({"url": "HTTPS://shop.example:8443/a?b"})", "resource shop.example/a, resource shop.example/a/"},
      {R"({"url": "http://[::1]:8080/a/"})", "resource [::1]/a, resource [::1]/a/"},
      {R"({"url": "/a", "host": "Shop.example:8080"})", "resource shop.example/a, resource shop.example/a/"},
      {R"({"url": "http://shop.example/a", "host": "shop.example"})",
       "resource shop.example/a, resource shop.example/a/"},
  });
}

TEST_CASE("paths are purged in the form in which responses are stored") {
  check({
      {R"({"url": "/a/./b//c/../%7euser/%c3%a9"})",
       "resource {*}/a/b/~user/%C3%A9, resource {*}/a/b/~user/%C3%A9/"},
      {R"({"prefix": "/a//b/"})", "below {*}/a/b/"},
      {R"({"pattern": "/a//%7e*"})", "pattern {*}/a/~*"},
      // As people write them, and browsers send them.
      {R"({"url": "/z/ü"})", "resource {*}/z/%C3%BC, resource {*}/z/%C3%BC/"},
      {R"({"url": "http://h/a b?c=ü"})", "resource h/a%20b, resource h/a%20b/"},
      {R"({"prefix": "/é/"})", "below {*}/%C3%A9/"},
      {R"({"pattern": "/é*"})", "pattern {*}/%C3%A9*"},
      {R"({"url": "http://ü/a"})",
       "400 url: 'http://?\?/a' holds what no URL may: #, control bytes, spaces at its ends, or a host in "
       "other letters than xn-- has"},
  });
}

TEST_CASE("a prefix is a path and everything below it, in whole segments") {
  check({
      {R"({"prefix": "/api"})", "resource {*}/api, below {*}/api/"},
      {R"({"prefix": "/api/"})", "below {*}/api/"},
      {R"({"prefix": "/"})", "below {*}/"},
      {R"({"prefix": "http://shop.example/api"})", "resource shop.example/api, below shop.example/api/"},
      {R"({"prefix": "/api?x"})", "400 prefix: must not have a query: every query of a path is purged"},
  });
}

TEST_CASE("patterns, tags and everything") {
  check({
      {R"({"pattern": "/api/*/items"})", "pattern {*}/api/*/items"},
      {R"({"pattern": "/api/{id}/**", "host": "shop.example"})", "pattern shop.example/api/{id}/**"},
      {R"({"pattern": "http://shop.example/**"})", "pattern shop.example/**"},
      {R"({"tag": "product:7"})", "tag product:7"},
      {R"({"tag": "two words"})", "tag two words"},
      {R"({"tag": ["a", "b"]})", "tag a, tag b"},
      {R"({"tag": "p:é"})", "tag p:é"},
      {R"({"tag": "p:%c3%a9"})", "tag p:%c3%a9, tag p:%C3%A9, tag p:é"},
      {R"({"tag": "p:%00%FF"})", "tag p:%00%FF"},
      {R"({"all": true})", "all *"},
      {R"({"all": true, "host": "shop.example"})", "below shop.example/"},
  });
}

TEST_CASE("a dry run and a soft purge are asked for by name") {
  check({
      {R"({"tag": "a", "dry_run": true})", "tag a (dry run)"},
      {R"({"tag": "a", "dry_run": false, "soft": false})", "tag a"},
      {R"({"tag": "a", "soft": true})", "tag a (soft)"},
      {R"({"tag": "a", "soft": 1})", "400 soft: must be true or false"},
      {R"({"tag": "a", "dry_run": "yes"})", "400 dry_run: must be true or false"},
  });
}

TEST_CASE("an order that does not name exactly one thing to purge is refused by name") {
  check({
      {"", "400 The content is not JSON."},
      {"{\"tag\": \"a\"", "400 The content is not JSON."},
      {"{\"tag\": \"a\"} x", "400 The content is not JSON."},
      {"[1]", "400 The content must be a JSON object."},
      {"{}", "400 one of url, prefix, pattern, tag and all must say what to purge"},
      {R"({"host": "a"})", "400 one of url, prefix, pattern, tag and all must say what to purge"},
      {R"({"url": "/a", "tag": "b"})", "400 url and tag: only one may say what to purge"},
      {R"({"tagg": "a"})", "400 'tagg': there is no such member"},
      {R"({"tag": "a", "by\"\u0001\\": 1})",
       std::string("400 'by") + std::string(3, '?') + "': there is no such member"},
      {R"({"all": false})", "400 all: must be true"},
      {R"({"all": "true"})", "400 all: must be true"},
  });
}

TEST_CASE(
    "a pattern that would be taken literally, or is in another notation, is refused with the right form") {
  check({
      {R"({"url": "/products/*"})",
       "400 url: '/products/*' would be taken literally: what holds * or {name} is a pattern"},
      {R"({"url": "/products/{id}"})",
       "400 url: '/products/{id}' would be taken literally: what holds * or {name} is a pattern"},
      {R"({"prefix": "http://h/api/**"})",
       "400 prefix: '/api/**' would be taken literally: what holds * or {name} is a pattern"},
      {R"({"tag": "product:*"})",
       "400 tag: 'product:*' would be taken literally: a tag is purged by its whole name"},
      {R"({"tag": ["a", "*"]})", "400 tag: '*' would be taken literally: a tag is purged by its whole name"},
      {R"({"pattern": "/api/:id"})", "400 pattern: ':id' is another notation: did you mean '/api/{id}'?"},
      {R"({"pattern": "/api/.*"})", "400 pattern: '.*' is another notation: did you mean '/api/**'?"},
      {R"({"url": "/products?q=*"})", "resource {*}/products, resource {*}/products/"},
  });
}

TEST_CASE("an order that could match nothing is refused rather than ignored") {
  check({
      {R"({"url": 7})", "400 url: must be a text that is not empty"},
      {R"({"url": ""})", "400 url: must be a text that is not empty"},
      {R"({"url": null})", "400 url: must be a text that is not empty"},
      {R"({"url": "products/7"})",
       "400 url: 'products/7' is neither a path, which begins with /, nor an http URL"},
      {R"({"url": "ftp://h/a"})",
       "400 url: 'ftp://h/a' is neither a path, which begins with /, nor an http URL"},
      {R"({"url": "/a b "})",
       "400 url: '/a b ' holds what no URL may: #, control bytes, spaces at its ends, or a host in other "
       "letters than xn-- has"},
      {R"({"url": "/a#b"})",
       "400 url: '/a#b' holds what no URL may: #, control bytes, spaces at its ends, or a host in other "
       "letters than xn-- has"},
      {R"({"url": "/a\tb"})",
       "400 url: '/a?b' holds what no URL may: #, control bytes, spaces at its ends, or a host in other "
       "letters than xn-- has"},
      {R"({"url": "http:///a"})", "400 url: '' is no host"},
      {R"({"url": "/a", "host": "*"})",
       "400 host: '*' is no host; a purge without a host is one of every site"},
      {R"({"all": true, "host": "*.example"})",
       "400 host: '*.example' is no host; a purge without a host is one of every site"},
      {R"({"prefix": "http://*/a"})",
       "400 prefix: '*' is no host; a purge without a host is one of every site"},
      {R"({"pattern": "https://*.example:80/a"})",
       "400 pattern: '*.example:80' is no host; a purge without a host is one of every site"},
      {R"({"url": "//shop.example/x"})",
       "400 url: '//shop.example/x' has no scheme: write 'http://shop.example/x', or a path that begins with "
       "one /"},
      {R"({"prefix": "//shop.example"})",
       "400 prefix: '//shop.example' has no scheme: write 'http://shop.example', or a path that begins with "
       "one /"},
      {R"({"pattern": "///a/*", "host": "h"})",
       "400 pattern: '///a/*' has no scheme: write 'http://a/*', or a path that begins with one /"},
      {R"({"url": "http://me@h/a"})", "400 url: 'me@h' is no host"},
      {R"({"url": "/a", "host": "h/x"})", "400 host: 'h/x' is no host"},
      {R"({"url": "/a", "host": "{*}"})",
       "400 host: '{*}' is no host; a purge without a host is one of every site"},
      {R"({"url": "http://a/x", "host": "b"})", "400 host: another one stands in url"},
      {R"({"tag": "a", "host": "b"})", "400 host: a tag is purged wherever it is"},
      {R"({"tag": []})", "400 tag: a list must hold 1 to 256 tags"},
      {R"({"tag": ["a", 7]})", "400 tag: must be a text that is not empty"},
      {R"({"tag": ["a", " b"]})", "400 tag: must not have control bytes, or spaces at its ends"},
      {R"({"tag": [["a"]]})", "400 tag: must be a text that is not empty"},
      {R"({"tag": ["a"], "host": "b"})", "400 host: a tag is purged wherever it is"},
      {R"({"tag": " a"})", "400 tag: must not have control bytes, or spaces at its ends"},
      {R"({"tag": "a\nb"})", "400 tag: must not have control bytes, or spaces at its ends"},
      {R"({"pattern": "/a/**/b/**/c"})",
       "400 pattern: '/a/**/b/**/c' is no pattern: segments are literal, or hold * or a {name}; one may be "
       "{name**} or **, and ** the last"},
      {"{\"tag\": \"" + std::string(8193, 'x') + "\"}", "400 tag: must not be longer than 8 KiB"},
  });
}

TEST_CASE("another spelling of a site stands for the site, in every kind of purge") {
  const larder::policy::Sites sites(
      {{"shop.test", {"www.shop.test", "127.0.0.1:*"}}, {"blog.test", {"127.0.0.1:81"}}});
  for (const auto& [json, expected] : std::vector<Case>{
           {R"({"url": "http://127.0.0.1:8080/a"})",
            "resource blog.test/a, resource blog.test/a/, resource shop.test/a, resource shop.test/a/"},
           {R"({"url": "https://www.shop.test/a"})",
            "resource shop.test/a, resource shop.test/a/, resource www.shop.test/a, resource "
            "www.shop.test/a/"},
           {R"({"url": "/a", "host": "shop.test"})", "resource shop.test/a, resource shop.test/a/"},
           {R"({"url": "/a"})", "resource {*}/a, resource {*}/a/"},
           {R"({"prefix": "/a", "host": "127.0.0.1"})",
            "resource blog.test/a, below blog.test/a/, resource shop.test/a, below shop.test/a/"},
           {R"({"pattern": "http://127.0.0.1/a/*"})", "pattern blog.test/a/*, pattern shop.test/a/*"},
           {R"({"all": true, "host": "127.0.0.1:9"})", "below blog.test/, below shop.test/"},
           {R"({"all": true, "host": "other.test"})", "below other.test/"},
       }) {
    CAPTURE(json);
    CHECK(read(json, sites) == expected);
  }
}
