#include "support.hpp"

#include <larder/policy/route_table.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::config;

TEST_CASE("mistakes in `when` are told at their place") {
  struct Case {
    const char* keys;
    const char* diagnostic;
  };
  for (
      const auto& [keys, diagnostic] : {
          Case{"when: {}", ": must not be empty: headers, query or cookies"},
          Case{"when: X-Version", ": expected a map, found \"X-Version\": as {headers: {X-Version: \"2\"}}"},
          Case{"when: {header: {A: b}}", ": unknown key \"header\", did you mean \"headers\"?"},
          Case{"name: a, when: {headers: {}}", ".headers: must not be empty"},
          Case{"name: a, when: {headers: {A: []}}", ".headers.A: must not be empty"},
          Case{"name: a, when: {headers: {A: [b, b]}}", ".headers.A: \"b\" is listed twice"},
          Case{"name: a, when: {headers: {A: }}",
               ".headers.A: expected a value, a glob, or a list of them, found nothing"},
          Case{"name: a, when: {headers: {A: {b: c}}}",
               ".headers.A: expected a value, a glob, or a list of them, found a map"},
          Case{"name: a, when: {headers: [X-Version]}",
               ".headers: expected a map of headers and their values, found a list, did you mean "
               "{X-Version: \"*\"}?"},
          Case{"name: a, when: {cookies: beta}",
               ".cookies: expected a map of cookies and their values, found \"beta\", did you mean {beta: "
               "\"*\"}?"},
          Case{"when: {query: [a, b]}",
               ".query: expected a map of parameters and their values, found a list: as {preview: \"*\"}"},
          Case{"when: {headers: {X-Version: \"2\"}}",
               ": with headers or cookies the route needs a name, which is part of the key"},
          Case{"when: {cookies: {beta: \"*\"}}",
               ": with headers or cookies the route needs a name, which is part of the key"},
          Case{"name: a, when: {headers: {\"A B\": \"1\"}}",
               ".headers: expected a name without spaces and marks, found \"A B\""},
          Case{
              "name: a, when: {headers: {\"X-*\": \"1\"}}",
              ".headers: \"X-*\" would be taken literally, its * too: header fields are named one by one, as "
              "in Vary"},
          Case{"name: a, when: {headers: {host: a.b}}",
               ".headers: \"host\" cannot choose a route: it is what the key host is for"},
          Case{"name: a, when: {headers: {Cookie: \"*beta*\"}}",
               ".headers: \"Cookie\" cannot choose a route: it is what when.cookies is for, by their names"},
          Case{"name: a, when: {headers: {Connection: close}}",
               ".headers: \"Connection\" cannot choose a route: it is for one connection or its message "
               "alone"},
          Case{"name: a, when: {headers: {X-Forwarded-Proto: https}}",
               ".headers: \"X-Forwarded-Proto\" cannot choose a route: it is written or removed by larder: "
               "the "
               "upstream does not get it as it came"},
          Case{"name: a, when: {headers: {X-Real-IP: \"*\"}}",
               ".headers: \"X-Real-IP\" cannot choose a route: it is written or removed by larder: the "
               "upstream does not get it as it came"},
          Case{"name: a, when: {headers: {Range: \"*\"}}",
               ".headers: \"Range\" cannot choose a route: it does not go to the upstream with requests that "
               "are shared"},
          Case{"name: a, when: {headers: {A: \"\\x01\"}}",
               ".headers.A: holds a control byte: no request has such a value"},
          Case{"name: a, when: {headers: {A: \" b\"}}",
               ".headers.A: \" b\" begins or ends with a space, as no value does once it is read"},
          Case{"name: a, when: {headers: {A: \"^2$\"}}",
               ".headers.A: \"^2$\" is a regular expression, and would only match itself: names are literal, "
               "and * stands for any run of characters, did you mean \"2\"?"},
          Case{"name: a, when: {cookies: {\"a b\": \"1\"}}",
               ".cookies: expected a name without spaces and marks, found \"a b\""},
          Case{"name: a, when: {cookies: {\"^_ga\": \"1\"}}",
               ".cookies: \"^_ga\" is a regular expression, and would only match itself: names are literal, "
               "and * stands for any run of characters, did you mean \"_ga*\"?"},
          Case{"name: a, when: {cookies: {a: \"b;c\"}}",
               ".cookies.a: \"b;c\" has a \";\", at which cookies end"},
          Case{"when: {query: {\"a=b\": \"1\"}}",
               ".query: expected the name of a query parameter, found \"a=b\""},
          Case{"when: {query: {\"a%5B\": \"1\"}}",
               ".query: \"a%5B\" is percent-encoded, and is compared with what it stands for, did you mean "
               "\"a[\"?"},
          Case{"when: {query: {a: \"b%20c\"}}",
               ".query.a: \"b%20c\" is percent-encoded, and is compared with what it stands for, did you "
               "mean \"b c\"?"},
      }) {
    CAPTURE(std::string(keys));
    const std::vector<Diagnostic> found = load_route(keys).diagnostics;
    REQUIRE(found.size() == 1);
    const std::string title = std::string(keys).starts_with("name: a") ? "a" : "/**";
    CHECK(found[0].text() ==
          "t.yaml:2:" + std::to_string(found[0].column) + ": route \"" + title + "\": when" + diagnostic);
  }
  CHECK(texts_of(load_route("conditions: {}").diagnostics).find("did you mean \"when\"?") !=
        std::string::npos);
  CHECK(texts_of(load_with_upstream("defaults: {route: {when: {query: {a: b}}}}\n").diagnostics)
            .find("each route has its own: it has no default") != std::string::npos);
}

