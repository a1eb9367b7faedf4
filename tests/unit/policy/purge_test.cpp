#include "support.hpp"

#include <larder/policy/purge.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

namespace {

using Kind = Purge::Kind;

std::string text_of(const std::vector<Purge>& purges) {
  std::string text;
  for (const Purge& purge : purges) {
    constexpr std::string_view marks = "=>~#*";  // resource, below, pattern, tag, all
    if (!text.empty()) text += ' ';
    text += marks[static_cast<std::size_t>(purge.kind)];
    text += purge.value;
  }
  return text;
}

/// For a write that succeeded.
constexpr PurgeExtent of_write{.target = true, .related = true};

std::string purged(std::string_view method, std::string_view path, const Route& route = {},
                   const Captures& captures = {}) {
  const http::ResponseHead response = response_of(200);
  const PurgeExtent extent = decide_purging(method, {.status = 200});
  return text_of(purges_of(route, captures, target_of(path, {}, "h"), request_of(method), &response, extent));
}

std::string purged_by_response(std::string_view fields) {
  const http::ResponseHead response = response_of(201, fields);
  return text_of(
      purges_of({}, {}, test::target_of("/", {}, "h", "81"), request_of("PUT"), &response, of_write));
}

}  // namespace

TEST_CASE("a write purges its target and the parent collection") {
  CHECK(purged("PUT", "/products/7") == "=h/products/7 =h/products/7/ =h/products =h/products/");
  CHECK(purged("PUT", "/") == "=h/");
  CHECK(purged("FOO", "/a/b/") == "=h/a/b =h/a/b/ =h/a =h/a/");
}

TEST_CASE(
    "a write right below the root purges the root only if the route says so (/xmlrpc.php, /wp-cron.php)") {
  CHECK(purged("POST", "/products") == "=h/products =h/products/");
  CHECK(purged("PATCH", "/products/") == "=h/products =h/products/");
  CHECK(purged("PUT", "//x") == "=h/x =h/x/");
  Route route;
  route.purge.urls = {"/"};
  CHECK(purged("POST", "/xmlrpc.php", route) == "=h/xmlrpc.php =h/xmlrpc.php/ =h/xmlrpc =h/xmlrpc/ =h/");
  CHECK(purged_by_response("Location: /") == "=h/");
}

TEST_CASE("DELETE also purges everything below") {
  CHECK(purged("DELETE", "/products/7") ==
        "=h/products/7 =h/products/7/ =h/products =h/products/ >h/products/7/");
  CHECK(purged("DELETE", "/products/") == "=h/products =h/products/ >h/products/");
  CHECK(purged("DELETE", "/") == "=h/ >h/");
}

TEST_CASE("RFC 4918, section 9.9: MOVE purges its destination with all below it, as it does its source") {
  const Sites sites({{"h", {"www.h"}}});
  const auto purged_by = [&sites](std::string_view method, std::string_view fields,
                                  std::string_view path = "/d/x") {
    const http::ResponseHead response = response_of(201);
    return text_of(purges_of({}, {}, target_of(path, {}, "h"), request_of(method, fields), &response,
                             decide_purging(method, {.status = 201}), sites));
  };
  const std::string source = "=h/d/x =h/d/x/ =h/d =h/d/";
  const std::string gone = source + " >h/d/x/";
  const std::string placed = " =h/e/y =h/e/y/ =h/e =h/e/ >h/e/y/";
  struct Case {
    const char* method;
    const char* fields;
    std::string purges;
  };
  for (const auto& [method, fields, purges] : std::vector<Case>{
           {"MOVE", "Destination: http://h/e/y", gone + placed},
           {"MOVE", "Destination: https://www.h/e/y?a=b#c|Overwrite: F|Depth: 0", gone + placed},
           {"MOVE", "Destination: /e/y/", gone + placed},
           {"MOVE", "", gone},
           {"MOVE", "Destination: http://other/e/y", gone},
           {"MOVE", "Destination: http://h:81/e/y", gone},
           {"MOVE", "Destination: http://[/", gone},
           // RFC 4918, section 9.8: its source stays.
           {"COPY", "Destination: http://h/e/y", source + placed},
           // For others the field means nothing.
           {"PUT", "Destination: http://h/e/y", source},
           {"move", "Destination: http://h/e/y", source},
       }) {
    CAPTURE(method);
    CAPTURE(fields);
    CHECK(purged_by(method, fields) == purges);
  }
  CHECK(purged_by("COPY", "Destination: /a%2Fb", "/x") ==
        "=h/x =h/x/ =h/a%2Fb =h/a%2Fb/ >h/a%2Fb/ =h/a/b =h/a/b/ =h/a =h/a/ >h/a/b/");
  // Of unknown outcome too; not if the target alone can have changed.
  const http::RequestHead copy = request_of("COPY", "Destination: /e/y");
  CHECK(text_of(purges_of({}, {}, target_of("/d/x", {}, "h"), copy, nullptr, of_write)) == source + placed);
  CHECK(text_of(purges_of({}, {}, target_of("/d", {}, "h"), copy, nullptr, {.target = true})) ==
        "=h/d =h/d/");
}

