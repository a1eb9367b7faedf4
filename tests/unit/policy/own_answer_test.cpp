#include <larder/policy/access_rule.hpp>
#include <larder/policy/own_answer.hpp>

#include <doctest/doctest.h>

namespace larder::policy::test::own_answer_test {

namespace {

http::Target target(std::string path, std::optional<std::string> query = std::nullopt,
                    std::string host = "shop.example") {
  return {"https", std::move(host), "8443", std::move(path), std::move(query)};
}

std::string location(const char* to, const Captures& captures, const http::Target& at) {
  const Result<std::string> made = location_of({.to = to}, captures, at);
  return made ? *made : "none";
}

AddressSet addresses(std::initializer_list<const char*> texts) {
  AddressSet set;
  for (const char* const text : texts) REQUIRE(set.add(text));
  return set;
}

}  // namespace

TEST_CASE("access: deny wins, and who is not known is not admitted") {
  const AccessRule inner{addresses({"10.0.0.0/8", "2001:db8::/32"}), addresses({"10.9.0.0/16"})};
  const AccessRule outer{{}, addresses({"192.0.2.7"})};
  struct Case {
    const char* address;
    bool by_inner;
    bool by_outer;
  };
  for (const auto& [address, by_inner, by_outer] : {
           Case{"10.1.2.3", true, true},
           Case{"::ffff:10.1.2.3", true, true},
           Case{"10.9.1.1", false, true},
           Case{"::ffff:10.9.1.1", false, true},
           Case{"192.0.2.7", false, false},
           Case{"2001:db8::1", true, true},
           Case{"unix", false, false},
           Case{"unknown", false, false},
           Case{"", false, false},
       }) {
    CAPTURE(address);
    CHECK(inner.admits(address) == by_inner);
    CHECK(outer.admits(address) == by_outer);
  }
}

TEST_CASE("a redirect has what the request has in the place of names") {
  const Captures captures{{"rest", "a/b%20c"}};
  CHECK(location("https://new.example/{rest}", captures, target("/old/a/b%20c")) ==
        "https://new.example/a/b%20c");
  CHECK(location("https://{host}{path}?{query}", {}, target("/a", "b=1")) == "https://shop.example/a?b=1");
  CHECK(location("{scheme}://{host}{path}?{query}", {}, target("/a")) == "https://shop.example/a");
  CHECK(location("https://new.example{path}", {}, target("*")) == "https://new.example/");
  CHECK(location("/new/{rest}", captures, target("/old")) == "/new/a/b%20c");
  CHECK(location("https://{host}/", {}, target("/", {}, "")) == "none");
}

TEST_CASE("a path stays one of the same site, whatever is captured") {
  for (const char* const rest : {"/evil.example", "//evil.example", "\\evil.example", "/\\/evil.example"}) {
    CAPTURE(rest);
    CHECK(location("/{rest}", {{"rest", rest}}, target("/")) == "/evil.example");
  }
  CHECK(location("{path}", {}, target("//evil.example")) == "/evil.example");
}

TEST_CASE("a redirect whose host a client could choose, or that leads nowhere, is a mistake") {
  struct Case {
    const char* to;
    bool is_right;
  };
  for (const auto& [to, is_right] : {
           Case{"/new/{id}", true},
           Case{"https://new.example/{id}?q={query}", true},
           Case{"https://{host}/{id}", true},
           Case{"https://www.{host}:8443{path}", true},
           Case{"{scheme}://{host}/", true},
           Case{"https://new.example{path}", true},
           Case{"", false},
           Case{"new.example/", false},
           Case{"//new.example/", false},
           Case{"https://", false},
           Case{"https:///a", false},
           Case{"https://{id}", false},
           Case{"https://{id}.example/", false},
           Case{"https://new.example{id}", false},
           Case{"https://new.example{query}", false},
           Case{"javascript:alert(1)", false},
           Case{"ftp://new.example/", false},
           Case{"/{other}", false},
           Case{"https://$host$request_uri", false},
           Case{"/price?usd=$5", true},
           Case{"/a b", false},
           Case{"/a\r\nSet-Cookie: a", false},
       }) {
    CAPTURE(to);
    CHECK(mistake_in_redirect(to, {"id"}).has_value() != is_right);
  }
}

}  // namespace larder::policy::test::own_answer_test
