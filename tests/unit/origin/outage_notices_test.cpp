#include <larder/origin/outage_notices.hpp>

#include <doctest/doctest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <sstream>

namespace larder::outage_notices_test {

using origin::OutageNotices;

namespace {

struct Fixture {
  void fail(const std::string& words) { notices.failed("shop", "a:80", words, now); }
  void answer() { notices.answered("shop", "a:80", now); }
  std::string lines() {
    std::string text = said.str();
    said.str("");
    return text;
  }

  std::ostringstream said;
  Log log{"test", std::make_shared<spdlog::sinks::ostream_sink_mt>(said)};
  OutageNotices notices{log};
  SteadyTime now = SteadyTime{} + Seconds{100};

  Fixture() { log.set_pattern("%v"); }
};

constexpr const char* fails = "upstream shop: closes\n";
constexpr const char* sound = "upstream shop: a:80 answers again\n";

}  // namespace

TEST_CASE("an outage has a line at its beginning and one at its end, however many requests meet it") {
  Fixture f;
  for (int i = 0; i < 100; ++i) f.fail("closes");
  CHECK(f.lines() == fails);
  f.now += OutageNotices::quiet;
  CHECK(f.notices.any());
  for (int i = 0; i < 100; ++i) f.answer();
  CHECK(f.lines() == sound);
  CHECK_FALSE(f.notices.any());
  f.now += Seconds{3};
  f.fail("closes");
  CHECK(f.lines() == fails);
}

TEST_CASE("another way of failing is told too, up to a bound") {
  Fixture f;
  for (int i = 0; i < 10; ++i) {
    f.fail("fails " + std::to_string(i));
    f.fail("fails 0");
  }
  CHECK(f.lines() ==
        "upstream shop: fails 0\nupstream shop: fails 1\nupstream shop: fails 2\nupstream shop: fails 3\n");
}

TEST_CASE("one answer amid an outage does not end it: the last word is that the server fails") {
  Fixture f;
  f.fail("refuses");
  f.now += Milliseconds{500};
  f.answer();
  f.now += Milliseconds{1300};
  for (int second = 0; second < 420; ++second) {
    f.fail("refuses");
    f.now += Seconds{1};
  }
  CHECK(f.lines() == "upstream shop: refuses\n");
}

TEST_CASE("an outage that begins soon after the end of another one is told") {
  Fixture f;
  f.fail("closes");
  f.now += OutageNotices::quiet;
  f.answer();
  CHECK(f.lines() == std::string(fails) + sound);
  f.now += Milliseconds{1};
  f.fail("closes");
  CHECK(f.lines() == fails);
}

TEST_CASE("a server that fails for one request of many is told of once") {
  Fixture f;
  for (int i = 0; i < 80; ++i) {
    f.fail("closes");
    f.answer();
    f.now += Milliseconds{500};
    f.answer();
  }
  CHECK(f.lines() == fails);
}

TEST_CASE("a server that fails again and again has to answer for longer each time, and floods no log") {
  Fixture f;
  std::size_t lines = 0;
  for (int i = 0; i < 1000; ++i) {
    f.fail("closes");
    for (int second = 0; second < 30; ++second) {
      f.now += Seconds{1};
      f.answer();
    }
    const std::string said = f.lines();
    lines += static_cast<std::size_t>(std::ranges::count(said, '\n'));
  }
  CHECK(lines == 9);  // after 2, 4, 8 and 16 s it answers again
  f.now += OutageNotices::longest_quiet;
  f.answer();
  CHECK(f.lines() == sound);
  // After a long time all is as it was.
  f.now += OutageNotices::longest_quiet;
  f.fail("closes");
  f.now += OutageNotices::quiet;
  f.answer();
  CHECK(f.lines() == std::string(fails) + sound);
}

TEST_CASE("a want of descriptors begins and ends once, whichever thread meets it") {
  Fixture f;
  for (int i = 0; i < 10; ++i) f.notices.starved("shop", f.now);
  CHECK(f.lines().starts_with("upstream shop: out of descriptors: it cannot be asked until some are free"));
  f.notices.fed("shop", f.now);
  CHECK(f.lines().empty());
  f.now += OutageNotices::quiet;
  f.notices.fed("shop", f.now);
  f.notices.fed("shop", f.now);
  CHECK(f.lines() == "upstream shop: there are descriptors again\n");
}

TEST_CASE("what is remembered of outages has a bound, and ended ones make room") {
  Fixture f;
  for (std::size_t i = 0; i < OutageNotices::most_outages + 5; ++i) {
    f.notices.failed("shop", std::to_string(i), "fails", f.now);
  }
  f.lines();
  f.notices.failed("shop", "one more", "fails", f.now);
  CHECK(f.lines().empty());
  f.now += OutageNotices::quiet;
  f.notices.answered("shop", "0", f.now);
  f.lines();
  f.now += OutageNotices::longest_quiet;
  f.notices.failed("shop", "one more", "fails", f.now);
  CHECK(f.lines() == "upstream shop: fails\n");
}

}  // namespace larder::outage_notices_test
