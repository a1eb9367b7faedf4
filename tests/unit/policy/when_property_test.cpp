// What the issue demands of keys: requests of different routes share nothing, and those that differ in what
// is not sent share all. Random routes with `when`, hosts, methods, queries, headers and cookies; fixed
// seeds.
#include "support.hpp"

#include <larder/policy/credentials.hpp>
#include <larder/policy/forwarding.hpp>
#include <larder/policy/key.hpp>
#include <larder/policy/normalising.hpp>
#include <larder/policy/request.hpp>
#include <larder/policy/route_table.hpp>

#include <doctest/doctest.h>

#include <map>
#include <random>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

namespace {

using Texts = std::vector<std::string>;

/// Few names and values, so that many requests meet.
class Chance {
 public:
  explicit Chance(unsigned seed) : random_(seed) {}

  bool one_in(unsigned n) { return random_() % n == 0; }
  std::string of(const Texts& texts) { return texts[random_() % texts.size()]; }
  Texts some(const Texts& texts) {
    Texts some;
    for (const std::string& text : texts) {
      if (one_in(3)) some.push_back(text);
    }
    return some;
  }

  std::vector<Condition> conditions(const Texts& names) {
    std::vector<Condition> all;
    for (const std::string& name : some(names)) {
      if (one_in(2)) all.push_back({name, {of({"1", "2", "*", "1*", ""})}});
    }
    return all;
  }

  Route route(std::size_t number) {
    Route route;
    route.name = "r" + std::to_string(number);
    route.patterns = {PathPattern::parse(of({"/a", "/{id}", "/**", "/a/./b", "/*"})).value()};
    if (one_in(3)) route.hosts = {HostPattern::parse(of({"x.test", "*.test", "y.test"})).value()};
    if (one_in(3)) route.methods = {of({"GET", "HEAD", "POST"})};
    if (one_in(2)) {
      route.when = {conditions({"X-A", "X-B"}), conditions({"p", "q", "%*", "p*"}),
                    conditions({"c", "d", "c*"})};
    }
    route.query.mode = static_cast<QueryRule::Mode>(random_() % 3);
    route.query.names = some({"p", "q", "u*", "*"});
    route.query.sorted = one_in(2);
    route.query.forward_all = one_in(4);
    route.headers = some({"X-A", "X-C"});
    route.cookies.key = some({"c", "d", "e*"});
    route.cookies.ignore = some({"d", "f", "*"});
    if (one_in(3)) route.vary.push_back({of({"X-A", "X-B", "X-C"}), some({"1", "2"})});
    if (one_in(3)) route.vary.push_back({"User-Agent", {}});
    return route;
  }

  RouteTable table() {
    std::vector<Route> routes;
    while (routes.size() < 6) routes.push_back(route(routes.size()));
    return RouteTable(std::move(routes));
  }

  http::Target target() {
    http::Target target =
        target_of(of({"/a", "/b", "/A", "/a/./b", "/a;p=1", "/a%3Fp=1"}), {}, of({"x.test", "y.test"}));
    std::string query;
    while (!one_in(3)) {
      if (!query.empty()) query += '&';
      query += of({"p=1", "p=2", "q=1", "q", "u=1", "u=2", "%70=1", "u=1;p=1", "p=1;u", "", "p=12"});
    }
    if (!query.empty()) target.query = query;
    return target;
  }

  http::RequestHead request() {
    http::RequestHead request = request_of(of({"GET", "GET", "HEAD"}));
    for (const char* name : {"X-A", "X-B", "X-C", "X-Original-URL"}) {
      if (one_in(3)) request.fields.add(http::FieldName(std::string_view(name)), of({"1", "2", "12", ""}));
    }
    if (one_in(8)) request.fields.add("X-A", "1");
    if (one_in(3)) request.fields.add("User-Agent", of({"1", "2"}));
    if (one_in(6)) request.fields.add("Connection", of({"X-B", "close", "close, x-b"}));
    std::string cookies;
    while (!one_in(3)) {
      if (!cookies.empty()) cookies += "; ";
      cookies += of({"c=1", "c=2", "d=1", "e1=1", "e2=1", "f=1", "f=2", "_ga=1", "c"});
    }
    if (!cookies.empty()) request.fields.add("Cookie", cookies);
    return request;
  }

 private:
  std::minstd_rand random_;
};

/// What of a request decides whether it shares: all that goes upstream, and the keys of what comes back.
struct Seen {
  const Route* route = nullptr;
  std::string sent;
  std::string key;
};

/// As the cache does it (src/cache/opening.cpp); nothing if the request is not answered from cache.
std::optional<Seen> seen(const RouteTable& table, const Route& fallback, http::RequestHead request,
                         const http::Target& target, const Texts& selecting) {
  Seen seen;
  seen.route = table.find(request, target);
  const Route& route = seen.route == nullptr ? fallback : *seen.route;
  if (!remove_connection_specific(route, request.fields)) return std::nullopt;
  if (bypass_reason(route, table, request, target, false) != Reason::none) return std::nullopt;
  remove_ignored_cookies(route, request.fields);
  normalise(route, request.fields);
  const Key primary = key_of(route, target, request.fields);
  seen.key = variant_key(primary.text, selecting, request.fields);
  const Hop hop{.client_address = "192.0.2.7", .scheme = "http", .host = "x.test"};
  const auto sent = request_fields_to_forward(route, request, hop, true);
  if (!sent) return std::nullopt;
  seen.sent = target.authority() + primary.forward_target + "\n" + std::string(sent->wire());
  return seen;
}

bool has_when(const Route* route) {
  return route != nullptr && !route->when.empty();
}

}  // namespace

