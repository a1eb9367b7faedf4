// `trusted_proxies`: what a front says of the client counts for key, app and log, and nobody else's word
// does.
#include "scenario.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

/// Clients of a Scenario are at 192.0.2.7.
policy::TrustedProxies trusting(const char* address) {
  policy::TrustedProxies proxies;
  REQUIRE(proxies.addresses.add(address));
  return proxies;
}

std::string sent(const Scenario& s, std::string_view name) {
  return s.origin.asked.back().fields.combined(http::FieldName(name)).value_or("none");
}

const Fields behind_tls{{"X-Forwarded-For", "1.1.1.1, 203.0.113.7"}, {"X-Forwarded-Proto", "https"}};

}  // namespace

TEST_CASE("a trusted front's scheme and client count: for the key, and for the app by GET and POST alike") {
  Scenario s({route("/**", 60s)});
  s.settings.trusted_proxies = trusting("192.0.2.0/24");
  s.origin_says({.content = "a"});
  for (const std::string method : {"GET", "POST"}) {
    CAPTURE(method);
    s.ask(method, "/a", behind_tls);
    CHECK(sent(s, "X-Forwarded-Proto") == "https");
    CHECK(sent(s, "X-Forwarded-For") == "203.0.113.7");
    CHECK(sent(s, "X-Forwarded-Host") == "shop.test");
    CHECK(sent(s, "Forwarded") == "none");
  }
  s.get("/b", behind_tls);
  CHECK(s.get("/b", {{"X-Forwarded-For", "203.0.113.8"}, {"X-Forwarded-Proto", "https"}}).cache == "HIT");
  CHECK(s.get("/b").cache == "MISS");  // over http
  CHECK(s.get("/b").cache == "HIT");
}

TEST_CASE("an untrusted client changes neither key nor address nor scheme, and what it says is gone") {
  Scenario s({route("/**", 60s)});
  s.settings.trusted_proxies = trusting("10.0.0.0/8");
  s.settings.trusted_proxies.host = true;
  s.origin_says({.content = "a"});
  Fields said = behind_tls;
  for (const char* name :
       {"X-Forwarded-Host", "Forwarded", "X-Real-IP", "X-Forwarded-Port", "CF-Connecting-IP"})
    said.emplace_back(name, "evil.test");
  for (const std::string method : {"POST", "GET"}) {
    CAPTURE(method);
    s.ask(method, "/a", said);
    CHECK(sent(s, "X-Forwarded-Proto") == "http");
    CHECK(sent(s, "X-Forwarded-For") == "192.0.2.7");
    CHECK(sent(s, "X-Forwarded-Host") == "shop.test");
    CHECK(s.origin.asked.back().fields.wire().find("evil") == std::string_view::npos);
  }
  CHECK(s.get("/a").cache == "HIT");
}

TEST_CASE("a route that keys X-Real-IP keys nothing that a client made up") {
  policy::Route keyed = route("/**", 60s);
  keyed.headers = {"X-Real-IP"};
  Scenario s({keyed});
  s.settings.trusted_proxies = trusting("10.0.0.0/8");
  s.origin_says({.content = "a"});
  s.get("/a");
  CHECK(s.get("/a", {{"X-Real-IP", "1.1.1.1"}}).cache == "HIT");
}

TEST_CASE("the host is believed on wish, and only if it is one; the port of another scheme is no port") {
  Scenario s({route("/**", 60s)});
  s.settings.trusted_proxies = trusting("192.0.2.7");
  s.origin_says({.content = "a"});
  const auto host_of = [&](const std::string& said, const std::string& host = "shop.test") {
    s.ask("POST", "/a", {{"Host", host}, {"X-Forwarded-Host", said}, {"X-Forwarded-Proto", "https"}});
    CHECK(sent(s, "X-Forwarded-Host") == sent(s, "Host"));
    return sent(s, "Host");
  };
  CHECK(host_of("www.test") == "shop.test");
  CHECK(host_of("www.test", "shop.test:443") == "shop.test:443");
  s.settings.trusted_proxies.host = true;
  CHECK(host_of("www.test") == "www.test");
  CHECK(host_of("a.test, WWW.test:8443") == "www.test:8443");
  CHECK(host_of("www.test:443") == "www.test");
  for (const char* wrong : {"a b", "u@h", "", "a/b", "www.test:x"}) {
    CAPTURE(wrong);
    CHECK(host_of(wrong) == "shop.test");
  }
  s.get("/b", {{"Host", "shop.test:443"}, {"X-Forwarded-Proto", "https"}});
  CHECK(s.get("/b", {{"X-Forwarded-Proto", "https"}}).cache == "HIT");
}

