#include "support.hpp"

#include <larder/policy/key.hpp>

#include <doctest/doctest.h>

#include <chrono>

using namespace larder;
using namespace larder::config;
using namespace std::chrono_literals;

TEST_CASE("invalid keys and values of a route are refused at their place") {
  struct Case {
    const char* keys;
    const char* diagnostics;
  };
  const Case cases[] = {
      {"match: api",
       "route \"api\": match: \"api\" is not a path pattern: one begins with \"/\", names each {part} once, "
       "and has one {part**} or \"**\" at the most before a last \"**\", did you mean \"/api\"?"},
      {"match: [/a, b]",
       "route \"/a\": match: \"b\" is not a path pattern: one begins with \"/\", names each {part} once, and "
       "has one {part**} or \"**\" at the most before a last \"**\", did you mean \"/b\"?"},
      {"match: []", "routes[1].match: must not be empty"},
      {"match: [/a, [/b]]",
       "route \"/a\": match: expected a path pattern such as \"/api/products/{id}\", found a list: write it "
       "without brackets"},
      {"match: [/a, /a]", "route \"/a\": match: \"/a\" is listed twice"},
      {"match: [\"/a/{id}\", \"/b/{it}\"], tags: [\"t:{id}\"]",
       "route \"/a/{id}\": tags: \"t:{id}\": the match \"/b/{it}\" has no \"{id}\", did you mean "
       "\"it\"?"},
      {"name: \"\"", "route \"\": name: expected a name without control bytes, found \"\""},
      {"name: [a]",
       "route \"a\": name: expected a name without control bytes, found a list: write it without brackets"},
      {"host: []", "route \"/**\": host: must not be empty"},
      {"host: [a, a]", "route \"/**\": host: \"a\" is listed twice"},
      {"host: {a: b}",
       "route \"/**\": host: expected a host such as \"shop.example\" or \"*.shop.example\", found a map"},
      {"host: \"*\"", "route \"/**\": host: without host a route takes the requests for all"},
      {"host: \"https://a\"",
       "route \"/**\": host: \"https://a\" is a URL: a host has no scheme and no path"},
      {"host: a/b", "route \"/**\": host: \"a/b\" has a path, which is for match"},
      {"host: .a.b",
       "route \"/**\": host: \".a.b\" begins with a dot: * stands for one label, as in *.shop.example"},
      {"host: \"a:x\"",
       "route \"/**\": host: \"a:x\" is no host: its labels are literal or hold *, and a port may follow, as "
       "in shop.example:8080"},
      {"host: \"~a\"",
       "route \"/**\": host: \"~a\" is no host: its labels are literal or hold *, and a port may follow, as "
       "in shop.example:8080"},
      {"upstream: apy", "route \"/**\": upstream: there is no upstream \"apy\", did you mean \"api\"?"},
      {"upstream: \"\"", "route \"/**\": upstream: there is no upstream \"\""},
      {"ttl: 60",
       "route \"/**\": ttl: expected a duration such as \"30s\", found \"60\", did you mean \"60s\"?"},
      {"ttl: {99: 1s}", "route \"/**\": ttl: \"99\" is not a status from 200 to 599, a class as 2xx, or any"},
      {"ttl: {600: 1s}",
       "route \"/**\": ttl: \"600\" is not a status from 200 to 599, a class as 2xx, or any"},
      {"ttl: {1xx: 1s}",
       "route \"/**\": ttl: \"1xx\" is not a status from 200 to 599, a class as 2xx, or any"},
      {"ttl: {\"*\": 1s}",
       "route \"/**\": ttl: \"*\" is not a status from 200 to 599, a class as 2xx, or any"},
      {"ttl: {2xx: x}", "route \"/**\": ttl.2xx: expected a duration such as \"30s\", found \"x\""},
      {"ttl: {any: 25h}",
       "warning: route \"/**\": ttl: 1d1h is longer than store.max_lifetime, which caps it to 1d"},
      {"ttl: {206: 1s}", "warning: route \"/**\": ttl.206: does nothing: a part takes the ttl of 200"},
      {"ttl: {304: 1s}", "warning: route \"/**\": ttl.304: does nothing: a 304 is never stored"},
      {"ttl: {407: 1s}", "warning: route \"/**\": ttl.407: does nothing: a 407 is never stored"},
      {"ttl: {416: 1s}", "warning: route \"/**\": ttl.416: does nothing: a 416 is never stored"},
      {"ttl: {401: 1s}",
       "warning: route \"/**\": ttl.401: a 401 is often about one client or its request, and goes to all "
       "others too"},
      {"ttl: {429: 1s}",
       "warning: route \"/**\": ttl.429: a 429 is often about one client or its request, and goes to all "
       "others too"},
      {"ttl: {200: x}", "route \"/**\": ttl.200: expected a duration such as \"30s\", found \"x\""},
      {"ttl: {}", "route \"/**\": ttl: must not be empty"},
      {"ttl: 25h",
       "warning: route \"/**\": ttl: 1d1h is longer than store.max_lifetime, which caps it to 1d"},
      {"cache: offf", "route \"/**\": cache: expected on or off, found \"offf\", did you mean \"off\"?"},
      {"override: true", "route \"/**\": override: needs a ttl beside it, which then decides"},
      {"ttl: 1s, override: on, cookies: ignore",
       "warning: route \"/**\": override: with \"cookies: ignore\" one user's private response could be "
       "shared with "
       "others"},
      {"response: {remove: [ETag]}",
       "route \"/**\": response.remove: \"ETag\" cannot be removed: clients and caches need it to read the "
       "response"},
      {"response: {remove: [transfer-encoding]}",
       "route \"/**\": response.remove: \"transfer-encoding\" cannot be removed: clients and caches need it "
       "to "
       "read the response"},
      {"response: {remove: [vary]}",
       "route \"/**\": response.remove: \"vary\" cannot be removed: clients and caches need it to read the "
       "response"},
      {"response: {remove: [\"A B\"]}",
       "route \"/**\": response.remove: expected a header name, found \"A B\""},
      {"response: {remove: Server}",
       "route \"/**\": response.remove: expected a list of header names, found \"Server\", did you mean "
       "[Server]?"},
      {"response: off", "route \"/**\": response: expected a map, found \"off\": as {remove: [Server]}"},
      {"methods: [get]",
       "route \"/**\": methods: expected a method such as \"GET\", found \"get\", did you mean \"GET\"?"},
      {"methods: []", "route \"/**\": methods: must not be empty"},
      {"methods: GET",
       "route \"/**\": methods: expected a list of methods, found \"GET\", did you mean [GET]?"},
      {"headers: [A, A]", "route \"/**\": headers: \"A\" is listed twice"},
      {"headers: [\"A B\"]",
       "route \"/**\": headers: expected a name without spaces and marks, found \"A B\""},
      {"cookies: ignor",
       "route \"/**\": cookies: expected ignore or refuse, found \"ignor\", did you mean \"ignore\"?"},
      {"cookies: {a: 1}", "route \"/**\": cookies: unknown key \"a\""},
      {"cookies: {}", "route \"/**\": cookies: must not be empty: key, ignore, or both"},
      {"cookies: {key: []}", "route \"/**\": cookies.key: must not be empty"},
      {"cookies: {key: [lang], ignore: [\"_a*\", lang]}",
       "route \"/**\": cookies: \"lang\" cannot be both part of the key and ignored"},
      {"cookies: {key: [\"a b\"]}",
       "route \"/**\": cookies.key: expected a name without spaces and marks, found \"a b\""},
      {"cookies: []", "route \"/**\": cookies: must not be empty"},
      {"credentials: shared",
       "warning: route \"/**\": credentials: what one client gets for its Authorization, X-Api-Key or the "
       "like "
       "is given to all others"},
      {"credentials: keyed", "route \"/**\": credentials: expected refuse or shared, found \"keyed\""},
      {"set_cookie: allow",
       "warning: route \"/**\": set_cookie: a cookie that the origin sets for one client, a session too, is "
       "given to all others"},
      {"query: {ignore: [a], only: [b]}", "route \"/**\": query: \"ignore\" and \"only\" exclude each other"},
      {"query: {ignore: [\"a=b\"]}",
       "route \"/**\": query.ignore: expected the name of a query parameter, found \"a=b\""},
      {"query: {forward: everything}",
       "route \"/**\": query.forward: expected keyed or all, found \"everything\""},
      {"query: {sort: on}", "route \"/**\": query: unknown key \"sort\", did you mean \"sorted\"?"},
      {"request_directives: honour",
       "route \"/**\": request_directives: expected honor or ignore, found \"honour\", did "
       "you mean \"honor\"?"},
      {"set_cookie: deny",
       "route \"/**\": set_cookie: expected refuse, strip or allow, found \"deny\", did you mean "
       "\"refuse\"?"},
      {"match: \"/p/{id}\", tags: [\"p:{idd}\"]",
       "route \"/p/{id}\": tags: \"p:{idd}\": the match has no \"{idd}\", did you mean \"id\"?"},
      {"tags: [\"p:{id\"]", "route \"/**\": tags: \"p:{id\" has a \"{\" without its \"}\""},
      {"purge: all", "route \"/**\": purge: expected resource or none, found \"all\""},
      {"purge: [a]", "route \"/**\": purge: expected resource, none or a map of urls and tags, found a list"},
      {"purge: {urls: [\"p/*\"]}",
       "route \"/**\": purge.urls: \"p/*\" is not a path pattern: one begins with \"/\", names each {part} "
       "once, and has one {part**} or \"**\" at the most before a last \"**\", did you mean \"/p/*\"?"},
      {"match: \"/p/{id}\", purge: {urls: [\"/q/{id}/r/{id}\"], tags: [\"{nr}\"]}",
       "route \"/p/{id}\": purge.tags: \"{nr}\": the match has no \"{nr}\""},
      {"consistency: stric",
       "route \"/**\": consistency: expected push or strict, found \"stric\", did you mean \"strict\"?"},
      {"collapse: on", "route \"/**\": collapse: expected off, local or cluster, found \"on\""},
      {"collapse: cluster",
       "warning: route \"/**\": collapse: without store.redis fetches are shared within each larder alone"},
      {"stale_if_eror: 1s", "route \"/**\": unknown key \"stale_if_eror\", did you mean \"stale_if_error\"?"},
      {"stale_if_error: 5",
       "route \"/**\": stale_if_error: expected a duration such as \"30s\", found \"5\", did you mean "
       "\"5s\"?"},
      {"ttl: 1h, stale_if_error: 1d",
       "warning: route \"/**\": stale_if_error: 1d after the ttl is longer than store.max_lifetime (1d), "
       "past "
       "which nothing is kept"},
      {"ttl: 1m, stale_while_revalidate: 2d",
       "warning: route \"/**\": stale_while_revalidate: 2d after the ttl is longer than store.max_lifetime "
       "(1d), past which nothing is kept"},
      {"jitter: 10",
       "route \"/**\": jitter: expected a share such as \"10%\", 50% at most, found \"10\", did you mean "
       "\"10%\"?"},
      {"jitter: 51%", "route \"/**\": jitter: expected a share such as \"10%\", 50% at most, found \"51%\""},
      {"jitter: [1%]",
       "route \"/**\": jitter: expected a share such as \"10%\", 50% at most, found a list: write it without "
       "brackets"},
      {"cookies: [refuse]",
       "route \"/**\": cookies: \"refuse\" in brackets is the name of a cookie, did you mean \"cookies: "
       "refuse\"?"},
      {"cookies: [ignore]",
       "route \"/**\": cookies: \"ignore\" in brackets is the name of a cookie, did you mean \"cookies: "
       "ignore\"?"},
      {"cookies: [all]",
       "route \"/**\": cookies: \"all\" in brackets is the name of a cookie, did you mean [\"*\"]?"},
      {"cookies: [none]",
       "route \"/**\": cookies: \"none\" is not clear: say ignore (no cookie is sent) or refuse (the "
       "response to a "
       "request with one is not shared)"},
      {"cookies: none",
       "route \"/**\": cookies: \"none\" is not clear: say ignore (no cookie is sent) or refuse (the "
       "response to a "
       "request with one is not shared)"},
      {"set_cookie: [strip]",
       "route \"/**\": set_cookie: expected refuse, strip or allow, found a list, did you mean \"strip\"?"},
      {"credentials: [shared]",
       "route \"/**\": credentials: expected refuse or shared, found a list, did you mean \"shared\"?"},
      {"headers: [none]",
       "route \"/**\": headers: \"none\" would be taken for a name: leave it out, or write []"},
      {"headers: none",
       "route \"/**\": headers: expected a list of header names, found \"none\": leave it out, or write []"},
      {"query: {only: [none]}",
       "route \"/**\": query.only: \"none\" would be taken for a name: leave it out, or write []"},
      {"query: [page]", "route \"/**\": query: expected a map, found a list: as {ignore: [\"utm_*\"]}"},
      {"cookies: {key: [none]}",
       "route \"/**\": cookies.key: \"none\" would be taken for a name: leave it out"},
      {"tags: [none]", "route \"/**\": tags: \"none\" would be taken for a name: leave it out, or write []"},
      {"purge: [none]",
       "route \"/**\": purge: expected resource, none or a map of urls and tags, found a list, did you mean "
       "\"none\"?"},
      {"purge: [/a/**]",
       "route \"/**\": purge: expected resource, none or a map of urls and tags, found a list, did you mean "
       "{urls: "
       "[...]}?"},
      {"methods: [all]",
       "route \"/**\": methods: expected a method such as \"GET\", found \"all\": without methods a route "
       "takes all"},
      {"ttl: off",
       "route \"/**\": ttl: expected a duration such as \"30s\", found \"off\": leave it out where the "
       "origin alone "
       "states lifetimes, or did you mean \"cache: off\"?"},
      {"match: \"/a/***\"",
       "route \"/a/***\": match: \"/a/***\" is not a path pattern: one begins with \"/\", names each {part} "
       "once, "
       "and has one {part**} or \"**\" at the most before a last \"**\", did you mean \"/a/**\"?"},
      {"match: /a/../b",
       "route \"/a/../b\": match: \"/a/../b\" has a \"..\": paths with one are never cached, did you mean "
       "\"/b\"?"},
      {"match: /..",
       "route \"/..\": match: \"/..\" has a \"..\": paths with one are never cached, did you mean \"/\"?"},
      {"match: \"/\xc3\xa4\"",
       "route \"/\xc3\xa4\": match: \"/\xc3\xa4\" has letters beyond ASCII, and paths are percent-encoded, "
       "did you "
       "mean \"/%C3%A4\"?"},
      {"match: /a b",
       "route \"/a b\": match: \"/a b\" has a space, and paths are percent-encoded, did you mean "
       "\"/a%20b\"?"},
      {"match: \"/api#x\"",
       "route \"/api#x\": match: \"/api#x\" has a \"#\": what follows it never leaves the browser, did you "
       "mean "
       "\"/api\"?"},
      {"match: \"/a,\"",
       "warning: route \"/a,\": match: ends with \",\", as few paths do, did you mean \"/a\"?"},
      {"match: \"/a/{b}/{b}\"",
       "route \"/a/{b}/{b}\": match: \"/a/{b}/{b}\" is not a path pattern: one begins with \"/\", names each "
       "{part} "
       "once, and has one {part**} or \"**\" at the most before a last \"**\": {b} is there twice"},
      {"match: \"/a{b\"",
       "route \"/a{b\": match: \"/a{b\" is not a path pattern: one begins with \"/\", names each {part} "
       "once, and "
       "has one {part**} or \"**\" at the most before a last \"**\": a \"{\" lacks its \"}\""},
      {"refresh_ahead: never",
       "route \"/**\": refresh_ahead: expected on or off, found \"never\", did you mean \"off\"?"},
  };
  for (const auto& [keys, diagnostics] : cases) {
    CAPTURE(keys);
    const std::vector<Diagnostic> found = load_route(keys).diagnostics;
    REQUIRE(found.size() == 1);
    CHECK(found[0].line == 2);
    const std::string place = "t.yaml:2:" + std::to_string(found[0].column) + ": ";
    CHECK(found[0].text() == place + diagnostics);
  }
}

