#include "structured_show.hpp"

#include <doctest/doctest.h>

namespace larder::structured_fields_test {

using namespace larder::http::structured;
using test::show;

namespace {

struct Case {
  std::string_view text;
  const char* value;
};

constexpr const char* nothing = "nothing";

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  while (times-- > 0) all += text;
  return all;
}

std::string keys(std::size_t count, std::string_view separator) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all.append(i ? separator : "").append("k" + std::to_string(i));
  return all;
}

}  // namespace

TEST_CASE("lists hold items and inner lists separated by commas (RFC 9651, sections 3.1 and 4.2.1)") {
  for (const auto& [text, value] : {
           Case{"sugar, tea, rum", "sugar, tea, rum"},
           Case{"a,b", "a, b"},
           Case{"a \t,\t b", "a, b"},
           Case{"  a  ", "a"},
           Case{"", ""},
           Case{"   ", ""},
           Case{"a, a", "a, a"},
           Case{"1, \"a,b\", ?1, :aA==:", "1, \"a,b\", true, b:68"},
           Case{"abc;a=1;b=2; cde_456, (ghi;jk=4 l);q=\"9\";r=w",
                "abc;a=1;b=2;cde_456=true, (ghi;jk=4 l);q=\"9\";r=w"},
           Case{"a,", nothing},
           Case{"a, ", nothing},
           Case{",a", nothing},
           Case{"a,,b", nothing},
           Case{"a, , b", nothing},
           Case{",", nothing},
           Case{"a b", nothing},
           Case{"a; b c", nothing},
           Case{"\ta", nothing},
           Case{"a\x0B, b", nothing},
           Case{"a, &", nothing},
       }) {
    CAPTURE(text);
    CHECK(show(parse_list(text)) == value);
  }
}

TEST_CASE(
    "inner lists hold items separated by spaces, and no inner lists (RFC 9651, sections 3.1.1 and "
    "4.2.1.2)") {
  for (const auto& [text, value] : {
           Case{R"(("foo" "bar"), ("baz"), ("bat" "one"), ())",
                R"(("foo" "bar"), ("baz"), ("bat" "one"), ())"},
           Case{R"(("foo"; a=1;b=2);lvl=5, ("bar" "baz");lvl=1)",
                R"(("foo";a=1;b=2);lvl=5, ("bar" "baz");lvl=1)"},
           Case{"( 1   2 )", "(1 2)"},
           Case{"(  )", "()"},
           Case{"(1", nothing},
           Case{"(1 ", nothing},
           Case{"(", nothing},
           Case{"1)", nothing},
           Case{"((1))", nothing},
           Case{"(1 (2))", nothing},
           Case{"(1,2)", nothing},
           Case{"(1\t2)", nothing},
           Case{"(\"a\"\"b\")", nothing},
           Case{"(1) ;a", nothing},
           Case{"(1)2", nothing},
           Case{"(a;b c;d)", "(a;b=true c;d=true)"},
       }) {
    CAPTURE(text);
    CHECK(show(parse_list(text)) == value);
  }
}

TEST_CASE("dictionaries hold values under keys (RFC 9651, sections 3.2 and 4.2.2)") {
  for (const auto& [text, value] : {
           Case{R"(en="Applepie", da=:w4ZibGV0w6ZydGU=:)", "en=\"Applepie\", da=b:c386626c6574c3a6727465"},
           Case{"a=?0, b, c; foo=bar", "a=false, b=true, c=true;foo=bar"},
           Case{"rating=1.5, feelings=(joy sadness)", "rating=1500m, feelings=(joy sadness)"},
           Case{"a=(1 2), b=3, c=4;aa=bb, d=(5 6);valid", "a=(1 2), b=3, c=4;aa=bb, d=(5 6);valid=true"},
           Case{"max-age=60", "max-age=60"},
           Case{"a=1,b=2 , c=3", "a=1, b=2, c=3"},
           Case{"a=1, b=2, a=3", "a=3, b=2"},
           Case{"a, a;x, a=(1)", "a=(1)"},
           Case{"*", "*=true"},
           Case{"a=a=b", nothing},
           Case{"", ""},
           Case{"a=", nothing},
           Case{"a=,b", nothing},
           Case{"a =1", nothing},
           Case{"a= 1", nothing},
           Case{"a=1,", nothing},
           Case{",a=1", nothing},
           Case{"a=1 b=2", nothing},
           Case{"A=1", nothing},
           Case{"aB=1", nothing},
           Case{"=1", nothing},
           Case{"1a=1", nothing},
           Case{"a=1, &&&&&", nothing},
           Case{"\"a\"=1", nothing},
       }) {
    CAPTURE(text);
    CHECK(show(parse_dictionary(text)) == value);
  }
}

TEST_CASE("1024 members, items or parameters are read and more are refused") {
  CHECK(parse_list("1" + repeated(",1", 1023))->size() == 1024);
  CHECK_FALSE(parse_list("1" + repeated(",1", 1024)));
  CHECK(parse_list("(1" + repeated(" 1", 1023) + ")"));
  CHECK_FALSE(parse_list("(1" + repeated(" 1", 1024) + ")"));
  CHECK(parse_dictionary(keys(1024, ","))->size() == 1024);
  CHECK_FALSE(parse_dictionary(keys(1025, ",")));
  CHECK(parse_dictionary("a" + repeated(",a", 5000))->size() == 1);
  CHECK(parse_item("1;" + keys(1024, ";"))->parameters.size() == 1024);
  CHECK_FALSE(parse_item("1;" + keys(1025, ";")));
  // The minimum that the RFC requires (sections 3.1.2, 3.2 and 3.3).
  CHECK(parse_dictionary(std::string(64, 'k')));
  CHECK(parse_item('"' + std::string(1024, 's') + '"'));
  CHECK(parse_item(std::string(512, 't')));
  CHECK(parse_item(":" + std::string(16384 / 3 * 4, 'A') + ":"));
}

TEST_CASE("a member's value is returned by its type, without its parameters") {
  const List list = *parse_list("1;a, \"x\", (1)");
  REQUIRE(value_of<std::int64_t>(list[0]));
  CHECK(*value_of<std::int64_t>(list[0]) == 1);
  CHECK(value_of<std::string>(list[0]) == nullptr);
  CHECK(*value_of<std::string>(list[1]) == "x");
  CHECK(value_of<std::int64_t>(list[2]) == nullptr);
}

TEST_CASE("of equal keys the last one's value is kept at the first one's place, however many there are") {
  for (const int others : {0, 15, 16, 17, 1000}) {
    std::string text = "a=1, b=2";
    std::string parameters = "x;a=1;b=2";
    for (int i = 0; i < others; ++i) text += ", k" + std::to_string(i);
    for (int i = 0; i < others; ++i) parameters += ";k" + std::to_string(i);
    const auto dictionary = parse_dictionary(text + ", a=3, z=4, a=5, z=6");
    REQUIRE(dictionary.has_value());
    CHECK(dictionary->size() == static_cast<std::size_t>(others) + 3);
    CHECK(dictionary->front().first == "a");
    CHECK(*value_of<std::int64_t>(dictionary->front().second) == 5);
    CHECK(*value_of<std::int64_t>((*dictionary)[1].second) == 2);
    CHECK(*value_of<std::int64_t>(dictionary->back().second) == 6);
    const auto item = parse_item(parameters + ";a=3;z=4;a=5");
    REQUIRE(item.has_value());
    CHECK(item->parameters.size() == static_cast<std::size_t>(others) + 3);
    CHECK(std::get<std::int64_t>(item->parameters.front().second) == 5);
  }
}

}  // namespace larder::structured_fields_test
