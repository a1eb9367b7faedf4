#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/redis_load.hpp"
#include "support/shared_tier.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

/// The ACL user of deploy/README.md may do all that larder needs, and nothing else.
namespace larder::test {

namespace {

/// The words after `ACL SETUSER` in deploy/README.md.
std::vector<std::string> documented_user() {
  std::ifstream file(std::string(LARDER_SOURCE_DIR) + "/deploy/README.md");
  std::vector<std::string> words;
  for (std::string line; std::getline(file, line);) {
    const std::size_t at = line.find("ACL SETUSER ");
    if (at == std::string::npos) continue;
    std::istringstream rest(line.substr(at));
    for (std::string word; rest >> word;) words.push_back(word);
    return words;
  }
  return words;
}

}  // namespace

TEST_CASE("Larder needs no more than what the ACL user of deploy/README.md is allowed") {
  Origin origin(numbered);
  RedisServer redis;
  std::vector<std::string> user = documented_user();
  REQUIRE(user.size() > 4);
  REQUIRE(redis.cli(user) == "OK");
  const std::string name = user.at(2);
  std::string password;
  for (const std::string& word : user) {
    if (word.starts_with('>')) password = word.substr(1);
  }
  REQUIRE_FALSE(password.empty());
  redis.cli({"ACL", "LOG", "RESET"});
  redis.cli({"ACL", "SETUSER", "default", "nopass", "~*", "&*", "+@all"});

  const std::string url = "redis://" + name + ":" + password + "@127.0.0.1:" + std::to_string(redis.port());
  const Yaml yaml{.upstream = origin.url(),
                  .routes = "  - match: /**\n    ttl: 600s\n    warm: {hottest: 5}\n",
                  .store = "  memory: 0\n",
                  .redis = url};
  Larder first(yaml);
  Larder second(yaml);
  REQUIRE(share(first, second, "begin"));
  Client client = first.client();
  origin.answer([](const OriginRequest& request) {
    if (request.target == "/varied") return text("v").with("Vary", "Accept-Language");
    if (request.target != "/large") return numbered(request);
    OriginResponse large;
    large.pattern = 1'000'000;
    return large;
  });
  client.get("/varied", {{"Accept-Language", "de"}});
  client.get("/large");
  CHECK(has_cached(second, "/varied", {{"Accept-Language", "de"}}));
  CHECK(has_cached(second, "/large"));
  CHECK(purge_across(first, second, "/purged"));
  redis.cli({"DEL", "larder:purges"});
  CHECK(purge_across(first, second, "/again"));

  first.restart();
  CHECK(eventually([&] { return first.log_lines_with("warmed /**") == 1; }, patience));
  CHECK(first.log_lines_with("warmed /**: 0 pages") == 0);

  CHECK(first.log_lines_with("refuse") == 0);
  CHECK(redis.cli({"ACL", "LOG"}) == "");
  // And it may do nothing else.
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"KEYS", "*"},
                                             {"SCAN", "0"},
                                             {"FLUSHDB"},
                                             {"FLUSHALL"},
                                             {"CONFIG", "GET", "*"},
                                             {"SHUTDOWN"},
                                             {"GET", "other"},
                                             {"SET", "other", "x"},
                                             {"XADD", "other", "*", "a", "b"},
                                             {"ACL", "LIST"}}) {
    std::vector<std::string> command{"--user", name, "--pass", password, "--no-auth-warning"};
    command.insert(command.end(), words.begin(), words.end());
    CAPTURE(words.front());
    CHECK(redis.cli(command).find("NOPERM") != std::string::npos);
  }
}

}  // namespace larder::test