TEST_CASE("what would silently be taken literally is an error with the right form") {
  struct Case {
    const char* keys;
    const char* diagnostics;
  };
  const Case cases[] = {
      {"match: \"/api/:id\"",
       "route \"/api/:id\": match: \"/api/:id\" is another notation: here \":id\" would only match itself; a "
       "segment is literal, or holds {name} or *, did you mean \"/api/{id}\"?"},
      {"match: \"/img/*.{png,jpg}\"",
       "route \"/img/*.{png,jpg}\": match: \"/img/*.{png,jpg}\" is not a path pattern: one begins with "
       "\"/\", "
       "names each {part} once, and has one {part**} or \"**\" at the most before a last \"**\""},
      {"match: \"^/api/.*$\"",
       "route \"^/api/.*$\": match: \"^/api/.*$\" is not a path pattern: one begins with \"/\", names each "
       "{part} once, and has one {part**} or \"**\" at the most before a last \"**\", did you mean "
       "\"/api/**\"?"},
      {"match: \"/a/{id}\", purge: {urls: [\"/a/:id\"]}",
       "route \"/a/{id}\": purge.urls: \"/a/:id\" is another notation: here \":id\" would only match itself; "
       "a "
       "segment is literal, or holds {name} or *, did you mean \"/a/{id}\"?"},
      {"match: \"/a/{id}\", purge: {urls: [\"/b/{id}/:x\"]}",
       "route \"/a/{id}\": purge.urls: expected a path pattern such as \"/api/search/**\", found "
       "\"/b/{id}/:x\""},
      {"purge: {tags: [\"product:*\"]}",
       "route \"/**\": purge.tags: \"product:*\" would be taken literally, its * too: a tag is purged by its "
       "whole name, so give what goes together one tag more, as \"products\", or purge by urls, as "
       "\"/products/**\""},
      {"tags: [\"product:*\"]",
       "route \"/**\": tags: \"product:*\" would be taken literally, its * too: a tag is purged by its "
       "whole name, so give what goes together one tag more, as \"products\", or purge by urls, as "
       "\"/products/**\""},
      {"headers: [\"X-Tenant-*\"]",
       "route \"/**\": headers: \"X-Tenant-*\" would be taken literally, its * too: fields for the key are "
       "named one by one"},
      {"cookies: [\"^wp_.*\"]",
       "route \"/**\": cookies: \"^wp_.*\" is a regular expression, and would only match itself: names are "
       "literal, and * stands for any run of characters, did you mean \"wp_*\"?"},
      {"cookies: {ignore: [\"_ga|_gid\"]}",
       "route \"/**\": cookies.ignore: \"_ga|_gid\" is a regular expression, and would only match itself: "
       "names are literal, and * stands for any run of characters"},
      {"query: {ignore: [\"utm_.*\"]}",
       "route \"/**\": query.ignore: \"utm_.*\" is a regular expression, and would only match itself: names "
       "are literal, and * stands for any run of characters, did you mean \"utm_*\"?"},
      {"methods: [\"*\"]",
       "route \"/**\": methods: expected a method such as \"GET\", found \"*\": without methods a route "
       "takes "
       "all"},
  };
  for (const auto& [keys, diagnostics] : cases) {
    CAPTURE(keys);
    const std::vector<Diagnostic> found = load_route(keys).diagnostics;
    REQUIRE(found.size() == 1);
    CHECK(found[0].text() == "t.yaml:2:" + std::to_string(found[0].column) + ": " + diagnostics);
  }
}

