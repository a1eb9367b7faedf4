#include <larder/http/list.hpp>

#include <doctest/doctest.h>

namespace larder::list_test {

using namespace larder::http;

TEST_CASE("lists split at commas outside quoted strings (RFC 9110, section 5.6.1)") {
  struct Case {
    const char* text;
    std::vector<std::string_view> members;
  };
  for (const Case& each : {
           Case{"", {}},
           Case{" , ,\t,", {}},
           Case{"a", {"a"}},
           Case{"a,b", {"a", "b"}},
           Case{" a ,\tb\t, c ", {"a", "b", "c"}},
           Case{",a,,b,", {"a", "b"}},
           Case{"a=\"x, y\", b", {"a=\"x, y\"", "b"}},
           Case{R"(a="x\", y", b)", {R"(a="x\", y")", "b"}},
           Case{R"(a="x\\", b)", {R"(a="x\\")", "b"}},
           Case{"a=\"x, b", {"a=\"x, b"}},
           Case{R"(a\,b)", {R"(a\)", "b"}},
           Case{R"("a\)", {R"("a\)"}},
       }) {
    CAPTURE(each.text);
    CHECK(split_list(each.text) == each.members);
  }
}

TEST_CASE("a member is looked for in every line of the name, ignoring case") {
  FieldList fields;
  fields.add("Connection", "Keep-Alive, upgrade");
  fields.add("Accept", "close");
  fields.add("connection", "X-Hop");
  CHECK(list_contains(fields, "Connection", "keep-alive"));
  CHECK(list_contains(fields, "CONNECTION", "x-hop"));
  CHECK_FALSE(list_contains(fields, "Connection", "close"));
  CHECK_FALSE(list_contains(fields, "Connection", "up"));
  CHECK_FALSE(list_contains(fields, "Connection", ""));
}

}  // namespace larder::list_test
