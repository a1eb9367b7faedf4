#include "manual_pages.hpp"

#include "command_line.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace larder;

namespace {

const std::string repository = LARDER_SOURCE_DIR;

std::string content_of(const std::string& path) {
  std::ifstream stream(repository + "/" + path);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("the manual pages and the completions of shells are those of the command line and the keys") {
  const CommandLine line;
  const std::pair<std::string, std::string> files[] = {
      {"deploy/man/larder.1", manual::larder_1(line.app)},
      {"deploy/man/larder.yaml.5", manual::larder_yaml_5()},
      {"deploy/completions/larder", manual::bash_completion(line.app)},
      {"deploy/completions/_larder", manual::zsh_completion(line.app)}};
  for (const auto& [path, text] : files) {
    CAPTURE(path);
    if (std::getenv("LARDER_WRITE_REFERENCE") != nullptr) {
      std::ofstream(repository + "/" + path) << text;
      continue;
    }
    INFO("LARDER_WRITE_REFERENCE=1 build/release/tests/unit/unit_deploy writes them");
    CHECK(content_of(path) == text);
  }
}

TEST_CASE("the version of the Debian package is the program's") {
  CHECK(content_of("deploy/debian/changelog").starts_with("larder (" LARDER_VERSION ")"));
}
