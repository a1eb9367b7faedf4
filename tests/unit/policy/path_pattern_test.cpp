#include <larder/policy/path_pattern.hpp>

#include <doctest/doctest.h>

#include <functional>

using namespace larder;
using namespace larder::policy;

TEST_CASE("a pattern matches whole paths, segment by segment") {
  struct Case {
    const char* pattern;
    const char* path;
    bool matches;
  };
  for (const auto& [pattern, path, matches] : {
           Case{"/", "/", true},
           Case{"/", "/a", false},
           Case{"/**", "/", true},
           Case{"/**", "/a/b/", true},
           Case{"/**", "*", false},
           Case{"/**", "", false},
           Case{"/api", "/api", true},
           Case{"/api", "/api/", false},
           Case{"/api", "/API", false},
           Case{"/api", "/apix", false},
           Case{"/api/", "/api/", true},
           Case{"/api/", "/api", false},
           Case{"/api/**", "/api", true},
           Case{"/api/**", "/api/", true},
           Case{"/api/**", "/api/a/b", true},
           Case{"/api/**", "/apix", false},
           Case{"/api/*", "/api/a", true},
           Case{"/api/*", "/api/", false},
           Case{"/api/*", "/api/a/b", false},
           Case{"/api/*/items", "/api/7/items", true},
           Case{"/api/*/items", "/api/7/8/items", false},
           Case{"/api/*/items", "/api//items", false},
           Case{"/a/report-*.json", "/a/report-.json", true},
           Case{"/a/report-*.json", "/a/report-1.json", true},
           Case{"/a/report-*.json", "/a/report-1.xml", false},
           Case{"/a/{id}", "/a/7", true},
           Case{"/a/{id}", "/a/", false},
           Case{"/a/{id}", "/a/7/", false},
           Case{"/a/{id}/b/{name}/**", "/a/1/b/2/3/4", true},
           Case{"/a/{id}.json", "/a/7.json", true},
           Case{"/a/{id}.json", "/a/.json", false},
           Case{"/a/{id}.json", "/a/7.json/", false},
           Case{"/a/v{id}-x", "/a/v7-x", true},
           Case{"/a/v{id}-x", "/a/v-x", false},
           Case{"/a/v{id}v", "/a/v", false},
           Case{"/*.png", "/a.png", true},
           Case{"/*.png", "/a/b.png", false},
           Case{"/**/*.png", "/a.png", true},
           Case{"/**/*.png", "/a/b/c.png", true},
           Case{"/**/*.png", "/a//c.png", true},
           Case{"/**/*.png", "/a/b.png/c", false},
           Case{"/a/**/b", "/a/b", true},
           Case{"/a/**/b", "/a/b/b", true},
           Case{"/a/**/b", "/a/b/b/", false},
           Case{"/a/**/b", "/a", false},
           Case{"/a/**/b/**", "/a/x/b/y", true},
           Case{"/a/**/b/**", "/a/x/y", false},
           Case{"/a/**/", "/a/x/", true},
           Case{"/a/**/", "/a/x", false},
           Case{"/a/**/**", "/a", true},
           Case{"/a/{x**}", "/a", false},
           Case{"/a/{x**}", "/a/", false},
           Case{"/a/{x**}", "/a/b", true},
           Case{"/a/{x**}", "/a/b/c", true},
           Case{"/a/{x**}", "/a/b/", false},
           Case{"/a/{x**}", "/a/b//c", false},
           Case{"/{x**}", "/", false},
           Case{"/{x**}/b", "/b", false},
           Case{"/{x**}/b", "/b/b", true},
           Case{"/{x**}/b", "//b", false},
           Case{"/{x**}/b", "/a//b", false},
           Case{"/a/{x**}/b/{y}", "/a/1/2/3/b/c", true},
           Case{"/a/{x**}/b/{y}", "/a/b/c", false},
           Case{"/a/{x**}/b/**", "/a/b/b", true},
           Case{"/a/{x**}/b/**", "/a/b/", false},
           Case{"/a/{x**}/b/**", "/a/1//b", false},
           Case{"/a%2Fb", "/a%2Fb", true},
           Case{"/a%2Fb", "/a/b", false},
       }) {
    CAPTURE(pattern);
    CAPTURE(path);
    const Result<PathPattern> parsed = PathPattern::parse(pattern);
    REQUIRE(parsed.has_value());
    CHECK(parsed->matches(path) == matches);
    CHECK(parsed->match(path).has_value() == matches);
    CHECK(parsed->text() == pattern);
  }
}

TEST_CASE("a pattern captures what its names matched, as received") {
  const auto pattern = PathPattern::parse("/shops/{shop}/products/{id}");
  REQUIRE(pattern.has_value());
  CHECK(pattern->capture_names() == std::vector<std::string>{"shop", "id"});
  CHECK(pattern->match("/shops/a%20b/products/7") == Captures{{"shop", "a%20b"}, {"id", "7"}});
}

