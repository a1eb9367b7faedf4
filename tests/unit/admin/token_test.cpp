#include <larder/admin/token.hpp>

#include <doctest/doctest.h>

using larder::admin::Token;

TEST_CASE("a bearer token lets in its bearer and no other client (RFC 6750, section 2.1)") {
  const Token token("sesame");
  struct Case {
    std::vector<const char*> authorization;
    bool admitted;
  };
  for (const auto& [authorization, admitted] : std::vector<Case>{
           {{"Bearer sesame"}, true},
           {{"bearer sesame"}, true},
           {{"Bearer  sesame"}, true},
           {{}, false},
           {{""}, false},
           {{"Bearer"}, false},
           {{"Bearer "}, false},
           {{"Bearer sesam"}, false},
           {{"Bearer sesamee"}, false},
           {{"Bearer Sesame"}, false},
           {{"Basic sesame"}, false},
           {{"sesame"}, false},
           {{"Bearer sesame", "Bearer sesame"}, false},
           {{"Bearer wrong", "Bearer sesame"}, false},
       }) {
    larder::http::FieldList fields;
    for (const char* value : authorization) fields.add("Authorization", value);
    CAPTURE(std::string(fields.wire()));
    CHECK(token.admits(fields) == admitted);
  }
}

TEST_CASE("without a token every client is let in") {
  const Token none("");
  CHECK_FALSE(none.is_set());
  CHECK(none.admits({}));
  larder::http::FieldList fields;
  fields.add("Authorization", "Bearer anything");
  CHECK(none.admits(fields));
}
