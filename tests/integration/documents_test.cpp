#include "support/documents.hpp"

#include "support/administered.hpp"
#include "support/larder.hpp"
#include "support/origin.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

/// Every README.md of the repository: what it links to and names exists, and what it shows works as shown.
namespace larder::test {

namespace {

namespace fs = std::filesystem;

bool is_there(const std::string& path) {
  return fs::exists(repository() / path);
}

std::string text_of(const std::string& path) {
  std::ifstream file(repository() / path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

const Document* find_document(const std::vector<Document>& all, const std::string& path) {
  const auto found = std::ranges::find(all, path, &Document::path);
  return found == all.end() ? nullptr : &*found;
}

/// A file as a document shows it, completed with what the document leaves out: an upstream, and Redis if it
/// is needed.
std::string completed(const std::string& yaml) {
  std::string text = yaml;
  if (!contains("\n" + text, "\nupstreams:"))
    text += "upstreams: {api: {servers: [\"http://127.0.0.1:3000\"]}}\n";
  if (!contains("\n" + text, "\nstore:")) text += "store: {redis: {url: \"redis://127.0.0.1:6379\"}}\n";
  return text;
}

Run check(const std::string& yaml) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "larder.yaml";
  std::ofstream(path) << yaml;
  fs::create_directory(directory.path() / "conf.d");
  std::ofstream(directory.path() / "conf.d/included.yaml") << "routes: []\n";
  return run_larder({"check", "--config", path});
}

/// The words of a command from its program on, without the environment variables before it.
std::vector<std::string> program_of(const std::string& command) {
  std::vector<std::string> words = words_of(command);
  const auto is_setting = [](const std::string& word) {
    return std::regex_match(word, std::regex("[A-Z_]+=.*"));
  };
  words.erase(words.begin(), std::ranges::find_if_not(words, is_setting));
  return words;
}

/// Whether `larder` accepts the options it is shown with.
bool takes_options(const std::vector<std::string>& words) {
  const bool has_command = words.size() > 1 && !words[1].starts_with("-");
  const std::string help = run_larder(has_command ? std::vector<std::string>{words[1], "--help"}
                                                  : std::vector<std::string>{"--help"})
                               .output;
  return std::ranges::all_of(
      words, [&](const std::string& word) { return !word.starts_with("--") || contains(help, word); });
}

bool is_preset(const std::vector<std::string>& words) {
  const auto option = std::ranges::find(words, "--preset");
  if (option == words.end()) return true;
  return option + 1 != words.end() &&
         contains(text_of("CMakePresets.json"), "\"name\": \"" + option[1] + "\"");
}

/// Whether the program, or the source it is built from, exists.
bool is_program(const std::string& path) {
  static const std::string built = "build/release/";
  if (!path.starts_with(built)) return is_there(path);
  const std::string target = fs::path(path).filename();
  if (path == built + "tests/integration/" + target)
    return is_there("tests/integration/" + target.substr(target.find('_') + 1) + "_test.cpp");
  return target == "larder" || is_there(fs::path(path).parent_path().string().substr(built.size()));
}

/// Whether a script knows its arguments: sets of packages, options, parts of the benchmarks, presets.
bool knows_arguments(const std::vector<std::string>& words) {
  const std::string& script = words.front();
  return std::all_of(words.begin() + 1, words.end(), [&](const std::string& word) {
    if (script == "tests/bench/run") return is_there("tests/bench/" + word + "/part.sh");
    if (word.starts_with("build/")) return is_program(word);
    return std::isdigit(static_cast<unsigned char>(word[0])) != 0 || contains(text_of(script), word);
  });
}

/// What is wrong with a command that a document shows, or nothing.
std::string complaint_about(const std::string& command) {
  std::vector<std::string> words = program_of(command);
  if (words.empty()) return "no program";
  if (words[0].starts_with("./")) words[0].erase(0, 2);
  const std::string& program = words[0];
  static const std::set<std::string> others{"curl", "redis-cli", "docker", "ninja", "ACL", "git"};
  if (others.contains(program)) return "";
  if (program == "larder" || program == "build/release/larder")
    return takes_options(words) ? "" : "an option that larder does not accept";
  if (program == "cmake" || program == "ctest") return is_preset(words) ? "" : "no such preset";
  if (!contains(program, "/") || !is_program(program)) return "no such program";
  if (program.starts_with("build/")) return "";
  return knows_arguments(words) ? "" : "an argument that the script does not know";
}

/// Whether a span is a path in the repository that does not exist.
bool is_missing_path(const std::string& span) {
  static const std::regex path(R"((\./)?(src|include|tests|config|deploy)/[A-Za-z0-9_./-]*)");
  const std::string first = span.substr(0, span.find(' '));
  return std::regex_match(first, path) && !is_there(first);
}

}  // namespace

TEST_CASE("The documents are found, and the one at the top is short") {
  const std::vector<Document> all = documents();
  for (const char* path : {"README.md", "src/README.md", "src/http1/README.md", "config/README.md",
                           "deploy/README.md", "tests/README.md", "tests/bench/README.md"}) {
    CAPTURE(std::string(path));
    CHECK(find_document(all, path) != nullptr);
  }
  const std::string top = text_of("README.md");
  CHECK(std::ranges::count(top, '\n') <= 130);
}

TEST_CASE("Links between documents lead to something that exists") {
  const std::vector<Document> all = documents();
  for (const Document& document : all) {
    for (const Link& link : document.links) {
      CAPTURE(document.path);
      CAPTURE(link.path + "#" + link.anchor);
      const fs::path target = (fs::path(document.path).parent_path() / link.path).lexically_normal();
      const std::string path = link.path.empty() ? document.path : target.string();
      CHECK(is_there(path));
      if (link.anchor.empty()) continue;
      const Document* const other = find_document(all, path);
      REQUIRE(other != nullptr);
      CHECK(other->has_anchor(link.anchor));
    }
  }
}

TEST_CASE("Paths that documents name exist") {
  for (const Document& document : documents()) {
    for (const std::string& span : document.spans) {
      CAPTURE(document.path);
      CAPTURE(span);
      CHECK_FALSE(is_missing_path(span));
    }
  }
}

TEST_CASE("Passages that comments cite exist") {
  const std::vector<Document> all = documents();
  const std::vector<Citation> cited = citations();
  CHECK(cited.size() > 15);
  for (const Citation& citation : cited) {
    CAPTURE(citation.file);
    CAPTURE(citation.path + ", " + citation.heading);
    const Document* const document = find_document(all, citation.path);
    REQUIRE(document != nullptr);
    CHECK(std::ranges::find(document->headings, citation.heading) != document->headings.end());
  }
}

TEST_CASE("Configurations that documents show are accepted") {
  for (const Document& document : documents()) {
    for (const Block& block : document.blocks) {
      if (block.language != "yaml") continue;
      CAPTURE(document.path);
      CAPTURE(block.text());
      const Run run = check(completed(block.text()));
      CHECK(run.exit_code == 0);
      CHECK(run.errors == "");
    }
  }
}

TEST_CASE("Commands that documents show name existing programs and options") {
  for (const Document& document : documents()) {
    for (const std::string& command : document.commands) {
      CAPTURE(document.path);
      CAPTURE(command);
      std::istringstream parts(std::regex_replace(command, std::regex(" && "), "\n"));
      for (std::string part; std::getline(parts, part);) CHECK(complaint_about(part) == "");
    }
  }
}

TEST_CASE("The mistakes that config/README.md shows are reported as shown, in the file of README.md") {
  const std::vector<Document> all = documents();
  const Block& file = *std::ranges::find(find_document(all, "README.md")->blocks, "yaml", &Block::language);
  std::string yaml = std::regex_replace(file.text(), std::regex("ttl: 1h"), "tll: 1h");
  yaml = std::regex_replace(yaml, std::regex("404: 10s"), "4x4: 10s");
  const Run run = check(yaml);
  CHECK(run.exit_code == 2);
  int shown = 0;
  for (const Block& block : find_document(all, "config/README.md")->blocks) {
    for (const std::string& line : block.lines) {
      if (!line.starts_with("larder.yaml:")) continue;
      CAPTURE(line);
      CAPTURE(run.errors);
      CHECK(contains(run.errors, line + "\n"));
      ++shown;
    }
  }
  CHECK(shown == 2);
}

TEST_CASE("Purges that documents show do what is shown") {
  Origin origin(numbered);
  Administered shop(Yaml{.upstream = origin.url()});
  int run_in_all = 0;
  for (const Document& document : documents()) {
    for (const std::string& command : document.commands) {
      std::vector<std::string> words = words_of(command);
      if (words.size() < 3 || words[0] != "larder" || words[1] != "purge") continue;
      CAPTURE(document.path);
      CAPTURE(command);
      const Run run = shop.purge({words.begin() + 2, words.end()});
      CHECK(run.errors == "");
      CHECK(run.exit_code == 0);
      ++run_in_all;
    }
  }
  CHECK(run_in_all >= 9);
  const Run first = shop.purge({"/products/7"});
  for (const Document& document : documents()) {
    for (const Block& block : document.blocks) {
      for (const std::string& line : block.lines) {
        if (line.starts_with("purged ")) CHECK(contains(first.output, line + "\n"));
      }
    }
  }
}

}  // namespace larder::test
