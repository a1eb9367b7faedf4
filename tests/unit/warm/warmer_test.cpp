#include "gzip.hpp"
#include "support/manual_clock.hpp"

#include <larder/warm/warmer.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <doctest/doctest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <functional>
#include <map>
#include <sstream>

namespace larder::warmer_test {

using namespace larder::warm;
using namespace std::chrono_literals;

namespace {

pipeline::Response with(int status, pipeline::CacheResult result, std::string content = "") {
  pipeline::Response response;
  response.head.status = status;
  response.cache_result = result;
  response.body = pipeline::Body(Bytes(std::move(content)));
  if (result == pipeline::CacheResult::miss) {
    response.is_stored = true;
    response.head.fields.add("Cache-Status", "larder; fwd=uri-miss; ttl=60; stored");
  }
  return response;
}

/// A cache that gives the test's responses, later, and remembers the requests.
class FakeCache final : public pipeline::Handler {
 public:
  Task<Result<pipeline::Response>> handle(pipeline::Request& request) override {
    asked.push_back(request.head);
    most_at_once = std::max(most_at_once, ++at_once);
    for (int i = 0; i < 3; ++i) co_await boost::asio::post(boost::asio::use_awaitable);
    --at_once;
    ++times[request.target.origin_form()];
    co_return answer(request);
  }

  std::function<Result<pipeline::Response>(const pipeline::Request&)> answer = [](const pipeline::Request&) {
    return with(200, pipeline::CacheResult::miss);
  };
  std::vector<http::RequestHead> asked;
  std::map<std::string, int> times;
  int at_once = 0;
  int most_at_once = 0;
};

policy::Route route(std::string_view match, policy::WarmRule rule) {
  policy::Route made;
  made.name = match;
  made.patterns = {policy::PathPattern::parse(match).value()};
  rule.site = "http://shop.test:8080";
  made.warm = std::move(rule);
  return made;
}

struct Fixture {
  explicit Fixture(std::vector<policy::Route> all)
      : routes(std::make_shared<const policy::RouteTable>(std::move(all))) {}

  void start() {
    warmer.start();
    loop.restart();
  }

  /// Runs the jobs until `condition` holds; false when it does not within ten seconds.
  template <class Condition>
  bool run_until(Condition condition) {
    const SteadyTime end = std::chrono::steady_clock::now() + 10s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      if (loop.stopped()) loop.restart();
      loop.run_one_for(10ms);
    }
    return true;
  }

  Report report() const { return warmer.reports().front(); }
  bool has_run(std::uint64_t runs) const { return report().runs == runs && report().ended.has_value(); }

  /// Everything ends soon.
  void stop() {
    warmer.stop();
    if (loop.stopped()) loop.restart();
    loop.run_for(10s);
    CHECK(loop.stopped());
  }

  boost::asio::io_context loop;
  test::ManualClock clock;  // at 22:13:20
  std::ostringstream logged;
  Log log{"test", std::make_shared<spdlog::sinks::ostream_sink_mt>(logged)};
  RoutesPtr routes;
  FakeCache cache;
  Warmer warmer{loop, cache, routes, nullptr, clock, log, {.first_backoff = 1ms, .poll = 1ms}};
};

}  // namespace

TEST_CASE("at the start each page is requested once, as by a client, a bounded number at a time") {
  Fixture f({route("/a/**", {.urls = {"/a/1?x=y", "/a/2", "/a/3", "/a/2", "/a/4"},
                             .headers = {{"Accept-Encoding", "gzip"}},
                             .concurrency = 2})});
  f.start();
  REQUIRE(f.run_until([&] { return f.has_run(1); }));
  CHECK(f.cache.times == std::map<std::string, int>{{"/a/1?x=y", 1}, {"/a/2", 1}, {"/a/3", 1}, {"/a/4", 1}});
  CHECK(f.cache.most_at_once == 2);
  CHECK(f.cache.asked.front().method == "GET");
  CHECK(f.cache.asked.front().fields.find("Host") == "shop.test:8080");
  CHECK(f.cache.asked.front().fields.find("Accept-Encoding") == "gzip");
  CHECK_FALSE(f.cache.asked.front().fields.contains("Cache-Control"));
  CHECK(f.report().last_run.pages == 4);
  CHECK(f.report().last_run.fetched == 4);
  CHECK_FALSE(f.report().next);
  f.stop();
}

