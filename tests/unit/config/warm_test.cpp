#include "support.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::config;

namespace {

Loaded load_warm(const std::string& warm) {
  return load_with_upstream(
      "store: {redis: {url: \"redis://h\"}}\n"
      "routes:\n"
      "  - match: /api/first\n"
      "  - {match: /api/**, warm: {" +
      warm + "}}\n");
}

}  // namespace

TEST_CASE("what is to be warmed is read, and shown as read") {
  const Loaded loaded = load_warm(
      "site: \"HTTP://shop.example:80\", urls: [\"/api/a?b=c\", /api/d], sitemap: /sitemap.xml, hottest: "
      "100, "
      "headers: {Accept-Encoding: gzip}, at_start: off, schedule: \"*/10 * * * *\", concurrency: 8, retries: "
      "0");
  CHECK(texts_of(loaded.diagnostics) == "");
  const policy::WarmRule rule = loaded.config.routes.at(1).warm.value();
  CHECK(rule == policy::WarmRule{.site = "http://shop.example",
                                 .urls = {"/api/a?b=c", "/api/d"},
                                 .sitemap = "/sitemap.xml",
                                 .hottest = 100,
                                 .headers = {{"Accept-Encoding", "gzip"}},
                                 .at_start = false,
                                 .schedule = policy::Schedule::parse("*/10 * * * *").value(),
                                 .concurrency = 8,
                                 .retries = 0});
  const Loaded again = load(to_yaml(loaded.config));
  CHECK(texts_of(again.diagnostics) == "");
  CHECK(again.config.routes.at(1).warm == rule);
}

TEST_CASE("a minimal section for warming has defaults for the rest") {
  const Loaded loaded = load_warm("hottest: 5");
  CHECK(texts_of(loaded.diagnostics) == "");
  const policy::WarmRule rule = loaded.config.routes.at(1).warm.value();
  CHECK(rule.at_start);
  CHECK_FALSE(rule.schedule);
  CHECK(rule.concurrency == 4);
  CHECK(rule.retries == 3);
  CHECK(load(to_yaml(loaded.config)).config.routes.at(1).warm == rule);
  CHECK_FALSE(loaded.config.routes.at(0).warm);
}

TEST_CASE("behind a trusted front, sites of either scheme are warmed without a warning") {
  const std::string routes = "routes: [{match: /**, ttl: 1m, warm: {site: \"https://shop\", urls: [/a]}}]\n";
  CHECK(texts_of(load_with_upstream("trusted_proxies: [10.0.0.1]\n" + routes).diagnostics).empty());
  CHECK_FALSE(texts_of(load_with_upstream(routes).diagnostics).empty());
}

TEST_CASE("what cannot be warmed is refused at its place") {
  struct Case {
    const char* warm;
    const char* message;
  };
  const Case cases[] = {
      {"", "needs urls, a sitemap or hottest"},
      {"urls: [/api/a]", "needs a site, such as http://shop.example, as clients call it"},
      {"site: shop, hottest: 1", ".site: expected a URL such as \"http://127.0.0.1:3000\", found \"shop\""},
      {"site: \"https://shop\", hottest: 1",
       ".site: no listener speaks https: clients will ask for it by another scheme"},
      {"site: \"http://s\", urls: [/other]", ".urls: \"/other\" is not matched by the route"},
      {"site: \"http://s\", urls: [/api/first]",
       ".urls: \"/api/first\" is taken by the route \"/api/first\" before it"},
      {"site: \"http://s\", urls: [\"http://elsewhere/api/a\"]",
       ".urls: expected a path such as \"/api/products?page=1\", found \"http://elsewhere/api/a\""},
      {"site: \"http://s\", urls: [\"//elsewhere/a\"]",
       ".urls: expected a path such as \"/api/products?page=1\", found \"//elsewhere/a\""},
      {"site: \"http://s\", sitemap: \"a b\"",
       ".sitemap: expected a path such as \"/api/products?page=1\", found \"a b\""},
      {"site: \"http://s\", urls: [\"/api/*\"]",
       ".urls: \"/api/*\" is a pattern, of which no page can be asked for: name each, or use sitemap or "
       "hottest"},
      {"site: \"http://s\", urls: [\"/api/{id}\"]",
       ".urls: \"/api/{id}\" is a pattern, of which no page can be asked for"},
      {"site: \"http://s\", sitemap: \"/sitemap-*.xml\"",
       ".sitemap: \"/sitemap-*.xml\" is a pattern, of which no page can be asked for"},
      {"hottest: many", ".hottest: expected a number from 0 to 10000, found \"many\""},
      {"hottest: 1, concurrency: 0", ".concurrency: expected a number from 1 to 64, found \"0\""},
      {"site: \"http://s\", hottest: 1, headers: {\"a b\": c}", ".headers: \"a b\" is not a header name"},
      {"hottest: 1, headers: {a: b}", ".headers: needs a site, to which alone they are sent"},
      {"site: \"http://s\", hottest: 1, headers: [a]", ".headers: expected a map of headers, found a list"},
      {"hottest: 1, schedule: hourly",
       ".schedule: expected cron's five fields, such as \"*/10 * * * *\", that come to pass, found "
       "\"hourly\""},
      {"hottest: 1, at_start: off", "needs a schedule if at_start is off"},
      {"hotest: 1, hottest: 1", ": unknown key \"hotest\", did you mean \"hottest\"?"},
  };
  for (const auto& [warm, message] : cases) {
    CAPTURE(warm);
    const std::string texts = texts_of(load_warm(warm).diagnostics);
    CAPTURE(texts);
    CHECK(texts.find("route \"/api/**\": warm") != std::string::npos);
    CHECK(texts.find(message) != std::string::npos);
    CHECK(texts.find('\n') + 1 == texts.size());
  }
}

