#include "support.hpp"

#include <larder/policy/folded_path.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

namespace {

Route guarding(std::string_view match, bool cache, std::vector<std::string> methods = {}) {
  Route route;
  route.match = match;
  route.pattern = PathPattern::parse(match).value();
  route.cache = cache;
  route.methods = std::move(methods);
  return route;
}

/// The match of the route that protects a path, or "".
std::string protector(const std::vector<Route>& routes, std::string_view path,
                      std::string_view method = "GET") {
  const auto number = FoldedRoutes(routes).protector_of(method, path, spelling_of(path));
  return number ? routes[*number].match : "";
}

}  // namespace

TEST_CASE("a plain path is its own folded form, and what is not is seen at a glance") {
  for (const std::string path :
       {"/", "/a", "/a/b.c/d-e_f~g", "/a:b@c!$&'()*+,=", "/.well-known/x", "/..a/.b", "/7"}) {
    CAPTURE(path);
    CHECK(spelling_of(path) == PathSpelling::plain);
    CHECK(folded_path(path) == path);
  }
  for (const std::string path : {"/a/", "/a/b/"}) {
    CAPTURE(path);
    CHECK(spelling_of(path) == PathSpelling::slashed);
    CHECK(folded_path(path) + "/" == path);
  }
  for (const std::string path :
       {"//", "//a", "/a//", "/a//b", "/A", "/a%", "/a;", "/a\\", "/.", "/a.", "/a./b", "/./a/"}) {
    CAPTURE(path);
    CHECK(spelling_of(path) == PathSpelling::odd);
  }
}

TEST_CASE("every spelling of a path has one folded form") {
  struct Case {
    std::string path;
    std::string folded;
  };
  for (const auto& [path, folded] : {
           Case{"//api/me/x", "/api/me/x"},
           Case{"/api//me/x", "/api/me/x"},
           Case{"/api///me////x//", "/api/me/x"},
           Case{"/api/me/x/", "/api/me/x"},
           Case{"/api/me;v=1/x", "/api/me/x"},
           Case{"/api/me;/x", "/api/me/x"},
           Case{"/api;a;b/me;c=%2F/x", "/api/me/x"},
           Case{"/api/;x/me/x", "/api/me/x"},
           Case{";x/api/me/x", "/api/me/x"},
           Case{"/API/ME/x", "/api/me/x"},
           Case{"/Api/mE/X", "/api/me/x"},
           Case{"/api/%6de/x", "/api/me/x"},
           Case{"/%61%70%69/%4D%45/%78", "/api/me/x"},
           Case{"/api%2Fme/x", "/api/me/x"},
           Case{"/api%2fme%2fx", "/api/me/x"},
           Case{"/%2fapi%2F%2fme/x", "/api/me/x"},
           Case{"/x/..;/api/me/x", "/api/me/x"},
           Case{"/x/..;a=b/api/me/x", "/api/me/x"},
           Case{"/x/..%3Ba/api/me/x", "/api/me/x"},
           Case{"/api/./me/x", "/api/me/x"},
           Case{"/api/x/../me/x", "/api/me/x"},
           Case{"/api/x/%2e%2E/me/x", "/api/me/x"},
           Case{"/api/x/.%2e/me/x", "/api/me/x"},
           Case{"/../../api/me/x", "/api/me/x"},
           Case{"/api/x%2f..%2fme/x", "/api/me/x"},
           Case{"/api/me/x/y/..", "/api/me/x"},
           Case{"/api\\me\\x", "/api/me/x"},
           Case{"/api%5cme%5Cx", "/api/me/x"},
           Case{"/api%3bv/me%3Bv=1/x", "/api/me/x"},
           Case{"/api./me.../x.", "/api/me/x"},
           Case{"/api/me%20/x%20.", "/api/me/x"},
           Case{"/api/.../me/%20.", "/api/.../me/%20."},
           Case{"/api/me/x%3fy", "/api/me/x"},
           Case{"/api/me/x%3F/../..", "/api/me/x"},
           Case{"/api/me/x%23.css", "/api/me/x"},
           // Undone once, and no more.
           Case{"/api%252Fme/x", "/api%252fme/x"},
           Case{"/api/m%2565/x", "/api/m%2565/x"},
           Case{"/%25252e/x", "/%25252e/x"},
           // What is no encoding, and what means another byte, stays.
           Case{"/100%", "/100%"},
           Case{"/%zz%4", "/%zz%4"},
           Case{"/%20a%21%2A%C3%A4", "/%20a%21%2a%c3%a4"},
           Case{"/%00", "/%00"},
           Case{"/a%c0%afb", "/a%c0%afb"},
           Case{"/", "/"},
           Case{"//", "/"},
           Case{"/..", "/"},
           Case{"/;x", "/"},
           Case{"/.%20", "/.%20"},
       }) {
    CAPTURE(path);
    CHECK(folded_path(path) == folded);
    CHECK(folded_path(folded) == folded);
  }
}

