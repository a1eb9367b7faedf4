#include "support.hpp"

#include <larder/policy/route_table.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <random>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

namespace {

Route route_for(std::string_view match, std::vector<std::string> methods = {},
                const std::vector<std::string>& hosts = {}) {
  Route route;
  route.patterns = {PathPattern::parse(match).value()};
  route.methods = std::move(methods);
  for (const std::string& host : hosts) route.hosts.push_back(HostPattern::parse(host).value());
  return route;
}

http::Target at_host(std::string_view host, std::string_view path, std::string_view port = "") {
  return target_of(path, {}, host, port);
}

/// Paths and patterns of few different segments, so that many of them meet.
class Chance {
 public:
  std::string pattern() {
    std::string text = of({"/a", "/b", "/{id}", "/*", "/a*", "/*b", "/a*b", "/", ""});
    if (random_() % 3 == 0) text += of({"/{x**}", "/**", "/*/{x**}", "/{x**}/*"});
    while (random_() % 2 == 0) text += of({"/a", "/b", "/ab", "/*", "/a*", "/*b", "/"});
    if (random_() % 3 == 0) text += of({"/{part}", "/a{part}", "/{part}b"});
    if (random_() % 3 == 0) text += "/**";
    return random_() % 16 == 0 || text.empty() ? "/**" : text;
  }

  std::string path() {
    std::string text;
    do {
      text += of({"/a", "/b", "/ab", "/aab", "/c", "/"});
    } while (random_() % 3 != 0);
    return text;
  }

  std::vector<std::string> hosts() {
    std::vector<std::string> hosts;
    while (random_() % 2 == 0) {
      hosts.push_back(
          of({"a.b", "*.b", "a.*", "*", "x*.b", "a.b:81", "*.b:81", "*.*", "b", "c.a.b", "*.a.b"}));
    }
    return hosts;
  }

  http::Target target() {
    return at_host(of({"a.b", "x.b", "xy.b", "b", "a.c", "c.a.b", "d.a.b", "c.x.b", ""}), path(),
                   of({"", "81"}));
  }

  std::vector<std::string> methods() {
    return random_() % 4 == 0 ? std::vector<std::string>{of({"GET", "POST", "HEAD"})}
                              : std::vector<std::string>{};
  }

  std::string of(std::vector<std::string> texts) { return texts[random_() % texts.size()]; }

