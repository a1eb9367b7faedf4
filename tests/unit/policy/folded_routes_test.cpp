#include "support.hpp"

#include <larder/policy/folded_routes.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

namespace {

Route guarding(std::string_view match, bool cache, std::vector<std::string> methods = {}) {
  Route route;
  route.name = match;
  route.patterns = {PathPattern::parse(match).value()};
  route.cache = cache;
  route.methods = std::move(methods);
  return route;
}

/// The match of the route that protects a path, or "".
std::string protector(const std::vector<Route>& routes, std::string_view path,
                      std::string_view method = "GET") {
  const auto number = FoldedRoutes(routes).protector_of(method, target_of(path), spelling_of(path));
  return number ? routes[*number].name : "";
}

}  // namespace

TEST_CASE("a protected route is found by every spelling of its paths, and other routes are not") {
  const std::vector<Route> routes{guarding("/api/public/**", true),   guarding("/api/me/**", false),
                                  guarding("/account", false),        guarding("/w/**", false, {"GET"}),
                                  guarding("/p/**", false, {"POST"}), guarding("/**", true)};
  for (const std::string path :
       {"//api/me/x", "/api//me", "/api/me;v=1/x", "/api/me;/x", "/API/ME/x", "/api/%6de/x", "/api%2Fme/x",
        "/api%2fme%2fx", "/x/..;/api/me", "/api/./me", "/api/x/../me", "/api/%2e/me", "/api\\me", "/api%5cme",
        "/api%3b/me", "/api./me", "/api/me%20", "/api/me%3fx", "/api/public/../me"}) {
    CAPTURE(path);
    CHECK(protector(routes, path) == "/api/me/**");
    CHECK(protector(routes, path, "HEAD") == "/api/me/**");
  }
  for (const std::string path : {"/account/", "/Account", "/account;x", "/account.", "/account%23"}) {
    CAPTURE(path);
    CHECK(protector(routes, path) == "/account");
  }
  CHECK(protector(routes, "/W/x", "HEAD") == "/w/**");
  CHECK(protector(routes, "/W/x", "POST") == "");
  CHECK(protector(routes, "/P/x") == "");
  for (const std::string path : {"/api/me/x", "/API/public/me", "//api/public/../public/x", "/Img/A.PNG",
                                 "/a%2Fb", "/a;v=1", "/other/", "/api/mee;x", "/api/m%2565", "/accounts/"}) {
    CAPTURE(path);
    CHECK(protector(routes, path) == "");
  }
}

TEST_CASE("a path is looked up in every form to which an origin may fold it") {
  const std::vector<Route> routes{guarding("/user/{id}/mail", false), guarding("/**", true)};
  for (const std::string path :
       {"/User/7/mail", "/User/a%2Fb/mail", "/User/;x/mail", "/User/a%3fb/mail", "/User/.../mail",
        "/User/a;b=%3b/MAIL", "/User/%20/mail", "/user//7/mail", "/user;a/7;b/mail;c"}) {
    CAPTURE(path);
    CHECK(protector(routes, path) == "/user/{id}/mail");
  }
  for (const std::string path : {"/User/a/b/mail", "/User/mail", "/User/7/mails", "/User/7/mail/x"}) {
    CAPTURE(path);
    CHECK(protector(routes, path) == "");
  }
}

TEST_CASE("a protected route in an odd spelling protects plain paths too") {
  for (const std::string match : {"/Admin/{page}", "/admin//{page}", "/admin/{page}/", "/%61dmin/{page}"}) {
    CAPTURE(match);
    const std::vector<Route> routes{guarding(match, false), guarding("/**", true)};
    for (const std::string path : {"/admin/users", "/admin/users/", "/ADMIN/users"}) {
      CAPTURE(path);
      CHECK(protector(routes, path) == match);
    }
    CHECK(protector(routes, "/admin") == "");
  }
}

TEST_CASE("a protected route over several segments, or over parts of one, is found by other spellings too") {
  const std::vector<Route> routes{guarding("/v2/{name**}/secrets/{id}.json", false),
                                  guarding("/files/{rest**}", false), guarding("/**/me", false),
                                  guarding("/**", true)};
  for (const std::string path :
       {"/V2/a/b/secrets/7.json", "/v2/a%2Fb/secrets/7.json", "/v2//a/secrets/7.JSON",
        "/v2/a;v/secrets/7%2Ejson", "/v2/a/secrets/7.json/"}) {
    CAPTURE(path);
    CHECK(protector(routes, path) == "/v2/{name**}/secrets/{id}.json");
  }
  for (const std::string path : {"/Files/a", "/files/a/", "/files/a%2Fb", "/files//a/b", "/files/a;x"}) {
    CAPTURE(path);
    CHECK(protector(routes, path) == "/files/{rest**}");
  }
  for (const std::string path : {"/ME", "//me", "/a/b%2Fme", "/a/ME;x"}) {
    CAPTURE(path);
    CHECK(protector(routes, path) == "/**/me");
  }
  for (const std::string path : {"/V2/secrets/7.json", "/v2/a/secrets/7.xml;", "/Files", "/files/"}) {
    CAPTURE(path);
    CHECK(protector(routes, path) == "");
  }
}

TEST_CASE("a route protects the paths of its own hosts, and every path that may begin with a host") {
  std::vector<Route> routes{guarding("/me", true), guarding("/me", false), guarding("/**", true)};
  routes[0].hosts = {HostPattern::parse("open.test").value()};
  routes[1].hosts = {HostPattern::parse("shop.test").value(), HostPattern::parse("*.shop.test").value()};
  const FoldedRoutes folded(routes);
  const auto is_protected = [&](std::string_view host, std::string_view path) {
    return folded.protector_of("GET", target_of(path, {}, host), spelling_of(path)).has_value();
  };
  CHECK(is_protected("shop.test", "/ME"));
  CHECK(is_protected("shop.test", "/me/"));
  CHECK(is_protected("www.shop.test", "/m%65"));
  CHECK_FALSE(is_protected("other.test", "/ME"));
  CHECK_FALSE(is_protected("open.test", "/ME"));
  CHECK(is_protected("other.test", "//shop.test/me"));
}