TEST_CASE(
    "a route with `when` is warmed with the fields that it looks for, and of its pages those that meet it") {
  policy::Route two =
      route("/a/**", {.urls = {"/a/1?p=1", "/a/2", "/a/3?p=2"}, .headers = {{"X-Version", "2"}}});
  two.when.headers = {{"X-Version", {"2"}}};
  two.when.query = {{"p", {"1"}}};
  policy::Route rest = route("/**", {.urls = {"/a/1?p=1", "/a/2"}});
  Fixture f({two, rest});
  f.start();
  REQUIRE(f.run_until([&] {
    return std::ranges::all_of(f.warmer.reports(), [](const Report& one) { return one.ended.has_value(); });
  }));
  // Without the field they are the other route's.
  CHECK(f.cache.times == std::map<std::string, int>{{"/a/1?p=1", 2}, {"/a/2", 1}});
  int with_field = 0;
  for (const http::RequestHead& head : f.cache.asked) with_field += head.fields.contains("X-Version") ? 1 : 0;
  CHECK(with_field == 1);
  f.stop();
}

TEST_CASE("outcomes of the pages are distinguished") {
  Fixture f({route("/**", {.urls = {"/hit", "/miss", "/validated", "/gone", "/down", "/stale", "/broken"},
                           .retries = 0})});
  f.cache.answer = [](const pipeline::Request& request) -> Result<pipeline::Response> {
    using enum pipeline::CacheResult;
    const std::string& path = request.target.path;
    if (path == "/hit") return with(200, hit);
    if (path == "/validated") return with(200, revalidated);
    if (path == "/gone") return with(404, miss);
    if (path == "/down") return with(503, miss);
    if (path == "/stale") return with(200, stale);
    if (path == "/broken") return Error::reset;
    return with(200, miss);
  };
  f.start();
  REQUIRE(f.run_until([&] { return f.has_run(1); }));
  CHECK(f.report().last_run.fresh == 1);
  CHECK(f.report().last_run.fetched == 2);
  CHECK(f.report().last_run.rejected == 1);
  CHECK(f.report().last_run.failed == 3);
  CHECK(f.logged.str().find("warming /**: 7 pages") != std::string::npos);
  CHECK(f.logged.str().find("3 failed (/down (503)), 0 not stored") != std::string::npos);
  f.stop();
}

TEST_CASE("failed pages are requested again, no more often than the rule allows") {
  Fixture f({route("/**", {.urls = {"/good", "/late", "/never"}, .retries = 3})});
  f.cache.answer = [&f](const pipeline::Request& request) -> Result<pipeline::Response> {
    const int nth = f.cache.times[request.target.path];
    const bool fails = request.target.path == "/never" || (request.target.path == "/late" && nth < 3);
    return with(fails ? 502 : 200, pipeline::CacheResult::miss);
  };
  f.start();
  REQUIRE(f.run_until([&] { return f.has_run(1); }));
  CHECK(f.cache.times == std::map<std::string, int>{{"/good", 1}, {"/late", 3}, {"/never", 4}});
  CHECK(f.report().last_run.fetched == 2);
  CHECK(f.report().last_run.failed == 1);
  f.stop();
}

TEST_CASE("a scheduled run asks for responses that stay fresh until the end of the next one") {
  Fixture f({route(
      "/**",
      {.urls = {"/a"}, .at_start = false, .schedule = policy::Schedule::parse("*/10 * * * *").value()})});
  f.start();
  REQUIRE(f.run_until([&] { return f.report().next.has_value(); }));
  CHECK(*f.report().next - f.clock.now() == 6min + 40s);
  CHECK(f.cache.asked.empty());
  f.clock.advance(6min + 40s);
  REQUIRE(f.run_until([&] { return f.has_run(1); }));
  CHECK(f.cache.asked.at(0).fields.find("Cache-Control") == "min-fresh=601");
  CHECK(*f.report().next - f.clock.now() == 10min);
  f.clock.advance(10min);
  REQUIRE(f.run_until([&] { return f.has_run(2); }));
  CHECK(f.cache.asked.size() == 2);
  f.stop();
}

