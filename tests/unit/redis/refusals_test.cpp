#include <larder/redis/refusals.hpp>

#include <doctest/doctest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <sstream>

namespace larder::refusals_test {

namespace {

struct Fixture {
  std::ostringstream output;
  Log log{"test", std::make_shared<spdlog::sinks::ostream_sink_st>(output)};
  redis::Refusals refusals{log, "cache", "mine"};
  SteadyTime now{};

  /// What was logged since the last call.
  std::string said() {
    std::string text = output.str();
    output.str("");
    return text;
  }
  bool says(const std::string& part) {
    const std::string text = said();
    INFO(text);
    return text.find(part) != std::string::npos;
  }
};

constexpr const char* no_set = "NOPERM this user has no permissions to run the 'set' command";

}  // namespace

TEST_CASE_FIXTURE(Fixture,
                  "a refused command is logged once for each kind of error, with its loss and its mend") {
  refusals.refused("SET", no_set, now);
  CHECK(
      says("redis refuses SET: NOPERM this user has no permissions to run the 'set' command; nothing new is "
           "stored in Redis. What allows it: ACL SETUSER cache +set"));
  for (int i = 0; i < 200; ++i) refusals.refused("SET", no_set, now);
  CHECK(said().empty());
  refusals.refused("SET", "OOM command not allowed when used memory > 'maxmemory'.", now);
  CHECK(says("maxmemory-policy volatile-ttl"));
  refusals.refused("XADD", "ERR unknown command 'XADD', with args beginning with: 'mine:purges' '*' ", now);
  const std::string text = said();
  CHECK(text.find("redis refuses XADD: ERR unknown command 'XADD'; purges count in this larder alone") !=
        std::string::npos);
  CHECK(text.find("mine:purges") == std::string::npos);
  refusals.refused("XADD", "ERR unknown command 'XADD', with args beginning with: 'mine:purges' '1-0' ", now);
  CHECK(said().empty());
}

TEST_CASE_FIXTURE(Fixture, "a refusal is over once the command is taken and was not refused for a while") {
  refusals.taken("SET", now);
  CHECK(said().empty());
  refusals.refused("SET", "OOM full", now);
  said();
  // A full Redis takes one and refuses the next.
  now += redis::Refusals::quiet - Milliseconds{1};
  refusals.taken("SET", now);
  refusals.refused("SET", "OOM full", now);
  CHECK(said().empty());
  now += redis::Refusals::quiet;
  refusals.taken("GETRANGE", now);
  CHECK(said().empty());
  refusals.taken("SET", now);
  CHECK(says("redis takes SET again"));
  CHECK_FALSE(refusals.has_told());
  refusals.refused("SET", "OOM full", now);
  CHECK(says("redis refuses SET: OOM full"));
}

TEST_CASE_FIXTURE(Fixture,
                  "a refusal by the ACL is over with the first command that is taken, but for relapses") {
  for (const char* command : {"XADD", "XINFO", "SET"}) {
    refusals.refused(command, "NOPERM no", now);
    said();
    now += Milliseconds{1};
    refusals.taken("GET", now);
    CHECK(said().empty());
    refusals.taken(command, now);
    CHECK(says(std::string("redis takes ") + command + " again"));
    CHECK_FALSE(refusals.has_told());
  }
  refusals.refused("SET", "NOPERM no", now);
  CHECK(says("redis refuses SET"));
  refusals.taken("SET", now);
  CHECK(said().empty());
  now += redis::Refusals::quiet;
  refusals.taken("SET", now);
  CHECK(says("redis takes SET again"));
}

TEST_CASE_FIXTURE(Fixture, "the end of a refusal is told though its command is not given again") {
  refusals.refused("XADD", "OOM full", now);
  said();
  now += Milliseconds{1};
  refusals.taken("XADD", now);
  CHECK(said().empty());
  now += redis::Refusals::quiet;
  refusals.taken("XREAD", now);
  CHECK(says("redis takes XADD again"));
}

TEST_CASE_FIXTURE(Fixture, "answers that larder reckons with are no refusals") {
  for (const char* words :
       {"MOVED 1 127.0.0.1:7000", "ASK 1 127.0.0.1:7000", "TRYAGAIN later", "CLUSTERDOWN The cluster is down",
        "ERR no such key",
        "ERR The ID specified in XADD is equal or smaller than the target stream top item"}) {
    refusals.refused("XADD", words, now);
    CHECK(said().empty());
  }
}

TEST_CASE_FIXTURE(Fixture, "a bounded number of refusals is told") {
  for (std::size_t i = 0; i < 2 * redis::Refusals::most_told; ++i) {
    refusals.refused("SET", "E" + std::to_string(i), now);
  }
  const std::string text = said();
  CHECK(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) == redis::Refusals::most_told);
}

TEST_CASE("what mends an error is told by its first word") {
  struct Row {
    const char* command;
    const char* words;
    const char* mend;
  };
  for (const Row& row : {
           Row{"SET", no_set, " What allows it: ACL SETUSER default +set"},
           Row{"XINFO", "NOPERM this user has no permissions to run the 'xinfo|stream' command",
               " What allows it: ACL SETUSER default +xinfo|stream"},
           Row{"XINFO", "NOPERM this user has no permissions to run the 'xinfo' command or its subcommand",
               " What allows it: ACL SETUSER default +xinfo|stream"},
           Row{"SET", "NOPERM this user has no permissions to access one of the keys used as arguments",
               " What allows it: ACL SETUSER default ~larder:*"},
           Row{"EVAL", "ERR The user executing the script can't run this command or subcommand script: 1f",
               " What allows it: ACL SETUSER default +get +set +del +zincrby +zremrangebyrank +pexpire"},
           Row{"SET", "LOADING Redis is loading the dataset in memory", ""},
           Row{"AUTH", "WRONGPASS invalid username-password pair or user is disabled.",
               " store.redis.username or its password is wrong."},
       }) {
    CHECK(redis::mend_of(row.command, row.words, "", "larder") == row.mend);
  }
  for (const char* word :
       {"OOM", "MISCONF", "READONLY", "NOREPLICAS", "WRONGTYPE", "ERR unknown command", "NOAUTH"}) {
    CHECK_FALSE(redis::mend_of("SET", std::string(word) + " and so on", "", "larder").empty());
  }
}

}  // namespace larder::refusals_test
