#include "scenario.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

/// A scenario in which these paths are stored.
void store_all(Scenario& s, std::initializer_list<const char*> paths) {
  s.origin_says({.content = "old"});
  for (const char* path : paths) {
    s.get(path);
    REQUIRE(s.get(path).cache == "HIT");
  }
}

}  // namespace

TEST_CASE(
    "RFC 9111, section 4.4: an unsafe request that succeeds purges its target URI and the parent "
    "collection") {
  Scenario s({route("/**", 60s)});
  store_all(s, {"/products", "/products?page=2", "/products/7", "/products/7?full", "/products/8", "/other"});
  s.origin_says({.content = "new"});
  CHECK(s.ask("PUT", "/products/7", {}, "{}").line() == "BYPASS 200 new");
  CHECK(s.get("/products/7").line() == "MISS 200 new");
  CHECK(s.get("/products/7?full").line() == "MISS 200 new");
  CHECK(s.get("/products").line() == "MISS 200 new");
  CHECK(s.get("/products?page=2").line() == "MISS 200 new");
  CHECK(s.get("/products/8").line() == "HIT 200 old");
  CHECK(s.get("/other").line() == "HIT 200 old");
}

TEST_CASE(
    "an anonymous POST right below the root leaves the home page alone unless the route says otherwise") {
  policy::Route cron = route("/wp-cron.php", 0s);
  cron.purge.urls = {"/"};
  Scenario s({cron, route("/**", 60s)});
  store_all(s, {"/", "/?page=2"});
  s.ask("POST", "/xmlrpc.php", {}, "<methodCall/>");
  CHECK(s.get("/").cache == "HIT");
  CHECK(s.get("/?page=2").cache == "HIT");
  s.ask("POST", "/wp-cron.php", {}, "x");
  CHECK(s.get("/").cache == "MISS");
  CHECK(s.get("/?page=2").cache == "MISS");
}

TEST_CASE(
    "MOVE and COPY purge their destination, and MOVE what was below its source (RFC 4918, section 9.9)") {
  Scenario s({route("/**", 60s)});
  store_all(s, {"/d/file", "/d/file?v=1", "/d/dir/x", "/d/new/y", "/d/other", "/e/z"});
  s.origin_says({.status = 201});
  s.ask("MOVE", "/d/tmp", {{"Destination", "http://shop.test/d/file"}, {"Overwrite", "T"}});
  CHECK(s.get("/d/file").cache == "MISS");
  CHECK(s.get("/d/file?v=1").cache == "MISS");
  CHECK(s.get("/d/dir/x").cache == "HIT");
  s.origin_says({.status = 204});
  s.ask("MOVE", "/d/dir", {{"Destination", "/d/new"}});
  CHECK(s.get("/d/dir/x").cache == "MISS");
  CHECK(s.get("/d/new/y").cache == "MISS");
  s.origin_says({.status = 412});
  s.ask("COPY", "/d/a", {{"Destination", "/d/other"}, {"Overwrite", "F"}});
  CHECK(s.get("/d/other").cache == "HIT");
  s.origin_says({.status = 204});
  s.ask("COPY", "/d/a", {{"Destination", "http://elsewhere.test/d/other"}});
  CHECK(s.get("/d/other").cache == "HIT");
  s.ask("COPY", "/d/a", {{"Destination", "/d/other"}});
  CHECK(s.get("/d/other").cache == "MISS");
  CHECK(s.get("/e/z").cache == "HIT");
}

TEST_CASE("POST purges the collection with every query, and DELETE everything below") {
  Scenario s({route("/**", 60s)});
  store_all(s, {"/products?page=2", "/products/7", "/products/7/reviews"});
  s.origin_says({.status = 201, .fields = {{"Location", "/products/9"}}});
  s.ask("POST", "/products", {}, "{}");
  CHECK(s.get("/products?page=2").cache == "MISS");
  CHECK(s.get("/products/7").cache == "HIT");
  s.origin_says({.status = 204});
  s.ask("DELETE", "/products/7");
  CHECK(s.get("/products/7").cache == "MISS");
  CHECK(s.get("/products/7/reviews").cache == "MISS");
}

