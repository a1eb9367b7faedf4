#include "config/suggest.hpp"

#include <doctest/doctest.h>

using namespace larder::config;

TEST_CASE("a typo is close to what was meant, another word is not") {
  CHECK(typing_distance("ttl", "ttl") == 0);
  CHECK(typing_distance("tll", "ttl") == 1);
  CHECK(typing_distance("thraeds", "threads") == 1);
  CHECK(typing_distance("GET", "get") == 0);
  CHECK(typing_distance("", "abc") == 3);
  CHECK(typing_distance("kitten", "sitting") == 3);
  const std::vector<std::string> words{"tags", "ttl", "query"};
  CHECK(did_you_mean("tag", words) == ", did you mean \"tags\"?");
  CHECK(did_you_mean("warm", words) == "");
  CHECK(did_you_mean("", words) == "");
}