TEST_CASE("fronts that speak Forwarded are read, and the app gets it too") {
  Scenario s({route("/**", 60s)});
  s.settings.trusted_proxies = trusting("192.0.2.7");
  s.settings.trusted_proxies.fields = policy::TrustedProxies::Fields::forwarded;
  s.origin_says({.content = "a"});
  Fields said = behind_tls;
  said.emplace_back("Forwarded", "for=\"[2001:db8::1]:1\";proto=https");
  said[1].second = "http";
  for (const std::string method : {"GET", "POST"}) {
    s.ask(method, "/a", said);
    CHECK(sent(s, "X-Forwarded-Proto") == "https");
    CHECK(sent(s, "X-Forwarded-For") == "2001:db8::1");
    CHECK(sent(s, "Forwarded") == "for=\"[2001:db8::1]\";proto=https;host=\"shop.test\"");
  }
}

TEST_CASE("without trusted_proxies all is as it was: overwritten") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = "a"});
  for (const std::string method : {"POST", "GET"}) {
    CAPTURE(method);
    s.ask(method, "/a", behind_tls);
    CHECK(sent(s, "X-Forwarded-Proto") == "http");
  }
  CHECK(s.get("/a").cache == "HIT");
}

TEST_CASE("PURGE by a trusted front counts for the client it names, and is 405 if it names none") {
  Scenario s({route("/**", 60s)});
  s.settings.trusted_proxies = trusting("192.0.2.7");
  REQUIRE(s.settings.purge_method.add("192.0.2.0/24").has_value());
  s.origin_says({.content = "a"});
  s.get("/a");
  CHECK(s.ask("PURGE", "/a").status == 405);
  CHECK(s.ask("PURGE", "/a", {{"X-Forwarded-For", "unknown"}}).status == 405);
  CHECK(s.ask("PURGE", "/a", {{"X-Forwarded-For", "192.0.2.7"}}).status == 405);
  CHECK(s.ask("PURGE", "/a", {{"X-Forwarded-For", "203.0.113.7"}}).status == 405);
  CHECK(s.get("/a").cache == "HIT");
  CHECK(s.ask("PURGE", "/a", {{"X-Forwarded-For", "192.0.2.9"}}).status == 200);
  CHECK(s.get("/a").cache == "MISS");
}

TEST_CASE("an absolute https target is taken if the front that is trusted says https, and 501 else") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.content = "a"});
  CHECK(s.get("https://shop.test/a").status == 501);
  CHECK(s.get("https://shop.test/a", {{"X-Forwarded-Proto", "https"}}).status == 501);
  s.settings.trusted_proxies = trusting("192.0.2.7");
  CHECK(s.get("https://shop.test/a").status == 501);
  CHECK(s.origin.asked.empty());
  CHECK(s.get("https://shop.test:443/a", {{"X-Forwarded-Proto", "https"}}).line() == "MISS 200 a");
  CHECK(sent(s, "Host") == "shop.test");
  CHECK(sent(s, "X-Forwarded-Proto") == "https");
  CHECK(s.get("/a", {{"X-Forwarded-Proto", "https"}}).cache == "HIT");
  CHECK(s.get("https://shop.test/a", {{"X-Forwarded-Proto", "https"}}).cache == "HIT");
  CHECK(s.get("http://shop.test/a", {{"X-Forwarded-Proto", "https"}}).status == 501);
  CHECK(s.ask("POST", "https://shop.test/a", {{"X-Forwarded-Proto", "https"}}).status == 200);
  CHECK(s.get("http://shop.test/a", {{"X-Forwarded-Proto", "http"}}).cache == "MISS");
}