TEST_CASE("globs work wherever names of cookies and parameters are listed") {
  const Loaded loaded = load_route(
      "match: \"/img/*.png\", cookies: {key: [\"wordpress_logged_in_*\"], ignore: [\"_sp_id.*\"]}, "
      "query: {ignore: [\"utm_*\", \"filter[*]\"]}");
  CHECK(texts_of(loaded.diagnostics) == "");
  const policy::Route& route = loaded.config.routes.at(0);
  CHECK(policy::takes_path(route, "/img/a.png"));
  http::FieldList fields;
  fields.add("Cookie", "wordpress_logged_in_7f=x; _sp_id.1=y");
  CHECK_FALSE(policy::has_unkeyed_cookie(route, fields));
  CHECK(policy::keep_query(route.query, "utm_source=a&filter%5Bx%5D=1&page=2") == "page=2");
}

TEST_CASE("a route's upstream may be left out if there is only one") {
  CHECK(load_route("ttl: 1s").config.routes.at(0).upstream == "api");
  const Loaded several = load(
      "upstreams: {a: {servers: \"http://h\"}, b: {servers: \"http://i\"}}\n"
      "routes: [{match: /x}, {match: /y, upstream: b}]\n");
  CHECK(texts_of(several.diagnostics) ==
        "t.yaml:2:10: route \"/x\": \"upstream\" is missing: there are several to choose from\n");
  CHECK(several.config.routes.at(1).upstream == "b");
}

