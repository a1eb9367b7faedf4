#include "support.hpp"

#include <larder/policy/combining.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

namespace {

http::FieldList part(std::string_view range, std::string_view validator = "ETag: \"a\"") {
  return fields_of(std::string(validator) + "|Content-Range: bytes " + std::string(range));
}

/// "before+newer+after first-last/length", or "apart".
std::string show(const std::optional<Combination>& one) {
  if (!one) return "apart";
  return std::to_string(one->before) + "+" + std::to_string(one->after) + " " +
         std::to_string(one->range.first) + "-" + std::to_string(one->range.last) + "/" +
         std::to_string(one->length) + (one->is_whole() ? " whole" : "");
}

}  // namespace

TEST_CASE("parts of one representation that overlap or adjoin are combined (RFC 9111, section 3.4)") {
  struct Case {
    const char* older;
    std::uint64_t older_size;
    const char* newer;
    std::uint64_t newer_size;
    const char* answer;
  };
  for (const auto& [older, older_size, newer, newer_size, answer] : {
           Case{"0-4/10", 5, "5-9/10", 5, "5+0 0-9/10 whole"},
           Case{"5-9/10", 5, "0-4/10", 5, "0+5 0-9/10 whole"},
           Case{"0-4/10", 5, "5-7/10", 3, "5+0 0-7/10"},
           Case{"0-4/10", 5, "3-9/10", 7, "3+0 0-9/10 whole"},
           Case{"0-9/10", 10, "3-4/10", 2, "3+5 0-9/10 whole"},
           Case{"3-4/10", 2, "0-9/10", 10, "0+0 0-9/10 whole"},
           Case{"3-4/10", 2, "3-4/10", 2, "0+0 3-4/10"},
           Case{"0-0/10", 1, "1-1/10", 1, "1+0 0-1/10"},
           Case{"0-4/10", 5, "6-9/10", 4, "apart"},
           Case{"6-9/10", 4, "0-4/10", 5, "apart"},
           Case{"0-4/10", 5, "5-9/11", 5, "apart"},
           Case{"0-4/*", 5, "5-9/10", 5, "apart"},
           // One that is not what it claims to be.
           Case{"0-4/10", 4, "5-9/10", 5, "apart"},
           Case{"0-4/10", 5, "5-9/10", 4, "apart"},
           Case{"0-4/10", 5, "5-9/10", 6, "apart"},
           Case{"0-4/10", 0, "5-9/10", 5, "apart"},
       }) {
    CAPTURE(older);
    CAPTURE(newer);
    CHECK(show(combine(part(older), older_size, part(newer), newer_size)) == answer);
  }
}

TEST_CASE("parts are combined only if they share a strong validator (RFC 9111, section 3.4)") {
  const std::string modified = "Last-Modified: " + date_after(Seconds{-60});
  const std::string dated = modified + "|Date: " + std::string(noon_text);
  struct Case {
    std::string older;
    std::string newer;
    bool shared;
  };
  for (const auto& [older, newer, shared] : std::initializer_list<Case>{
           {"ETag: \"a\"", "ETag: \"a\"", true},
           {"ETag: \"a\"", "ETag: \"b\"", false},
           {"ETag: W/\"a\"", "ETag: W/\"a\"", false},
           {"ETag: W/\"a\"", "ETag: \"a\"", false},
           {"ETag: a", "ETag: a", false},
           {"X: 1", "X: 1", false},
           {"ETag: \"a\"", "X: 1", false},
           // RFC 9110, section 8.8.2.2: a date that is old enough is strong, unless there is an entity tag.
           {dated, dated, true},
           {modified, modified, false},
           {dated, modified, false},
           {"Last-Modified: " + std::string(noon_text) + "|Date: " + std::string(noon_text),
            "Last-Modified: " + std::string(noon_text) + "|Date: " + std::string(noon_text), false},
           {"ETag: W/\"a\"|" + dated, "ETag: W/\"a\"|" + dated, false},
       }) {
    CAPTURE(older);
    CAPTURE(newer);
    CHECK(combine(part("0-4/10", older), 5, part("5-9/10", newer), 5).has_value() == shared);
  }
}

TEST_CASE("the newer part's fields replace the older one's (RFC 9110, section 15.3.7.3)") {
  const http::FieldList older = fields_of(
      "A: old|B: old|Date: old|Via: old|ETag: \"a\"|Content-Length: 5|Content-Range: bytes 0-4/10|"
      "X-Cache-Range: bytes=0-4");
  const http::FieldList newer = fields_of(
      "A: new|Date: new|Age: 3|ETag: \"a\"|Content-Length: 5|Content-Range: bytes 5-9/10|Connection: x");
  const Combination whole{.before = 5, .range = {0, 9}, .length = 10};
  CHECK(text_of(combined_fields(older, newer, whole)) == "B: old|A: new|Date: new|ETag: \"a\"|Age: 3");
  const Combination more{.before = 5, .range = {0, 7}, .length = 10};
  CHECK(text_of(combined_fields(older, newer, more)) ==
        "B: old|A: new|Date: new|ETag: \"a\"|Age: 3|Content-Range: bytes 0-7/10");
}

TEST_CASE(
    "the rest of a part is requested if it is one piece (RFC 9111, section 3.3; RFC 9110, section "
    "13.1.5)") {
  struct Case {
    http::FieldList fields;
    std::uint64_t size;
    const char* answer;
  };
  for (const auto& [fields, size, answer] : std::initializer_list<Case>{
           {part("0-4/10"), 5, "Range: bytes=5-|If-Range: \"a\""},
           {part("5-9/10"), 5, "Range: bytes=0-4|If-Range: \"a\""},
           {part("1-9/10"), 9, "Range: bytes=0-0|If-Range: \"a\""},
           // Nothing is put together by a weak validator; an origin without ranges still answers with the
           // whole.
           {part("0-4/10", "ETag: W/\"a\""), 5, ""},
           {part("0-4/10", "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT"), 5, ""},
           {part("0-4/10", "X: 1"), 5, "Range: bytes=5-"},
           {part("3-4/10"), 2, ""},
           {part("0-9/10"), 10, ""},
           {part("0-4/*"), 5, ""},
           {part("0-4/10"), 4, ""},
           {fields_of("ETag: \"a\""), 5, ""},
       }) {
    CAPTURE(text_of(fields));
    http::FieldList request;
    if (const auto gap = gap_of(fields, size)) {
      CHECK(gap->length == 10);
      ask_for_gap(request, *gap);
    }
    CHECK(text_of(request) == answer);
  }
}