TEST_CASE("a refused write purges nothing, one of unknown outcome purges") {
  struct Case {
    int status;
    Error failure;
    const char* then;
  };
  for (const Case& each : {Case{404, {}, "HIT"}, Case{422, {}, "HIT"}, Case{500, {}, "HIT"},
                           Case{303, {}, "MISS"}, Case{0, Error::timeout, "MISS"},
                           Case{0, Error::closed, "MISS"}, Case{0, Error::unavailable, "HIT"}}) {
    CAPTURE(each.status);
    Scenario s({route("/**", 60s)});
    store_all(s, {"/products/7"});
    s.origin_says({.status = each.status});
    if (each.status == 0) s.origin.failure = each.failure;
    s.ask("PUT", "/products/7", {}, "{}");
    s.origin.failure = {};
    s.origin_says({.content = "x"});
    CHECK(s.get("/products/7").cache == each.then);
  }
}

TEST_CASE(
    "Location and Content-Location of the same origin are purged, others are not (RFC 9111, section 4.4)") {
  Scenario s({route("/**", 60s)});
  store_all(s, {"/a/1", "/b/1", "/c/1"});
  s.origin_says({.fields = {{"Location", "/a/1"}, {"Content-Location", "http://shop.test/b/1"}}});
  s.ask("POST", "/elsewhere/x", {}, "{}");
  s.origin_says({.fields = {{"Location", "http://other.test/c/1"}}});
  s.ask("POST", "/elsewhere/x", {}, "{}");
  s.origin_says({.content = "new"});
  CHECK(s.get("/a/1").cache == "MISS");
  CHECK(s.get("/b/1").cache == "MISS");
  CHECK(s.get("/c/1").cache == "HIT");
}

TEST_CASE("a route may name more to purge, by pattern and by tag, or nothing at all") {
  policy::Route product = route("/products/{id}", 60s);
  product.purge = {.none = false, .urls = {"/search/**"}, .tags = {"product:{id}"}};
  policy::Route tagged = route("/reports/{id}", 60s);
  tagged.tags = {"product:{id}"};
  policy::Route silent = route("/silent/{id}", 60s);
  silent.purge.none = true;
  Scenario s({product, tagged, silent, route("/**", 60s)});
  store_all(s, {"/search/x?q=1", "/reports/7", "/reports/8", "/silent/1"});
  s.ask("PUT", "/products/7", {}, "{}");
  s.ask("PUT", "/silent/1", {}, "{}");
  CHECK(s.get("/search/x?q=1").cache == "MISS");
  CHECK(s.get("/reports/7").cache == "MISS");
  CHECK(s.get("/reports/8").cache == "HIT");
  CHECK(s.get("/silent/1").cache == "HIT");
}

TEST_CASE("a response fetched before a purge is not reused, even if stored after it") {
  Scenario s({route("/**", 60s)});
  bool first = true;
  s.origin.answer = [&](const pipeline::Request& request) {
    if (first && request.head.method == "GET") {
      first = false;
      s.ask("PUT", "/products/7", {}, "{}");  // a write while the old response is on its way
      return Answer{.content = "old"};
    }
    return Answer{.content = "new"};
  };
  CHECK(s.get("/products/7").line() == "MISS 200 old");
  CHECK(s.get("/products/7").line() == "MISS 200 new");
  CHECK(s.get("/products/7").line() == "HIT 200 new");
}

TEST_CASE("a write under any scheme or port of a host purges what was fetched under others") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = "old"});
  s.get("/a", {{"Host", "shop.test:8081"}});
  CHECK(s.get("/a", {{"Host", "shop.test:8081"}}).cache == "HIT");
  s.ask("PUT", "/a", {{"Host", "shop.test:9999"}}, "{}");
  CHECK(s.get("/a", {{"Host", "shop.test:8081"}}).cache == "MISS");
}

TEST_CASE("a write that was not sent whole purges nothing, however it ended") {
  for (const Error failure : {Error::closed, Error::timeout, Error::reset}) {
    for (const bool is_whole : {false, true}) {
      CAPTURE(is_whole);
      Scenario s({route("/**", 60s)});
      s.settings.purge_again_after = 1h;
      store_all(s, {"/", "/products/7", "/products"});
      s.origin.takes_all = is_whole;
      s.origin.failure = failure;
      s.ask("DELETE", "/", {}, "half of");
      s.origin.failure = {};
      CHECK(s.get("/products/7").cache == (is_whole ? "MISS" : "HIT"));
      s.stop();
    }
  }
}

TEST_CASE("RFC 9111, section 4.4: a non-error response to half a request purges only its target") {
  Scenario s({route("/**", 60s)});
  s.settings.purge_again_after = 1h;
  store_all(s, {"/a/1", "/a", "/a/1/b"});
  s.origin.takes_all = false;
  s.origin_says({.status = 204});
  s.ask("DELETE", "/a/1", {}, "half of");
  CHECK(s.get("/a").cache == "HIT");
  CHECK(s.get("/a/1/b").cache == "HIT");
  CHECK(s.get("/a/1").cache == "MISS");
  s.stop();
}

