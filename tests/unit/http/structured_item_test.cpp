#include "structured_show.hpp"

#include <doctest/doctest.h>

namespace larder::structured_item_test {

using namespace larder::http::structured;
using test::show;

namespace {

struct Case {
  std::string_view text;
  const char* item;
};

constexpr const char* nothing = "nothing";

void check(std::initializer_list<Case> cases) {
  for (const auto& [text, item] : cases) {
    CAPTURE(text);
    CHECK(show(parse_item(text)) == item);
  }
}

}  // namespace

TEST_CASE("integers have up to 15 digits (RFC 9651, sections 3.3.1 and 4.2.4)") {
  check({
      {"42", "42"},
      {"0", "0"},
      {"-0", "0"},
      {"-42", "-42"},
      {"042", "42"},
      {"999999999999999", "999999999999999"},
      {"-999999999999999", "-999999999999999"},
      {"000000000000000", "0"},
      {"1000000000000000", nothing},
      {"-1000000000000000", nothing},
      {"0000000000000001", nothing},
      {"-", nothing},
      {"--1", nothing},
      {"+1", nothing},
      {"- 1", nothing},
      {"4 2", nothing},
      {"0x10", nothing},
      {"1e3", nothing},
      {"1,", nothing},
  });
}

TEST_CASE(
    "decimals have up to 12 digits before the point and one to three after it (RFC 9651, section 3.3.2)") {
  check({
      {"4.5", "4500m"},
      {"-1.5", "-1500m"},
      {"-0.0", "0m"},
      {"1.123", "1123m"},
      {"1.05", "1050m"},
      {"999999999999.999", "999999999999999m"},
      {"-999999999999.999", "-999999999999999m"},
      {"1000000000000.0", nothing},
      {"0000000000001.0", nothing},
      {"1.1234", nothing},
      {"1.", nothing},
      {".1", nothing},
      {"-.1", nothing},
      {"1.-1", nothing},
      {"1.2.3", nothing},
      {"1. 2", nothing},
      {"1 .2", nothing},
  });
}

TEST_CASE(
    "strings hold visible ASCII and spaces, and escape only the quote and the backslash (RFC 9651, section "
    "3.3.3)") {
  check({
      {R"("hello world")", R"("hello world")"},
      {R"("")", R"("")"},
      {R"("a\"b")", R"("a"b")"},
      {R"("a\\b")", R"("a\b")"},
      {R"("a\\")", R"("a\")"},
      {R"x("a, b; c=(d)")x", R"x("a, b; c=(d)")x"},
      {R"("a)", nothing},
      {R"(")", nothing},
      {R"("a\)", nothing},
      {R"("a\")", nothing},
      {R"("a\nb")", nothing},
      {R"("a"b")", nothing},
      {"'a'", nothing},
      {"\"a\tb\"", nothing},
      {"\"a\x7F\"", nothing},
      {"\"a\x80\"", nothing},
      {"\"\xC3\xBC\"", nothing},
      {std::string_view("\"a\0b\"", 5), nothing},
  });
}

TEST_CASE("tokens begin with a letter or * (RFC 9651, section 3.3.4)") {
  check({
      {"foo123/456", "foo123/456"},
      {"*", "*"},
      {"*foo", "*foo"},
      {"A", "A"},
      {"text/html:x", "text/html:x"},
      {"a!#$%&'*+-.^_`|~:/9", "a!#$%&'*+-.^_`|~:/9"},
      {"_a", nothing},
      {"/a", nothing},
      {"a@b", nothing},
      {"a(b", nothing},
      {"a{b", nothing},
      {"a\xC3\xBC", nothing},
      {"\xC3\xBC", nothing},
  });
}

TEST_CASE("byte sequences are base64 whose padding may be missing (RFC 9651, sections 3.3.5 and 4.2.7)") {
  check({
      {":cHJldGVuZCB0aGlzIGlzIGJpbmFyeSBjb250ZW50Lg==:",
       "b:70726574656e6420746869732069732062696e61727920636f6e74656e742e"},
      {":aGVsbG8=:", "b:68656c6c6f"},
      {":aGVsbG8:", "b:68656c6c6f"},
      {":aA==:", "b:68"},
      {":aA:", "b:68"},
      {":iZ==:", "b:89"},  // bits left over
      {":/+Ah:", "b:ffe021"},
      {"::", "b:"},
      {":=:", nothing},
      {":==:", nothing},
      {":====:", nothing},
      {":a:", nothing},
      {":a===:", nothing},
      {":aA=:", nothing},
      {":aGVsbG8==:", nothing},
      {":=aGVsbG8=:", nothing},
      {":aGV=sbG8=:", nothing},
      {":aGVsb G8=:", nothing},
      {": aGVsbG8=:", nothing},
      {":aGVsbG!8=:", nothing},
      {":_-Ah:", nothing},  // not the URL-safe alphabet
      {":aGVsbG8=", nothing},
      {":", nothing},
  });
}

TEST_CASE("booleans are ?0 and ?1 (RFC 9651, section 3.3.6)") {
  check({
      {"?1", "true"},
      {"?0", "false"},
      {"?", nothing},
      {"?2", nothing},
      {"?00", nothing},
      {"?T", nothing},
      {"?-1", nothing},
      {"? 1", nothing},
  });
}

TEST_CASE("dates are whole seconds (RFC 9651, section 3.3.7)") {
  check({
      {"@1659578233", "@1659578233"},
      {"@0", "@0"},
      {"@-62135596800", "@-62135596800"},
      {"@253402214400", "@253402214400"},
      {"@1659578233.12", nothing},
      {"@", nothing},
      {"@-", nothing},
      {"@a", nothing},
      {"@\"1\"", nothing},
      {"@ 1", nothing},
      {"@1000000000000000", nothing},
  });
}

TEST_CASE("display strings are percent-encoded UTF-8 with digits in lower case (RFC 9651, section 3.3.8)") {
  check({
      {R"(%"f%c3%bc")", "d:66c3bc"},
      {R"(%"")", "d:"},
      {R"(%"a b")", "d:612062"},
      {R"(%"%22%25\")", "d:22255c"},
      {R"(%"%00")", "d:00"},
      {R"(%"%f0%9f%98%80")", "d:f09f9880"},
      {R"(%"%C3%BC")", nothing},
      {R"(%"%c3")", nothing},
      {R"(%"%bc")", nothing},
      {R"(%"%c0%80")", nothing},        // overlong
      {R"(%"%e0%80%80")", nothing},     // overlong
      {R"(%"%f0%80%80%80")", nothing},  // overlong
      {R"(%"%ed%a0%80")", nothing},     // a surrogate
      {R"(%"%f4%90%80%80")", nothing},  // past U+10FFFF
      {R"(%"%f8%80%80%80%80")", nothing},
      {R"(%"%e2%82")", nothing},
      {R"(%"%c3a%bc")", nothing},
      {R"(%"%")", nothing},
      {R"(%"%a")", nothing},
      {R"(%"%ag")", nothing},
      {R"(%"a)", nothing},
      {R"(%a)", nothing},
      {"%", nothing},
      {"%\"\xC3\xBC\"", nothing},
      {"%\"a\tb\"", nothing},
  });
}

TEST_CASE(
    "an item is one bare item and its parameters, with spaces around it allowed (RFC 9651, sections 3.1.2, "
    "3.3 and 4.2)") {
  check({
      {"5; foo=bar", "5;foo=bar"},
      {"text/html;charset=utf-8", "text/html;charset=utf-8"},
      {"  1  ", "1"},
      {"1;a;b=?0;  c=\"x;y\"", "1;a=true;b=false;c=\"x;y\""},
      {"1;a=1;b=2;a=3", "1;a=3;b=2"},
      {"1;a=:aA:;b=@1;c=1.5;d=%\"x\"", "1;a=b:68;b=@1;c=1500m;d=d:78"},
      {"1;*a.b-c_d=1", "1;*a.b-c_d=1"},
      {"", nothing},
      {"   ", nothing},
      {"\t1", nothing},
      {"1\t", nothing},
      {"1 ;a", nothing},
      {"1;a =1", nothing},
      {"1;a= 1", nothing},
      {"1;\ta", nothing},
      {"1;", nothing},
      {"1; ", nothing},
      {"1;a=", nothing},
      {"1;A=1", nothing},
      {"1;1a=1", nothing},
      {"1;_a=1", nothing},
      {"1;a=(1)", nothing},
      {"(1)", nothing},
      {"1, 2", nothing},
      {"1 2", nothing},
      {"\x80", nothing},
      {std::string_view("1\0", 2), nothing},
  });
}

}  // namespace larder::structured_item_test