TEST_CASE("a write without Host may have gone to any site (RFC 9112, section 3.2)") {
  const http::ResponseHead response = response_of(200);
  const http::Target target = target_of("/a", {}, "");
  CHECK(text_of(purges_of({}, {}, target, request_of("PUT"), &response, of_write)) == "={*}/a ={*}/a/");
}

TEST_CASE("Location may name the site by another spelling") {
  const Sites sites({{"h", {"www.h", "h:8080"}}});
  const auto purged_with = [&](const std::string& location) {
    const http::ResponseHead response = response_of(201, "Location: " + location);
    return text_of(purges_of({}, {}, target_of("/", {}, "h"), request_of("PUT"), &response, of_write, sites));
  };
  CHECK(purged_with("http://www.h/7") == "=h/ =h/7 =h/7/");
  CHECK(purged_with("http://H:8080/7") == "=h/ =h/7 =h/7/");
  CHECK(purged_with("https://www.h/7") == "=h/ =h/7 =h/7/");
  CHECK(purged_with("http://www.h:81/7") == "=h/");
  CHECK(purged_with("https://www.h:81/7") == "=h/");
  CHECK(purged_with("http://i/7") == "=h/");
}

TEST_CASE("Location may name the site over the other scheme, and with its default port") {
  for (const std::string site :
       {"http://h", "https://h", "http://h:80", "https://h:443", "HTTPS://H.:443", "//h", "//h:80"}) {
    const http::ResponseHead response = response_of(201, "Location: " + site + "/7");
    CAPTURE(site);
    CHECK(text_of(purges_of({}, {}, target_of("/", {}, "h"), request_of("PUT"), &response, of_write)) ==
          "=h/ =h/7 =h/7/");
  }
  for (const std::string site : {"http://h:8080", "https://h:8443", "https://i", "ftp://h", "https://u@h"}) {
    const http::ResponseHead response = response_of(201, "Location: " + site + "/7");
    CAPTURE(site);
    CHECK(text_of(purges_of({}, {}, target_of("/", {}, "h"), request_of("PUT"), &response, of_write)) ==
          "=h/");
  }
}

TEST_CASE("the query of a write does not matter, nor do scheme and port") {
  const http::ResponseHead response = response_of(200);
  http::Target target = target_of("/a", "x=1", "h", "8443");
  target.scheme = "https";
  CHECK(text_of(purges_of({}, {}, target, request_of("PUT"), &response, of_write)) == purged("PUT", "/a"));
}

