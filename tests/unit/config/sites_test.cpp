#include "support.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::config;

namespace {

/// What is wrong with `sites: {...}`, one line each, without the file.
std::string complaint(std::string_view sites) {
  const Loaded loaded = load_with_upstream("sites: {" + std::string(sites) + "}\n");
  std::string text = texts_of(loaded.diagnostics);
  while (!text.empty() && text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

TEST_CASE("sites are read in order, with one spelling or a list of them") {
  const Loaded loaded = load_with_upstream(
      "sites:\n  shop.example: [\"www.shop.example\", \"127.0.0.1:*\", \"localhost:*\"]\n"
      "  \"blog.example:8080\": \"[::1]:81\"\n");
  CHECK(texts_of(loaded.diagnostics) == "");
  CHECK(loaded.config.sites ==
        std::vector<policy::SiteRule>{{"shop.example", {"www.shop.example", "127.0.0.1:*", "localhost:*"}},
                                      {"blog.example:8080", {"[::1]:81"}}});
  CHECK(load(to_yaml(loaded.config)).config.sites == loaded.config.sites);
}

TEST_CASE("invalid sites are an error at their place") {
  const std::string a_site = R"(expected a host such as "shop.example" or "shop.example:8080", found )";
  const std::string a_spelling =
      R"(expected a host such as "www.shop.example", or "localhost:*" for every port, found )";
  for (
      const auto& [sites, said] : std::vector<std::pair<std::string, std::string>>{
          {R"("http://a": [b])",
           R"(t.yaml:2:9: sites: "http://a" is a URL, and a site is a host: did you mean "a"?)"},
          {R"("a:*": [b])", "t.yaml:2:9: sites: " + a_site + R"("a:*")"},
          {R"("*.a": [b])",
           R"(t.yaml:2:9: sites: "*.a" is not a host, and patterns are not known here: did you mean "a"?)"},
          {R"(a: ["u@b"])", "t.yaml:2:13: sites.a: " + a_spelling + R"("u@b")"},
          {R"(a: ["b/c"])", "t.yaml:2:13: sites.a: " + a_spelling + R"("b/c")"},
          {R"(a: ["*.b"])",
           R"(t.yaml:2:13: sites.a: "*.b" is not a host, and patterns are not known here: did you mean "b"?)"},
          {R"(a: ["*"])", "t.yaml:2:13: sites.a: " + a_spelling + R"("*")"},
          {R"(a: ["*:*"])", "t.yaml:2:13: sites.a: " + a_spelling + R"("*:*")"},
          {R"(a: ["b:8*"])", "t.yaml:2:13: sites.a: " + a_spelling + R"("b:8*")"},
          {R"(a: [{b: c}])", "t.yaml:2:13: sites.a: " + a_spelling + "a map"},
          {R"(a: [])", "t.yaml:2:12: sites.a: must not be empty"},
          {R"(a: [a])", R"(t.yaml:2:13: sites.a: "a" is the site itself)"},
          {R"(a: ["A.:80"])", R"(t.yaml:2:13: sites.a: "A.:80" is the site itself)"},
          {R"(a: [b, b])", R"(t.yaml:2:16: sites.a: "b" is listed twice)"},
          {R"(a: [b, "B:443"])", R"(t.yaml:2:16: sites.a: "B:443" is listed twice)"},
          {R"(a: [c], b: [c])", R"(t.yaml:2:21: sites.b: "c" is listed for "a" already)"},
          {R"(a: ["c:*"], b: ["C:*"])", R"(t.yaml:2:25: sites.b: "C:*" is listed for "a" already)"},
          {R"(a: [b], b: [c])", R"(t.yaml:2:13: sites.a: "b" is a site itself)"},
          {R"(b: [c], a: [b])", R"(t.yaml:2:21: sites.a: "b" is a site itself)"},
          {R"(a: ["b:*"], "b:81": [c])",
           R"(t.yaml:2:13: sites.a: "b:*" takes in "b:81", which is a site itself)"},
          {R"(a: [b], "A:80": [c])", R"(t.yaml:2:17: sites: "A:80" is the site "a")"},
      }) {
    CAPTURE(sites);
    CHECK(complaint(sites) == said);
  }
  CHECK(texts_of(load_with_upstream("sites: [a]\n").diagnostics) ==
        "t.yaml:2:8: sites: expected a map of sites to their other spellings, found a list: as "
        "{shop.example: [www.shop.example]}\n");
}

TEST_CASE("a text that merely looks like a host is an error with a suggestion") {
  const std::string at = "t.yaml:2:13: sites.a: ";
  const std::string no_pattern = " is not a host, and patterns are not known here: did you mean ";
  for (const auto& [spelling, said] : std::vector<std::pair<std::string, std::string>>{
           {R"("b.example,c.example")",
            R"("b.example,c.example" names several hosts: did you mean ["b.example", "c.example"]?)"},
           {R"("b.example;c.example")",
            R"("b.example;c.example" names several hosts: did you mean ["b.example", "c.example"]?)"},
           {R"("b.example c.example:81")",
            R"("b.example c.example:81" names several hosts: did you mean ["b.example", "c.example:81"]?)"},
           {R"(".b.example")", R"(".b.example")" + no_pattern + R"("b.example"?)"},
           {R"("~b.example")", R"("~b.example")" + no_pattern + R"("b.example"?)"},
           {R"("^b.example")", R"("^b.example")" + no_pattern + R"("b.example"?)"},
           {R"("!b.example")", R"("!b.example")" + no_pattern + R"("b.example"?)"},
           {"80", R"("80" is not a host: did you mean "localhost:80"?)"},
           {R"("b.example:0")",
            R"("b.example:0" has a port that no request names: did you mean "b.example"?)"},
           {R"("b.example:00")",
            R"("b.example:00" has a port that no request names: did you mean "b.example"?)"},
           {R"("b.example:")", R"("b.example:" has a port that no request names: did you mean "b.example"?)"},
           {R"("[::1]:")", R"("[::1]:" has a port that no request names: did you mean "[::1]"?)"},
       }) {
    CAPTURE(spelling);
    CHECK(complaint("a: [" + spelling + "]") == at + said);
  }
  CHECK(complaint(R"(".b": [c])") == R"(t.yaml:2:9: sites: ".b")" + no_pattern + R"("b"?)");
  CHECK(complaint(R"("a,b": [c])") ==
        R"(t.yaml:2:9: sites: "a,b" names several hosts: did you mean ["a", "b"]?)");
  CHECK(complaint(R"("b:0": [c])") ==
        R"(t.yaml:2:9: sites: "b:0" has a port that no request names: did you mean "b"?)");
  for (const std::string spelling :
       {"b..c", "b$c", "(b|c).d", "~b|c", "~", ".", "u@b,c/d", "(b)", "b.%65x", "b.example:080x"}) {
    CAPTURE(spelling);
    CHECK(complaint("a: [\"" + spelling + "\"]") != "");
  }
  for (const std::string spelling :
       {"b", "b-c.d_e.", "127.0.0.1:81", "[::1]", "[::1]:*", "xn--bcher-kva.example", "7.example:080"}) {
    CAPTURE(spelling);
    CHECK(complaint("a: [\"" + spelling + "\"]") == "");
  }
}

TEST_CASE("a spelling with its port is allowed beside one for every port") {
  CHECK(complaint(R"(a: ["127.0.0.1:*"], b: ["127.0.0.1:81"], "c:81": ["c:*"])") == "");
}