TEST_CASE("a sitemap's pages are those of the route and the site, from further sitemaps too") {
  policy::Route other = route("/a/private/**", {});
  other.warm.reset();
  Fixture f({other, route("/a/**", {.sitemap = "/sitemap.xml"})});
  f.cache.answer = [](const pipeline::Request& request) -> Result<pipeline::Response> {
    std::string content;
    if (request.target.path == "/sitemap.xml") {
      content =
          "<sitemapindex><sitemap><loc>https://shop.test/more.xml</loc></sitemap>"
          "<sitemap><loc>http://elsewhere.test/x.xml</loc></sitemap>"
          "<sitemap><loc>/broken.xml</loc></sitemap></sitemapindex>";
    } else if (request.target.path == "/more.xml") {
      content =
          "<urlset><url><loc>https://shop.test/a/1</loc></url><url><loc>/a/2?b=c#d</loc></url>"
          "<url><loc>http://elsewhere.test/a/3</loc></url><url><loc>/b/4</loc></url>"
          "<url><loc>/a/private/5</loc></url><url><loc>/a/1</loc></url></urlset>";
    }
    return with(200, pipeline::CacheResult::miss, content);
  };
  f.start();
  REQUIRE(f.run_until([&] { return f.has_run(1); }));
  CHECK(f.cache.times ==
        std::map<std::string, int>{
            {"/sitemap.xml", 1}, {"/more.xml", 1}, {"/broken.xml", 1}, {"/a/1", 1}, {"/a/2?b=c", 1}});
  CHECK(f.report().last_run.pages == 2);
  f.stop();
}

TEST_CASE("what was warmed but is not stored is counted by itself, and the log says why") {
  Fixture f({route("/**", {.urls = {"/kept", "/cookie", "/else", "/stored-elsewhere"}})});
  f.cache.answer = [](const pipeline::Request& request) {
    pipeline::Response response = with(200, pipeline::CacheResult::miss);
    if (request.target.path == "/kept") return response;
    response.is_stored = false;
    response.head.fields.set("Cache-Status", "larder; fwd=uri-miss; detail=set-cookie");
    if (request.target.path == "/else") {
      response.cache_result = pipeline::CacheResult::bypass;
      response.head.fields.set("Cache-Status", "larder; fwd=bypass; detail=set-cookie");
    }
    if (request.target.path == "/stored-elsewhere") {
      response.head.fields.set("Cache-Status",
                               "cdn; fwd=uri-miss; stored, larder; fwd=uri-miss; detail=set-cookie");
    }
    return response;
  };
  f.start();
  REQUIRE(f.run_until([&] { return f.has_run(1); }));
  CHECK(f.report().last_run.fetched == 1);
  CHECK(f.report().last_run.unstored == 3);
  CHECK(f.report().last_run.failed == 0);
  CHECK(f.logged.str().find("1 fetched, 0 fresh, 0 rejected, 0 failed, 3 not stored") != std::string::npos);
  CHECK(f.logged.str().find("3 pages cannot be stored and came in vain: /") != std::string::npos);
  CHECK(f.logged.str().find("(set-cookie)") != std::string::npos);
  f.stop();
}

TEST_CASE("pages whose URLs are written as people do are warmed as browsers ask for them") {
  Fixture f({route("/a/**", {.sitemap = "/sitemap.xml"})});
  f.cache.answer = [](const pipeline::Request& request) -> Result<pipeline::Response> {
    return with(200, pipeline::CacheResult::miss,
                request.target.path == "/sitemap.xml"
                    ? "<urlset><url><loc>http://shop.test:8080/a/caf\xC3\xA9?q=\xC3\xBC</loc></url>"
                      "<url><loc> /a/b c </loc></url></urlset>"
                    : "");
  };
  f.start();
  REQUIRE(f.run_until([&] { return f.has_run(1); }));
  CHECK(f.cache.times ==
        std::map<std::string, int>{{"/sitemap.xml", 1}, {"/a/caf%C3%A9?q=%C3%BC", 1}, {"/a/b%20c", 1}});
  CHECK(f.logged.str().find("none of") == std::string::npos);
  f.stop();
}

