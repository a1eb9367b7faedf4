#include "origin/keep_alive.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace larder::keep_alive_test {

using namespace larder::origin;

TEST_CASE(
    "RFC 2068, section 19.7.1.1: Keep-Alive says for how many seconds its server keeps the connection") {
  struct Case {
    std::vector<std::string> values;
    std::optional<Seconds> stated;
  };
  const std::vector<Case> cases{
      {{}, {}},
      {{"timeout=5"}, Seconds{5}},
      {{"timeout=5, max=100"}, Seconds{5}},
      {{"max=100,Timeout = 5"}, Seconds{5}},
      {{"timeout=0"}, Seconds{0}},
      {{"timeout=4294967295"}, Seconds{4'294'967'295}},
      {{"timeout=20", "timeout=5"}, Seconds{5}},
      {{"timeout=5, timeout=20"}, Seconds{5}},
      {{"timeout=x, timeout=20"}, Seconds{20}},
      {{"timeout"}, {}},
      {{"timeout="}, {}},
      {{"timeout=-1"}, {}},
      {{"timeout=5s"}, {}},
      {{"timeout=99999999999999999999"}, {}},
      {{"max=5"}, {}},
      {{"x-timeout=5"}, {}},
      {{"300"}, {}},
  };
  for (const Case& one : cases) {
    http::FieldList fields;
    for (const std::string& value : one.values) fields.add("Keep-Alive", value);
    CAPTURE(fields.wire());
    CHECK(stated_keep_alive(fields) == one.stated);
  }
}

TEST_CASE(
    "a connection is kept for the shorter of both times, and a second less for what may not be repeated") {
  const auto ms = [](int count) { return Milliseconds{count}; };
  CHECK(kept_for(ms(60'000), std::nullopt) == KeptFor{ms(60'000), ms(60'000)});
  CHECK(kept_for(ms(60'000), Seconds{5}) == KeptFor{ms(5'000), ms(4'000)});
  CHECK(kept_for(ms(60'000), Seconds{1}) == KeptFor{ms(1'000), ms(0)});
  CHECK(kept_for(ms(60'000), Seconds{0}) == KeptFor{ms(0), ms(0)});
  CHECK(kept_for(ms(4'500), Seconds{5}) == KeptFor{ms(4'500), ms(4'000)});
  CHECK(kept_for(ms(200), Seconds{5}) == KeptFor{ms(200), ms(200)});
  CHECK(kept_for(ms(60'000), Seconds{4'294'967'295}) == KeptFor{ms(60'000), ms(60'000)});
}

}  // namespace larder::keep_alive_test