TEST_CASE("Location and Content-Location are purged only within their origin (RFC 9111, section 4.4)") {
  struct Case {
    const char* fields;
    const char* purges;
  };
  for (const auto& [fields, purges] : {
           Case{"", "=h/"},
           Case{"Location: /p/8", "=h/ =h/p/8 =h/p/8/"},
           Case{"Location: p/8?x=1", "=h/ =h/p/8 =h/p/8/"},
           Case{"Location: /p/8#part", "=h/ =h/p/8 =h/p/8/"},
           Case{"Location: http://h:81/p/8", "=h/ =h/p/8 =h/p/8/"},
           Case{"Location: http://H:81/p/../q", "=h/ =h/q =h/q/"},
           Case{"Location: http://h/p/8", "=h/"},
           Case{"Location: https://h:81/p/8", "=h/ =h/p/8 =h/p/8/"},
           Case{"Location: https://h/p/8", "=h/"},
           Case{"Location: http://other:81/p/8", "=h/"},
           Case{"Location: //other:81/p/8", "=h/"},
           Case{"Location: mailto:a@b", "=h/"},
           Case{"Location: http://[/", "=h/"},
           Case{"Content-Location: /p/9|location: /p/8", "=h/ =h/p/8 =h/p/8/ =h/p/9 =h/p/9/"},
           Case{"Location: /", "=h/"},
       }) {
    CAPTURE(fields);
    CHECK(purged_by_response(fields) == purges);
  }
}

TEST_CASE("a write of unknown outcome purges like one that succeeded") {
  CHECK(text_of(purges_of({}, {}, target_of("/a", {}, "h"), request_of("PUT"), nullptr, of_write)) ==
        purged("PUT", "/a"));
}

TEST_CASE("a path longer than 1 KiB is purged as the prefix of its first whole segments") {
  const std::string segment(300, 'x');
  const std::string path = "/" + segment + "/" + segment + "/" + segment + "/" + segment;
  const std::string prefix = "/" + segment + "/" + segment + "/" + segment + "/";
  CHECK(purged("PUT", path).starts_with(">h" + prefix));
  // A single segment that is too long names only itself: its prefix would be the whole site.
  const std::string single = "/" + std::string(1100, 'y');
  CHECK(purged("PUT", single) == "=h" + single + " =h" + single + "/");
}

TEST_CASE("a path with an encoded slash is also purged as an origin that decodes it reads it") {
  CHECK(purged("PUT", "/a%2fb") == "=h/a%2Fb =h/a%2Fb/ =h/a/b =h/a/b/ =h/a =h/a/");
  CHECK(purged("PUT", "/x%2F..%2fb") == "=h/x%2F..%2Fb =h/x%2F..%2Fb/");  // which folds into /b
  CHECK(purged("PUT", "/a/x%5Cb") == "=h/a/x%5Cb =h/a/x%5Cb/ =h/a =h/a/ =h/a/x/b =h/a/x/b/ =h/a/x =h/a/x/");
  CHECK(purged("PUT", "/p/..;/a/b") ==
        "=h/p/..;/a/b =h/p/..;/a/b/ =h/p/..;/a =h/p/..;/a/");  // and so do both
  CHECK(purged("PUT", "/A/b;v=1") == "=h/A/b;v=1 =h/A/b;v=1/ =h/A =h/A/");
}

TEST_CASE("a path with an encoded slash that a response or a route names is purged as it is written") {
  CHECK(purged_by_response("Location: /p/a%2fb") == "=h/ =h/p/a%2Fb =h/p/a%2Fb/");
  Route route;
  route.purge.urls = {"/-/{pkg}", "/-/{pkg}/**"};
  CHECK(purged("PUT", "/p", route, {{"pkg", "@s%2fx"}}) ==
        purged("PUT", "/p") + " =h/-/@s%2Fx =h/-/@s%2Fx/ ~h/-/@s%2Fx/**");
}