TEST_CASE("an index of indexes is followed, and what is deeper, goes round or is too much is told of") {
  const auto index = [](const std::vector<std::string>& paths) {
    std::string text = "<sitemapindex>";
    for (const std::string& path : paths) text += "<sitemap><loc>" + path + "</loc></sitemap>";
    return text + "</sitemapindex>";
  };
  std::vector<std::string> many;
  for (int i = 0; i < 200; ++i) many.push_back("/many/" + std::to_string(i));
  Fixture f({route("/a/**", {.sitemap = "/0.xml"})});
  f.cache.answer = [&](const pipeline::Request& request) -> Result<pipeline::Response> {
    const std::string& path = request.target.path;
    std::string content = "<urlset/>";
    if (path == "/0.xml") content = index({"/1.xml", "/0.xml"});
    if (path == "/1.xml") content = index({"/2.xml", "/index.xml", "/0.xml"});
    if (path == "/2.xml") content = "<urlset><url><loc>/a/1</loc></url></urlset>";
    if (path == "/index.xml") content = index({"/3.xml"});
    return with(200, pipeline::CacheResult::miss, content);
  };
  SUBCASE("too deep") {
    f.start();
    REQUIRE(f.run_until([&] { return f.has_run(1); }));
    CHECK(f.cache.times == std::map<std::string, int>{
                               {"/0.xml", 1}, {"/1.xml", 1}, {"/2.xml", 1}, {"/index.xml", 1}, {"/a/1", 1}});
    CHECK(f.logged.str().find("/0.xml leads to indexes of indexes of indexes; the 1 sitemaps of the last") !=
          std::string::npos);
  }
  SUBCASE("nowhere") {
    f.cache.answer = [&](const pipeline::Request&) -> Result<pipeline::Response> {
      return with(200, pipeline::CacheResult::miss, index({"/1.xml"}));
    };
    f.start();
    REQUIRE(f.run_until([&] { return f.has_run(1); }));
    CHECK(f.cache.times == std::map<std::string, int>{{"/0.xml", 1}, {"/1.xml", 1}});
    CHECK(f.logged.str().find("none of the 1 sitemaps that /0.xml leads to names a page") !=
          std::string::npos);
  }
  SUBCASE("too many") {
    f.cache.answer = [&](const pipeline::Request& request) -> Result<pipeline::Response> {
      return with(200, pipeline::CacheResult::miss,
                  request.target.path == "/0.xml" ? index(many) : "<urlset/>");
    };
    f.start();
    REQUIRE(f.run_until([&] { return f.has_run(1); }));
    CHECK(f.cache.times.size() == 101);
    CHECK(f.logged.str().find("/0.xml leads to more than 100 sitemaps; 100 of them are not read") !=
          std::string::npos);
  }
  f.stop();
}

