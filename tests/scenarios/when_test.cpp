// Routes that look at fields, cookies and the query: config/README.md, "Files and mistakes".
#include "scenario.hpp"

#include <larder/base/text.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

policy::Route named(std::string name, policy::WhenRule when = {}, std::string_view match = "/**") {
  policy::Route made = route(match, 60s);
  made.name = std::move(name);
  made.when = std::move(when);
  made.debug = true;
  return made;
}

policy::WhenRule version(std::string value) {
  return {.headers = {{"X-Version", {std::move(value)}}}, .query = {}, .cookies = {}};
}

policy::WhenRule cookie(std::string name) {
  return {.headers = {}, .query = {}, .cookies = {{std::move(name), {"*"}}}};
}

policy::WhenRule parameter(std::string name) {
  return {.headers = {}, .query = {{std::move(name), {"*"}}}, .cookies = {}};
}

policy::Route ignoring_cookies(policy::Route route) {
  route.cookies = policy::CookieRule::ignore_all();
  return route;
}

/// Routes, each with an upstream of its own name, which an answer consists of.
void use(Scenario& s, std::vector<policy::Route> routes) {
  for (policy::Route& each : routes) each.upstream = each.name;
  s.settings.routes = policy::RouteTable(std::move(routes));
  s.origin.answer = [](const pipeline::Request& request) { return Answer{.content = request.upstream}; };
}

std::string vary(const Seen& seen) {
  return seen.fields.combined("Vary").value_or("");
}

std::string key(const Seen& seen) {
  return std::string(seen.fields.find("X-Cache-Key").value_or(""));
}

const Fields two{{"X-Version", "2"}};

}  // namespace

TEST_CASE("a route that looks at a field has responses of its own, and Vary tells clients") {
  Scenario s;
  use(s, {named("two", version("2"), "/api/**"), named("rest")});
  const Seen first = s.get("/api/a", two);
  CHECK(first.line() == "MISS 200 two");
  CHECK(vary(first) == "X-Version");
  CHECK(key(first) == "GET:http://shop.test/api/a#route:two");
  const Seen rest = s.get("/api/a");
  CHECK(rest.line() == "MISS 200 rest");
  CHECK(vary(rest) == "X-Version");
  CHECK(key(rest) == "GET:http://shop.test/api/a");
  CHECK(s.get("/api/a", two).line() == "HIT 200 two");
  CHECK(s.get("/api/a", {{"X-Version", "3"}}).line() == "MISS 200 rest");
  const Seen hit = s.get("/api/a");
  CHECK(hit.line() == "HIT 200 rest");
  CHECK(vary(hit) == "X-Version");
  CHECK(vary(s.get("/b")).empty());
}

TEST_CASE("Vary goes out with what the origin wrote, each name once, on every kind of answer") {
  Scenario s;
  use(s, {named("two", version("2")), named("beta", cookie("beta"))});
  const auto says = [&](Fields fields) {
    s.origin.answer = [fields](const pipeline::Request&) {
      return Answer{.fields = fields, .content = "content"};
    };
  };
  says({{"Vary", "Accept-Language"}, {"ETag", "\"1\""}});
  CHECK(vary(s.get("/a", two)) == "Accept-Language, X-Version");
  CHECK(vary(s.get("/a", {{"X-Version", "2"}, {"If-None-Match", "\"1\""}})) == "Accept-Language, X-Version");
  CHECK(vary(s.ask("HEAD", "/a", two)) == "X-Version, Accept-Language");
  says({{"Vary", "x-version"}});
  CHECK(vary(s.get("/b", two)) == "x-version");
  CHECK(vary(s.get("/b", two)) == "x-version");
  says({{"Vary", "*"}});
  CHECK(vary(s.get("/c", two)) == "*");
  // No route, and a write.
  says({});
  CHECK(vary(s.get("/d")) == "X-Version, Cookie");
  CHECK(vary(s.ask("POST", "/d", {}, "x")) == "X-Version, Cookie");
}