TEST_CASE("property: requests that take different routes share no key unless neither of these has a `when`") {
  Chance chance(1);
  const Route fallback;
  int shared = 0;
  int of_when = 0;
  for (int round = 0; round < 400; ++round) {
    const RouteTable table = chance.table();
    const Texts selecting = chance.some({"x-a", "x-c", "user-agent"});
    std::map<std::string, const Route*> by_key;
    for (int i = 0; i < 200; ++i) {
      const http::RequestHead request = chance.request();
      const http::Target target = chance.target();
      const auto one = seen(table, fallback, request, target, selecting);
      if (!one) continue;
      if (has_when(one->route)) ++of_when;
      const auto [other, is_new] = by_key.emplace(one->key, one->route);
      if (is_new) continue;
      ++shared;
      if (!has_when(one->route) && !has_when(other->second)) continue;
      CAPTURE(one->key);
      CAPTURE(text_of(request.fields));
      CAPTURE(target.origin_form());
      REQUIRE(one->route == other->second);
    }
  }
  CHECK(shared > 5'000);
  CHECK(of_when > 2'000);
}

TEST_CASE("property: requests of one route that are sent alike share a key, whatever else they differ in") {
  Chance chance(2);
  const Route fallback;
  int alike = 0;
  for (int round = 0; round < 400; ++round) {
    const RouteTable table = chance.table();
    const Texts selecting = chance.some({"x-a", "x-c", "user-agent"});
    std::map<std::pair<const Route*, std::string>, std::string> by_sent;
    for (int i = 0; i < 200; ++i) {
      http::RequestHead request = chance.request();
      request.method = "GET";
      const http::Target target = chance.target();
      const auto one = seen(table, fallback, request, target, selecting);
      if (!one) continue;
      const auto [other, is_new] = by_sent.emplace(std::pair(one->route, one->sent), one->key);
      if (is_new) continue;
      ++alike;
      // Of a query that goes on whole some may be no part of the key.
      if (one->route != nullptr && one->route->query.forward_all) continue;
      CAPTURE(one->sent);
      CAPTURE(text_of(request.fields));
      REQUIRE(one->key == other->second);
    }
  }
  CHECK(alike > 2'000);
}

TEST_CASE("property: what is added to a request and not sent changes neither its route nor its key") {
  Chance chance(3);
  const Route fallback;
  int compared = 0;
  for (int round = 0; round < 2'000; ++round) {
    const RouteTable table = chance.table();
    const http::RequestHead request = chance.request();
    const http::Target target = chance.target();
    const auto before = seen(table, fallback, request, target, {});
    if (!before) continue;
    http::RequestHead more = request;
    more.fields.add("X-Rewrite-URL", "/evil");
    more.fields.add("Cookie", "_gid=1");
    const auto after = seen(table, fallback, more, target, {});
    REQUIRE(after.has_value());
    CHECK(after->route == before->route);
    if (before->route != nullptr && is_keyed_field(*before->route, "Cookie")) continue;
    ++compared;
    CHECK(after->key == before->key);
    CHECK(after->sent == before->sent);
  }
  CHECK(compared > 500);
}

TEST_CASE("property: the route and Vary are those that asking each route in turn gives") {
  Chance chance(4);
  int found = 0;
  for (int round = 0; round < 500; ++round) {
    const RouteTable table = chance.table();
    for (int i = 0; i < 50; ++i) {
      const http::RequestHead request = chance.request();
      const http::Target target = chance.target();
      const Route* expected = nullptr;
      Texts fields;
      for (const Route& route : table) {
        const bool takes = takes_method(route.methods, request.method) && takes_host(route, target) &&
                           takes_path(route, target.path) && holds_by_query(route.when, target);
        if (!takes) continue;
        for (const std::string& name : route.when.field_names()) {
          if (std::ranges::find(fields, name) == fields.end()) fields.push_back(name);
        }
        if (!holds_by_fields(route.when, request.fields)) continue;
        expected = &route;
        break;
      }
      const RouteChoice choice = table.choose(request, target);
      CHECK(choice.route == expected);
      CHECK(table.find(request, target) == expected);
      std::string vary;
      for (const std::string& name : fields) vary += (vary.empty() ? "" : ", ") + name;
      CHECK(choice.vary == vary);
      if (has_when(expected)) ++found;
    }
  }
  CHECK(found > 1'000);
}
