// What no mix of requests may bring about where routes are chosen by fields, cookies and the query: an answer
// of another route, from larder or from a cache in front of it that goes by Vary.
#include "scenario.hpp"

#include <larder/base/text.hpp>
#include <larder/http/list.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

using Texts = std::vector<std::string>;

/// A request in parts, so that what a route looks for can be told without reading a text.
struct Parts {
  std::string method = "GET";
  std::string host;
  std::string path;
  std::map<std::string, std::string> headers;
  std::map<std::string, std::string> cookies;
  std::map<std::string, std::string> query;

  std::string target() const {
    std::string text = path;
    for (const auto& [name, value] : query) text += (text == path ? "?" : "&") + name + "=" + value;
    return text;
  }

  Fields fields() const {
    Fields fields{{"Host", host}};
    for (const auto& [name, value] : headers) fields.emplace_back(name, value);
    std::string line;
    for (const auto& [name, value] : cookies) line += (line.empty() ? "" : "; ") + name + "=" + value;
    if (!line.empty()) fields.emplace_back("Cookie", line);
    return fields;
  }
};

bool has_all(const std::vector<policy::Condition>& conditions,
             const std::map<std::string, std::string>& parts) {
  return std::ranges::all_of(conditions, [&](const policy::Condition& one) {
    const auto part = parts.find(one.name);
    return part != parts.end() && (one.values.front() == "*" || one.values.front() == part->second);
  });
}

class Chance {
 public:
  explicit Chance(unsigned seed) : random_(seed) {}

  bool one_in(unsigned n) { return random_() % n == 0; }
  std::string of(const Texts& texts) { return texts[random_() % texts.size()]; }

  std::map<std::string, std::string> some(const Texts& names) {
    std::map<std::string, std::string> some;
    for (const std::string& name : names) {
      if (one_in(3)) some[name] = of({"1", "2"});
    }
    return some;
  }

  std::vector<policy::Condition> conditions(const Texts& names) {
    std::vector<policy::Condition> all;
    for (const std::string& name : names) {
      if (one_in(4)) all.push_back({name, {of({"1", "2", "*"})}});
    }
    return all;
  }

  policy::Route next_route(std::size_t number) {
    policy::Route made = route(of({"/a", "/{id}", "/**"}), 60s);
    made.name = "r" + std::to_string(number);
    made.upstream = made.name;
    if (one_in(3)) made.hosts = {policy::HostPattern::parse(of({"x.test", "y.test", "*.test"})).value()};
    if (one_in(4)) made.methods = {of({"GET", "HEAD", "POST"})};
    if (!one_in(3)) made.when = {conditions({"X-A", "X-B"}), conditions({"p", "q"}), conditions({"c", "d"})};
    made.query.mode = static_cast<policy::QueryRule::Mode>(random_() % 3);
    made.query.names = one_in(2) ? Texts{"p"} : Texts{"*"};
    if (one_in(3)) made.headers = {"X-A"};
    made.cookies =
        one_in(2) ? policy::CookieRule::ignore_all() : policy::CookieRule::keep_only({of({"c", "d"})});
    if (one_in(4)) made.vary = {{"X-B", one_in(2) ? Texts{} : Texts{"1", "2"}}};
    made.cache = !one_in(6);
    return made;
  }

  Parts request() {
    return {.method = of({"GET", "GET", "GET", "HEAD"}),
            .host = of({"x.test", "y.test"}),
            .path = of({"/a", "/b", "/A"}),
            .headers = some({"X-A", "X-B"}),
            .cookies = some({"c", "d", "e"}),
            .query = some({"p", "q", "u"})};
  }

 private:
  std::minstd_rand random_;
};

/// The upstream of the route that takes it, found without larder's help; "origin" if none does.
std::string upstream_of(const std::vector<policy::Route>& routes, const Parts& request) {
  for (const policy::Route& one : routes) {
    const http::Target target{"http", request.host, "", request.path, std::nullopt};
    if (!policy::takes_method(one.methods, request.method)) continue;
    if (!policy::takes_host(one, target) || !policy::takes_path(one, request.path)) continue;
    if (!has_all(one.when.headers, request.headers) || !has_all(one.when.query, request.query)) continue;
    if (has_all(one.when.cookies, request.cookies)) return one.upstream;
  }
  return "origin";
}

/// A cache in front that knows nothing but RFC 9111, section 4.1.
class Front {
 public:
  /// The content of a stored response that Vary gives to the request.
  const std::string* find(const Parts& request) const {
    const auto stored = stored_.find(request.host + request.target());
    if (stored == stored_.end()) return nullptr;
    for (const Entry& one : stored->second) {
      const bool is_selected = std::ranges::all_of(
          one.selecting, [&](const auto& field) { return value_of(request, field.first) == field.second; });
      if (is_selected) return &one.content;
    }
    return nullptr;
  }

  void store(const Parts& request, const Seen& seen) {
    Entry entry{seen.content, {}};
    const std::string vary = seen.fields.combined("Vary").value_or("");
    for (const std::string_view name : http::split_list(vary)) {
      entry.selecting[std::string(name)] = value_of(request, std::string(name));
    }
    stored_[request.host + request.target()].push_back(std::move(entry));
  }

 private:
  struct Entry {
    std::string content;
    std::map<std::string, std::string> selecting;
  };

  static std::string value_of(const Parts& request, const std::string& name) {
    for (const auto& [field, value] : request.fields()) {
      if (equal_ignoring_case(field, name)) return "is " + value;
    }
    return "none";
  }

  std::map<std::string, std::vector<Entry>> stored_;
};

struct Counts {
  int hits = 0;
  int front_hits = 0;
};

void play(unsigned seed, Counts& counts) {
  Chance chance(seed);
  Scenario s;
  std::vector<policy::Route> routes;
  while (routes.size() < 5) routes.push_back(chance.next_route(routes.size()));
  s.settings.routes = policy::RouteTable(routes);
  const std::string vary = chance.of({"", "", "X-B", "Cookie"});
  s.origin.answer = [&](const pipeline::Request& request) {
    Answer answer{.fields = {}, .content = request.upstream};
    answer.fields.emplace_back("Cache-Control", "max-age=60");
    if (!vary.empty()) answer.fields.emplace_back("Vary", vary);
    return answer;
  };
  Front front;
  for (int i = 0; i < 120; ++i) {
    const Parts request = chance.request();
    const std::string expected = upstream_of(routes, request);
    CAPTURE(seed);
    CAPTURE(request.target());
    const bool is_head = request.method == "HEAD";
    const std::string* const in_front = is_head ? nullptr : front.find(request);
    if (in_front != nullptr) {
      ++counts.front_hits;
      REQUIRE(*in_front == expected);
    }
    const Seen seen = s.ask(request.method, request.target(), request.fields());
    if (seen.cache == "HIT") ++counts.hits;
    if (is_head) continue;
    REQUIRE(seen.content == expected);
    front.store(request, seen);
    // What a request at once would get, and what a write leaves behind.
    if (chance.one_in(10)) s.ask("POST", request.target(), request.fields(), "x");
    if (chance.one_in(10)) s.clock.advance(50s);
  }
}

}  // namespace

TEST_CASE("property: each request gets its own route's answer, and so it does from a cache in front") {
  Counts counts;
  for (unsigned seed = 1; seed <= 150; ++seed) play(seed, counts);
  CHECK(counts.hits > 1'000);
  CHECK(counts.front_hits > 1'000);
}