TEST_CASE("what a request must have is read, and printed as it was read") {
  const Loaded loaded = load_route(
      "name: \"/**\", when: {headers: {X-Version: [\"2\", 3.*], Sec-CH-UA-Mobile: \"?1\"}, query: {preview: "
      "\"*\", "
      "\"a*\": \"\"}, cookies: {beta: 1}}");
  CHECK(texts_of(loaded.diagnostics) == "");
  const policy::WhenRule& when = loaded.config.routes.at(0).when;
  CHECK(when == policy::WhenRule{.headers = {{"X-Version", {"2", "3.*"}}, {"Sec-CH-UA-Mobile", {"?1"}}},
                                 .query = {{"preview", {"*"}}, {"a*", {""}}},
                                 .cookies = {{"beta", {"1"}}}});
  const std::string yaml = to_yaml(loaded.config);
  CHECK(yaml.find("when: {headers: {X-Version: [2, 3.*], Sec-CH-UA-Mobile: \"?1\"}, query: {preview: \"*\", "
                  "a*: \"\"}, "
                  "cookies: {beta: 1}}\n") != std::string::npos);
  CHECK(texts_of(load(yaml).diagnostics) == "");
  CHECK(load(yaml).config == loaded.config);
  CHECK(to_yaml(load_route("when: {query: {p: x}}").config).find("when: {query: {p: x}}\n") !=
        std::string::npos);
  CHECK(to_yaml(load_route("match: /a").config).find("when") == std::string::npos);
}

TEST_CASE("a route with `when` hides none but its like, and is hidden by one without") {
  struct Case {
    const char* routes;
    const char* hiding;  // "": nobody
  };
  for (const auto& [routes, hiding] : {
           Case{"{match: /a, when: {query: {p: x}}}, {match: /a}", ""},
           Case{"{match: /**, when: {query: {p: x}}}, {match: /a, cache: off}", ""},
           Case{"{match: /a}, {match: /a, when: {query: {p: x}}}", "/a"},
           Case{"{match: /a, when: {query: {p: x}}}, {match: /a, when: {query: {p: y}}}", ""},
           Case{"{match: /**, when: {query: {p: x}}}, {match: /a, when: {query: {p: x}}}", "/**"},
       }) {
    CAPTURE(std::string(routes));
    const std::string said =
        texts_of(load_with_upstream("routes: [" + std::string(routes) + "]\n").diagnostics);
    CAPTURE(said);
    CHECK(said.empty() == (*hiding == '\0'));
    if (*hiding != '\0') CHECK(said.find("the route \"" + std::string(hiding) + "\" before it") != said.npos);
  }
}

TEST_CASE("what is fetched to warm a route must meet its `when`, and no earlier one's") {
  const auto said = [](const std::string& when, const std::string& warm, const std::string& earlier = "") {
    return texts_of(load_with_upstream("routes: [" + earlier +
                                       "{name: r, match: /a/**, cookies: ignore, when: {" + when +
                                       "}, warm: {site: \"http://s\", " + warm + "}}]\n")
                        .diagnostics);
  };
  const std::string two = "headers: {X-Version: \"2\"}";
  CHECK(said(two, "urls: [/a/b], headers: {X-Version: \"2\"}") == "");
  CHECK(said(two, "urls: [/a/b]")
            .find("route \"r\": warm: the route takes requests with header X-Version: 2 "
                  "alone: they are to be sent, by headers") != std::string::npos);
  CHECK(
      said(two, "urls: [/a/b], headers: {X-Version: \"3\"}")
          .find(
              "route \"r\": warm.headers: the route takes requests with header X-Version: 2 alone, which is "
              "not among these") != std::string::npos);
  CHECK(said("cookies: {beta: \"*\"}", "urls: [/a/b], headers: {Cookie: beta=1}") == "");
  CHECK(said("cookies: {beta: \"*\"}", "urls: [/a/b]").find("with cookie beta: * alone") !=
        std::string::npos);
  CHECK(said("headers: {User-Agent: larder-warm/*}", "urls: [/a/b]") == "");
  CHECK(said("query: {p: \"1\"}", "urls: [\"/a/b?p=1\"]") == "");
  CHECK(said("query: {p: \"1\"}", "urls: [\"/a/b?p=2\"]")
            .find("warm.urls: \"/a/b?p=2\" lacks what the route's when.query asks for") != std::string::npos);
  const std::string before = "{name: q, match: /a/b, when: {query: {q: \"*\"}}}, ";
  CHECK(said(two, "urls: [\"/a/b?p=1\"], headers: {X-Version: \"2\"}", before) == "");
  CHECK(said(two, "urls: [\"/a/b?q=1\"], headers: {X-Version: \"2\"}", before)
            .find("\"/a/b?q=1\" is taken by the route \"q\" before it") != std::string::npos);
}

TEST_CASE("a POST that reads is settled by a route before that takes all of them") {
  const auto warns = [](const std::string& when) {
    return texts_of(load_with_upstream("routes:\n  - {match: /graphql, methods: [POST], purge: none" + when +
                                       "}\n  - {match: /graphql, ttl: 10s}\n")
                        .diagnostics)
               .find("each POST purges") != std::string::npos;
  };
  CHECK_FALSE(warns(""));
  CHECK(warns(", when: {query: {read: \"*\"}}"));
}
