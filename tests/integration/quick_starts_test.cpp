#include "support/administered.hpp"
#include "support/documents.hpp"
#include "support/larder.hpp"
#include "support/reserved_port.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <regex>

/// The programs that config/examples/README.md shows, run as they stand there but for their ports: larder
/// keeps what they answer, and their purges reach it. Those whose language is not on this machine are left
/// out, and named.
namespace larder::test {

namespace {

struct Language {
  std::string name;  ///< as the block has it
  std::string file;
  std::vector<std::string> command;  ///< before the file
  bool is_run = true;                ///< not: its syntax is checked alone
};

const std::vector<Language> languages{{"js", "api.mjs", {"node"}},
                                      {"python", "api.py", {"python3"}},
                                      {"go", "api.go", {"go", "run"}},
                                      {"php", "api.php", {"php", "-S", "127.0.0.1:3000"}},
                                      {"ruby", "api.rb", {"ruby", "-c"}, false}};

/// A folder for what such a program writes: go keeps what it compiled below its home.
const std::string home = "/tmp";

bool is_installed(const std::string& program) {
  Process look({"sh", "-c", "command -v " + program});
  return look.wait() == 0;
}

std::string at_port(const std::string& text, const ReservedPort& api, std::uint16_t admin) {
  const std::string moved = std::regex_replace(text, std::regex("3000"), std::to_string(api.number()));
  return std::regex_replace(moved, std::regex("9090"), std::to_string(admin));
}

Document quick_starts() {
  const std::vector<Document> all = documents();
  const auto found = std::ranges::find(all, "config/examples/README.md", &Document::path);
  REQUIRE(found != all.end());
  return *found;
}

void play(Administered& shop, Process& api) {
  Client client = shop.client();
  const bool is_up = eventually([&] { return client.get("/products/7").status == 200 || !api.is_running(); },
                                std::chrono::seconds(60));
  INFO(api.errors());
  REQUIRE(is_up);
  const Response first = client.get("/products/7");
  CHECK(cache_result(first) == "HIT");
  CHECK(client.get("/products/7").body == first.body);
  const Response imported = client.post("/import");
  INFO(imported.body);
  CHECK(imported.status / 100 == 2);
  const Response next = client.get("/products/7");
  CHECK(cache_result(next) == "MISS");
  CHECK(next.body != first.body);
}

}  // namespace

TEST_CASE("The programs of the quick starts are kept by larder, and purge there what they change") {
  const Document document = quick_starts();
  for (const Language& language : languages) {
    CAPTURE(language.name);
    const auto block = std::ranges::find(document.blocks, language.name, &Block::language);
    REQUIRE(block != document.blocks.end());
    if (!is_installed(language.command.front())) {
      MESSAGE("not played, there is no " << language.command.front() << " here");
      continue;
    }
    const ReservedPort port;
    Administered shop(Yaml{.upstream = "http://" + port.address(), .routes = "  - {match: /**, ttl: 10s}\n"});
    const TemporaryDirectory directory;
    const std::string path = directory.path() / language.file;
    std::ofstream(path) << at_port(block->text(), port, shop.port());
    std::vector<std::string> command = language.command;
    for (std::string& word : command) word = at_port(word, port, shop.port());
    command.push_back(path);
    Process api(command, {"HOME=" + home});
    if (language.is_run) {
      play(shop, api);
    } else {
      CHECK(api.wait() == 0);
    }
  }
}

TEST_CASE("The file of the quick starts serves before an API") {
  const Document document = quick_starts();
  const Block& file = *std::ranges::find(document.blocks, "yaml", &Block::language);
  CHECK(contains(file.text(), "listen: 127.0.0.1:8080\n"));
  CHECK(contains(file.text(), "admin: {listen: 127.0.0.1:9090}"));
}

}  // namespace larder::test
