#include <larder/http/target.hpp>

#include <doctest/doctest.h>

namespace larder::resolve_test {

using namespace larder::http;

namespace {

const Target base{.scheme = "http", .host = "a", .port = "", .path = "/b/c/d;p", .query = "q"};

std::string resolved(std::string_view reference) {
  const Result<Target> target = resolve(base, reference);
  return target ? target->scheme + "://" + target->authority() + target->origin_form() : "malformed";
}

}  // namespace

TEST_CASE("references resolve as in the examples of RFC 3986, section 5.4, without the fragment") {
  struct Case {
    const char* reference;
    const char* uri;
  };
  for (const auto& [reference, uri] : {
           // section 5.4.1
           Case{"g", "http://a/b/c/g"},
           Case{"./g", "http://a/b/c/g"},
           Case{"g/", "http://a/b/c/g/"},
           Case{"/g", "http://a/g"},
           Case{"//g", "http://g/"},
           Case{"?y", "http://a/b/c/d;p?y"},
           Case{"g?y", "http://a/b/c/g?y"},
           Case{"#s", "http://a/b/c/d;p?q"},
           Case{"g#s", "http://a/b/c/g"},
           Case{"g?y#s", "http://a/b/c/g?y"},
           Case{";x", "http://a/b/c/;x"},
           Case{"g;x", "http://a/b/c/g;x"},
           Case{"g;x?y#s", "http://a/b/c/g;x?y"},
           Case{"", "http://a/b/c/d;p?q"},
           Case{".", "http://a/b/c/"},
           Case{"./", "http://a/b/c/"},
           Case{"..", "http://a/b/"},
           Case{"../", "http://a/b/"},
           Case{"../g", "http://a/b/g"},
           Case{"../..", "http://a/"},
           Case{"../../", "http://a/"},
           Case{"../../g", "http://a/g"},
           // section 5.4.2
           Case{"../../../g", "http://a/g"},
           Case{"../../../../g", "http://a/g"},
           Case{"/./g", "http://a/g"},
           Case{"/../g", "http://a/g"},
           Case{"g.", "http://a/b/c/g."},
           Case{".g", "http://a/b/c/.g"},
           Case{"g..", "http://a/b/c/g.."},
           Case{"..g", "http://a/b/c/..g"},
           Case{"./../g", "http://a/b/g"},
           Case{"./g/.", "http://a/b/c/g/"},
           Case{"g/./h", "http://a/b/c/g/h"},
           Case{"g/../h", "http://a/b/c/h"},
           Case{"g;x=1/./y", "http://a/b/c/g;x=1/y"},
           Case{"g;x=1/../y", "http://a/b/c/y"},
           Case{"g?y/./x", "http://a/b/c/g?y/./x"},
           Case{"g?y/../x", "http://a/b/c/g?y/../x"},
           Case{"http:g", "malformed"},
           // ours
           Case{"http://B.example:80/x/../y?z", "http://b.example/y?z"},
           Case{"HTTPS://b.example:443", "https://b.example/"},
           Case{"https://b.example:80?x", "https://b.example:80/?x"},
           Case{"//b.example:8080/x", "http://b.example:8080/x"},
           Case{"  /g\t", "http://a/g"},
           Case{"?", "http://a/b/c/d;p?"},
           Case{"//", "malformed"},
           Case{"http://", "malformed"},
           Case{"http:///g", "malformed"},
           Case{"http://u@b/", "malformed"},
           Case{"http://b:x/", "malformed"},
           Case{"ftp://b/", "malformed"},
           Case{"mailto:a@b", "malformed"},
           Case{"g:h", "malformed"},
           Case{"/g h", "malformed"},
           Case{"/g\\h", "malformed"},
           Case{"/\xC3\xA4", "malformed"},
           Case{"/g\x01", "malformed"},
           Case{"./g:h", "http://a/b/c/g:h"},
           Case{"1:h", "http://a/b/c/1:h"},
           Case{"/g:h", "http://a/g:h"},
           Case{"g//h", "http://a/b/c/g//h"},
           Case{"..//g", "http://a/b//g"},
       }) {
    CAPTURE(reference);
    CHECK(resolved(reference) == uri);
  }
}

TEST_CASE("a reference against OPTIONS * resolves from the root") {
  Target asterisk = base;
  asterisk.path = "*";
  asterisk.query.reset();
  CHECK(resolve(asterisk, "g")->origin_form() == "/g");
  CHECK(resolve(asterisk, "/g")->origin_form() == "/g");
}

}  // namespace larder::resolve_test