TEST_CASE("spellings of one path have tags in common (RFC 3986, section 6.2.2)") {
  Route route;
  route.tags = {"package:{name}"};
  route.purge.tags = route.tags;
  struct Case {
    const char* captured;
    std::vector<std::string> names;
  };
  for (const auto& [captured, names] : {
           Case{"x~y", {"package:x~y"}},
           Case{"x%7Ey", {"package:x%7Ey", "package:x~y"}},
           Case{"@s%2fx", {"package:@s%2fx", "package:@s%2Fx", "package:@s/x"}},
           Case{"@s%2Fx", {"package:@s%2Fx", "package:@s/x"}},
           Case{"joe%40x.org", {"package:joe%40x.org", "package:joe@x.org"}},
           Case{"a%2540", {"package:a%2540", "package:a%40"}},
           Case{"a%20b%c3%a4", {"package:a%20b%c3%a4", "package:a%20b%C3%A4", "package:a b\xC3\xA4"}},
           // As people write them.
           Case{"caf%C3%A9", {"package:caf%C3%A9", "package:caf\xC3\xA9"}},
           Case{"caf%c3%a9", {"package:caf%c3%a9", "package:caf%C3%A9", "package:caf\xC3\xA9"}},
           Case{"a%20b", {"package:a%20b", "package:a b"}},
           // Once.
           Case{"a%2541", {"package:a%2541", "package:a%41"}},
           // What could split a field or a record, or is no text.
           Case{"a%0D%0Ab", {"package:a%0D%0Ab"}},
           Case{"a%00", {"package:a%00"}},
           Case{"a%20", {"package:a%20"}},
           Case{"a%FF", {"package:a%FF"}},
           Case{"a%C3", {"package:a%C3"}},
           Case{"100%", {"package:100%"}},
       }) {
    CAPTURE(captured);
    CHECK(tags_of(route, {{"name", captured}}, target_of("/p"), {}).names == names);
    std::string purges = purged("PUT", "/p");
    for (const std::string& name : names) purges += " #" + name;
    CHECK(purged("PUT", "/p", route, {{"name", captured}}) == purges);
  }
}

TEST_CASE("if related resources cannot be determined, only the target is purged") {
  const http::ResponseHead response = response_of(307, "Location: /p/8");
  CHECK(text_of(purges_of({}, {}, target_of("/a", {}, "h"), request_of("PUT"), &response,
                          {.target = true})) == "=h/a =h/a/");
  CHECK(purges_of({}, {}, target_of("/a", {}, "h"), request_of("PUT"), &response, {}).empty());
  CHECK(text_of(purges_of_target(target_of("/a/b/", "x=1", "h"))) == "=h/a/b =h/a/b/");
}

TEST_CASE("a route names more to purge, besides what is purged anyway") {
  Route route;
  route.purge.urls = {"/search/**", "/shops/{shop}", "/shops/{shop}/*/top", "/{unknown}"};
  route.purge.tags = {"product:{id}", "all", "x:{unknown}"};
  const std::string always = purged("PUT", "/p");
  CHECK(purged("PUT", "/p", route, {{"id", "7"}, {"shop", "main"}}) ==
        always + " ~h/search/** =h/shops/main =h/shops/main/ ~h/shops/main/*/top #product:7 #all");
  route.purge.none = true;
  CHECK(purged("PUT", "/p", route).empty());
}

TEST_CASE("a name over several segments fills the templates of what a write purges") {
  Route route;
  route.purge.urls = {"/v2/{name}/tags/list", "/v2/{name}/manifests/*", "/v2/{name}/**/x"};
  route.purge.tags = {"image:{name}"};
  const std::string path = "/v2/a/b/manifests/d";
  const auto captures = PathPattern::parse("/v2/{name**}/manifests/{ref}").value().match(path);
  CHECK(purged("PUT", path, route, captures.value()) ==
        purged("PUT", path) + " =h/v2/a/b/tags/list =h/v2/a/b/tags/list/ ~h/v2/a/b/manifests/* " +
            "~h/v2/a/b/**/x #image:a/b");
}

TEST_CASE("what a client puts in a name of several segments is itself in a pattern, and leaves it one") {
  Route route;
  route.purge.urls = {"/v2/{name}/m/*", "/of/**/{name}{ref}/x"};
  CHECK(purged("PUT", "/p", route, {{"name", "a/b*c/{d"}, {"ref", "**"}}) ==
        purged("PUT", "/p") + " ~h/v2/a/b%2Ac/%7Bd/m/* ~h/of/**/a/b%2Ac/%7Bd%2A%2A/x");
}

TEST_CASE("what a client puts in its path is no wildcard") {
  Route route;
  route.purge.urls = {"/by/{id}/**", "/of/{id}"};
  const std::string always = purged("PUT", "/p");
  CHECK(purged("PUT", "/p", route, {{"id", "a**b"}}) == always + " ~h/by/a%2A%2Ab/** =h/of/a**b =h/of/a**b/");
  CHECK(purged("PUT", "/p", route, {{"id", "{x"}}) == always + " ~h/by/%7Bx/** =h/of/{x =h/of/{x/");
}

