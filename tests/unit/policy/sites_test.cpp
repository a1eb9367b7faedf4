#include "support.hpp"

#include <larder/policy/sites.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

namespace {

const std::vector<SiteRule> rules{
    {"Shop.example", {"www.shop.example", "127.0.0.1:*", "localhost:*", "[::1]:*", "shop.example:8443"}},
    {"blog.example:8080", {"127.0.0.1:9000", "blog.example", "old.example:80"}}};

/// The authority that stands for another one with a scheme.
std::string replaced(const Sites& sites, std::string_view authority, std::string_view scheme = "http") {
  const http::Authority read = http::parse_authority(authority, scheme).value();
  http::Target target = target_of("/", {}, read.host, read.port);
  target.scheme = scheme;
  sites.replace(target);
  const http::Target once = target;
  sites.replace(target);
  CHECK(target == once);
  return target.authority();
}

}  // namespace

TEST_CASE("another spelling of a site is replaced by the site, and nothing else is") {
  const Sites sites(rules);
  struct Case {
    const char* authority;
    const char* over_http;
    const char* over_https;
  };
  for (const auto& [authority, over_http, over_https] : {
           Case{"shop.example", "shop.example", "shop.example"},
           Case{"www.shop.example", "shop.example", "shop.example"},
           Case{"WWW.Shop.Example.", "shop.example", "shop.example"},
           Case{"%77ww.shop.example", "shop.example", "shop.example"},
           Case{"www.shop.example:80", "shop.example", "www.shop.example:80"},
           Case{"www.shop.example:443", "www.shop.example:443", "shop.example"},
           Case{"www.shop.example:8080", "www.shop.example:8080", "www.shop.example:8080"},
           Case{"shop.example:8443", "shop.example", "shop.example"},
           Case{"shop.example:8444", "shop.example:8444", "shop.example:8444"},
           Case{"a.www.shop.example", "a.www.shop.example", "a.www.shop.example"},
           Case{"127.0.0.1", "shop.example", "shop.example"},
           Case{"127.0.0.1:81", "shop.example", "shop.example"},
           Case{"127.0.0.2:81", "127.0.0.2:81", "127.0.0.2:81"},
           Case{"localhost:8080", "shop.example", "shop.example"},
           Case{"[0:0::1]:8080", "shop.example", "shop.example"},
           // A spelling with its port takes precedence over one for every port.
           Case{"127.0.0.1:9000", "blog.example:8080", "blog.example:8080"},
           Case{"blog.example", "blog.example:8080", "blog.example:8080"},
           Case{"old.example", "blog.example:8080", "old.example"},
           Case{"old.example:80", "blog.example:8080", "blog.example:8080"},
       }) {
    CAPTURE(authority);
    CHECK(replaced(sites, authority) == over_http);
    CHECK(replaced(sites, authority, "https") == over_https);
  }
  CHECK(replaced(Sites(), "www.shop.example:81") == "www.shop.example:81");
}

TEST_CASE("a request without a host has no other spelling") {
  http::Target target = target_of("/", {}, "");
  Sites(rules).replace(target);
  CHECK(target.host.empty());
}

TEST_CASE("every port of a site may be a spelling of itself") {
  const Sites sites({{"shop.example", {"shop.example:*"}}});
  CHECK(replaced(sites, "shop.example:8080") == "shop.example");
  CHECK(replaced(sites, "shop.example") == "shop.example");
}

TEST_CASE("a purge of a host names every site that it can mean, since it has no ports") {
  const Sites sites(rules);
  using Hosts = std::vector<std::string>;
  CHECK(sites.hosts_of("shop.example") == Hosts{"shop.example"});
  CHECK(sites.hosts_of("elsewhere.example") == Hosts{"elsewhere.example"});
  CHECK(sites.hosts_of("localhost") == Hosts{"shop.example"});
  CHECK(sites.hosts_of("127.0.0.1") == Hosts{"blog.example", "shop.example"});
  CHECK(sites.hosts_of("www.shop.example") == Hosts{"shop.example", "www.shop.example"});
  CHECK(Sites().hosts_of("localhost") == Hosts{"localhost"});
}

TEST_CASE("a spelling is an authority, or a host at every port") {
  const auto port = [](std::string_view text) {
    const Result<http::Authority> read = parse_spelling(text, "http");
    return read ? read->host + " " + read->port : read.error().message();
  };
  CHECK(port("h") == "h ");
  CHECK(port("h:80") == "h ");
  CHECK(port("H:*") == "h *");
  CHECK(port("[::1]:*") == "[::1] *");
  const std::string malformed = make_error_code(Error::malformed).message();
  for (const char* text : {"", ":*", "*", "h:1:*", "h:*:*", "h:8*", "h:**", "*.h", "*:*", "a*b", "::1:*",
                           "u@h:*", "h/a", "http://h"}) {
    CAPTURE(text);
    CHECK(port(text) == malformed);
  }
}