TEST_CASE("there is a warning about a route that an earlier one shadows") {
  const Loaded loaded = load_with_upstream(
      "routes:\n"
      "  - {match: /a, methods: [GET]}\n"
      "  - {match: /a}\n"
      "  - {match: /a, methods: [PUT]}\n"
      "  - {match: /**, methods: [GET]}\n"
      "  - {match: /b, methods: [PUT]}\n"
      "  - {match: /**}\n"
      "  - {match: /c}\n");
  CHECK(
      texts_of(loaded.diagnostics) ==
      "t.yaml:5:5: warning: route \"/a\": can never match: the route \"/a\" before it takes its requests\n"
      "t.yaml:9:5: warning: route \"/c\": can never match: the route \"/**\" before it takes its requests\n");
  CHECK(loaded.ok());
}

TEST_CASE("a route is hidden by every pattern that takes all its paths, and by no other") {
  struct Case {
    const char* earlier;
    const char* later;
    bool is_hidden;
  };
  for (const auto& [earlier, later, is_hidden] : {
           Case{"/a/{id}", "/a/b", true},
           Case{"/a/*", "/a/{id}", true},
           Case{"/a/{id}", "/a/*", true},
           Case{"/a/{x}/c", "/a/b/c", true},
           Case{"/a/{x}/c", "/a/*/c", true},
           Case{"/a/**", "/a", true},
           Case{"/a/**", "/a/", true},
           Case{"/a/**", "/a/b/{id}", true},
           Case{"/a/**", "/a/b/**", true},
           Case{"/a/{id}/**", "/a/b/**", true},
           Case{"/**", "/", true},
           Case{"/img/*.png", "/img/a.png", true},
           Case{"/img/*.png", "/img/a*.png", true},
           Case{"/img/*", "/img/*.png", true},
           Case{"/a/b", "/a/{id}", false},
           Case{"/a/{id}", "/a/", false},
           Case{"/a/{id}", "/a", false},
           Case{"/a/{id}", "/a/b/c", false},
           Case{"/a/{id}", "/a/**", false},
           Case{"/a/b/**", "/a/**", false},
           Case{"/a/{id}/**", "/a/**", false},
           Case{"/a/**", "/ab", false},
           Case{"/a/**", "/A/b", false},
           Case{"/a/*.png", "/a/{id}", false},
           Case{"/a/a*", "/a/*a", false},
           Case{"/a/{x}/c", "/a/b/d", false},
           Case{"/a/", "/a", false},
       }) {
    CAPTURE(std::string(earlier));
    CAPTURE(std::string(later));
    const std::string hidden = texts_of(load_with_upstream("routes: [{match: \"" + std::string(earlier) +
                                                           "\"}, {match: \"" + later + "\"}]\n")
                                            .diagnostics);
    CHECK((hidden.find("can never match: the route \"" + std::string(earlier) + "\" before it") !=
           std::string::npos) == is_hidden);
    CHECK(hidden.empty() == !is_hidden);
  }
}