TEST_CASE("what larder answers itself on a route that fields chose says so to caches as well") {
  Scenario s;
  policy::Route moved = named("moved", version("1"));
  moved.redirect = policy::RedirectRule{.to = "https://old.test/", .status = 301};
  policy::Route closed = named("closed", cookie("closed"));
  closed.respond = policy::RespondRule{.status = 404, .content = "closed"};
  use(s, {moved, closed, named("rest")});
  const Seen redirected = s.get("/a", {{"X-Version", "1"}});
  CHECK(redirected.status == 301);
  CHECK(vary(redirected) == "X-Version");
  const Seen answered = s.get("/a", {{"Cookie", "closed=1"}});
  CHECK(answered.status == 404);
  CHECK(vary(answered) == "X-Version, Cookie");
  CHECK(s.get("/a").line() == "MISS 200 rest");
}

TEST_CASE("a cookie that chose the route counts although the origin never sees it") {
  Scenario s;
  use(s, {ignoring_cookies(named("beta", cookie("beta"))), ignoring_cookies(named("rest"))});
  const Fields beta{{"Cookie", "seen=1; beta=x"}};
  CHECK(s.get("/a", beta).line() == "MISS 200 beta");
  CHECK_FALSE(s.origin.asked.back().fields.contains("Cookie"));
  CHECK(s.get("/a").line() == "MISS 200 rest");
  CHECK(s.get("/a", {{"Cookie", "seen=1; beta=y"}}).line() == "HIT 200 beta");
  CHECK(s.get("/a", {{"Cookie", "seen=2"}}).line() == "HIT 200 rest");
  CHECK(vary(s.get("/a", beta)) == "Cookie");
  // Asked for again behind an answer, it is the same route's.
  s.clock.advance(61s);
  CHECK(s.get("/a", beta).line() == "MISS 200 beta");
  CHECK(s.ask("HEAD", "/a", beta).line() == "HIT 200 ");
}

TEST_CASE("a cookie that only chose the route identifies the client as any other does") {
  Scenario s;
  use(s, {named("beta", cookie("beta")), named("rest")});
  CHECK(s.get("/a", {{"Cookie", "beta=1"}}).cache == "BYPASS");
  CHECK(s.get("/a", {{"Cookie", "beta=2"}}).cache == "BYPASS");
  policy::Route keyed = named("beta", cookie("beta"));
  keyed.cookies = policy::CookieRule::keep_only({"beta"});
  use(s, {keyed, named("rest")});
  CHECK(s.get("/a", {{"Cookie", "beta=1"}}).line() == "MISS 200 beta");
  CHECK(s.get("/a", {{"Cookie", "beta=2"}}).line() == "MISS 200 beta");
  CHECK(s.get("/a", {{"Cookie", "beta=1"}}).line() == "HIT 200 beta");
}

TEST_CASE("a field that Connection names is not sent, and so counts as absent") {
  Scenario s;
  use(s, {named("two", version("2")), named("rest")});
  const Fields hidden{{"X-Version", "2"}, {"Connection", "X-Version"}};
  CHECK(s.get("/a", hidden).line() == "MISS 200 rest");
  CHECK_FALSE(s.origin.asked.back().fields.contains("X-Version"));
  CHECK(s.get("/a", two).line() == "MISS 200 two");
  CHECK(s.get("/a", hidden).line() == "HIT 200 rest");
}

TEST_CASE("no spelling of a field by which routes are chosen gets another route's answer stored") {
  Scenario s;
  use(s, {named("two", version("2")), named("rest")});
  // As applications behind CGI read it, and those that take the first of several lines.
  s.origin.answer = [](const pipeline::Request& request) {
    std::string version = "none";
    for (const http::Field field : request.head.fields) {
      std::string name(field.name.text());
      std::ranges::replace(name, '_', '-');
      std::ranges::replace(name, '.', '-');
      if (equal_ignoring_case(name, "X-Version") && version == "none") version = field.value;
    }
    return Answer{.content = request.upstream + " " + version};
  };
  const auto versions = [](std::vector<std::string> values) {
    Fields fields;
    for (const std::string& value : values) fields.emplace_back("X-Version", value);
    return fields;
  };
  const std::vector<Fields> attacks{
      versions({"2", "9"}), versions({"9", "2"}), versions({"2", ""}),
      {{"X_Version", "2"}}, {{"x.version", "2"}}, {{"X-Version", "2"}, {"Connection", "close, x-version"}}};
  int page = 0;
  for (const Fields& attack : attacks) {
    CAPTURE(page);
    const std::string path = "/p" + std::to_string(page++);
    CHECK(s.get(path, attack).content != "rest 2");
    const std::string victim = s.get(path).content;
    CHECK(victim.substr(0, 5) == "rest ");
    CHECK(victim != "rest 2");
    CHECK(s.get(path, two).content == "two 2");
  }
}