TEST_CASE("a name captures a part of a segment, or several segments, as few as fit") {
  struct Case {
    const char* pattern;
    const char* path;
    Captures captures;
  };
  for (const auto& [pattern, path, captures] : {
           Case{"/posts/{id}.json", "/posts/a.b.json", {{"id", "a.b"}}},
           Case{"/posts/post-{id}.json", "/posts/post-7.json", {{"id", "7"}}},
           Case{"/files/{rest**}", "/files/a/b%2Fc", {{"rest", "a/b%2Fc"}}},
           Case{"/v2/{name**}/manifests/{ref}", "/v2/a/b/c/manifests/d", {{"name", "a/b/c"}, {"ref", "d"}}},
           Case{"/v2/{name**}/manifests/{ref}",
                "/v2/a/manifests/manifests/manifests/d",
                {{"name", "a/manifests/manifests"}, {"ref", "d"}}},
           Case{
               "/{host}/{name**}/m/{ref}/**", "/h/a/m/b/m/c/d", {{"host", "h"}, {"name", "a"}, {"ref", "b"}}},
           Case{"/{name**}/m/x-{ref}/**", "/a/m/b/m/x-c", {{"name", "a/m/b"}, {"ref", "c"}}},
           Case{"/{a**}/**", "/b/c/d", {{"a", "b"}}},
       }) {
    CAPTURE(pattern);
    CAPTURE(path);
    CHECK(PathPattern::parse(pattern).value().match(path) == captures);
  }
}

TEST_CASE("a pattern that could never match, or is ambiguous, is refused") {
  for (const char* text :
       {"",       "api",   "/{id}/{id}", "/**/a/**/b",   "/a**",        "/***",      "/{}",         "/{id",
        "/id}",   "/}x{",  "/{a}{b}",    "/{a}-{b}",     "/*{a}",       "/{a}*",     "/{a**}.json", "/x{a**}",
        "/{**}",  "/{a*}", "/{a***}",    "/{a**}/{b**}", "/{a**}/**/b", "/**/{a**}", "/{a**}/{a}",  "/{a b}",
        "/{a/b}", "/a?b",  "/a#b",       "/a b",         "/a\tb"}) {
    CAPTURE(text);
    const Result<PathPattern> parsed = PathPattern::parse(text);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error() == Error::malformed);
  }
}

TEST_CASE("a pattern that was never parsed matches nothing") {
  CHECK_FALSE(PathPattern{}.matches("/"));
  CHECK_FALSE(PathPattern{}.matches(""));
}

TEST_CASE("a star in a glob stands for any run of characters") {
  struct Case {
    const char* glob;
    const char* text;
    bool matches;
  };
  for (const auto& [glob, text, matches] : {
           Case{"", "", true},
           Case{"", "a", false},
           Case{"*", "", true},
           Case{"*", "abc", true},
           Case{"a*", "a", true},
           Case{"a*", "ba", false},
           Case{"*a", "aba", true},
           Case{"*a", "ab", false},
           Case{"utm_*", "utm_source", true},
           Case{"utm_*", "utm", false},
           Case{"a*b*c", "a1b2c", true},
           Case{"a*b*c", "acb", false},
           Case{"*ab", "aab", true},
           Case{"a**b", "ab", true},
           Case{"**", "", true},
       }) {
    CAPTURE(glob);
    CAPTURE(text);
    CHECK(glob_matches(glob, text) == matches);
  }
}

TEST_CASE("a glob agrees with a letter-by-letter matcher") {
  const std::function<bool(std::string_view, std::string_view)> plainly = [&](std::string_view glob,
                                                                              std::string_view text) {
    if (glob.empty()) return text.empty();
    if (glob[0] == '*') {
      return plainly(glob.substr(1), text) || (!text.empty() && plainly(glob, text.substr(1)));
    }
    return !text.empty() && glob[0] == text[0] && plainly(glob.substr(1), text.substr(1));
  };
  const auto word = [](int number, std::string_view letters, std::size_t length) {
    std::string text;
    for (std::size_t i = 0; i < length; ++i, number /= static_cast<int>(letters.size())) {
      text += letters[static_cast<std::size_t>(number) % letters.size()];
    }
    return text;
  };
  for (std::size_t size = 0; size <= 5; ++size) {
    for (int g = 0; g < 243; ++g) {
      for (int t = 0; t < 32; ++t) {
        const std::string glob = word(g, "ab*", 5);
        const std::string text = word(t, "ab", size);
        if (glob_matches(glob, text) == plainly(glob, text)) continue;
        FAIL_CHECK(glob << " " << text);
      }
    }
  }
}

TEST_CASE("a glob with many stars does not take exponential time") {
  const std::string text(2'000, 'a');
  CHECK_FALSE(glob_matches("*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
}

TEST_CASE("a template is filled from captures, or not at all") {
  const Captures captures{{"id", "7"}, {"shop", "main"}};
  CHECK(expand_template("product:{id}", captures) == "product:7");
  CHECK(expand_template("{shop}-{id}-{id}", captures) == "main-7-7");
  CHECK(expand_template("plain", captures) == "plain");
  CHECK(expand_template("", captures) == "");
  CHECK_FALSE(expand_template("{colour}", captures).has_value());
  CHECK_FALSE(expand_template("a{id", captures).has_value());
}