TEST_CASE("a route is hidden if others take every host and every pattern of it, and else it is not") {
  struct Case {
    const char* routes;
    const char* hiding;  // "": nobody
  };
  for (const auto& [routes, hiding] : {
           Case{"{host: a.b}, {match: /x}", ""},
           Case{"{match: /x/**}, {host: a.b, match: /x/y}", "/x/**"},
           Case{"{host: a.b}, {host: a.b, match: /x}", "/**"},
           Case{"{host: a.b}, {host: A.B}", "/**"},
           Case{"{host: a.b}, {host: a.c}", ""},
           Case{"{host: a.b}, {host: \"a.b:81\"}", "/**"},
           Case{"{host: \"a.b:81\"}, {host: a.b}", ""},
           Case{"{host: \"*.b\"}, {host: a.b}", "/**"},
           Case{"{host: \"*.b\"}, {host: [a.b, c.b]}", "/**"},
           Case{"{host: \"*.b\"}, {host: [a.b, b]}", ""},
           Case{"{host: a.b}, {host: \"*.b\"}", ""},
           Case{"{host: [a.b, c.b]}, {host: c.b}", "/**"},
           Case{"{host: a.b, name: one}, {host: c.b, name: two}, {host: [a.b, c.b]}", "two"},
           Case{"{match: [/a, /b]}, {match: /b}", "/a"},
           Case{"{match: /b}, {match: [/a, /b]}", ""},
           Case{"{match: /a}, {match: /b}, {match: [/a, /b]}", "/b"},
           Case{"{host: a.b, match: /a}, {match: /b}, {host: a.b, match: [/a, /b]}", "/b"},
           Case{"{host: a.b, match: /a}, {match: /b}, {host: [a.b, c.b], match: [/a, /b]}", ""},
           Case{"{host: a.b, methods: [GET]}, {host: a.b}", ""},
       }) {
    CAPTURE(std::string(routes));
    const std::string said =
        texts_of(load_with_upstream("routes: [" + std::string(routes) + "]\n").diagnostics);
    CAPTURE(said);
    const bool is_hidden = *hiding != '\0';
    CHECK(said.empty() == !is_hidden);
    if (is_hidden) CHECK(said.find("the route \"" + std::string(hiding) + "\" before it") != said.npos);
  }
}