TEST_CASE("fields that lead elsewhere, ask for parts, frame or identify are refused for warming") {
  const auto complaint = [](const std::string& field) {
    return texts_of(
        load_warm("site: \"http://s\", urls: [/api/a], headers: {" + field + ": \"x=y\"}").diagnostics);
  };
  for (const std::string field : {"Host",
                                  "host",
                                  "X-Forwarded-Host",
                                  "X-Forwarded-Proto",
                                  "X-Forwarded-For",
                                  "Forwarded",
                                  "X-Original-URL",
                                  "X-HTTP-Method-Override",
                                  "X-Real-IP",
                                  "Range",
                                  "If-None-Match",
                                  "If-Modified-Since",
                                  "If-Range",
                                  "If-Match",
                                  "Content-Length",
                                  "Content-Type",
                                  "Transfer-Encoding",
                                  "Connection",
                                  "Keep-Alive",
                                  "TE",
                                  "Upgrade",
                                  "Proxy-Connection",
                                  "Expect",
                                  "Via",
                                  "CDN-Loop",
                                  "Cache-Control",
                                  "Pragma",
                                  "Authorization",
                                  "Cookie",
                                  "X-Api-Key",
                                  "X-Forwarded-User",
                                  "Remote-User",
                                  "X-Acme-User"}) {
    CAPTURE(field);
    const bool is_added = field == "X-Acme-User";
    const std::string texts =
        is_added ? texts_of(load_with_upstream(
                                "credentials: {add: [X-Acme-User]}\nroutes: [{match: /a, warm: {site: "
                                "\"http://s\", urls: [/a], headers: {X-Acme-User: x}}}]\n")
                                .diagnostics)
                 : complaint(field);
    CHECK(texts.find("warm.headers") != std::string::npos);
    CHECK(texts.find("\"" + field + "\"") != std::string::npos);
    CHECK(texts.find('\n') + 1 == texts.size());
  }
  for (const std::string field : {"Accept", "Accept-Encoding", "Accept-Language", "User-Agent",
                                  "X-Requested-With", "Origin", "DNT", "X-App-Version"}) {
    CAPTURE(field);
    CHECK(complaint(field) == "");
  }
}

TEST_CASE("what the route keys may be sent for warming, and is not shown in the effective configuration") {
  const Loaded loaded = load_route(
      "match: /a, headers: [X-Api-Key], cookies: {key: [lang]}, warm: {site: \"http://s\", urls: [/a], "
      "headers: "
      "{X-Api-Key: hidden, Cookie: lang=de, Accept-Language: de, X-Internal: hidden}}");
  CHECK(texts_of(loaded.diagnostics) == "");
  const std::string shown = to_yaml(loaded.config);
  CHECK(shown.find("hidden") == std::string::npos);
  CHECK(shown.find("X-Api-Key: \"***\"") != std::string::npos);
  CHECK(shown.find("Accept-Language: de") != std::string::npos);
}

TEST_CASE("a route that does not cache GET is not warmed, and without Redis hot keys are not known") {
  CHECK(texts_of(load_route("cache: off, warm: {site: \"http://s\", urls: [/a]}").diagnostics) ==
        "t.yaml:2:29: route \"/**\": warm: the route caches no GET\n");
  CHECK(texts_of(load_route("methods: [PUT], warm: {site: \"http://s\", urls: [/a]}").diagnostics) ==
        "t.yaml:2:33: route \"/**\": warm: the route caches no GET\n");
  CHECK(texts_of(load_route("warm: {hottest: 5}").diagnostics) ==
        "t.yaml:2:27: route \"/**\": warm.hottest: needs store.redis, which remembers what was asked for\n");
}