TEST_CASE("a redirected DELETE leaves what is below its target, and a safe method leaves everything") {
  Scenario s({route("/**", 60s)});
  store_all(s, {"/", "/products"});
  s.origin_says({.status = 302, .fields = {{"Location", "/login"}}});
  s.ask("DELETE", "/");
  CHECK(s.get("/products").cache == "HIT");
  for (const char* method : {"QUERY", "PROPFIND", "REPORT", "SEARCH"}) s.ask(method, "/products", {}, "{}");
  CHECK(s.get("/products").cache == "HIT");
}

TEST_CASE("a write of unknown outcome purges again later: it may be applied late") {
  for (const int status : {0, 502, 504}) {
    CAPTURE(status);
    Scenario s({route("/**", 60s)});
    s.settings.purge_again_after = 20ms;
    store_all(s, {"/a"});
    s.origin_says({.status = status});
    if (status == 0) s.origin.failure = Error::timeout;
    s.ask("PUT", "/a", {}, "{}");
    s.origin.failure = {};
    s.origin_says({.content = "before it is applied"});
    CHECK(s.get("/a").cache == "MISS");
    CHECK(s.get("/a").cache == "HIT");
    s.finish_behind();  // including the timer
    CHECK(s.get("/a").cache == "MISS");
  }
}

TEST_CASE("PURGE and BAN are never forwarded: 405, or a purge of the target for permitted clients") {
  Scenario s({route("/**", 60s)});
  store_all(s, {"/a", "/a?x=1", "/b"});
  const std::size_t asked_before = s.origin.asked.size();
  for (const char* method : {"PURGE", "BAN"}) {
    const Seen refused = s.ask(method, "/a");
    CHECK(refused.status == 405);
    CHECK(refused.fields.contains("Allow"));
  }
  CHECK(s.get("/a").cache == "HIT");
  REQUIRE(s.settings.purge_method.add("192.0.2.0/24").has_value());
  CHECK(s.ask("BAN", "/a").status == 405);
  CHECK(s.ask("PURGE", "/a").line() == "BYPASS 200 {\"purged\":true}\n");
  CHECK(s.origin.asked.size() == asked_before);
  CHECK(s.get("/b").cache == "HIT");
  CHECK(s.get("/a").cache == "MISS");
  CHECK(s.get("/a?x=1").cache == "MISS");
}

TEST_CASE(
    "a package or project by its encoded name is stored as it is written, and a write by any spelling purges "
    "it") {
  policy::Route packages = route("/api/{package}", 60s);
  packages.tags = {"package:{package}"};
  packages.purge.tags = packages.tags;
  Scenario s({packages, route("/**", 60s)});
  for (const char* path :
       {"/api/@scope%2fpkg", "/api/@scope%2Fpkg", "/api/group%2Fproject", "/api/%7Euser"}) {
    CAPTURE(path);
    store_all(s, {path});
    CHECK(s.origin.asked.back().target == path);
  }
  store_all(s, {"/api/@scope/pkg", "/api/~user"});
  s.ask("PUT", "/api/@scope%2fpkg", {}, "{}");
  for (const char* path : {"/api/@scope%2fpkg", "/api/@scope%2Fpkg", "/api/@scope/pkg"}) {
    CAPTURE(path);
    CHECK(s.get(path).cache == "MISS");
  }
  CHECK(s.get("/api/group%2Fproject").cache == "HIT");
  s.ask("PUT", "/api/~user", {}, "{}");
  CHECK(s.get("/api/%7Euser").cache == "MISS");
}

TEST_CASE("what is stored with an encoded slash is purged by a write to the path that it may stand for") {
  struct Case {
    const char* stored;
    const char* method;
    const char* written;
  };
  for (const Case& one :
       {Case{"/docs/a%2Fb", "PUT", "/docs/a/b"}, Case{"/a%2fb%2Fc", "PUT", "/a%2Fb/c"},
        Case{"/x/a%2Fb", "DELETE", "/x/a"}, Case{"/group%2Fproj", "PUT", "/group%2Fproj%2Fissues"}}) {
    CAPTURE(one.stored);
    Scenario s({route("/**", 60s)});
    store_all(s, {one.stored, "/other%2Fb"});
    s.ask(one.method, one.written, {}, "{}");
    CHECK(s.get(one.stored).cache == "MISS");
    CHECK(s.get("/other%2Fb").cache == "HIT");
  }
}