 private:
  std::minstd_rand random_{7};
};

/// What RouteTable::find() says, by asking each route in turn.
const Route* first_by_scan(const RouteTable& table, std::string_view method, const http::Target& target) {
  for (const Route& route : table) {
    const bool takes = takes_method(route.methods, method) && takes_host(route, target);
    if (takes && takes_path(route, target.path)) return &route;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("the first route that matches method and path wins") {
  const std::vector<Route> routes{route_for("/a/{id}", {"GET"}), route_for("/a/b", {"POST", "HEAD"}),
                                  route_for("/a/**")};
  const RouteTable table(routes);
  struct Case {
    const char* method;
    const char* path;
    int route;  // -1: none
  };
  for (const auto& [method, path, expected] : {
           Case{"GET", "/a/b", 0},
           Case{"HEAD", "/a/b", 0},
           Case{"POST", "/a/b", 1},
           Case{"PUT", "/a/b", 2},
           Case{"get", "/a/b", 2},
           Case{"GET", "/a", 2},
           Case{"GET", "/b", -1},
           Case{"OPTIONS", "*", -1},
       }) {
    CAPTURE(method);
    CAPTURE(path);
    const auto match = table.match(method, target_of(path));
    REQUIRE(match.has_value() == (expected >= 0));
    if (match) CHECK(match->route == &table.list()[static_cast<std::size_t>(expected)]);
  }
  CHECK(table.match("GET", target_of("/a/b"))->captures == Captures{{"id", "b"}});
}

TEST_CASE("a route for HEAD only does not answer GET") {
  const RouteTable table(std::vector<Route>{route_for("/**", {"HEAD"})});
  CHECK(table.match("HEAD", target_of("/")).has_value());
  CHECK_FALSE(table.match("GET", target_of("/")).has_value());
}

TEST_CASE("property: the index finds the route that asking each in turn finds") {
  Chance chance;
  int found = 0;
  int of_hosts = 0;
  for (int round = 0; round < 500; ++round) {
    std::vector<Route> routes;
    while (routes.size() < 12) {
      Route route = route_for(chance.pattern(), chance.methods(), chance.hosts());
      while (chance.of({"more", "done"}) == "more") {
        route.patterns.push_back(PathPattern::parse(chance.pattern()).value());
      }
      routes.push_back(std::move(route));
    }
    const RouteTable table(std::move(routes));
    for (int i = 0; i < 100; ++i) {
      const http::Target target = chance.target();
      const std::string method = chance.of({"GET", "HEAD", "POST", "PUT"});
      const Route* const expected = first_by_scan(table, method, target);
      CAPTURE(target.authority());
      CAPTURE(target.path);
      CAPTURE(method);
      CHECK(table.find(method, target) == expected);
      if (expected == nullptr) continue;
      ++found;
      if (!expected->hosts.empty()) ++of_hosts;
    }
  }
  CHECK(found > 10'000);
  CHECK(of_hosts > 5'000);
}

TEST_CASE("property: what the index says covers a route takes every request for it") {
  Chance chance;
  int covered = 0;
  int taken = 0;
  for (int round = 0; round < 3'000; ++round) {
    RouteIndex index;
    std::vector<Route> routes;
    while (routes.size() < 4) {
      routes.push_back(route_for(chance.pattern(), {}, chance.hosts()));
      index.add(routes.size() - 1, routes.back().hosts, routes.back().patterns.front());
    }
    const Route later =
        route_for(chance.pattern(), {}, {chance.of({"a.b", "*.b", "*", "*.*", "c.a.b", "a.b:81"})});
    const auto first =
        index.first_covering(&later.hosts.front(), later.patterns.front(), [](std::size_t) { return true; });
    if (!first) continue;
    ++covered;
    for (int i = 0; i < 200; ++i) {
      const http::Target target = chance.target();
      if (!takes_host(later, target) || !takes_path(later, target.path)) continue;
      ++taken;
      CAPTURE(target.authority());
      CAPTURE(target.path);
      CHECK(takes_host(routes[*first], target));
      CHECK(takes_path(routes[*first], target.path));
    }
  }
  CHECK(covered > 300);
  CHECK(taken > 1'000);
}

TEST_CASE("a host is matched label by label, at every port or at the one that is named") {
  struct Case {
    const char* pattern;
    const char* host;
    const char* port;
    bool matches;
  };
  for (const auto& [pattern, host, port, matches] : {
           Case{"shop.example", "shop.example", "", true},
           Case{"Shop.Example", "shop.example", "", true},
           Case{"shop.example", "shop.example", "8080", true},
           Case{"shop.example", "shop.example.", "", true},
           Case{"shop.example:*", "shop.example", "8080", true},
           Case{"shop.example:8080", "shop.example", "8080", true},
           Case{"shop.example:8080", "shop.example", "", false},
           Case{"shop.example:80", "shop.example", "", true},
           Case{"shop.example:443", "shop.example", "", false},
           Case{"shop.example", "www.shop.example", "", false},
           Case{"shop.example", "shop.example.org", "", false},
           Case{"shop.example", "", "", false},
           Case{"*.shop.example", "www.shop.example", "", true},
           Case{"*.shop.example", "shop.example", "", false},
           Case{"*.shop.example", "a.www.shop.example", "", false},
           Case{"*.shop.example", ".shop.example", "", false},
           Case{"*.*.example", "www.shop.example", "", true},
           Case{"api-*.example", "api-1.example", "81", true},
           Case{"api-*.example", "api-1.2.example", "", false},
           Case{"127.0.0.1", "127.0.0.1", "8080", true},
           Case{"[::1]", "[::1]", "", true},
           Case{"[::1]:81", "[::1]", "81", true},
           Case{"[::1]:81", "[::1]", "82", false},
       }) {
    CAPTURE(pattern);
    CAPTURE(host);
    CAPTURE(port);
    CHECK(HostPattern::parse(pattern).value().matches(at_host(host, "/", port)) == matches);
  }
  for (const char* text : {"", ":80", "a:", "a:0", "a:65536", "a:8x", "a..b", ".a", "a.", "**.a", "a b",
                           "a/b", "{a}", "a:b:c", "[::1", "[x]", "http://a", "user@a"}) {
    CAPTURE(text);
    CHECK_FALSE(HostPattern::parse(text).has_value());
  }
}

TEST_CASE("a route that every host has of its own is found without a look at the others") {
  std::vector<Route> routes;
  for (int i = 0; i < 10'000; ++i) {
    routes.push_back(route_for("/api/**", {}, {"t" + std::to_string(i) + ".shop.example"}));
  }
  routes[9'999].cache = false;
  const RouteTable table(std::move(routes));
  const http::Target last = at_host("t9999.shop.example", "/api/x");
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 5'000; ++i) {
    CHECK(table.find("GET", last) == &table.list()[9'999]);
    CHECK(table.folded().protector_of("GET", at_host("t9999.shop.example", "/API/x"), PathSpelling::odd) ==
          9'999);
  }
  // A look at each would be 100 million.
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
  CHECK(table.find("GET", at_host("other.shop.example", "/api/x")) == nullptr);
}

TEST_CASE("the captures are those of the first of a route's patterns that takes the path") {
  Route route = route_for("/posts/{id}.json");
  for (const char* more : {"/posts/{id}", "/{id}/{x}"})
    route.patterns.push_back(PathPattern::parse(more).value());
  const RouteTable table(std::vector<Route>{route});
  CHECK(table.match("GET", target_of("/posts/5.json"))->captures == Captures{{"id", "5"}});
  CHECK(table.match("GET", target_of("/posts/5.xml"))->captures == Captures{{"id", "5.xml"}});
  CHECK(table.match("GET", target_of("/a/b"))->captures == Captures{{"id", "a"}, {"x", "b"}});
}

TEST_CASE("property: what the tree says covers a pattern takes every path of it") {
  Chance chance;
  int covered = 0;
  int taken = 0;
  for (int round = 0; round < 3'000; ++round) {
    RouteTree tree;
    std::vector<PathPattern> patterns;
    while (patterns.size() < 4) {
      patterns.push_back(PathPattern::parse(chance.pattern()).value());
      tree.add(patterns.size() - 1, patterns.back());
    }
    const PathPattern later = PathPattern::parse(chance.pattern()).value();
    const auto first = tree.first_covering(later, [](std::size_t) { return true; });
    if (!first) continue;
    ++covered;
    CAPTURE(later.text());
    CAPTURE(patterns[*first].text());
    for (int i = 0; i < 200; ++i) {
      const std::string path = chance.path();
      if (!later.matches(path)) continue;
      ++taken;
      CAPTURE(path);
      CHECK(patterns[*first].matches(path));
    }
  }
  CHECK(covered > 300);
  CHECK(taken > 3'000);
}

TEST_CASE("a pattern is covered by one that takes more of the same") {
  struct Case {
    const char* earlier;
    const char* later;
    bool covers;
  };
  for (const auto& [earlier, later, covers] : {
           Case{"/a/**", "/a/{x**}", true},
           Case{"/a/{x**}", "/a/**", false},
           Case{"/a/{x**}", "/a/{y**}", true},
           Case{"/a/*/**", "/a/{x**}", true},
           Case{"/a/{x**}", "/a/*/**", false},
           Case{"/a/{x**}", "/a/{y}/b", true},
           Case{"/a/{x**}", "/a/{y}//b", false},
           Case{"/a/{x**}/b", "/a/{y**}/c/b", true},
           Case{"/a/{x**}/b", "/a/c/**/b", false},
           Case{"/a/**/b", "/a/c/**/b", true},
           Case{"/a/**/b", "/a/c/{x**}/b", true},
           Case{"/a/**/b", "/a/{x**}", false},
           Case{"/**/b/**", "/{x**}/b/c", true},
           Case{"/a/*.json", "/a/{id}.json", true},
           Case{"/a/{id}.json", "/a/*.json", false},
           Case{"/a/{id}.json", "/a/x*.json", true},
           Case{"/a/{id}.json", "/a/{x}-1.json", true},
           Case{"/a/{id}", "/a/{id}.json", true},
           Case{"/a/{id}.json", "/a/{id}", false},
           Case{"/*/{x**}", "/{y**}", false},
           Case{"/a/{x}", "/a/{y**}", false},
       }) {
    CAPTURE(earlier);
    CAPTURE(later);
    RouteTree tree;
    tree.add(0, PathPattern::parse(earlier).value());
    const auto first =
        tree.first_covering(PathPattern::parse(later).value(), [](std::size_t) { return true; });
    CHECK(first.has_value() == covers);
  }
}

TEST_CASE("a path of thousands of segments costs no more than a look at each, whatever routes span several") {
  std::vector<Route> routes;
  for (int i = 0; i < 1'000; ++i) {
    const std::string number = std::to_string(i);
    routes.push_back(route_for("/{x**}/r" + number));
    routes.push_back(route_for("/{x**}/q" + number + "/**"));
    routes.push_back(route_for("/a*" + number + "/**/q"));
    routes.push_back(route_for("/**/p" + number + "/{y}.json"));
  }
  const RouteTable table(std::move(routes));
  const auto took = [&](const std::string& path) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 10; ++i) CHECK(table.find("GET", target_of(path)) == nullptr);
    return std::chrono::steady_clock::now() - begin;
  };
  std::string path;
  for (int i = 0; i < 4'000; ++i) path += "/x";
  std::string slashes(8'192, '/');
  // By sanitizers too; a look at each route at each segment would be 160 million.
  CHECK(took(path) < std::chrono::milliseconds(300));
  CHECK(took(slashes) < std::chrono::milliseconds(300));
}

TEST_CASE("a path of thousands of segments is looked up as far as patterns go") {
  std::vector<Route> routes;
  for (int i = 0; i < 1000; ++i) routes.push_back(route_for("/r" + std::to_string(i) + "/**"));
  const RouteTable table(std::move(routes));
  std::string path = "/r999";
  for (int i = 0; i < 20'000; ++i) path += "/x";
  CHECK(table.find("GET", target_of(path)) == &table.list()[999]);
  CHECK(table.find("GET", target_of(path.substr(2))) == nullptr);
}

TEST_CASE("patterns are found by their beginning, the first one wins") {
  RouteTree tree;
  const char* patterns[] = {"/a/b/c/**", "/{x}/b",    "/a/b/**",       "/",  "/a/",
                            "/*.png",    "/{x}/*/**", "/{y}/{z}/q/**", "/**"};
  for (std::size_t i = 0; i < std::size(patterns); ++i) {
    tree.add(i, PathPattern::parse(patterns[i]).value());
  }
  const auto but_two = [](std::size_t number) { return number != 2; };
  const auto all = [](std::size_t) { return true; };
  struct Case {
    std::string path;
    std::size_t number;
  };
  for (const auto& [path, number] :
       {Case{"/a/b/c", 0}, Case{"/a/b/c/d/e", 0}, Case{"/a/b", 1}, Case{"/a/b/d", 6}, Case{"/d/b/q/r", 6},
        Case{"/7//q/r", 8}, Case{"/", 3}, Case{"/a/", 4}, Case{"/a.png", 5}, Case{"/a", 8}}) {
    CAPTURE(path);
    CHECK(tree.first_of(path, but_two) == number);
    CHECK(tree.first_of(path, but_two, number) == std::nullopt);
  }
  CHECK(tree.first_of("/a/b/d", all) == 2);
}
