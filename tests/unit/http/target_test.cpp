#include <larder/http/target.hpp>

#include <doctest/doctest.h>

namespace larder::target_test {

using namespace larder::http;

namespace {

constexpr const char* no_host = nullptr;

RequestHead request(std::string_view method, std::string_view target, const char* host,
                    int version_minor = 1) {
  RequestHead head;
  head.method = method;
  head.target = target;
  head.version_minor = version_minor;
  if (host != nullptr) head.fields.add("Host", host);
  return head;
}

std::string show(const Result<Target>& target) {
  if (!target) return target.error() == Error::unsupported ? "unsupported" : "malformed";
  return target->scheme + " " + target->authority() + " " + target->origin_form();
}

std::string show(const Result<Authority>& authority) {
  return authority ? authority->host + " " + authority->port : "malformed";
}

}  // namespace

TEST_CASE("the target URI of each form of request target (RFC 9112, sections 3.2 and 3.3)") {
  struct Case {
    const char* method;
    const char* target;
    const char* host;
    const char* shown;
  };
  for (const auto& [method, target, host, shown] : {
           Case{"GET", "/", "example.com", "http example.com /"},
           Case{"GET", "/a/b?c=d", "Example.COM:8080", "http example.com:8080 /a/b?c=d"},
           Case{"GET", "/a?", "h", "http h /a?"},
           Case{"GET", "/a?b?c", "h", "http h /a?b?c"},
           Case{"GET", "//evil/x", "h", "http h //evil/x"},
           Case{"GET", "/%2e%2E/A%2f;b", "h", "http h /%2e%2E/A%2f;b"},
           Case{"GET", "/a|b\"{}\\^`<>", "h", "http h /a|b\"{}\\^`<>"},
           Case{"OPTIONS", "*", "h", "http h *"},
           Case{"GET", "*", "h", "malformed"},
           Case{"GET", "http://a.example/x?y", "h", "http a.example /x?y"},
           Case{"GET", "HTTP://A.example:80", "h", "http a.example /"},
           Case{"GET", "http://a.example?y", "h", "http a.example /?y"},
           Case{"OPTIONS", "http://a.example", "h", "http a.example *"},
           Case{"OPTIONS", "http://a.example/", "h", "http a.example /"},
           Case{"OPTIONS", "http://a.example?", "h", "http a.example /?"},
           Case{"GET", "http://a.example/", no_host, "malformed"},
           Case{"GET", "http://a.example/", "a/b", "malformed"},
           Case{"GET", "http://", "h", "malformed"},
           Case{"GET", "http:///x", "h", "malformed"},
           Case{"GET", "http:/x", "h", "malformed"},
           Case{"GET", "http:\\\\h\\x", "h", "malformed"},
           Case{"GET", "http://u@a.example/", "h", "malformed"},
           Case{"GET", "http://a\\@b/", "h", "malformed"},
           Case{"GET", "https://a.example/", "h", "http a.example /"},
           Case{"GET", "httpss://a.example/", "h", "unsupported"},
           Case{"GET", "ftp://a.example/", "h", "unsupported"},
           Case{"GET", "a.example:80", "h", "malformed"},
           Case{"GET", "x", "h", "malformed"},
           Case{"GET", "", "h", "malformed"},
           Case{"CONNECT", "a.example:443", "h", "unsupported"},
           Case{"GET", "/a#b", "h", "malformed"},
           Case{"GET", "/a b", "h", "malformed"},
           Case{"GET", "/\xC3\xA4", "h", "malformed"},
           Case{"GET", "/\x80", "h", "malformed"},
           Case{"GET", "/\x01", "h", "malformed"},
           Case{"GET", "/\x7F", "h", "malformed"},
           Case{"GET", "/\t", "h", "malformed"},
       }) {
    CAPTURE(method);
    CAPTURE(target);
    CHECK(show(target_of(request(method, target, host), "http")) == shown);
  }
}

TEST_CASE("an empty query is different from no query") {
  CHECK_FALSE(target_of(request("GET", "/a", "h"), "http")->query.has_value());
  CHECK(target_of(request("GET", "/a?", "h"), "http")->query == "");
}

TEST_CASE("HTTP/1.1 needs one valid Host, HTTP/1.0 may have none (RFC 9112, section 3.2)") {
  CHECK(show(target_of(request("GET", "/", no_host), "http")) == "malformed");
  CHECK(show(target_of(request("GET", "/", no_host, 0), "http")) == "http  /");
  CHECK(show(target_of(request("GET", "http://a/", no_host, 0), "http")) == "http a /");
  CHECK(show(target_of(request("GET", "/", "h", 0), "http")) == "http h /");
  for (const int version_minor : {0, 1}) {
    RequestHead twice = request("GET", "/", "h", version_minor);
    twice.fields.add("host", "h");
    CHECK(show(target_of(twice, "http")) == "malformed");
    CHECK(show(target_of(request("GET", "/", "", version_minor), "http")) == "malformed");
  }
}

TEST_CASE("the scheme is the one by which the client reached us") {
  CHECK(show(target_of(request("GET", "/", "h:443"), "https")) == "https h /");
  CHECK(show(target_of(request("GET", "/", "h:80"), "https")) == "https h:80 /");
  CHECK(show(target_of(request("GET", "https://a/", "h"), "https")) == "https a /");
  CHECK(show(target_of(request("GET", "http://a/", "h"), "https")) == "https a /");
}

TEST_CASE("an absolute URI of another scheme than the client's is told apart, for a front may say more") {
  const auto names_other = [](std::string_view target, std::string_view scheme) {
    return names_other_scheme(request("GET", target, "h"), scheme);
  };
  CHECK(names_other("https://a/", "http"));
  CHECK(names_other("http://a/", "https"));
  CHECK_FALSE(names_other("HTTPS://a/", "https"));
  CHECK_FALSE(names_other("http://a/", "http"));
  CHECK_FALSE(names_other("/https://a/", "http"));
  CHECK_FALSE(names_other("*", "http"));
}

TEST_CASE("an authority is a host of RFC 3986, section 3.2.2, and a port") {
  struct Case {
    std::string_view text;
    const char* shown;
  };
  for (const auto& [text, shown] : {
           Case{"example.com", "example.com "},
           Case{"EXAMPLE.com.", "example.com "},
           Case{"example.com.:8080", "example.com 8080"},
           Case{"a_b-c~d!$&'()*+,;=", "a_b-c~d!$&'()*+,;= "},
           // RFC 3986, section 6.2.2: an unnecessarily encoded byte is the byte itself.
           Case{"a%2Db", "a-b "},
           Case{"%73HOP%2e%65xample%2E", "shop.example "},
           Case{"a%2Fb%C3%A4", "a%2fb%c3%a4 "},
           Case{"a%2541", "a%2541 "},
           Case{"127.0.0.1:8080", "127.0.0.1 8080"},
           Case{"[::1]", "[::1] "},
           Case{"[2001:DB8::1]:8080", "[2001:db8::1] 8080"},
           // RFC 5952.
           Case{"[0:0:0:0:0:0:0:1]", "[::1] "},
           Case{"[2001:db8:0:0:01::1]:80", "[2001:db8::1:0:0:1] "},
           Case{"[::FFFF:102:304]", "[::ffff:1.2.3.4] "},
           Case{"[::ffff:1.2.3.4]:80", "[::ffff:1.2.3.4] "},
           Case{"h:", "h "},
           Case{"h:80", "h "},
           Case{"h:0080", "h "},
           Case{"h:008080", "h 8080"},
           Case{"h:0", "h 0"},
           Case{"h:000", "h 0"},
           Case{".", "malformed"},
           Case{"h..", "malformed"},
           Case{"%2e", "malformed"},
           Case{"h.%2E", "malformed"},
           Case{"h:443", "h 443"},
           Case{"h:65535", "h 65535"},
           Case{"", "malformed"},
           Case{":80", "malformed"},
           Case{"h:65536", "malformed"},
           Case{"h:99999999999999999999", "malformed"},
           Case{"h:-1", "malformed"},
           Case{"h:+1", "malformed"},
           Case{"h:8 0", "malformed"},
           Case{"h:80:80", "malformed"},
           Case{"h:80a", "malformed"},
           Case{"a b", "malformed"},
           Case{"a/b", "malformed"},
           Case{"a/b@c", "malformed"},
           Case{"u@h", "malformed"},
           Case{"u:p@h", "malformed"},
           Case{"a?b", "malformed"},
           Case{"a#b", "malformed"},
           Case{"a\\b", "malformed"},
           Case{"a\"b", "malformed"},
           Case{"a%", "malformed"},
           Case{"a%2", "malformed"},
           Case{"a%2G", "malformed"},
           Case{"\xC3\xA4", "malformed"},
           Case{std::string_view("a\0b", 3), "malformed"},
           Case{std::string_view("[::1\0]", 6), "malformed"},
           Case{"[]", "malformed"},
           Case{"[::1", "malformed"},
           Case{"::1", "malformed"},
           Case{"[::1]x", "malformed"},
           Case{"[::1%25eth0]", "malformed"},
           Case{"[v1.a]", "malformed"},
           Case{"[1.2.3.4]", "malformed"},
           Case{"[::g]", "malformed"},
           Case{"x[::1]", "malformed"},
       }) {
    CAPTURE(text);
    CHECK(show(parse_authority(text, "http")) == shown);
  }
  CHECK(show(parse_authority("h:443", "https")) == "h ");
  CHECK(show(parse_authority("h:80", "https")) == "h 80");
}

TEST_CASE("origins are equal by scheme, host and port (RFC 9110, section 4.3.1)") {
  const Target base = *target_of(request("GET", "/a", "h"), "http");
  CHECK(same_origin(base, *target_of(request("GET", "/b?c", "H:80"), "http")));
  CHECK_FALSE(same_origin(base, *target_of(request("GET", "/a", "h:81"), "http")));
  CHECK_FALSE(same_origin(base, *target_of(request("GET", "/a", "i"), "http")));
  CHECK_FALSE(same_origin(base, *target_of(request("GET", "/a", "h"), "https")));
}

}  // namespace larder::target_test

TEST_CASE("a URL as people write it is percent-encoded as browsers do, but for its host") {
  for (const auto& [text, encoded] : std::initializer_list<std::pair<const char*, const char*>>{
           {"/caf\xC3\xA9?q=\xC3\xBC b", "/caf%C3%A9?q=%C3%BC%20b"},
           {"http://h\xC3\xA9/\xC3\xA9", "http://h\xC3\xA9/%C3%A9"},
           {"http://h\xC3\xA9", "http://h\xC3\xA9"},
           {"/\xC3\xA9?u=http://h\xC3\xA9/", "/%C3%A9?u=http://h%C3%A9/"},
           {"/a%20b\"<>{}|\t\x7f#", "/a%20b\"<>{}|\t\x7f#"},
           {" /a b", " /a b"},
           {"/a b ", "/a b "},
           {"", ""},
       }) {
    CAPTURE(text);
    CHECK(larder::http::with_bytes_encoded(text) == encoded);
  }
}