TEST_CASE("an origin may do without a part of the folding") {
  struct Case {
    std::string path;
    std::string no_delimiters;
    std::string no_cut;
    std::string neither;
  };
  for (const auto& [path, no_delimiters, no_cut, neither] : {
           Case{"/A%2Fb/c", "/a%2fb/c", "/a/b/c", "/a%2fb/c"},
           Case{"/A;x/%63", "/a/c", "/a;x/c", "/a;x/c"},
           Case{"/A/;x/c", "/a/c", "/a/;x/c", "/a/;x/c"},
           Case{"/a%3Bx/c", "/a%3bx/c", "/a;x/c", "/a%3bx/c"},
           Case{"/a%3Fx/c", "/a%3fx/c", "/a", "/a%3fx/c"},
           Case{"/a%5Cx", "/a%5cx", "/a/x", "/a%5cx"},
       }) {
    CAPTURE(path);
    CHECK(folded_path(path, {.undoes_delimiters = false, .ends_at_query = false}) == no_delimiters);
    CHECK(folded_path(path, {.cuts_parameters = false}) == no_cut);
    CHECK(folded_path(path, {false, false, false}) == neither);
  }
}

TEST_CASE("a folded pattern takes the folded forms of the paths that the pattern takes") {
  struct Case {
    std::string match;
    std::string folded;
  };
  for (const auto& [match, folded] : {
           Case{"/**", "/**"},
           Case{"/", "/"},
           Case{"/api/me/**", "/api/me/**"},
           Case{"/API/Me/{Id}", "/api/me/*"},
           Case{"/api/{Id}/{id}/", "/api/*/*"},
           Case{"/img/Report-*.PNG", "/img/report-*.png"},
           Case{"/a;v=1/b", "/a/b"},
           Case{"/a//b/./c/../d", "/a/b/d"},
           Case{"/a%2Fb%7E%20c", "/a/b~%20c"},
           Case{"/a/*/**", "/a/*/**"},
           Case{"/a*;b/c*.", "/a*/c*"},
       }) {
    CAPTURE(match);
    CHECK(folded_pattern(PathPattern::parse(match).value()).text() == folded);
  }
}

TEST_CASE(
    "property: a pattern without globs takes no path whose folded form its folded pattern does not take") {
  const char* patterns[] = {"/Api/me", "/api//me/", "/a%2Fb/c;d/**", "/x/./Y", "/{a}/b", "/a/{b}/C/**"};
  const char* paths[] = {"/Api/me", "/api//me/", "/a%2Fb/c;d", "/a%2Fb/c;d/e/F",
                         "/x/./Y",  "/Z/b",      "/a/Q/C",     "/a/Q/C/d"};
  for (const char* text : patterns) {
    const PathPattern pattern = PathPattern::parse(text).value();
    for (const std::string path : paths) {
      CAPTURE(text);
      CAPTURE(path);
      if (pattern.matches(path)) CHECK(folded_pattern(pattern).matches(folded_path(path)));
    }
  }
}

TEST_CASE("a protected route is found by every spelling of its paths, and no other route is") {
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

TEST_CASE("a path is looked up in each way in which an origin may fold it") {
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

TEST_CASE("a protected route that is written oddly protects plain paths too") {
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

TEST_CASE("without a protected route, and behind the last one, nothing is protected") {
  CHECK(protector({guarding("/**", true)}, "//a") == "");
  CHECK(protector({}, "//a") == "");
  CHECK(protector({guarding("/a", true), guarding("/a", false)}, "//a") == "");
}