TEST_CASE(
    "what a client puts in its path leads nowhere else by dots, nor by what is nothing to some origin") {
  Route route;
  route.purge.urls = {"/by/{id}/**", "/of/{id}", "/v.{id}"};
  const std::string always = purged("PUT", "/p");
  for (const char* dots : {"..", "%2e%2E", "..;a=b", "..%5c..", "..%2Fx", "a/../../b", ".", "...", ";", ";x",
                           "%3bx", "%2f", "%5C", "%2f2", "a//b", "%20", "a/;x/b"}) {
    CAPTURE(dots);
    const std::string all = purged("PUT", "/p", route, {{"id", dots}});
    CHECK(all.starts_with(always));
    CHECK(all.find("h/by/") == all.npos);
    CHECK(all.find("h/of/") == all.npos);
    CHECK(all.find("~h/**") == all.npos);
  }
  CHECK(purged("PUT", "/p", route, {{"id", "a%2Fb"}}) != always);
}

TEST_CASE("a write to one form of a URL purges those that differ by a suffix alone") {
  UrlSuffixes suffixes;
  std::size_t number = 0;
  for (const char* match :
       {"/posts/{id}", "/posts/{id}.json", "/posts.json", "/feeds/*.xml", "/posts/*.xml", "/v1.2/**",
        "/{name}.txt", "/deep/{rest**}", "/deep/{rest**}/meta.json", "/**/x.md"}) {
    suffixes.add(++number, {}, PathPattern::parse(match).value());
  }
  suffixes.add(++number, {HostPattern::parse("other").value()}, PathPattern::parse("/posts/*.css").value());
  const auto written = [&](std::string_view method, std::string_view path) {
    const http::ResponseHead response = response_of(200);
    return text_of(purges_of({}, {}, target_of(path, {}, "h"), request_of(method), &response,
                             decide_purging(method, {.status = 200}), Sites(), suffixes));
  };
  struct Case {
    const char* path;
    const char* forms;  // beside the path and its parent
  };
  for (const auto& [path, forms] : {
           Case{"/posts/5", "/posts/5.json /posts/5.xml /posts.json /posts.txt"},
           Case{"/posts/5.json", "/posts/5 /posts/5.xml /posts.json /posts.txt"},
           Case{"/posts/5%2ejson/", "/posts/5 /posts/5.xml /posts.json /posts.txt"},
           Case{"/posts%2F5.json", "/posts/5 /posts/5.xml /posts.json /posts.txt /posts%2F5 /posts%2F5.txt"},
           Case{"/posts/5.md", "/posts/5 /posts/5.json /posts/5.xml /posts.md /posts.json /posts.txt"},
           Case{"/posts/1.5", "/posts/1.5.json /posts/1.5.xml /posts.json /posts.txt"},
           Case{"/feeds/a", "/feeds/a.xml /feeds.txt"},
           Case{"/5.json", "/5 /5.txt"},
           Case{"/.json", "/.json.txt"},
           Case{"/deep/a/meta", "/deep/a/meta.json"},
           Case{"/a/b", "/a.txt"},
           Case{"/a/x", "/a/x.md /a.txt"},
           Case{"/", ""},
       }) {
    CAPTURE(path);
    std::string all = written("PUT", path);
    for (std::string_view rest = forms; !rest.empty();) {
      const std::string form = "=h" + std::string(rest.substr(0, rest.find(' ')));
      CAPTURE(form);
      CHECK((" " + all + " ").find(" " + form + " " + form + "/ ") != all.npos);
      rest.remove_prefix(std::min(form.size() - 1, rest.size()));
    }
  }
  CHECK(written("PUT", "/posts/5").find(".css") == std::string::npos);
  CHECK(written("PUT", "/posts/5").find("/posts.xml") == std::string::npos);
  CHECK(written("PUT", "/other/5").find(".json") == std::string::npos);
  CHECK(written("PUT", "/") == "=h/");
  CHECK(written("DELETE", "/a/b.json").find(">h/a/b/") != std::string::npos);
  CHECK(purged("PUT", "/a/b.json") ==
        "=h/a/b.json =h/a/b.json/ =h/a =h/a/ =h/a/b =h/a/b/ =h/a.json =h/a.json/");
  const http::ResponseHead response = response_of(307);
  CHECK(text_of(purges_of({}, {}, target_of("/posts/5.json", {}, "h"), request_of("PUT"), &response,
                          {.target = true}, Sites(), suffixes)) == "=h/posts/5.json =h/posts/5.json/");
}