TEST_CASE("a route's name is its own, and messages use it") {
  const Loaded loaded = load_with_upstream(
      "routes:\n"
      "  - {match: [\"/a/{id}.json\", /b], name: shop}\n"
      "  - {match: /c, name: other}\n"
      "  - {match: /d, name: shop, ttl: x}\n");
  CHECK(texts_of(loaded.diagnostics) ==
        "t.yaml:5:23: route \"shop\": name: \"shop\" is the name of the route on line 3 too\n"
        "t.yaml:5:34: route \"shop\": ttl: expected a duration such as \"30s\", found \"x\"\n");
  CHECK(loaded.config.routes[0].name == "shop");
  CHECK(load_route("match: [/a, /b]").config.routes[0].name == "/a");
}

TEST_CASE("hosts, matches and names are printed as they were written") {
  const Loaded loaded = load_route("match: [\"/a/{id}.json\", /b], host: [A.b, \"*.b:81\"], name: shop");
  CHECK(loaded.diagnostics.empty());
  const std::string yaml = to_yaml(loaded.config);
  for (const char* line : {"name: shop", "host: [A.b, \"*.b:81\"]", "match: [\"/a/{id}.json\", /b]"}) {
    CAPTURE(line);
    CHECK(yaml.find(line) != yaml.npos);
  }
  CHECK(load(yaml).config.routes == loaded.config.routes);
  CHECK(to_yaml(load_route("match: [/a]").config).find("match: /a\n") != std::string::npos);
}

