#include <larder/policy/folded_path.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace larder;
using namespace larder::policy;

TEST_CASE("a plain path is its own folded form, and others are recognized quickly") {
  for (const std::string path :
       {"/", "/a", "/a/b.c/d-e_f~g", "/a:b@c!$&'()+,=\"<>[]^`|", "/.well-known/x", "/..a/.b", "/7"}) {
    CAPTURE(path);
    CHECK(spelling_of(path) == PathSpelling::plain);
    CHECK(folded_path(path) == path);
  }
  for (const std::string path : {"/a/", "/a/b/"}) {
    CAPTURE(path);
    CHECK(spelling_of(path) == PathSpelling::slashed);
    CHECK(folded_path(path) + "/" == path);
  }
  for (const std::string path : {"//", "//a", "/a//", "/a//b", "/A", "/a%", "/a;", "/a\\", "/.", "/a.",
                                 "/a./b", "/./a/", "/a*", "/{a}"}) {
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
           // Decoded once, not repeatedly.
           Case{"/api%252Fme/x", "/api%252fme/x"},
           Case{"/api/m%2565/x", "/api/m%2565/x"},
           Case{"/%25252e/x", "/%25252e/x"},
           // A percent sign without an encoding stays itself; encodings of unprintable bytes stay.
           Case{"/100%", "/100%25"},
           Case{"/100%25", "/100%25"},
           Case{"/%zz%4", "/%25zz%254"},
           Case{"/%20a%C3%A4", "/%20a%c3%a4"},
           // Printable bytes mean the same encoded, except for those with a special meaning in a pattern.
           Case{"/%40%3A%2B%2C%24%28%29%27%3D%26%21%5B%5D%7C", "/@:+,$()'=&![]|"},
           Case{"/%22%3C%3E%5E%60%7e", "/\"<>^`~"},
           Case{"/%2A*%7B{%7D}", "/%2a%2a%7b%7b%7d%7d"},
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

TEST_CASE("an origin may skip any part of the folding") {
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
    CHECK(folded_path(path, {.parameters = Parameters::kept}) == no_cut);
    CHECK(folded_path(path, {false, false, Parameters::kept}) == neither);
  }
}

TEST_CASE("a folded pattern matches the folded forms of the paths that the pattern matches") {
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
           Case{"/%40a/%7Cb/%2A%7Bc%7D/*", "/@a/|b/%2a%7bc%7d/*"},
       }) {
    CAPTURE(match);
    CHECK(folded_pattern(PathPattern::parse(match).value()).text() == folded);
  }
}

TEST_CASE("property: if a pattern without globs matches a path, its folded pattern matches the folded path") {
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

TEST_CASE("RFC 3986, 4.2: a path that begins with two slashes may begin with an authority") {
  struct Case {
    std::string path;
    std::string folded;
  };
  for (const auto& [path, folded] : {
           Case{"//h/api/me", "/api/me"},
           Case{"//h:80/API/me/", "/api/me"},
           Case{"//u:p@h/api/me", "/api/me"},
           Case{"//[::1]/api/me", "/api/me"},
           Case{"//h;a/api/me", "/api/me"},
           Case{"//;a/api/me", "/api/me"},
           Case{"///h/api/me", "/api/me"},
           Case{"/////h//api/me", "/api/me"},
           Case{"/\\h/api/me", "/api/me"},
           Case{"/%2Fh/api/me", "/api/me"},
           Case{"/%5ch/api/me", "/api/me"},
           Case{"//h%40x/api/me", "/api/me"},
           Case{"//h", "/"},
           Case{"//h/", "/"},
           Case{"//", "/"},
       }) {
    CAPTURE(path);
    CHECK(may_have_authority(path));
    CHECK(folded_path(path, {.drops_authority = true}) == folded);
  }
  for (const std::string path : {"/", "/a", "/a//b", "/;/a", "/.//a"}) {
    CAPTURE(path);
    CHECK_FALSE(may_have_authority(path));
    CHECK(folded_path(path, {.drops_authority = true}) == folded_path(path));
  }
}

TEST_CASE("the first semicolon may end the path") {
  constexpr Folding fastify{.parameters = Parameters::end_path};
  CHECK(folded_path("/Lit;x/y", fastify) == "/lit");
  CHECK(folded_path("/lit%3bx/y", fastify) == "/lit");
  CHECK(folded_path("/;/y", fastify) == "/");
  CHECK(folded_path("/lit%3bx/y", {false, false, Parameters::end_path}) == "/lit%3bx/y");
  CHECK(folded_path("//h;a/lit;x/y", {.parameters = Parameters::end_path, .drops_authority = true}) ==
        "/lit");
}

TEST_CASE("a plain `.` between slashes is removed, or kept for origins that do not remove it") {
  struct Case {
    std::string path;
    std::string without;
    std::string folded;
    std::string kept;
  };
  for (const auto& [path, without, folded, kept] : {
           Case{"/./Release", "/Release", "/release", "/./release"},
           Case{"/a/.", "/a/", "/a", "/a/."},
           Case{"/.", "/", "/", "/."},
           Case{"/././/./b", "//b", "/b", "/./././b"},
           Case{"/.a/b./...", "/.a/b./...", "/.a/b/...", "/.a/b/..."},
       }) {
    CAPTURE(path);
    CHECK(without_dots(path) == without);
    CHECK(has_dot(path) == (without != path));
    CHECK(folded_path(path) == folded);
    CHECK(folded_path(path, {.keeps_dots = true}) == kept);
  }
}
