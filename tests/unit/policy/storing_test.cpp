#include "support.hpp"

#include <larder/policy/storing.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

namespace {

StoringDecision decide(const Route& route, std::string_view request, int status, std::string_view response,
                       std::string_view method = "GET") {
  const http::RequestHead request_head = request_of(method, request);
  const http::ResponseHead response_head = response_of(status, response);
  return decide_storing({route, request_head, response_head, noon, noon, Seconds{86'400}});
}

Route with_ttl(Milliseconds ttl = Seconds{60}) {
  Route route;
  route.ttl.plain = ttl;
  return route;
}

Route overriding() {
  Route route = with_ttl();
  route.override_origin = true;
  return route;
}

struct Case {
  std::string request;
  int status;
  std::string response;
  Reason refusal;
};

void check_all(const Route& route, const std::vector<Case>& cases) {
  for (const auto& [request, status, response, refusal] : cases) {
    CAPTURE(request);
    CAPTURE(status);
    CAPTURE(response);
    CHECK(token_of(decide(route, request, status, response).refusal) == token_of(refusal));
  }
}

const std::string fresh = "Cache-Control: max-age=60";
const std::string with_etag = "|ETag: \"a\"";

}  // namespace

TEST_CASE("what the origin made cacheable is stored without any ttl, all else is not (RFC 9111, section 3)") {
  check_all({},
            {
                {"", 200, fresh, Reason::none},
                {"", 200, "Cache-Control: s-maxage=60", Reason::none},
                {"", 200, "Expires: " + date_after(Seconds{60}), Reason::none},
                {"", 200, "", Reason::no_lifetime},
                {"", 200, "ETag: \"a\"", Reason::no_lifetime},
                {"", 200, "Cache-Control: public", Reason::no_lifetime},
                {"", 302, "", Reason::status},
                {"", 500, "", Reason::status},
                {"", 302, fresh, Reason::none},
                {"", 404, fresh, Reason::none},
                {"", 299, fresh, Reason::none},
                {"", 503, fresh, Reason::none},
                {"", 599, fresh, Reason::none},
                // Section 5.2.2.5.
                {"", 200, "Cache-Control: no-store, max-age=60", Reason::response_no_store},
                {"", 200, "Cache-Control: max-age=60|Cache-Control: NO-STORE", Reason::response_no_store},
                // Section 5.2.2.7.
                {"", 200, "Cache-Control: private, max-age=60", Reason::response_private},
                {"", 200, "Cache-Control: public, private, max-age=60", Reason::response_private},
                {"", 200, "Cache-Control: private=\"x-user\", max-age=60", Reason::none},
                // Section 4.1.
                {"", 200, fresh + "|Vary: *", Reason::vary_any},
                {"", 200, fresh + "|Vary: Accept, *", Reason::vary_any},
                {"", 200, fresh + "|Vary: Via", Reason::vary_any},
                {"", 200, fresh + "|Vary: Accept|vary: x-forwarded-for", Reason::vary_any},
                {"", 200, fresh + "|Vary: X-Forwarded-Proto", Reason::vary_any},
                {"", 200, fresh + "|Vary: X-Forwarded-Host", Reason::vary_any},
                {"", 200, fresh + "|Vary: Forwarded", Reason::vary_any},
                {"", 200, fresh + "|Vary: X-Forwarder", Reason::none},
                {"", 200, fresh + "|Vary: Accept", Reason::none},
                // Section 5.2.1.5.
                {"Cache-Control: no-store", 200, fresh, Reason::request_no_store},
                {"Cache-Control: no-cache", 200, fresh, Reason::none},
                // RFC 9213, section 2.1.
                {"", 200, "CDN-Cache-Control: max-age=60|Cache-Control: no-store", Reason::none},
                {"", 200, "CDN-Cache-Control: no-store|Cache-Control: max-age=60", Reason::response_no_store},
                {"", 200, "CDN-Cache-Control: private|" + fresh, Reason::response_private},
            });
}

TEST_CASE("a response is stored for GET alone, and not where the route is off") {
  for (const char* method : {"HEAD", "POST", "PUT", "DELETE", "PROPFIND"}) {
    CAPTURE(method);
    CHECK(decide({}, "", 200, fresh, method).refusal == Reason::method);
  }
  Route off;
  off.cache = false;
  CHECK(decide(off, "", 200, fresh).refusal == Reason::route_off);
}

TEST_CASE("parts and answers about this connection are not stored (RFC 9111, sections 3.3 and 4.3.3)") {
  check_all(with_ttl(), {
                            {"", 206, fresh + "|Content-Range: bytes 0-1/2", Reason::partial},
                            {"", 206, fresh, Reason::partial},
                            // RFC 9110, section 14.4: in a whole response Content-Range means nothing.
                            {"", 200, fresh + "|Content-Range: bytes 0-1/2", Reason::none},
                            {"", 304, fresh, Reason::status},
                            {"", 416, fresh, Reason::status},
                            {"", 101, fresh, Reason::connection_specific},
                        });
}

TEST_CASE("an error that a request's form provokes is not stored unless the route names it (CPDoS)") {
  for (const int status : {400, 413, 431}) {
    CAPTURE(status);
    CHECK(decide(with_ttl(), "", status, "Cache-Control: public, max-age=60").refusal == Reason::status);
  }
  Route route;
  route.ttl.by_status = {{405, Seconds{10}}, {414, Seconds{10}}};
  CHECK(decide(route, "", 405, "").lifetimes.freshness == Seconds{10});
  CHECK(decide(route, "", 400, fresh).refusal == Reason::status);
}

TEST_CASE("an error is stored only where nothing in its request's form can have provoked it (CPDoS)") {
  const auto decision = [](int status, const std::string& name, const std::string& value) {
    http::RequestHead request = request_of("GET", "");
    request.fields.add(name, value);
    const http::ResponseHead response = response_of(status, fresh);
    const Route route;
    return decide_storing({route, request, response, noon, noon, Seconds{86'400}}).refusal;
  };
  for (const int status : {405, 414, 500, 501, 502, 503, 504, 599}) {
    CAPTURE(status);
    CHECK(decision(status, "X-A", "plain\tenough") == Reason::none);
    CHECK(decision(status, "X-A", std::string(5'000, 'a')) == Reason::status);
    CHECK(decision(status, "X-A", "a\xFF") == Reason::status);
    CHECK(decision(status, std::string(5'000, 'x'), "a") == Reason::status);
  }
  // What the content says is no error of the request's.
  for (const int status : {200, 404, 410})
    CHECK(decision(status, "X-A", std::string(5'000, 'a')) == Reason::none);
}

TEST_CASE("errors about method and target are stored where all of both is in the key") {
  for (const int status : {405, 414}) {
    CAPTURE(status);
    CHECK(decide({}, "", status, fresh).store());
    CHECK(decide(with_ttl(), "", status, "").refusal == Reason::no_lifetime);
    Route forwarding_all;
    forwarding_all.query.forward_all = true;
    CHECK(decide(forwarding_all, "", status, fresh).refusal == Reason::status);
  }
}

TEST_CASE("must-understand stands for no-store where the status is understood (RFC 9111, section 5.2.2.3)") {
  const std::string both = "Cache-Control: must-understand, no-store, max-age=60";
  check_all({}, {
                    {"", 200, both, Reason::none},
                    {"", 404, both, Reason::none},
                    {"", 299, both, Reason::must_understand},
                    {"", 499, both, Reason::must_understand},
                    {"", 299, "Cache-Control: must-understand, max-age=60", Reason::must_understand},
                    {"", 200, both + ", private", Reason::response_private},
                });
}

TEST_CASE("a response to Authorization is shared only where it says so (RFC 9111, section 3.5)") {
  const std::vector<Case> cases{
      {"Authorization: Basic x", 200, fresh, Reason::authorization},
      {"Authorization: Basic x", 200, "Cache-Control: public, max-age=60", Reason::none},
      {"Authorization: Basic x", 200, "Cache-Control: s-maxage=60", Reason::none},
      {"Authorization: Basic x", 200, "Cache-Control: max-age=60, must-revalidate", Reason::none},
      {"Authorization: Basic x", 200, "Cache-Control: max-age=60, proxy-revalidate", Reason::authorization},
      {"Authorization: Basic x", 200, "CDN-Cache-Control: max-age=60|Cache-Control: public",
       Reason::authorization},
  };
  check_all({}, cases);
  check_all(with_ttl(), cases);
  check_all(with_ttl(), {{"Authorization: Basic x", 200, "", Reason::authorization}});
  check_all(overriding(), {{"Authorization: Basic x", 200, "", Reason::authorization}});
  Route keyed = with_ttl();
  keyed.headers = {"authorization"};
  check_all(keyed, {{"Authorization: Basic x", 200, "", Reason::none},
                    {"Authorization: Basic x", 200, fresh, Reason::none}});
}

TEST_CASE("the route's ttl is for a response whose lifetime the origin does not state (DESIGN.md, TTLs)") {
  struct Lifetime {
    int status;
    std::string response;
    Seconds freshness;
    bool by_route;
  };
  Route route = with_ttl(Seconds{60});
  for (const auto& [status, response, freshness, by_route] : std::vector<Lifetime>{
           {200, "", Seconds{60}, true},
           {301, "", Seconds{60}, true},
           {200, "Cache-Control: public", Seconds{60}, true},
           {200, "Cache-Control: max-age=5", Seconds{5}, false},
           {200, "Cache-Control: max-age=5, s-maxage=7", Seconds{7}, false},
           {200, "Expires: " + date_after(Seconds{9}), Seconds{9}, false},
           {200, "CDN-Cache-Control: must-revalidate|Cache-Control: max-age=5", Seconds{60}, true},
           {302, "Cache-Control: max-age=5", Seconds{5}, false},
       }) {
    CAPTURE(response);
    const StoringDecision decision = decide(route, "", status, response);
    REQUIRE(decision.store());
    CHECK(decision.lifetimes.freshness == freshness);
    CHECK(decision.lifetimes.by_route == by_route);
  }
  check_all(route, {
                       {"", 404, "", Reason::no_lifetime},
                       {"", 302, "", Reason::status},
                       {"", 500, "", Reason::status},
                       {"", 200, "Cache-Control: no-store", Reason::response_no_store},
                       {"", 200, "Cache-Control: private", Reason::response_private},
                       {"", 200, "Cache-Control: no-cache", Reason::no_cache},
                       {"", 200, "Cache-Control: max-age=0", Reason::expired},
                       {"", 200, "Expires: 0", Reason::expired},
                   });
}

TEST_CASE(
    "where only the route's ttl makes a response fresh, cookies keep it from being shared (DESIGN.md, "
    "TTLs)") {
  check_all(with_ttl(),
            {
                {"", 200, "Set-Cookie: a=b", Reason::set_cookie},
                {"", 200, "Cache-Control: public|Set-Cookie: a=b", Reason::set_cookie},
                {"", 200, fresh + "|Set-Cookie: a=b", Reason::none},
                {"Cookie: a=b", 200, "", Reason::cookie},
                {"Cookie: a=b", 200, "Cache-Control: public", Reason::cookie},
                {"Cookie: a=b", 200, fresh, Reason::none},
                {"Cookie: a=b", 200, fresh + "|Set-Cookie: a=b", Reason::none},
                {"Cookie: a=b", 200, "Cache-Control: no-cache|ETag: \"a\"", Reason::cookie},
                {"", 200, "Cache-Control: no-cache|ETag: \"a\"|Set-Cookie: a=b", Reason::set_cookie},
            });
  Route ignoring = with_ttl();
  ignoring.cookies.mode = CookieRule::Mode::ignore;
  check_all(ignoring, {{"Cookie: a=b", 200, "", Reason::none},
                       {"Cookie: a=b", 200, "Set-Cookie: c=d", Reason::set_cookie}});
  Route keyed = with_ttl();
  keyed.cookies = {CookieRule::Mode::key, {"theme"}};
  check_all(keyed, {{"Cookie: a=b", 200, "", Reason::none}});
}

TEST_CASE("`set_cookie: refuse` never stores a Set-Cookie") {
  Route route;
  route.refuse_set_cookie = true;
  check_all(route,
            {{"", 200, fresh + "|Set-Cookie: a=b", Reason::set_cookie}, {"", 200, fresh, Reason::none}});
}

TEST_CASE("`override: true` lets the route's ttl win over the origin's word, not over private data") {
  check_all(overriding(), {
                              {"", 200, "Cache-Control: no-store", Reason::none},
                              {"", 200, "Cache-Control: private, max-age=0", Reason::none},
                              {"", 200, "Cache-Control: no-cache", Reason::none},
                              {"", 200, "Expires: 0", Reason::none},
                              {"", 200, fresh + "|Set-Cookie: a=b", Reason::set_cookie},
                              {"Cookie: a=b", 200, fresh, Reason::cookie},
                              {"Authorization: Basic x", 200, fresh, Reason::authorization},
                              {"", 200, "Vary: *", Reason::vary_any},
                              {"", 206, "", Reason::partial},
                              {"Cache-Control: no-store", 200, "", Reason::request_no_store},
                              // A status that the ttl does not speak of is the origin's affair.
                              {"", 404, "Cache-Control: no-store", Reason::response_no_store},
                              {"", 404, fresh, Reason::none},
                              {"", 404, "", Reason::no_lifetime},
                          });
  const Lifetimes lifetimes = decide(overriding(), "", 200, "Cache-Control: no-cache, max-age=5").lifetimes;
  CHECK(lifetimes.freshness == Seconds{60});
  CHECK(lifetimes.by_route);
  CHECK_FALSE(lifetimes.no_cache);
}

TEST_CASE(
    "a heuristic needs the route's leave or `public`, and comes after the route's ttl (RFC 9111, section "
    "4.2.2)") {
  const std::string modified = "Last-Modified: " + date_after(Seconds{-1000});
  Route heuristic;
  heuristic.heuristic = true;
  check_all({}, {{"", 200, modified, Reason::no_lifetime},
                 {"", 200, modified + "|Cache-Control: public", Reason::none}});
  check_all(heuristic, {{"", 200, modified, Reason::none},
                        {"", 200, "", Reason::no_lifetime},
                        {"", 201, modified, Reason::status},
                        {"", 200, modified + "|Set-Cookie: a=b", Reason::set_cookie}});
  CHECK(decide(heuristic, "", 200, modified).lifetimes.freshness == Seconds{100});
  CHECK(decide(heuristic, "", 200, modified).lifetimes.by_route);
  CHECK(decide(heuristic, "", 200, modified + "|Cache-Control: max-age=7").lifetimes.freshness == Seconds{7});
  heuristic.ttl.plain = Seconds{3};
  CHECK(decide(heuristic, "", 200, modified).lifetimes.freshness == Seconds{3});
}

TEST_CASE("what no later request could be answered with is not stored") {
  check_all({},
            {
                {"", 200, "Cache-Control: max-age=0", Reason::expired},
                {"", 200, "Cache-Control: max-age=0" + with_etag, Reason::none},
                {"", 200, "Cache-Control: max-age=0|Last-Modified: " + std::string(noon_text), Reason::none},
                {"", 200, "Cache-Control: max-age=0, stale-while-revalidate=5", Reason::none},
                {"", 200, "Cache-Control: max-age=0, stale-if-error=5", Reason::none},
                {"", 200, "Cache-Control: max-age=0, stale-if-error=5, must-revalidate", Reason::expired},
                {"", 200, "Cache-Control: s-maxage=0, stale-if-error=5", Reason::expired},
                // A request's max-stale may still ask for it.
                {"", 200, "Cache-Control: max-age=60|Age: 90", Reason::none},
                {"", 200, "Cache-Control: max-age=60, must-revalidate|Age: 90", Reason::expired},
                {"", 200, "Cache-Control: no-cache, max-age=60", Reason::no_cache},
                {"", 200, "Cache-Control: no-cache, max-age=60" + with_etag, Reason::none},
                {"", 200, "Cache-Control: no-cache" + with_etag, Reason::none},
                {"", 200, "Cache-Control: no-cache=\"x-a\", max-age=60", Reason::none},
            });
}

TEST_CASE("the decision carries all that reuse needs") {
  const http::RequestHead request = request_of("GET");
  const http::ResponseHead response = response_of(
      200,
      "Cache-Control: max-age=60, s-maxage=99999999, stale-while-revalidate=5, stale-if-error=999999|Age: 7");
  const StoringDecision decision =
      decide_storing({{}, request, response, noon - Seconds{1}, noon, Seconds{3600}});
  REQUIRE(decision.store());
  CHECK(decision.lifetimes.response_time == noon);
  CHECK(decision.lifetimes.initial_age == Seconds{8});
  CHECK(decision.lifetimes.freshness == Seconds{3600});
  CHECK(decision.lifetimes.stale_while_revalidate == Seconds{5});
  CHECK(decision.lifetimes.stale_if_error == Seconds{3600});
  CHECK(decision.lifetimes.must_revalidate);
  CHECK(decision.lifetimes.allows_authorization);
  CHECK_FALSE(decision.lifetimes.no_cache);
  CHECK_FALSE(decision.lifetimes.by_route);

  // RFC 9111, sections 5.2.2.2 and 5.2.2.8.
  CHECK(decide({}, "", 200, "Cache-Control: max-age=60, must-revalidate").lifetimes.must_revalidate);
  CHECK(decide({}, "", 200, "Cache-Control: max-age=60, proxy-revalidate").lifetimes.must_revalidate);
  CHECK_FALSE(decide({}, "", 200, fresh).lifetimes.must_revalidate);
  CHECK_FALSE(decide({}, "", 200, fresh).lifetimes.allows_authorization);
  CHECK(decide({}, "", 200, "Cache-Control: no-cache" + with_etag).lifetimes.no_cache);
}

TEST_CASE("a route deaf to request directives stores in spite of a request's no-store") {
  Route route;
  route.honor_request_directives = false;
  check_all(route, {{"Cache-Control: no-store", 200, fresh, Reason::none}});
}

TEST_CASE("fields for one connection, for one user or of our own are not stored (RFC 9111, section 3.1)") {
  const http::ResponseHead response = response_of(
      200,
      "Date: d|Connection: close, X-Hop|X-Hop: 1|Keep-Alive: timeout=5|Proxy-Authenticate: "
      "Basic|Proxy-Connection: x|"
      "Transfer-Encoding: chunked|TE: trailers|Trailer: X-T|Upgrade: h2c|Age: 5|X-Cache: HIT|X-Cache-Key: k|"
      "Cache-Control: private=\"x-user, set-cookie\", no-cache=\"X-Token\", max-age=5|X-User: me|Set-Cookie: "
      "a=b|"
      "X-Token: t|Content-Length: 3|ETag: \"a\"|X-Cached: yes|Vary: A|vary: B");
  CHECK(text_of(storable_fields(response)) ==
        "Date: d|Cache-Control: private=\"x-user, set-cookie\", no-cache=\"X-Token\", "
        "max-age=5|Content-Length: 3|"
        "ETag: \"a\"|X-Cached: yes|Vary: A|vary: B");
}

namespace {

Lifetimes lifetimes(const Route& route, std::string_view response, double chance = 0,
                    Milliseconds fetch_time = Milliseconds{0}) {
  const http::RequestHead request = request_of("GET");
  const http::ResponseHead head = response_of(200, response);
  const StoringDecision decision =
      decide_storing({route, request, head, noon - fetch_time, noon, Seconds{86'400}, chance});
  CHECK(decision.store());
  return decision.lifetimes;
}

}  // namespace

TEST_CASE("the origin's stale windows win over the route's, unless the route overrides (RFC 5861)") {
  Route plain = with_ttl();
  plain.stale_while_revalidate = Seconds{5};
  plain.stale_if_error = Seconds{6};
  Route override = plain;
  override.override_origin = true;
  override.stale_if_error = std::nullopt;
  struct Windows {
    const Route& route;
    const char* response;
    int while_revalidate;
    int if_error;
    bool must_revalidate;
  };
  for (const auto& [route, response, while_revalidate, if_error, must_revalidate] : {
           Windows{plain, "", 5, 6, false},
           Windows{plain, "Cache-Control: max-age=9", 5, 6, false},
           Windows{plain, "Cache-Control: max-age=9, stale-while-revalidate=0", 0, 6, false},
           Windows{plain, "Cache-Control: stale-while-revalidate=1, stale-if-error=2", 1, 2, false},
           Windows{plain, "Cache-Control: stale-if-error=100000", 5, 86'400, false},
           Windows{plain, "CDN-Cache-Control: max-age=9|Cache-Control: stale-if-error=2", 5, 6, false},
           // RFC 9111, sections 5.2.2.2, 5.2.2.8 and 5.2.2.10.
           Windows{plain, "Cache-Control: must-revalidate", 5, 6, true},
           Windows{plain, "Cache-Control: proxy-revalidate", 5, 6, true},
           Windows{plain, "Cache-Control: s-maxage=9", 5, 6, true},
           Windows{override, "Cache-Control: must-revalidate, stale-if-error=2", 5, 0, false},
           Windows{override, "Cache-Control: s-maxage=9, stale-while-revalidate=2", 5, 0, false},
           Windows{overriding(), "Cache-Control: must-revalidate, stale-if-error=2", 0, 2, true},
       }) {
    CAPTURE(response);
    const Lifetimes found = lifetimes(route, response);
    CHECK(found.stale_while_revalidate == Seconds{while_revalidate});
    CHECK(found.stale_if_error == Seconds{if_error});
    CHECK(found.must_revalidate == must_revalidate);
  }
}

TEST_CASE("jitter takes up to its share of a lifetime away and never adds to it") {
  Route route = with_ttl(Seconds{100});
  route.jitter = 10;
  CHECK(lifetimes(route, "", 0).freshness == Seconds{100});
  CHECK(lifetimes(route, "", 0.5).freshness == Seconds{95});
  CHECK(lifetimes(route, "", 0.999).freshness > Seconds{90});
  CHECK(lifetimes(route, "", 0.999).freshness < Seconds{91});
  CHECK(lifetimes(route, "Cache-Control: max-age=60", 0.5).freshness == Seconds{57});
  CHECK(lifetimes(with_ttl(), "", 0.999).freshness == Seconds{60});
}

TEST_CASE("what a cache further in served stale is stale here, whatever the ttl (RFC 9211, section 2.4)") {
  struct Said {
    const char* response;
    int remaining;
  };
  for (const auto& [response, remaining] : {
           Said{"Age: 12|Cache-Status: larder; hit; ttl=-2", -2},
           Said{"Age: 12|Cache-Status: larder; fwd=stale; fwd-status=503; ttl=-2", -2},
           Said{"Age: 12|Cache-Status: a; hit; ttl=-2|Cache-Status: b; fwd=miss", -2},
           Said{"Age: 12|Cache-Control: max-age=20|Cache-Status: a; hit; ttl=-2", -2},
           Said{"Age: 12|Cache-Control: max-age=5|Cache-Status: a; hit; ttl=-2", -7},
           Said{"Age: 12|Cache-Status: a; hit; ttl=-99", -12},
           Said{"Age: 12|Cache-Status: a; hit; ttl=3", 48},
           Said{"Age: 12|Cache-Status: a; hit; ttl=soon, b; hit; ttl=-1.5", 48},
           Said{"Age: 12|Cache-Status: a; ttl=-", 48},
       }) {
    CAPTURE(response);
    Route route = with_ttl();
    route.stale_if_error = Seconds{60};
    CHECK(remaining_freshness(lifetimes(route, response), noon) == Seconds{remaining});
  }
}

TEST_CASE("how long a fetch took is kept") {
  CHECK(lifetimes(with_ttl(), "", 0, Milliseconds{200}).fetch_time == Milliseconds{200});
  CHECK(lifetimes(with_ttl(), "", 0, Milliseconds{-5}).fetch_time == Milliseconds{0});
}