TEST_CASE("a host that sites replace is told: no request is routed by it") {
  const Loaded loaded = load_with_upstream(
      "sites: {shop.example: [www.shop.example, \"a.example:81\"]}\n"
      "routes: [{host: [www.shop.example, shop.example, a.example]}]\n");
  CHECK(texts_of(loaded.diagnostics) ==
        "t.yaml:3:18: warning: route \"/**\": host: by \"sites\" \"www.shop.example\" is "
        "\"shop.example\", and requests for it are routed by that\n");
}

TEST_CASE("ten thousand routes, each of its own host, are none of them hidden") {
  std::string yaml = "routes:\n";
  for (int i = 0; i < 10'000; ++i) {
    yaml += "  - {host: t" + std::to_string(i) + ".shop.example, match: /api/**}\n";
  }
  CHECK(load_with_upstream(yaml).diagnostics.empty());
}

TEST_CASE("a hidden `cache: off` is an error where the route before it caches") {
  const Loaded loaded = load_with_upstream(
      "routes:\n"
      "  - {match: \"/api/{id}\", methods: [GET]}\n"
      "  - {match: /api/me, methods: [HEAD], cache: off}\n"
      "  - {match: /api/me, cache: off}\n"
      "  - {match: /private/**, cache: off}\n"
      "  - {match: /private/me, cache: off}\n"
      "  - {match: /private/you}\n");
  CHECK(texts_of(loaded.diagnostics) ==
        "t.yaml:4:5: route \"/api/me\": can never match: the route \"/api/{id}\" before it takes its "
        "requests, and "
        "caches them in spite of \"cache: off\" here: put this one first\n"
        "t.yaml:7:5: warning: route \"/private/me\": can never match: the route \"/private/**\" before it "
        "takes its "
        "requests\n"
        "t.yaml:8:5: warning: route \"/private/you\": can never match: the route \"/private/**\" before it "
        "takes "
        "its requests\n");
  CHECK_FALSE(loaded.ok());
}

TEST_CASE("keys of a lifetime are warned of where nothing is stored") {
  CHECK(texts_of(load_route("match: /a, cache: off, ttl: 1m, tags: [a]").diagnostics) ==
        "t.yaml:2:39: warning: route \"/a\": ttl: does nothing beside \"cache: off\"\n"
        "t.yaml:2:49: warning: route \"/a\": tags: does nothing beside \"cache: off\"\n");
  CHECK(texts_of(load_route("match: /a, methods: [POST, PUT], ttl: 1m").diagnostics) ==
        "t.yaml:2:49: warning: route \"/a\": ttl: does nothing here: methods has neither GET nor HEAD, which "
        "alone "
        "are answered from cache\n");
  CHECK(texts_of(load_route("match: /a, methods: [HEAD], ttl: 1m").diagnostics) == "");
  CHECK(texts_of(load_route("match: /a, cache: off, methods: [POST]").diagnostics) == "");
  CHECK(texts_of(load_route("match: /a, cache: off, jitter: 0%, tags: [], refresh_ahead: auto, override: off")
                     .diagnostics) == "");
}