TEST_CASE("paths that an origin may treat as one are purged as one (RFC 3986, section 6.2.2)") {
  struct Case {
    const char* path;
    const char* normal;
  };
  for (const auto& [path, normal] : {
           Case{"/", "/"},
           Case{"/a/b", "/a/b"},
           Case{"/a/b/", "/a/b/"},
           Case{"//a///b", "/a/b"},
           Case{"/%61/%7e", "/a/~"},
           Case{"/a%2fb", "/a%2Fb"},
           Case{"/%c3%a4", "/%C3%A4"},
           Case{"/a/./b", "/a/b"},
           Case{"/a/../b", "/b"},
           Case{"/a/..", "/"},
           Case{"/a/b/..", "/a/"},
           Case{"/a/.", "/a/"},
           Case{"/../../a", "/a"},
           Case{"/a/%2e%2E/b", "/b"},
           Case{"/a.b/...", "/a.b/..."},
           Case{"/%zz%", "/%zz%"},
           Case{"/a/**", "/a/**"},
       }) {
    CAPTURE(path);
    CHECK(normal_path(path) == normal);
    CHECK(normal_path(normal) == normal);
    CHECK(purged("PUT", path) == purged("PUT", normal));
    CHECK(tags_of({}, {}, target_of(path), {}).path == normal);
  }
}

TEST_CASE("a stored response is tagged by its path, its route and its origin") {
  Route route;
  route.tags = {"product:{id}", "products", "x:{unknown}"};
  const Tags tags =
      tags_of(route, {{"id", "7"}}, target_of("/p/7", "x=1", "h", "81"),
              fields_of("Surrogate-Key: a b  c|Cache-Tag: d e, f ,,a|cache-tag: g|surrogate-key: products|"
                        "Cache-Groups: \"h\", \"i \\\"j\\\"\";p=1"));
  CHECK(tags.site == "h");
  CHECK(tags.path == "/p/7");
  CHECK(tags.names == std::vector<std::string>{"product:7", "products", "a", "b", "c", "d e", "f", "g", "h",
                                               "group http://h:81 h", "i \"j\"",
                                               "group http://h:81 i \"j\""});
  CHECK(tags_of({}, {}, target_of("/"), {}).names.empty());
}

TEST_CASE(
    "RFC 9875, section 3: the response to an unsafe request purges the groups it names, of its own site "
    "only") {
  const auto purged = [](std::string_view site, std::string_view fields) {
    const http::ResponseHead response = response_of(200, fields);
    std::vector<std::string> names;
    for (const Purge& purge :
         purges_of({}, {}, target_of("/a", {}, site), request_of("PUT"), &response, of_write)) {
      if (purge.kind == Purge::Kind::tag) names.push_back(purge.value);
    }
    return names;
  };
  using Names = std::vector<std::string>;
  CHECK(purged("shop.test", "Cache-Group-Invalidation: \"a\", \"b c\"") ==
        Names{"group http://shop.test a", "group http://shop.test b c"});
  // RFC 6454, section 4: another port or scheme is another origin.
  http::Target target = target_of("/x", {}, "h", "8080");
  CHECK(tags_of({}, {}, target, fields_of("Cache-Groups: \"a\"")).names ==
        Names{"a", "group http://h:8080 a"});
  target.scheme = "https";
  CHECK(tags_of({}, {}, target, fields_of("Cache-Groups: \"a\"")).names ==
        Names{"a", "group https://h:8080 a"});
  // RFC 9112, section 3.2: what came without Host may be of any origin.
  CHECK(purged("", "Cache-Group-Invalidation: \"a\"") == Names{"a"});
  CHECK(purged("shop.test", "Cache-Group-Invalidation: bare").empty());
  CHECK(purged("shop.test", "Cache-Groups: \"a\"").empty());
  const Tags others = tags_of({}, {}, target_of("/x", {}, "other.test"), fields_of("Cache-Groups: \"a\""));
  CHECK(others.names == Names{"a", "group http://other.test a"});
}