TEST_CASE(
    "what a route's rules name is purged by a write of any spelling that an origin may read as its path") {
  policy::Route items = route("/t/{id}.json", 60s);
  items.purge.urls = {"/list/{id}"};
  items.purge.tags = {"item:{id}"};
  policy::Route tagged = route("/tagged", 60s);
  tagged.tags = {"item:5"};
  Scenario s({items, tagged, route("/**", 60s)});
  s.origin_says({.content = "a"});
  for (const char* written :
       {"/t/5.json", "/t/5%2Ejson", "/t/5.json/", "/t//5.json", "/t/5.json;x", "/T/5.JSON", "/t%2F5.json"}) {
    CAPTURE(written);
    store_all(s, {"/list/5", "/list/6", "/tagged"});
    s.ask("PUT", written, {}, "{}");
    CHECK(s.get("/list/5").cache == "MISS");
    CHECK(s.get("/tagged").cache == "MISS");
    CHECK(s.get("/list/6").cache == "HIT");
  }
}

TEST_CASE("a write by any spelling of a path purges the others, whichever the origin takes for the same") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = "a"});
  const std::vector<std::pair<std::string, std::string>> pairs{
      {"/a", "/a;v=1"},   {"/a", "/A"},       {"/A", "/a"},         {"/a;v=1", "/a"},
      {"/a/b", "/a%2Fb"}, {"/a%2Fb", "/a/b"}, {"/a/b", "/a%5Cb"},   {"/u/joe@x", "/u/joe%40x"},
      {"/a%20", "/a"},    {"/p", "/P/7"},     {"/p/a", "/p/a%2F7"}, {"/u/joe%40x", "/u/joe@x/7"}};
  for (const auto& [stored, written] : pairs) {
    CAPTURE(stored);
    CAPTURE(written);
    s.get(stored);
    CHECK(s.get(stored).cache == "HIT");
    s.ask("PUT", written, {}, "{}");
    CHECK(s.get(stored).cache == "MISS");
  }
  s.get("/a/b");
  for (const char* other : {"/a/c", "/A/C", "/a%2Fc", "/a/b/c/d", "/ab", "/a/b%3Fc"}) {
    CAPTURE(other);
    s.ask("PUT", other, {}, "{}");
    CHECK(s.get("/a/b").cache == "HIT");
  }
}

TEST_CASE("a response loses on its way out what its route removes, hits too; what is stored stays whole") {
  policy::Route tagged = route("/a/**", 60s);
  tagged.response.remove = {"surrogate-key", "X-Cache", "Via", "ETag2"};
  policy::Route everything = route("/e", 60s);
  everything.response = {.remove = {"Surrogate-Key", "Cache-Status"}, .always = true};
  Scenario s({tagged, everything, route("/**", 60s)});
  const Fields fields{
      {"Surrogate-Key", "group"}, {"X-Kept", "1"}, {"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}};
  s.origin_says({.fields = fields, .content = "old"});
  for (const char* expected : {"no-cache", "max-age=60"}) {  // a miss or validation, then a hit
    const Seen seen = s.get("/a/1", {{"Cache-Control", expected}});
    CHECK(seen.content == "old");
    CHECK(seen.fields.find("X-Kept") == "1");
    CHECK(seen.fields.contains("Cache-Status"));
    for (const char* gone : {"Surrogate-Key", "X-Cache", "Via"}) CHECK_FALSE(seen.fields.contains(gone));
  }
  CHECK(s.get("/a/1").fields.contains("Date"));
  const Seen unchanged = s.get("/a/1", {{"If-None-Match", "\"1\""}});
  CHECK(unchanged.status == 304);
  CHECK_FALSE(unchanged.fields.contains("X-Cache"));
  CHECK_FALSE(s.ask("HEAD", "/a/1").fields.contains("Surrogate-Key"));
  const std::size_t asked = s.origin.asked.size();
  s.get("/a/1");
  CHECK(s.origin.asked.size() == asked);
  store::PurgeBatch batch;
  batch.purges = {{policy::Purge::Kind::tag, "group"}};
  run_task(s.loop, s.log.append(std::move(batch)));
  s.get("/a/1");
  CHECK(s.origin.asked.size() == asked + 1);
  s.origin_says({.status = 404, .fields = fields, .content = "none"});
  CHECK(s.get("/a/2").fields.contains("Surrogate-Key"));
  CHECK_FALSE(s.get("/e").fields.contains("Surrogate-Key"));
  s.origin_says({.fields = fields});
  CHECK(s.get("/other").fields.contains("Surrogate-Key"));
  CHECK_FALSE(s.ask("POST", "/a/1", {}, "x").fields.contains("Surrogate-Key"));
}
