#include "config/suggest.hpp"

#include "config/units_meant.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

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

TEST_CASE("a duration in another notation is suggested in that of larder") {
  const auto meant = [](const char* text) { return duration_meant(text, "s", true); };
  CHECK(meant("1h 30m") == ", did you mean \"1h30m\"?");
  CHECK(meant("1 hour 30 minutes") == ", did you mean \"1h30m\"?");
  CHECK(meant("1.5h") == ", did you mean \"1h30m\"?");
  CHECK(meant("0.5s") == ", did you mean \"500ms\"?");
  CHECK(meant("1w") == ", did you mean \"7d\"?");
  CHECK(meant("1Y") == ", did you mean \"365d\"?");
  CHECK(meant("90") == ", did you mean \"90s\"?");
  CHECK(duration_meant("90", "ms", true) == ", did you mean \"90ms\"?");
  CHECK(meant("off") == ", did you mean \"0\"?");
  CHECK(duration_meant("off", "s", false) == "");
  std::string endless;
  for (int i = 0; i < 1'000; ++i) endless += "999999y ";
  CHECK(meant(endless.c_str()) == "");
  for (const char* text : {"", "1 2", "1.2.3s", ".5s", "1.s", "1234567w", "s", "-1s", "1x", "0.0s"}) {
    CAPTURE(text);
    CHECK(meant(text) == "");
  }
}

TEST_CASE("a size or number in another notation is suggested in that of larder") {
  CHECK(size_meant("1.5GiB") == ", did you mean \"1536MiB\"?");
  CHECK(size_meant("1.5G") == ", did you mean \"1536MiB\"?");
  CHECK(size_meant("1.5GB") == ", did you mean \"1500MB\"?");
  CHECK(size_meant("10k") == ", did you mean \"10KiB\"?");
  CHECK(size_meant("0.5B") == "");
  CHECK(size_meant("1.5.5M") == "");
  CHECK(size_meant("5 5M") == "");
  CHECK(number_meant("10k", 1, 1'000'000) == ", did you mean \"10000\"?");
  CHECK(number_meant("64KiB", 1, 1'000'000) == ", did you mean \"65536\"?");
  CHECK(number_meant("1_000", 1, 1'000'000) == ", did you mean \"1000\"?");
  CHECK(number_meant("1,000", 1, 1'000'000) == ", did you mean \"1000\"?");
  CHECK(number_meant("unlimited", 0, 10) == ", did you mean \"0\"?");
  for (const char* text : {"10M", "1000001", "0", "4x", "many", "1.5", "none"}) {
    CAPTURE(text);
    CHECK(number_meant(text, 1, 1'000'000) == "");
  }
}

TEST_CASE("other programs' words, and lists without brackets, are suggested as larder writes them") {
  const std::vector<std::string> levels{"debug", "info", "warn", "error", "off"};
  CHECK(word_meant("warning", levels) == ", did you mean \"warn\"?");
  CHECK(word_meant("FATAL", levels) == ", did you mean \"error\"?");
  CHECK(word_meant("inof", levels) == ", did you mean \"info\"?");
  CHECK(word_meant("combined", levels) == "");
  CHECK(list_meant("GET") == ", did you mean [GET]?");
  CHECK(list_meant("GET, HEAD") == ", did you mean [GET, HEAD]?");
  CHECK(list_meant("a|b*") == ", did you mean [a, \"b*\"]?");
  CHECK(list_meant(" , ") == "");
}