TEST_CASE(
    "a value that no condition takes, and the origin may read as one that does, is kept apart behind it") {
  policy::Route second = route("/**", 60s);
  second.name = "v2";
  second.when.headers = {{"X-V", {"2"}}};
  Scenario s({second, route("/**", 60s)});
  s.origin.answer = [](const pipeline::Request& request) {
    return Answer{.content = request.head.fields.combined("X-V").value_or("none")};
  };
  CHECK(s.get("/a", {{"X-V", "2"}, {"X-V", "9"}}).line() == "MISS 200 2, 9");
  CHECK(s.get("/a", {{"X-V", "9"}}).line() == "MISS 200 9");
  CHECK(s.get("/a").line() == "MISS 200 none");
  CHECK(s.get("/a").line() == "HIT 200 none");
  CHECK(s.get("/a", {{"X-V", "9"}}).line() == "HIT 200 9");
}

TEST_CASE("a parameter that chose the route is in its key, and no spelling of the query mixes routes") {
  Scenario s;
  policy::Route preview = named("preview", parameter("preview"));
  preview.query = {.mode = policy::QueryRule::Mode::ignore, .names = {"*"}};
  policy::Route rest = named("rest");
  rest.query = preview.query;
  use(s, {preview, rest});
  CHECK(s.get("/a").line() == "MISS 200 rest");
  CHECK(s.get("/a?preview=1&x=1").line() == "MISS 200 preview");
  CHECK(s.origin.asked.back().target == "/a?preview=1");
  CHECK(s.get("/a?x=2&preview=1").line() == "HIT 200 preview");
  CHECK(s.get("/a?preview=2").line() == "MISS 200 preview");
  CHECK(s.get("/a?%70review=1").line() == "MISS 200 preview");
  CHECK(s.get("/a?x=1;preview=1").line() == "MISS 200 rest");
  const Seen plain = s.get("/a?x=1");
  CHECK(plain.line() == "HIT 200 rest");
  // The query is in every cache's key.
  CHECK(vary(plain).empty());
}

TEST_CASE("a purge names paths: it reaches the responses of all routes, whoever writes") {
  Scenario s;
  policy::Route tagged = named("two", version("2"));
  tagged.tags = {"t"};
  use(s, {tagged, ignoring_cookies(named("beta", cookie("beta"))), named("rest")});
  s.settings.purge_method = AddressSet();
  REQUIRE(s.settings.purge_method.add("192.0.2.7"));
  const std::vector<Fields> all{two, {{"Cookie", "beta=1"}}, {}};
  for (const Fields& fields : all) s.get("/a/b", fields);
  const auto count = [&](const std::string& result) {
    int count = 0;
    for (const Fields& fields : all) count += s.get("/a/b", fields).cache == result ? 1 : 0;
    return count;
  };
  CHECK(count("HIT") == 3);
  for (const Fields& writing : all) {
    s.ask("PUT", "/a/b", writing, "x");
    CHECK(count("MISS") == 3);
    CHECK(count("HIT") == 3);
  }
  CHECK(s.ask("PURGE", "/a/b").status == 200);
  CHECK(count("MISS") == 3);
}

TEST_CASE("requests of several routes that come at once have a fetch for each route") {
  Scenario s;
  use(s, {named("two", version("2")), named("rest")});
  s.origin.waits = true;
  std::future<Seen> first = s.begin("/a", two);
  std::future<Seen> second = s.begin("/a");
  std::future<Seen> third = s.begin("/a", two);
  CHECK(s.origin.asked.size() == 2);
  CHECK(s.finish(first).line() == "MISS 200 two");
  CHECK(s.finish(second).line() == "MISS 200 rest");
  CHECK(s.finish(third).line() == "MISS 200 two");
}

