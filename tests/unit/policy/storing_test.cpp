#include "storing.hpp"

#include <larder/policy/partial.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

void larder::policy::test::check_storing(const Route& route, const std::vector<StoringCase>& cases) {
  for (const auto& [request, status, response, refusal] : cases) {
    CAPTURE(request);
    CAPTURE(status);
    CAPTURE(response);
    CHECK(token_of(decide(route, request, status, response).refusal) == token_of(refusal));
  }
}

TEST_CASE(
    "what the origin made cacheable is stored without any ttl, anything else is not (RFC 9111, section 3)") {
  check_storing(
      {}, {
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
              {"", 200, fresh + "|Vary: CDN-Loop", Reason::vary_any},
              {"", 200, fresh + "|Vary: Accept|vary: x-forwarded-for", Reason::vary_any},
              {"", 200, fresh + "|Vary: X-Forwarded-Proto", Reason::vary_any},
              {"", 200, fresh + "|Vary: X-Forwarded-Host", Reason::vary_any},
              {"", 200, fresh + "|Vary: Forwarded", Reason::vary_any},
              {"", 200, fresh + "|Vary: X-Forwarder", Reason::none},
              {"", 200, fresh + "|Vary: Accept", Reason::none},
              {"X_Lang: de", 200, fresh + "|Vary: X-Lang", Reason::vary_any},
              {"X-Lang: en|x.lang: de", 200, fresh + "|Vary: x-lang", Reason::vary_any},
              {"X_Lang: de", 200, fresh + "|Vary: X-Language, X_Lang", Reason::none},
              {"X-Lang: de", 200, fresh + "|Vary: X-Lang", Reason::none},
              {"Accept_Language: de", 200, fresh + "|Vary: Accept-Language", Reason::none},  // not sent
              // Section 5.2.1.5.
              {"Cache-Control: no-store", 200, fresh, Reason::request_no_store},
              {"Cache-Control: no-cache", 200, fresh, Reason::none},
              // RFC 9213, section 2.1.
              {"", 200, "CDN-Cache-Control: max-age=60|Cache-Control: no-store", Reason::none},
              {"", 200, "CDN-Cache-Control: no-store|Cache-Control: max-age=60", Reason::response_no_store},
              {"", 200, "CDN-Cache-Control: private|" + fresh, Reason::response_private},
              // nginx's field.
              {"", 200, "X-Accel-Expires: 60|Cache-Control: no-store", Reason::none},
              // It says how long, and not for whom.
              {"", 200, "X-Accel-Expires: 60|Cache-Control: private", Reason::response_private},
              {"Cookie: a=b", 200, "X-Accel-Expires: 60|Cache-Control: public", Reason::none},
              {"Authorization: Basic YQ==", 200, "X-Accel-Expires: 60", Reason::authorization},
              // RFC 3229: what it holds depends on A-IM.
              {"", 226, fresh, Reason::status},
              {"", 200, "X-Accel-Expires: 0|" + fresh, Reason::response_no_store},
              {"", 200, "X-Accel-Expires: 60|CDN-Cache-Control: no-store", Reason::response_no_store},
              {"Cookie: a=b", 200, "X-Accel-Expires: 60", Reason::cookie},
              {"Cookie: a=b", 200, "X-Accel-Expires: @2147483647", Reason::cookie},
              {"Cookie: a=b", 200, "X-Accel-Expires: off|" + fresh, Reason::cookie},
          });
}

TEST_CASE("a response is stored only for GET, and not if the route is off") {
  for (const char* method : {"HEAD", "POST", "PUT", "DELETE", "PROPFIND"}) {
    CAPTURE(method);
    CHECK(decide({}, "", 200, fresh, method).refusal == Reason::method);
  }
  Route off;
  off.cache = false;
  CHECK(decide(off, "", 200, fresh).refusal == Reason::route_off);
}