TEST_CASE("without a protected route, and after the last one, nothing is protected") {
  CHECK(protector({guarding("/**", true)}, "//a") == "");
  CHECK(protector({}, "//a") == "");
  CHECK(protector({guarding("/a", true), guarding("/a", false)}, "//a") == "");
}

TEST_CASE("RFC 3986, 4.2: an authority in front of a path does not bypass a protected route") {
  const std::vector<Route> routes{guarding("/api/open/**", true), guarding("/api/me/**", false),
                                  guarding("/**", true)};
  for (const std::string path :
       {"//h/api/me/x", "//h:80/api/me/x", "//u@h/api/me/x", "//[::1]/api/me/x", "//h;a/api/me/x",
        "///h/api/me/x", "//h/API//me/x", "//h/api;v/me", "/\\h/api/me/x", "/%2fh/api/me/x", "/%5Ch/api/me/x",
        "/%2f%2fh/api/me/x", "//h%2fx/api/me/x", "//h%3fx/api/me/x", "//;h/api/me"}) {
    CAPTURE(path);
    CHECK(protector(routes, path) == "/api/me/**");
  }
  for (const std::string path : {"//h/api/open/x", "//h/x/api/me", "/h/api/me", "//img/logo.png"}) {
    CAPTURE(path);
    CHECK(protector(routes, path) == "");
  }
  CHECK(protector({guarding("/", false), guarding("/**", true)}, "//h") == "/");
}

TEST_CASE("a printable byte of a protected path may be encoded, in the path and in the pattern") {
  constexpr std::string_view printable = "!\"$&'()+,-.:<=>@[]^_`|~a7";
  for (const char c : printable) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    const std::string raw = std::string("/x") + c + "home/y";
    const std::string encoded = std::string("/x%") + digits[byte >> 4] + digits[byte & 15] + "home/y";
    CAPTURE(raw);
    CHECK(protector({guarding(raw, false), guarding("/**", true)}, encoded) == raw);
    CHECK(protector({guarding(encoded, false), guarding("/**", true)}, raw) == encoded);
  }
  for (const std::string encoded : {"/x%2Ay", "/x%7By", "/x%7Dy", "/x%25y"}) {
    const std::string raw = encoded == "/x%2Ay" ? "/x*y" : encoded == "/x%7By" ? "/x{y" : "/x}y";
    CAPTURE(encoded);
    CHECK(protector({guarding(encoded, false), guarding("/**", true)}, encoded == "/x%25y" ? "/x%y" : raw) ==
          encoded);
    CHECK(protector({guarding(encoded, false), guarding("/**", true)}, "/x7y") == "");
  }
}

TEST_CASE("a cacheable route overrides a protected one only for the paths that it matches as written") {
  const std::vector<Route> routes{
      guarding("/Me/**", true),  guarding("/me/open/**", true), guarding("/me/put/**", true, {"PUT"}),
      guarding("/me/**", false), guarding("/me/late/**", true), guarding("/**", true)};
  for (const std::string path : {"//me/x", "/me;v/x", "/%6de/x", "/mE/x", "/Me/x", "//me/put/x",
                                 "//me/late/x", "/Me/./late", "/me/open;v/x", "//h/me/x"}) {
    CAPTURE(path);
    CHECK(protector(routes, path) == "/me/**");
  }
  for (const std::string path : {"//me/open/x", "/Me/Open/x", "//h/me/open/x"}) {
    CAPTURE(path);
    CHECK(protector(routes, path) == "");
  }
  const std::vector<Route> odd{guarding("/a%2Fb/**", true), guarding("/a/{x}", false), guarding("/**", true)};
  CHECK(protector(odd, "/a%2Fb") == "/a/{x}");
}

TEST_CASE("Fastify 4 takes a semicolon for the start of the query") {
  const std::vector<Route> routes{guarding("/lit", false), guarding("/**", true)};
  for (const std::string path :
       {"/lit;x/y", "/lit;/y", "/lit%3bx/y", "/LIT;x/y/z", "//h/lit;x/y", "/lit/;x/y"}) {
    CAPTURE(path);
    CHECK(protector(routes, path) == "/lit");
  }
  CHECK(protector(routes, "/lite;x/y") == "");
}

TEST_CASE("a path that costs too much to fold may be a protected one, and what is as long but plain is not") {
  const std::vector<Route> routes{guarding("/open/**", true), guarding("/{id}/private", false),
                                  guarding("/**", true)};
  const auto repeated = [](std::string_view text, std::size_t times) {
    std::string path;
    while (times-- != 0) path += text;
    return path;
  };
  for (const std::string& path : {repeated("/", 8000), repeated("/A", 4000), repeated("/%2f", 1500),
                                  repeated("/;a", 600), "//" + repeated(";%2f%3f", 400)}) {
    CAPTURE(path.size());
    CHECK(protector(routes, path) == "/{id}/private");
    CHECK(protector({guarding("/**", true)}, path) == "");
  }
  for (const std::string& path :
       {repeated("/a", 4000), "/" + repeated("A", 8000), "/img/" + repeated("%40", 2500),
        "/img/https%3A%2F%2Fa.example%2Fb%3Fc=d" + repeated("&e=F", 400), "/" + repeated("a/B", 60),
        "/x/" + repeated("%2f", 60)}) {
    CAPTURE(path.size());
    CHECK(protector(routes, path) == "");
  }
}