TEST_CASE("what is not for others on one route keeps nobody waiting on the other") {
  Scenario s;
  use(s, {named("two", version("2")), named("rest")});
  s.origin.answer = [](const pipeline::Request& request) {
    if (request.upstream == "two") return Answer{.fields = {{"Cache-Control", "private"}}, .content = "two"};
    return Answer{.content = "rest"};
  };
  CHECK(s.get("/a", two).line() == "MISS 200 two");
  s.origin.waits = true;
  std::future<Seen> first = s.begin("/a");
  std::future<Seen> second = s.begin("/a");
  CHECK(s.origin.asked.size() == 2);
  CHECK(s.finish(first).line() == "MISS 200 rest");
  CHECK(s.finish(second).line() == "MISS 200 rest");
}

TEST_CASE("stale responses are validated and fetched again behind answers by their own route") {
  Scenario s;
  policy::Route beta = ignoring_cookies(named("beta", cookie("beta")));
  beta.stale_while_revalidate = 60s;
  policy::Route rest = ignoring_cookies(named("rest"));
  rest.stale_while_revalidate = 60s;
  use(s, {beta, rest});
  const Fields with{{"Cookie", "beta=1"}};
  s.get("/a", with);
  s.get("/a");
  s.clock.advance(90s);
  CHECK(s.get("/a", with).line() == "STALE 200 beta");
  s.finish_behind();
  CHECK(s.get("/a", with).line() == "HIT 200 beta");
  CHECK(s.get("/a").line() == "STALE 200 rest");
  s.finish_behind();
  CHECK(s.get("/a").line() == "HIT 200 rest");
  CHECK(s.get("/a", with).line() == "HIT 200 beta");
}

TEST_CASE("the answer to a POST is stored for GETs of its own route alone") {
  Scenario s;
  policy::Route by_post = named("post");
  by_post.methods = {"POST"};
  use(s, {by_post, named("two", parameter("two")), named("rest")});
  s.origin.answer = [](const pipeline::Request& request) {
    return Answer{.fields = {{"Cache-Control", "max-age=60"}, {"Content-Location", request.head.target}},
                  .content = request.upstream};
  };
  s.ask("POST", "/a?two=1", {}, "x");
  CHECK(s.get("/a?two=1").line() == "MISS 200 two");
  s.ask("POST", "/a", {}, "x");
  CHECK(s.get("/a").line() == "HIT 200 post");
  use(s, {named("two", version("2")), named("rest")});
  s.origin.answer = [](const pipeline::Request& request) {
    return Answer{.fields = {{"Cache-Control", "max-age=60"}, {"Content-Location", request.head.target}},
                  .content = request.upstream};
  };
  s.ask("POST", "/b", two, "x");
  CHECK(s.get("/b", two).line() == "HIT 200 two");
  CHECK(s.get("/b").line() == "MISS 200 rest");
}

TEST_CASE("`cache: off` for some requests keeps these out of the cache by every spelling of the path") {
  Scenario s;
  policy::Route off = named("off", cookie("session"), "/api/**");
  off.cache = false;
  use(s, {off, ignoring_cookies(named("rest"))});
  const Fields session{{"Cookie", "session=1"}};
  CHECK(s.get("/api/a").line() == "MISS 200 rest");
  CHECK(s.get("/api/a", session).line() == "BYPASS 200 off");
  CHECK(s.get("/API/a").line() == "MISS 200 rest");
  CHECK(s.get("/API/a", session).line() == "BYPASS 200 rest");
  CHECK(s.get("/API/a").line() == "HIT 200 rest");
}

TEST_CASE("a request goes on by the settings that chose its route, though others are adopted meanwhile") {
  Scenario s;
  use(s, {ignoring_cookies(named("beta", cookie("beta"))), ignoring_cookies(named("rest"))});
  pipeline::Request request;
  request.head.method = "GET";
  request.head.target = "/a";
  request.head.fields.add("Host", "shop.test");
  request.head.fields.add("Cookie", "beta=1");
  request.target = http::target_of(request.head, "http").value();
  request.client_address = "192.0.2.7";
  pipeline::Response response;
  REQUIRE_FALSE(s.handler.answer_now(request, response));
  s.handler.adopt(std::make_shared<cache::Settings>(s.settings));
  const std::weak_ptr<cache::Settings> earlier = s.shared_settings;
  const Result<pipeline::Response> answered = run_task(s.loop, s.handler.handle(request));
  REQUIRE(answered.has_value());
  CHECK(s.origin.asked.size() == 1);
  CHECK(answered->head.fields.find("X-Cache-Key") == "GET:http://shop.test/a#route:beta");
  CHECK(request.routing.settings == nullptr);
}
