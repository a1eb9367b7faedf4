#include <larder/redis/availability.hpp>

#include <doctest/doctest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

namespace larder::availability_test {

namespace {

struct Fixture {
  std::ostringstream output;
  Log log{"test", std::make_shared<spdlog::sinks::ostream_sink_st>(output)};
  redis::Availability availability{log};
  const std::string server = "127.0.0.1:6379";
  int clients[3] = {};

  static SteadyTime now() { return std::chrono::steady_clock::now(); }

  /// What was logged since the last call.
  std::string said() {
    std::string text = output.str();
    output.str("");
    return text;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture,
                  "an outage seen by several clients is logged once, and its end when all are back") {
  availability.lost(&clients[0], server, "connection closed", false);
  CHECK(said().find("not available at 127.0.0.1:6379: connection closed") != std::string::npos);
  availability.lost(&clients[1], server, "connection closed", false);
  availability.lost(&clients[0], server, "connect: not available", false);
  availability.regained(&clients[0], now());
  availability.regained(&clients[2], now());
  CHECK(said().empty());
  availability.regained(&clients[1], now());
  CHECK(said().find("available again at 127.0.0.1:6379") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "new errors from Redis itself are logged during an outage") {
  availability.lost(&clients[0], server, "connection closed", false);
  said();
  availability.lost(&clients[0], server, "LOADING", true);
  CHECK(said().find("refused at 127.0.0.1:6379: LOADING") != std::string::npos);
  availability.lost(&clients[1], server, "LOADING", true);
  CHECK(said().empty());
}

TEST_CASE_FIXTURE(Fixture, "a client that ended does not keep an outage open") {
  availability.lost(&clients[0], server, "connection closed", false);
  availability.lost(&clients[1], server, "connection closed", false);
  availability.forget(&clients[0]);
  availability.regained(&clients[1], now());
  CHECK(said().find("available again") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "an outage ends when the connection that lasts is made") {
  const SteadyTime before = now();
  availability.lost(&clients[0], server, "connection closed", false);
  availability.regained(&clients[0], before + Seconds(90));
  CHECK(said().find("available again at 127.0.0.1:6379 after 1m29s") != std::string::npos);
}

}  // namespace larder::availability_test
