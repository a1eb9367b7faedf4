#include <larder/http/etag.hpp>

#include <doctest/doctest.h>

#include <string>

namespace larder::etag_test {

using namespace larder::http;

namespace {

// "W/x" and "x" for weak and strong tags, "-" for a refusal, joined by spaces.
std::string show(const std::optional<EntityTagList>& list) {
  if (!list) return "-";
  std::string shown = list->any ? "*" : "";
  for (const EntityTag& tag : list->tags) {
    if (!shown.empty()) shown += ' ';
    shown.append(tag.weak ? "W/" : "").append(tag.opaque);
  }
  return shown;
}

}  // namespace

TEST_CASE("entity tags are read strictly (RFC 9110, section 8.8.3)") {
  struct Case {
    std::string_view text;
    bool valid;
    bool weak;
    std::string_view opaque;
  };
  for (const auto& [text, valid, weak, opaque] : {
           Case{"\"a\"", true, false, "a"},
           Case{"\"\"", true, false, ""},
           Case{"W/\"a\"", true, true, "a"},
           Case{"  \"a\"\t", true, false, "a"},
           Case{R"("a\b")", true, false, R"(a\b)"},
           Case{"\"a,b\"", true, false, "a,b"},
           Case{"\"\xC3\xA4\"", true, false, "\xC3\xA4"},
           Case{"", false, false, ""},
           Case{"a", false, false, ""},
           Case{"\"a", false, false, ""},
           Case{"w/\"a\"", false, false, ""},
           Case{"W/ \"a\"", false, false, ""},
           Case{"\"a b\"", false, false, ""},
           Case{"\"a\"b", false, false, ""},
           Case{"\"a\", \"b\"", false, false, ""},
           Case{"\"a\x7F\"", false, false, ""},
       }) {
    CAPTURE(text);
    const std::optional<EntityTag> tag = parse_etag(text);
    REQUIRE(tag.has_value() == valid);
    if (!tag) continue;
    CHECK(tag->weak == weak);
    CHECK(tag->opaque == opaque);
  }
}

TEST_CASE("comparison of entity tags is the table of RFC 9110, section 8.8.3.2") {
  struct Case {
    EntityTag a, b;
    bool strong, weak;
  };
  for (const auto& [a, b, strong, weak] : {
           Case{{true, "1"}, {true, "1"}, false, true},
           Case{{true, "1"}, {true, "2"}, false, false},
           Case{{true, "1"}, {false, "1"}, false, true},
           Case{{false, "1"}, {false, "1"}, true, true},
           Case{{false, "1"}, {false, "2"}, false, false},
       }) {
    CHECK(strongly_equal(a, b) == strong);
    CHECK(strongly_equal(b, a) == strong);
    CHECK(weakly_equal(a, b) == weak);
  }
}

TEST_CASE("lists of entity tags (RFC 9110, sections 13.1.1 and 13.1.2)") {
  struct Case {
    const char* text;
    const char* shown;
  };
  for (const auto& [text, shown] : {
           Case{"*", "*"},
           Case{" * ", "*"},
           Case{"\"a\"", "a"},
           Case{"\"a\", W/\"b\" ,\"c\"", "a W/b c"},
           Case{", \"a\",, \"b\",", "a b"},
           Case{R"("a\", "b")", R"(a\ b)"},
           Case{"\"a,b\", \"c\"", "a,b c"},
           Case{"", "-"},
           Case{",", "-"},
           Case{"a", "-"},
           Case{"\"a\" \"b\"", "-"},
           Case{"\"a\", *", "-"},
           Case{"*, \"a\"", "-"},
           Case{"\"a\", \"b", "-"},
           Case{"\"a\", b", "-"},
       }) {
    CAPTURE(text);
    CHECK(show(parse_etag_list(text)) == shown);
  }
}

}  // namespace larder::etag_test
