#include <larder/policy/key.hpp>

#include <doctest/doctest.h>

using namespace larder;

namespace {

std::string selected_by(std::string_view value) {
  http::FieldList fields;
  fields.add("Accept-Language", value);
  return policy::variant_key("k", {"accept-language"}, fields);
}

}  // namespace

TEST_CASE("RFC 9110, section 12.5.4: languages select as a set, whatever their order, case and blanks") {
  CHECK(selected_by("de, EN ;q=0.5") == selected_by("en; q=0.5,de"));
  CHECK(selected_by(" de ,en") == selected_by("de, en"));
}

TEST_CASE("what is no list of languages selects nothing that a list selects") {
  for (const auto& [odd, list] :
       {std::pair{"e n", "en"}, std::pair{"de, e n", "de, en"}, std::pair{"d\te", "de"},
        std::pair{"\"x,y", "y, \"x"}, std::pair{"de;q=0 .5", "de;q=0.5"}}) {
    CAPTURE(odd);
    CHECK(selected_by(odd) != selected_by(list));
  }
}