TEST_CASE(
    "RFC 9875, section 3: a response that invalidates more groups than are read purges its whole site") {
  std::string groups = "\"g\"";
  for (int i = 0; i < 1024; ++i) groups += ", \"g\"";
  CHECK(purged_by_response("Cache-Group-Invalidation: " + groups) == "=h/ >h/");
}

TEST_CASE("tags are kept once each, in the order in which they came, however many") {
  std::string keys = "first";
  for (int i = 0; i < 1000; ++i) keys += " k" + std::to_string(i % 100);
  const Tags tags = tags_of({}, {}, target_of("/p"), fields_of("Surrogate-Key: " + keys + " last"));
  REQUIRE(tags.names.size() == 102);
  CHECK(tags.names.front() == "first");
  CHECK(tags.names[1] == "k0");
  CHECK(tags.names.back() == "last");
}

TEST_CASE(
    "purges and what is stored meet in one form of a path, by which spellings are one and names are not") {
  struct Case {
    const char* path;
    const char* form;
  };
  for (const auto& [path, form] : {
           Case{"/", "/"},
           Case{"/a/b", "/a/b"},
           Case{"/a/b/", "/a/b/"},
           Case{"/A", "/a"},
           Case{"/A/", "/a/"},
           Case{"/a;v=1", "/a"},
           Case{"/a;v=1/b;w", "/a/b"},
           Case{"/a%2Fb", "/a/b"},
           Case{"/a%5Cb", "/a/b"},
           Case{"/a%3Bv=1", "/a"},
           Case{"/joe%40x.org", "/joe@x.org"},
           Case{"/a%20", "/a"},
           Case{"/a%20b", "/a%20b"},
           Case{"/a.", "/a"},
           Case{"/a/..;/b", "/b"},
           Case{"/x%2F..%2Fb", "/b"},
           Case{"/a%3Fb", "/a%3fb"},
           Case{"/%23a", "/%23a"},
           Case{"/a%2540", "/a%2540"},
           Case{"/%C3%A4", "/%c3%a4"},
           Case{"/;x", "/"},
       }) {
    CAPTURE(path);
    CHECK(purged_form(path) == form);
    CHECK(purged_form(form) == form);
    if (std::string_view(path) != form) CHECK(has_other_purged_form(path));
  }
}

TEST_CASE("tags are read from the fields that tag_fields names, each split as its users write it") {
  const auto tags = [](const Route& route, std::string_view fields) {
    return tags_of(route, {}, target_of("/"), fields_of(fields)).names;
  };
  using Names = std::vector<std::string>;
  CHECK(tags({}, "Surrogate-Key: a b,c|Cache-Tag: d e, f|Cache-Tags: g,h i|XKey: j k|X-Tags: l") ==
        Names{"a", "b,c", "d e", "f", "g", "h", "i", "j", "k"});
  Route route;
  route.tag_fields = std::make_shared<const TagFields>(std::vector<std::string>{"x-tags", "Cache-Tag"});
  CHECK(tags(route, "Surrogate-Key: a|Cache-Tag: b c|X-Tags: d, e f|Cache-Groups: \"g\"") ==
        Names{"b c", "d", "e", "f", "g", "group http://shop.test g"});
  CHECK_FALSE(has_too_many_tags(route, fields_of("Surrogate-Key: " + std::string(3000, ' ') + "a")));
  std::string many;
  for (int i = 0; i < 1025; ++i) many += "a ";
  CHECK_FALSE(has_too_many_tags(route, fields_of("Surrogate-Key: " + many)));
  CHECK(has_too_many_tags(route, fields_of("X-Tags: " + many)));
}