TEST_CASE("thousands of routes are compared with each other in no time") {
  std::string routes = "routes:\n";
  for (int i = 0; i < 5'000; ++i) {
    const std::string number = std::to_string(i);
    routes +=
        "  - {match: \"/v1/{tenant}/r" + number + "/{id}\"}\n  - {match: \"/v1/t/r" + number + "/x\"}\n";
  }
  const auto begin = std::chrono::steady_clock::now();
  const Loaded loaded = load_with_upstream(routes);
  CHECK(loaded.diagnostics.size() == 5'000);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
}

TEST_CASE("there is a warning where POSTs that may only read purge") {
  const auto said = [](const std::string& routes) {
    return texts_of(load_with_upstream("routes:\n" + routes).diagnostics);
  };
  CHECK(said("  - {match: /api/graphql, ttl: 10s}\n") ==
        "t.yaml:3:5: warning: route \"/api/graphql\": each POST purges what GETs have stored here: if POSTs "
        "only "
        "read, put {match: \"/api/graphql\", methods: [POST], purge: none} before it\n");
  for (const char* match : {"/api/v1/query", "/api/v1/query_range", "/{index}/_search", "/gql/**"}) {
    CAPTURE(match);
    CHECK(said("  - {match: \"" + std::string(match) + "\"}\n").find("each POST purges") !=
          std::string::npos);
  }
  for (const char* quiet :
       {"  - {match: /graphql, methods: [POST], purge: none}\n  - {match: /graphql, ttl: 10s}\n",
        "  - {match: /graphql, ttl: 10s, methods: [GET]}\n", "  - {match: /graphql, cache: off}\n",
        "  - {match: /graphql, purge: none}\n", "  - {match: /graphql, purge: {tags: [graphql]}}\n",
        "  - {match: /graphqlx}\n", "  - {match: /**}\n"}) {
    CAPTURE(quiet);
    CHECK(said(quiet).empty());
  }
}

TEST_CASE("a switch is any of YAML's words for yes and no") {
  for (const char* word : {"on", "true", "yes", "On", "TRUE"}) {
    CHECK(load_route("debug: " + std::string(word)).config.routes.at(0).debug);
  }
  for (const char* word : {"off", "false", "no", "No"}) {
    CHECK_FALSE(load_route("cache: " + std::string(word)).config.routes.at(0).cache);
  }
}

TEST_CASE("there is a warning about sharing private responses, and a stronger one together with override") {
  struct Case {
    const char* keys;
    std::vector<std::string> warnings;
  };
  const std::string private_response = "one user's private response could be shared with others";
  const std::string shared = "what one client gets for its Authorization, X-Api-Key or the like";
  const std::string cookie = "a cookie that the origin sets for one client, a session too";
  for (const auto& [keys, warnings] : std::vector<Case>{
           {"credentials: refuse", {}},
           {"set_cookie: strip", {}},
           {"cookies: ignore", {}},
           {"credentials: shared", {shared}},
           {"set_cookie: allow", {cookie}},
           {"ttl: 1s, override: on, credentials: shared", {private_response, shared}},
           {"ttl: 1s, override: on, cookies: {ignore: [\"*\"]}", {private_response}},
           {"ttl: 1s, override: on, set_cookie: allow", {"is for lifetimes that the origin states", cookie}},
       }) {
    CAPTURE(keys);
    const Loaded loaded = load_route(keys);
    CHECK(loaded.ok());
    REQUIRE(loaded.diagnostics.size() == warnings.size());
    for (std::size_t i = 0; i < warnings.size(); ++i) {
      CHECK(loaded.diagnostics[i].text().find("warning: ") != std::string::npos);
      CHECK(loaded.diagnostics[i].text().find(warnings[i]) != std::string::npos);
    }
  }
}

TEST_CASE("a ttl is one duration, or some by status, class or any, and is shown as it was read") {
  const auto loaded = load_route("ttl: {any: 1s, 404: 10s, 5xx: 2s, 302: 10m, 2xx: 1m}");
  CHECK(texts_of(loaded.diagnostics) == "");
  const policy::TtlRule& rule = loaded.config.routes.at(0).ttl;
  CHECK(rule.for_status(200) == 1min);
  CHECK(rule.for_status(302) == 10min);
  CHECK(rule.for_status(404) == 10s);
  CHECK(rule.for_status(502) == 2s);
  CHECK(rule.for_status(301) == 1s);
  const std::string yaml = to_yaml(loaded.config);
  CHECK(yaml.find("ttl: {302: 10m, 404: 10s, 2xx: 1m, 5xx: 2s, any: 1s}\n") != yaml.npos);
  CHECK(load(yaml).config == loaded.config);
}
