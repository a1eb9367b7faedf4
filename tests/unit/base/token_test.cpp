#include <larder/base/token.hpp>

#include <doctest/doctest.h>

using larder::is_token;

TEST_CASE("tokens (RFC 9110, section 5.6.2)") {
  for (const std::string_view token : {"a", "GET", "X-Cache", "!#$%&'*+-.^_`|~09azAZ"})
    CHECK(is_token(token));
  for (const std::string_view other :
       {"", " ", "a b", "a:", "a\"", "(a)", "a/b", "a=b", "\xC3\xA4", "a\r", "a@b"}) {
    CAPTURE(other);
    CHECK_FALSE(is_token(other));
  }
}
