#include <larder/policy/field_template.hpp>
#include <larder/policy/request_rule.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;

TEST_CASE("placeholders of a template are replaced, and braces around what is no name stand") {
  const Captures captures{{"id", "a%0Ab"}, {"scheme", "captured"}};
  const TemplateValues values{&captures, "h.example", "https", "10.0.0.1"};
  struct Case {
    const char* text;
    const char* value;
  };
  const Case cases[] = {
      {"plain", "plain"},
      {"{host}", "h.example"},
      {"a{id}b{id}", "aa%0Abba%0Ab"},
      {"{scheme}", "captured"},
      {"{client}", "10.0.0.1"},
      {"[{none}]", "[]"},
      {"{\"group\":\"{host}\",\"n\":{}}", "{\"group\":\"h.example\",\"n\":{}}"},
      {"{{host}}", "{h.example}"},
      {"{host", "{host"},
      {"}{", "}{"},
  };
  for (const auto& [text, value] : cases) {
    CAPTURE(std::string(text));
    CHECK(expand_field(text, values) == value);
  }
}

TEST_CASE("what is no field value when its placeholders are replaced, or nothing, is not sent") {
  for (const char* captured : {"a\r\nX-B: c", "a\nb", "a\rb", "\x01", "\x7f", "", "  "}) {
    const Captures captures{{"id", captured}};
    CHECK_FALSE(expand_field("{id}", {&captures, {}, {}, {}}));
  }
  const Captures captures{{"id", std::string("a\0b", 3)}};
  CHECK_FALSE(expand_field("x{id}", {&captures, {}, {}, {}}));
}

TEST_CASE("a rule goes before a general one for each field that it names") {
  const RequestRule general{
      .set = {{"X-A", "1"}, {"X-B", "2"}}, .add = {{"X-C", "3"}}, .remove = {"X-D", "X-E-*"}};
  const RequestRule own{.set = {{"x_a", "own"}, {"X-D", "own"}}, .add = {}, .remove = {"X-C*", "x-e-*"}};
  CHECK(own.over(general) == RequestRule{.set = {{"x_a", "own"}, {"X-D", "own"}, {"X-B", "2"}},
                                         .add = {},
                                         .remove = {"X-C*", "x-e-*"}});
  CHECK(RequestRule{}.over(general) == general);
  CHECK(general.over({}) == general);
}
