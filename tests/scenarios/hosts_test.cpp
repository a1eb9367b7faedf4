// src/README.md, "Key": on shared requests the key, Host and X-Forwarded-Host have the same authority.
#include "scenario.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

/// An origin that puts the Host it sees into its response, as it would into a link.
Answer linking(const pipeline::Request& request) {
  const std::string host(request.head.fields.find("Host").value_or("none"));
  const std::string forwarded(request.head.fields.find("X-Forwarded-Host").value_or("none"));
  return {.fields = {{"Location", "https://" + host + "/"}}, .content = host + " " + forwarded};
}

Scenario& with_links(Scenario& s) {
  s.origin.answer = linking;
  return s;
}

/// One of many spellings of a few authorities.
class Spellings {
 public:
  std::string next() {
    std::string host =
        one_of({"shop.example", "shop.example.", "www.shop.example", "%73hop.example", "127.0.0.1",
                "localhost", "[::1]", "[0:0::1]", "shop%2eexample", "a%2fb", "a!b", "*.example"});
    for (char& c : host) {
      if (coin() && c >= 'a' && c <= 'z' && host.front() != '%') c = static_cast<char>(c - 'a' + 'A');
    }
    return host + one_of({"", "", ":", ":80", ":080", ":443", ":0443", ":8080", ":08080", ":0"});
  }

 private:
  bool coin() { return random_() % 4 == 0; }
  std::string one_of(const std::vector<std::string>& choices) { return choices[random_() % choices.size()]; }

  std::mt19937 random_{10};
};

}  // namespace

TEST_CASE("property: requests with the same key show the origin the same Host, byte for byte") {
  for (const bool has_sites : {false, true}) {
    CAPTURE(has_sites);
    policy::Route each = route("/**", 60s);
    each.debug = true;
    Scenario s({each});
    with_links(s);
    if (has_sites) s.settings.sites = policy::Sites({{"shop.example", {"www.shop.example", "127.0.0.1:*"}}});
    Spellings spellings;
    std::map<std::string, std::string> seen_under;
    std::map<std::string, std::string> key_of_seen;
    for (int i = 0; i < 2000; ++i) {
      const std::string host = spellings.next();
      CAPTURE(host);
      // Each request makes the origin be asked again, so that what each of them sends is seen.
      const Seen seen = s.get("/a", {{"Host", host}, {"Cache-Control", "no-cache"}});
      const std::string key(seen.fields.find("X-Cache-Key").value_or(""));
      REQUIRE(key.starts_with("GET:http://"));
      const http::RequestHead& sent = s.origin.asked.back();
      const std::string sent_host(sent.fields.find("Host").value_or(""));
      CHECK(sent.fields.count("Host") == 1);
      CHECK(sent.fields.find("X-Forwarded-Host") == sent_host);
      CHECK(key == "GET:http://" + sent_host + "/a");
      CHECK(seen_under.emplace(key, seen.content).first->second == seen.content);
      CHECK(key_of_seen.emplace(seen.content, key).first->second == key);
    }
    CHECK(seen_under.size() > 20);
  }
}

TEST_CASE("an origin's link to one spelling of a host is not served to requests with another") {
  for (const char* host :
       {"SHOP.test", "shop.test:80", "shop.test:", "shop.test:0080", "shop.test.", "%73hop.test"}) {
    CAPTURE(host);
    Scenario s({route("/**", 60s)});
    with_links(s);
    CHECK(s.get("/a", {{"Host", host}}).line() == "MISS 200 shop.test shop.test");
    const Seen victim = s.get("/a");
    CHECK(victim.line() == "HIT 200 shop.test shop.test");
    CHECK(victim.fields.find("Location") == "https://shop.test/");
  }
}

TEST_CASE("requests that are not shared are forwarded with the client's own Host") {
  policy::Route off = route("/me/**", 60s);
  off.cache = false;
  Scenario s({off, route("/**", 60s)});
  with_links(s);
  for (const char* host : {"SHOP.test:080", "shop.test.", "[0::1]:80", "127.0.0.1:8080"}) {
    CAPTURE(host);
    const std::string both = std::string(host) + " " + host;
    CHECK(s.get("/me/x", {{"Host", host}}).content == both);
    CHECK(s.ask("POST", "/a", {{"Host", host}}, "{}").content == both);
    CHECK(s.get("/a/../b", {{"Host", host}}).content == both);
  }
  // RFC 9112, section 3.2.2.
  CHECK(s.ask("POST", "http://Other.test:80/a", {{"Host", "shop.test"}}).content == "other.test other.test");
}

TEST_CASE("a site is one, whatever it is called: key, Host and purges use its own name") {
  policy::Route off = route("/me/**", 60s);
  off.cache = false;
  Scenario s({off, route("/**", 60s)});
  with_links(s);
  s.settings.sites = policy::Sites({{"shop.test", {"www.shop.test", "127.0.0.1:*", "localhost:*"}}});
  const std::string by_name = "200 shop.test shop.test";
  CHECK(s.get("/a", {{"Host", "www.shop.test"}}).line() == "MISS " + by_name);
  for (const char* host : {"shop.test", "WWW.shop.test:80", "127.0.0.1", "127.0.0.1:8080", "LOCALHOST:9"}) {
    CAPTURE(host);
    CHECK(s.get("/a", {{"Host", host}}).line() == "HIT " + by_name);
    CHECK(s.get("/me/x", {{"Host", host}}).line() == "BYPASS " + by_name);
    CHECK(s.ask("PUT", "/a", {{"Host", host}}, "{}").line() == "BYPASS " + by_name);
    CHECK(s.get("/a").cache == "MISS");
    s.ask("PUT", "/a", {{"Host", "shop.test"}}, "{}");
    CHECK(s.get("/a", {{"Host", host}}).line() == "MISS " + by_name);
  }
  CHECK(s.get("http://localhost:81/a", {{"Host", "elsewhere.test"}}).line() == "HIT " + by_name);
  CHECK(s.get("/a", {{"Host", "www.shop.test:8080"}}).line() ==
        "MISS 200 www.shop.test:8080 www.shop.test:8080");
}

TEST_CASE("RFC 9110, section 9.3.3: a POST under another spelling of Host does not answer a GET") {
  Scenario s({route("/**", 60s)});
  s.origin_says({.fields = {{"Cache-Control", "max-age=60"}, {"Content-Location", "/a"}}, .content = "made"});
  s.ask("POST", "/a", {{"Host", "SHOP.test"}}, "{}");
  CHECK(s.get("/a").cache == "MISS");
  s.ask("POST", "/a", {{"Host", "shop.test"}}, "{}");
  CHECK(s.get("/a").cache == "HIT");
}
