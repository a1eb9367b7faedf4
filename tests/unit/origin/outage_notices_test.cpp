#include <larder/origin/outage_notices.hpp>

#include <doctest/doctest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

namespace larder::outage_notices_test {

using origin::OutageNotices;
using What = OutageNotices::What;

namespace {

struct Fixture {
  void fail(const std::string& words, What what = What::answering) {
    notices.failed(what, "shop", "a:80", words, now);
  }
  void succeed(What what = What::answering) { notices.succeeded(what, "shop", "a:80", now); }
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

}  // namespace

TEST_CASE("an outage has a line at its beginning and one at its end, however many requests meet it") {
  Fixture f;
  for (int i = 0; i < 100; ++i) f.fail("closes");
  CHECK(f.lines() == "upstream shop: closes\n");
  for (int i = 0; i < 100; ++i) f.succeed();
  CHECK(f.lines() == "upstream shop: a:80 answers again\n");
  f.now += Seconds{3};
  f.fail("closes");
  CHECK(f.lines() == "upstream shop: closes\n");
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

TEST_CASE("a server that fails now and then does not flood the log") {
  Fixture f;
  for (int i = 0; i < 1000; ++i) {
    f.fail("closes");
    f.succeed();
    f.now += Milliseconds{1};
  }
  CHECK(f.lines() == "upstream shop: closes\nupstream shop: a:80 answers again\n");
}

TEST_CASE("a server that takes connections and answers none has not recovered") {
  Fixture f;
  f.fail("refuses", What::connecting);
  f.succeed(What::connecting);
  f.fail("closes");
  f.succeed(What::connecting);
  CHECK(f.lines() == "upstream shop: refuses\nupstream shop: a:80 answers again\nupstream shop: closes\n");
}

TEST_CASE("what is remembered of outages has a bound, and ended ones make room") {
  Fixture f;
  for (std::size_t i = 0; i < OutageNotices::most_outages + 5; ++i) {
    f.notices.failed(What::answering, "shop", std::to_string(i), "fails", f.now);
  }
  f.lines();
  f.notices.failed(What::answering, "shop", "one more", "fails", f.now);
  CHECK(f.lines().empty());
  f.notices.succeeded(What::answering, "shop", "0", f.now);
  f.lines();
  f.now += OutageNotices::quiet;
  f.notices.failed(What::answering, "shop", "one more", "fails", f.now);
  CHECK(f.lines() == "upstream shop: fails\n");
}

}  // namespace larder::outage_notices_test
