#include <larder/base/text.hpp>
#include <larder/http/field_list.hpp>

#include <doctest/doctest.h>

namespace larder::field_list_test {

using namespace larder::http;

namespace {

FieldList sample() {
  FieldList fields;
  fields.add("Host", "example.com");
  fields.add("Accept", "text/html");
  fields.add("X-Empty", "");
  fields.add("accept", "text/plain");
  fields.add("Via", "1.1 a");
  return fields;
}

}  // namespace

TEST_CASE("field lines keep their order, their case and their wire text") {
  const FieldList fields = sample();
  CHECK(fields.size() == 5);
  CHECK(fields.at(3).name.text() == "accept");
  CHECK(fields.at(3).value == "text/plain");
  CHECK(fields.wire() ==
        "Host: example.com\r\nAccept: text/html\r\nX-Empty: \r\naccept: text/plain\r\nVia: 1.1 a\r\n");
  std::size_t seen = 0;
  for (const Field field : fields) seen += field.name.text().size();
  CHECK(seen == 26);
}

TEST_CASE("names are found whatever their case") {
  const FieldList fields = sample();
  CHECK(*fields.find("ACCEPT") == "text/html");
  CHECK(fields.count("accept") == 2);
  CHECK(fields.contains("x-empty"));
  CHECK(*fields.find("X-Empty") == "");
  CHECK_FALSE(fields.find("Accep").has_value());
  CHECK_FALSE(fields.contains(""));
}

TEST_CASE("lines of one name combine by comma (RFC 9110, section 5.3)") {
  const FieldList fields = sample();
  CHECK(*fields.combined("Accept") == "text/html, text/plain");
  CHECK(*fields.combined("Via") == "1.1 a");
  CHECK(*fields.combined("X-Empty") == "");
  CHECK_FALSE(fields.combined("Age").has_value());
}

TEST_CASE("removing lines leaves the others as they were, wherever the removed ones were") {
  for (const std::string_view name : {"Host", "accept", "X-Empty", "Via", "Age"}) {
    CAPTURE(name);
    FieldList fields = sample();
    FieldList expected;
    for (const Field field : sample()) {
      if (!equal_ignoring_case(field.name, name)) expected.add(field.name, field.value);
    }
    CHECK(fields.remove(name) == sample().size() - expected.size());
    CHECK(fields == expected);
    CHECK(fields.size() == expected.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
      CHECK(fields.at(i).name.text() == expected.at(i).name);
      CHECK(fields.at(i).value == expected.at(i).value);
    }
    fields.add("Age", "1");
    CHECK(fields.wire().ends_with("\r\nAge: 1\r\n"));
    CHECK(fields.wire().size() == expected.wire().size() + 8);
  }
}

TEST_CASE("every line can be removed") {
  FieldList fields = sample();
  CHECK(fields.remove_if([](const Field&) { return true; }) == 5);
  CHECK(fields.empty());
  CHECK(fields.wire().empty());
  CHECK(fields.remove_if([](const Field&) { return true; }) == 0);
}

TEST_CASE("setting replaces all lines of that name with one") {
  FieldList fields = sample();
  fields.set("Accept", "*/*");
  CHECK(fields.count("Accept") == 1);
  CHECK(*fields.find("accept") == "*/*");
  fields.set("Age", "7");
  CHECK(*fields.find("Age") == "7");
}

TEST_CASE("what is added, set or removed may be a view into the list itself") {
  FieldList fields;
  fields.add("A", "1");  // short enough for the string's own buffer
  for (int i = 0; i < 12; ++i) fields.add(fields.at(0).name, fields.at(0).value);
  CHECK(fields.count("A") == 13);
  CHECK(*fields.combined("a") == "1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1");
  fields.add("B", "2");
  fields.set("A", fields.at(13).value);
  CHECK(fields.wire() == "B: 2\r\nA: 2\r\n");
  fields.remove(fields.at(0).name);
  CHECK(fields.wire() == "A: 2\r\n");
}

TEST_CASE("copies are independent") {
  FieldList original = sample();
  const FieldList copy = original;
  original.remove("Host");
  CHECK(*copy.find("Host") == "example.com");
  CHECK_FALSE(original == copy);
  original = copy;
  CHECK(original == copy);
  original.clear();
  CHECK(original.empty());
}

TEST_CASE("field values hold no control byte but the tab (RFC 9110, section 5.5)") {
  for (const std::string_view value : {"", "a b", "a\tb", "\xC3\xA4", "\"a, b\""})
    CHECK(is_field_value(value));
  for (const std::string_view other : {"a\r", "a\nb", "\x7F", "\x01"}) CHECK_FALSE(is_field_value(other));
  CHECK_FALSE(is_field_value(std::string_view("a\0b", 3)));
}

TEST_CASE("every well-known name has its number in any case, and no other name has one") {
  for (std::size_t number = 1; number < well_known_names.size(); ++number) {
    const std::string name(well_known_names[number]);
    CAPTURE(name);
    std::string upper = name;
    for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    CHECK(number_of_name(name) == number);
    CHECK(number_of_name(upper) == number);
    for (std::size_t i = 0; i < name.size(); ++i) {
      std::string other = name;
      other[i] = other[i] == 'q' || other[i] == 'Q' ? 'z' : 'q';
      CHECK(number_of_name(other) != number);
    }
    CHECK(number_of_name(name + "s") == 0);
    CHECK(number_of_name(name.substr(1)) != number);
  }
  CHECK(number_of_name("") == 0);
  CHECK(number_of_name("X-Anything") == 0);
}

TEST_CASE("a list knows its names after each change") {
  FieldList fields;
  CHECK_FALSE(fields.contains("Cookie"));
  fields.add("COOKIE", "a");
  fields.add("X-Other", "b");
  CHECK(fields.contains("cookie"));
  CHECK(fields.contains(std::string("Cookie")));
  CHECK(fields.contains("x-other"));
  CHECK_FALSE(fields.contains("X-Others"));
  fields.add_written("Age", [](std::string& out) { out += "17"; });
  CHECK(fields.find("age") == "17");
  CHECK(fields.wire() == "COOKIE: a\r\nX-Other: b\r\nAge: 17\r\n");
  fields.remove("Cookie");
  CHECK_FALSE(fields.contains("Cookie"));
  CHECK(fields.contains("Age"));
  FieldList moved = std::move(fields);
  CHECK(moved.contains("Age"));
  moved.clear();
  CHECK_FALSE(moved.contains("Age"));
  CHECK_FALSE(moved.contains("X-Other"));
}

}  // namespace larder::field_list_test
