#include <larder/base/token.hpp>
#include <larder/http/field_list.hpp>
#include <larder/policy/reason.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace larder;
using namespace larder::policy;

TEST_CASE("every reason has a unique token and a sentence") {
  std::set<std::string_view> tokens;
  std::set<std::string_view> sentences;
  const int last = static_cast<int>(last_reason);
  for (int i = 0; i <= last; ++i) {
    CAPTURE(i);
    const auto reason = static_cast<Reason>(i);
    CHECK(is_token(token_of(reason)));
    CHECK(tokens.insert(token_of(reason)).second);
    CHECK(sentence_of(reason).size() > 20);
    CHECK(sentences.insert(sentence_of(reason)).second);
  }
}