TEST_CASE("parts and responses about this connection are not stored (RFC 9111, sections 3.3 and 4.3.3)") {
  check_storing(with_ttl(), {
                                {"", 206, fresh + "|Content-Range: bytes 0-1/2", Reason::partial},
                                {"", 206, fresh, Reason::partial},
                                // RFC 9110, section 14.4: in a whole response Content-Range means nothing.
                                {"", 200, fresh + "|Content-Range: bytes 0-1/2", Reason::none},
                                {"", 304, fresh, Reason::status},
                                {"", 416, fresh, Reason::status},
                                // RFC 9111, section 3.1: its challenge could not be stored.
                                {"", 407, fresh, Reason::status},
                                // RFC 5842, section 7.2: about the path that one request took.
                                {"", 508, fresh, Reason::status},
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

TEST_CASE("an error is stored only if nothing in its request's form can have provoked it (CPDoS)") {
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
  // What the content says is not an error in the request's form.
  for (const int status : {200, 404, 410})
    CHECK(decision(status, "X-A", std::string(5'000, 'a')) == Reason::none);
}

TEST_CASE("errors about method and target are stored if both are entirely in the key") {
  for (const int status : {405, 414}) {
    CAPTURE(status);
    CHECK(decide({}, "", status, fresh).store());
    CHECK(decide(with_ttl(), "", status, "").refusal == Reason::no_lifetime);
    Route forwarding_all;
    forwarding_all.query.forward_all = true;
    CHECK(decide(forwarding_all, "", status, fresh).refusal == Reason::status);
  }
}

TEST_CASE("must-understand overrides no-store if the status is understood (RFC 9111, section 5.2.2.3)") {
  const std::string both = "Cache-Control: must-understand, no-store, max-age=60";
  check_storing({}, {
                        {"", 200, both, Reason::none},
                        {"", 404, both, Reason::none},
                        {"", 299, both, Reason::must_understand},
                        {"", 499, both, Reason::must_understand},
                        {"", 299, "Cache-Control: must-understand, max-age=60", Reason::must_understand},
                        {"", 200, both + ", private", Reason::response_private},
                    });
}

TEST_CASE("a response to Authorization is shared only if it says so (RFC 9111, section 3.5)") {
  const std::vector<StoringCase> cases{
      {"Authorization: Basic x", 200, fresh, Reason::authorization},
      {"Authorization: Basic x", 200, "Cache-Control: public, max-age=60", Reason::none},
      {"Authorization: Basic x", 200, "Cache-Control: s-maxage=60", Reason::none},
      {"Authorization: Basic x", 200, "Cache-Control: max-age=60, must-revalidate", Reason::none},
      {"Authorization: Basic x", 200, "Cache-Control: max-age=60, proxy-revalidate", Reason::authorization},
      {"Authorization: Basic x", 200, "CDN-Cache-Control: max-age=60|Cache-Control: no-store", Reason::none},
      {"Authorization: Basic x", 200, "Surrogate-Control: max-age=60", Reason::none},
      // A targeted field without a lifetime still replaces Cache-Control (RFC 9213).
      {"Authorization: Basic x", 200, "CDN-Cache-Control: stale-if-error=5|Cache-Control: public, max-age=60",
       Reason::authorization},
  };
  check_storing({}, cases);
  check_storing(with_ttl(), cases);
  check_storing(with_ttl(), {{"Authorization: Basic x", 200, "", Reason::authorization}});
  check_storing(overriding(), {{"Authorization: Basic x", 200, "", Reason::authorization}});
  Route keyed = with_ttl();
  keyed.headers = {"authorization"};
  check_storing(keyed, {{"Authorization: Basic x", 200, "", Reason::none},
                        {"Authorization: Basic x", 200, fresh, Reason::none}});
}

TEST_CASE(
    "a Set-Cookie is never stored, unless the route has it stripped or allowed (RFC 9111, section 7.3)") {
  for (const char* said :
       {"", "Cache-Control: max-age=60", "Cache-Control: public, max-age=60", "Cache-Control: s-maxage=60",
        "CDN-Cache-Control: max-age=60", "Cache-Control: max-age=60, no-cache=\"set-cookie\""}) {
    CAPTURE(said);
    const std::string response = std::string(said) + (*said == '\0' ? "" : "|") + "Set-Cookie: a=b";
    const bool is_stated = *said != '\0';
    for (Route route : {with_ttl(), overriding()}) {
      check_storing(route, {{"", 200, response, Reason::set_cookie}, {"", 200, said, Reason::none}});
      route.set_cookie = SetCookieRule::strip;
      check_storing(route, {{"", 200, response, Reason::none}});
      CHECK_FALSE(decide(route, "", 200, response).lifetimes.sets_cookie);
      route.set_cookie = SetCookieRule::allow;
      const bool is_allowed = is_stated && !route.override_origin;
      check_storing(route, {{"", 200, response, is_allowed ? Reason::none : Reason::set_cookie}});
      CHECK(decide(route, "", 200, response).lifetimes.sets_cookie == is_allowed);
    }
  }
}

TEST_CASE("`credentials: shared` shares across Authorization and the like, but not across cookies") {
  Route route = with_ttl();
  route.shares_credentials = true;
  check_storing(route, {{"Authorization: Basic x", 200, "", Reason::none},
                        {"X-Api-Key: x", 200, fresh, Reason::none},
                        {"X-Api-Key: x", 200, "Cache-Control: private", Reason::response_private},
                        {"Cookie: a=b", 200, fresh, Reason::cookie}});
}

TEST_CASE("a credential that the route keys does not prevent storing") {
  Route route = with_ttl();
  route.headers = {"x-api-key"};
  check_storing(route, {{"X-Api-Key: x", 200, "", Reason::none},
                        {"X-Api-Key: x", 200, fresh, Reason::none},
                        // What CGI treats as the same is another field here, and not in the key.
                        {"X_Api_Key: x", 200, fresh, Reason::credential},
                        {"X-Api-Key: x|X-User-Id: 7", 200, fresh, Reason::credential},
                        {"X-Api-Key: x|Authorization: Basic x", 200, fresh, Reason::authorization}});
}

TEST_CASE("a response that could not answer any later request is not stored") {
  check_storing(
      {}, {
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

TEST_CASE("a route that ignores request directives stores in spite of a request's no-store") {
  Route route;
  route.honor_request_directives = false;
  check_storing(route, {{"Cache-Control: no-store", 200, fresh, Reason::none}});
}

TEST_CASE("fields for one connection, for one user or of our own are not stored (RFC 9111, section 3.1)") {
  const http::ResponseHead response = response_of(
      200,
      "Date: d|Connection: close, X-Hop|X-Hop: 1|Keep-Alive: timeout=5|Proxy-Authenticate: "
      "Basic|Proxy-Connection: x|"
      "Transfer-Encoding: chunked|TE: trailers|Trailer: X-T|Upgrade: h2c|Age: 5|X-Cache: HIT|X-Cache-Key: k|"
      "Cache-Control: private=\"x-user, set-cookie\", no-cache=\"X-Token\", max-age=5|X-User: me|Set-Cookie: "
      "a=b|"
      "X-Token: t|Content-Length: 3|ETag: \"a\"|X-Cached: yes|Vary: A|vary: B|date: e");
  CHECK(text_of(storable_fields(response)) ==
        "Date: d|Cache-Control: private=\"x-user, set-cookie\", no-cache=\"X-Token\", "
        "max-age=5|"
        "ETag: \"a\"|X-Cached: yes|Vary: A|vary: B");
}

TEST_CASE("a response with more than 1024 tags is not stored: each purge is compared with each tag") {
  const auto repeated = [](std::string_view text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
  };
  const auto refusal = [](const std::string& fields) { return decide(with_ttl(), "", 200, fields).refusal; };
  CHECK(refusal("Surrogate-Key: " + repeated("k  ", 1024)) == Reason::none);
  CHECK(refusal("Surrogate-Key: " + repeated("k ", 1025)) == Reason::too_many_tags);
  CHECK(refusal("Cache-Tag: " + repeated("a b, ,", 1024)) == Reason::none);
  CHECK(refusal("Cache-Tag: " + repeated("a b,", 1025)) == Reason::too_many_tags);
  CHECK(refusal("Cache-Groups: " + repeated("\"a\", ", 1025)) == Reason::too_many_tags);
  CHECK(refusal("cache-tag: " + repeated("a,", 600) + "|surrogate-key: " + repeated("a ", 425)) ==
        Reason::too_many_tags);
  CHECK(refusal("Cache-Control: no-store|Cache-Tag: " + repeated("a,", 1025)) == Reason::response_no_store);
}

TEST_CASE(
    "a response that varies by more than 64 fields counts as varying by all (RFC 9110, section 12.5.5)") {
  std::string names = "Vary: A0";
  for (int i = 1; i < 64; ++i) names += ", A" + std::to_string(i);
  CHECK(decide(with_ttl(), "", 200, names).refusal == Reason::none);
  CHECK(decide(with_ttl(), "", 200, names + "|Vary: B").refusal == Reason::vary_any);
}

TEST_CASE("content larger than max_object is not stored, whole or as a part") {
  const Route route = with_ttl();
  const http::RequestHead request = request_of("GET");
  const http::ResponseHead whole = response_of(200);
  for (const auto& [size, refusal] : {std::pair{10u, Reason::none}, {11u, Reason::too_large}}) {
    CAPTURE(size);
    StoringInput input{route, request, whole, noon, noon, Seconds{86'400}};
    input.max_object = 10;
    input.size = size;
    CHECK(token_of(decide_storing(input).refusal) == token_of(refusal));
    const http::ResponseHead part =
        response_of(206, "Content-Range: bytes 0-" + std::to_string(size - 1) + "/100|ETag: \"a\"");
    StoringInput input_of_part{route, request, part, noon, noon, Seconds{86'400}};
    input_of_part.max_object = 10;
    input_of_part.size = size;
    CHECK(token_of(decide_storing_part(input_of_part).refusal) == token_of(refusal));
  }
  const http::ResponseHead mine = response_of(200, "Cache-Control: private");
  StoringInput input{route, request, mine, noon, noon, Seconds{86'400}};
  input.max_object = 10;
  input.size = 11;
  CHECK(token_of(decide_storing(input).refusal) == token_of(Reason::response_private));
}

TEST_CASE("of a ttl's parts the most exact counts, and some statuses have one by their own number alone") {
  Route route;
  route.ttl.by_status = {{404, Seconds{10}}, {403, Seconds{5}}};
  route.ttl.by_class = {{2, Seconds{60}}, {4, Seconds{20}}};
  route.ttl.any = Seconds{1};
  const struct {
    int status;
    std::int64_t seconds;
  } cases[] = {{200, 60}, {201, 60}, {302, 1}, {307, 1}, {404, 10},
               {410, 20}, {418, 20}, {403, 5}, {500, 1}, {503, 1}};
  for (const auto& [status, seconds] : cases) {
    CAPTURE(status);
    const StoringDecision decision = decide(route, "", status, "");
    CHECK(decision.store());
    CHECK(decision.lifetimes.freshness == Seconds{seconds});
  }
  for (const int status :
       {206, 304, 400, 401, 407, 408, 412, 413, 414, 415, 416, 417, 421, 425, 426, 428, 429, 431, 511}) {
    CAPTURE(status);
    CHECK_FALSE(route.ttl.for_status(status));
    CHECK_FALSE(decide(route, "", status, "").store());
  }
}

TEST_CASE("what a request may have provoked has no lifetime by its class, only by its number") {
  Route route;
  route.ttl.by_class[5] = Seconds{60};
  const http::ResponseHead error = response_of(500);
  const std::string odd(5000, 'x');
  const http::RequestHead request = request_of("GET", "X-Odd: " + odd);
  CHECK(decide(route, "", 500, "").store());
  CHECK_FALSE(decide_storing({route, request, error, noon, noon, Seconds{86'400}}).store());
  route.ttl.by_status[500] = Seconds{60};
  CHECK(decide_storing({route, request, error, noon, noon, Seconds{86'400}}).store());
}

TEST_CASE("an error that could be stored does not replace a response that may be served instead of it") {
  Route route;
  const http::RequestHead request = request_of("GET");
  const http::ResponseHead error = response_of(500, "Cache-Control: max-age=60");
  StoringInput input{route, request, error, noon, noon, Seconds{86'400}};
  CHECK(decide_storing(input).store());
  Lifetimes lifetimes;
  lifetimes.response_time = noon - Seconds{61};
  lifetimes.freshness = Seconds{60};
  lifetimes.stale_if_error = Seconds{30};
  input.stored = {200, lifetimes};
  CHECK(token_of(decide_storing(input).refusal) == token_of(Reason::status));
  input.stored->status = 503;
  CHECK(decide_storing(input).store());
  lifetimes.stale_if_error = Seconds{0};
  input.stored = {200, lifetimes};
  CHECK(decide_storing(input).store());
}

TEST_CASE("an error whose lifetime is the route's replaces nothing but errors") {
  Route route;
  route.ttl.any = Seconds{60};
  const http::RequestHead request = request_of("GET");
  Lifetimes ended;
  ended.response_time = noon - Seconds{61};
  for (const int status : {500, 503, 302, 404}) {
    CAPTURE(status);
    const http::ResponseHead answer = response_of(status);
    StoringInput input{route, request, answer, noon, noon, Seconds{86'400}};
    CHECK(decide_storing(input).store());
    input.stored = {200, ended};
    CHECK(decide_storing(input).store() == (status < 500));
    input.stored = {503, ended};
    CHECK(decide_storing(input).store());
  }
}