TEST_CASE("a large sitemap is read in pieces, with other work between them") {
  Fixture f({route("/a/**", {.sitemap = "/sitemap.xml"})});
  std::string large = "<urlset>";
  for (int i = 0; i < 30'000; ++i)
    large += "<url><loc>http://elsewhere.test/" + std::string(900, 'x') + "</loc></url>";
  f.cache.answer = [&](const pipeline::Request&) -> Result<pipeline::Response> {
    return with(200, pipeline::CacheResult::miss, large + "</urlset>");
  };
  f.start();
  std::size_t turns = 0;
  REQUIRE(f.run_until([&] {
    ++turns;
    return f.has_run(1);
  }));
  CHECK(turns > large.size() / (64 * 1024));
  f.stop();
}

TEST_CASE("a sitemap is found behind redirections of its site, and decompressed") {
  Fixture f({route("/a/**", {.sitemap = "/sitemap.xml", .headers = {{"Accept-Encoding", "br"}}})});
  f.cache.answer = [](const pipeline::Request& request) -> Result<pipeline::Response> {
    const std::string& path = request.target.path;
    const std::string pages = "<urlset><url><loc>https://shop.test/a/1</loc></url></urlset>";
    if (path == "/sitemap.xml" || path == "/moved.xml") {
      CHECK(request.head.fields.find("Accept-Encoding") == "gzip");
      pipeline::Response moved = with(path == "/moved.xml" ? 302 : 301, pipeline::CacheResult::miss);
      moved.head.fields.add("Location",
                            path == "/moved.xml" ? "sitemap.xml.gz" : "https://shop.test/moved.xml");
      return moved;
    }
    // The file's own compression, in a coding of the same kind.
    return with(200, pipeline::CacheResult::miss, path == "/sitemap.xml.gz" ? gzip(gzip(pages)) : "");
  };
  f.start();
  REQUIRE(f.run_until([&] { return f.has_run(1); }));
  CHECK(f.cache.times == std::map<std::string, int>{
                             {"/sitemap.xml", 1}, {"/moved.xml", 1}, {"/sitemap.xml.gz", 1}, {"/a/1", 1}});
  f.stop();
}

TEST_CASE("a sitemap that leads away, round in circles or to nothing of use is told of") {
  struct Case {
    const char* location;  // nullptr: it has this content
    const char* content;
    const char* told;
  };
  for (const auto& [location, content, told] : {
           Case{"http://elsewhere.test/s.xml", "", "leads to another site: http://elsewhere.test/s.xml"},
           Case{"/sitemap.xml", "", "leads from one place to another without end"},
           Case{"", "", "without end"},
           Case{nullptr, "<rss><channel><item><link>http://shop.test/a/1</link></item></channel></rss>",
                "the sitemap /sitemap.xml is no sitemap: its outermost element is rss"},
           Case{nullptr, "<feed xmlns=\"http://www.w3.org/2005/Atom\"/>",
                "is no sitemap: its outermost element is feed"},
           Case{nullptr, "nonsense", "is neither readable XML nor a list of URLs"},
           Case{nullptr, "<!DOCTYPE html><html><p>Not found</p></html>", "its outermost element is html"},
           Case{nullptr, "http://elsewhere.test/a/1\nhttp://elsewhere.test/a/2\n",
                "of 2 pages that the sitemap /sitemap.xml names none is of http://shop.test:8080"},
           Case{nullptr, "http://shop.test/b/1\n",
                "of 1 page that the sitemap /sitemap.xml names none is answered by this route"},
       }) {
    CAPTURE(std::string(told));
    Fixture f({route("/a/**", {.sitemap = "/sitemap.xml"})});
    f.cache.answer = [&](const pipeline::Request&) {
      pipeline::Response response =
          with(location == nullptr ? 200 : 301, pipeline::CacheResult::miss, content);
      if (location != nullptr) response.head.fields.add("Location", location);
      return response;
    };
    f.start();
    REQUIRE(f.run_until([&] { return f.has_run(1); }));
    CHECK(f.logged.str().find(told) != std::string::npos);
    CHECK(f.report().last_run.pages == 0);
    CHECK(f.cache.asked.size() <= 6);
    f.stop();
  }
}

TEST_CASE("a sitemap that cannot be fetched does not affect the other pages") {
  Fixture f({route("/**", {.urls = {"/a"}, .sitemap = "/sitemap.xml"})});
  f.cache.answer = [](const pipeline::Request& request) -> Result<pipeline::Response> {
    if (request.target.path == "/sitemap.xml") return Error::unavailable;
    return with(200, pipeline::CacheResult::miss);
  };
  f.start();
  REQUIRE(f.run_until([&] { return f.has_run(1); }));
  CHECK(f.report().last_run.pages == 1);
  CHECK(f.report().last_run.fetched == 1);
  f.stop();
}

TEST_CASE("jobs end when told to, whatever they are doing") {
  policy::WarmRule rule{.urls = {"/a", "/b"}, .schedule = policy::Schedule::parse("0 0 1 1 *").value()};
  SUBCASE("waiting for their turn") {
    Fixture f({route("/**", rule)});
    f.start();
    REQUIRE(f.run_until([&] { return f.has_run(1); }));
    f.stop();
  }
  SUBCASE("resting after failures") {
    rule.retries = 10;
    Fixture f({route("/**", rule)});
    f.cache.answer = [](const pipeline::Request&) -> Result<pipeline::Response> {
      return Error::unavailable;
    };
    f.start();
    REQUIRE(f.run_until([&] { return f.cache.times["/a"] == 5; }));
    f.stop();
    CHECK(f.cache.times["/a"] < 11);
  }
}

TEST_CASE("new routes end the old ones' jobs, and begin as at the start") {
  const policy::WarmRule rule{.urls = {"/a"}, .schedule = policy::Schedule::parse("*/10 * * * *").value()};
  Fixture f({route("/a", rule)});
  f.start();
  REQUIRE(f.run_until([&] { return f.has_run(1); }));
  policy::WarmRule other = rule;
  other.urls = {"/b"};
  boost::asio::post(f.loop, [&] {
    f.warmer.adopt(std::make_shared<const policy::RouteTable>(std::vector{route("/b", other)}));
    f.routes.reset();
  });
  REQUIRE(f.run_until([&] { return f.report().route == "/b" && f.has_run(1); }));
  f.clock.advance(10min);
  REQUIRE(f.run_until([&] { return f.has_run(2); }));
  CHECK(f.cache.times == std::map<std::string, int>{{"/a", 1}, {"/b", 2}});
  f.stop();
}

TEST_CASE("a run in progress when the routes change ends with its current page") {
  Fixture f({route("/**", {.urls = {"/1", "/2", "/3"}, .concurrency = 1})});
  f.start();
  REQUIRE(f.run_until([&] { return f.cache.at_once == 1; }));
  f.warmer.adopt(std::make_shared<const policy::RouteTable>());
  f.routes.reset();
  f.loop.run();
  CHECK(f.cache.times == std::map<std::string, int>{{"/1", 1}});
  CHECK(f.warmer.reports().empty());
}

}  // namespace larder::warmer_test
