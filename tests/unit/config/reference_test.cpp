#include "config/reference.hpp"

#include "support.hpp"

#include <larder/base/units.hpp>

#include <doctest/doctest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

using namespace larder;
using namespace larder::config;

namespace {

const std::string repository = LARDER_SOURCE_DIR;
const std::string example_path = repository + "/config/larder.yaml";
const std::string manual_path = repository + "/config/README.md";

std::string text_of(const std::string& path) {
  std::ifstream stream(path);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// The example with the keys that it has as comments, `# key: value`, made part of it.
std::string whole_example() {
  static const std::regex shown(R"(^( *)# ( *)((- )?[a-z_.]+:( .*)?)$)");
  std::istringstream lines(text_of(example_path));
  std::string text;
  for (std::string line; std::getline(lines, line);) text += std::regex_replace(line, shown, "$1$2$3") + "\n";
  return text;
}

/// The example's comments about the key that a line begins with, including those that continue below it.
std::string comment_of(const std::string& example, const YAML::Mark& mark) {
  std::istringstream lines(example);
  std::string line;
  for (int i = 0; i <= mark.line; ++i) std::getline(lines, line);
  const std::size_t begin = line.find_first_not_of(" -");
  if (begin != static_cast<std::size_t>(mark.column)) return {};
  std::string comment;
  static const std::regex trailing(R"( +#(.*)$)");
  static const std::regex alone(R"(^ *(# *)?#(.*)$)");
  std::smatch found;
  if (std::regex_search(line, found, trailing)) comment = found[1];
  while (std::getline(lines, line) && std::regex_match(line, found, alone)) comment += found[2];
  return comment;
}

/// A key of the example.
struct Shown {
  YAML::Mark mark;
  YAML::Node value;
};

/// By their paths as in all_keys(); of several the first.
void collect(const YAML::Node& node, const std::string& path, std::map<std::string, Shown>& keys) {
  if (node.IsSequence()) {
    for (const YAML::Node& item : node) collect(item, path + "[]", keys);
  }
  if (!node.IsMap()) return;
  for (const auto& pair : node) {
    const std::string key = path == "upstreams" ? "NAME" : pair.first.Scalar();
    const std::string place = (path.empty() ? "" : path + ".") + key;
    keys.emplace(place, Shown{pair.first.Mark(), pair.second});
    collect(pair.second, place, keys);
  }
}

std::map<std::string, Shown> keys_of(const std::string& example) {
  std::map<std::string, Shown> keys;
  collect(YAML::Load(example), "", keys);
  return keys;
}

/// What comments show as other forms of a value.
bool is_alternative(const std::string& path) {
  const auto forms = {"listen[].",       "routes[].query.",          "routes[].cookies.",
                      "routes[].purge.", "routes[].stale_if_error.", "routes[].when."};
  return std::ranges::any_of(forms, [&](const char* form) { return path.starts_with(form); });
}

/// Keys whose value is an example, so that a comment need not state the default.
bool is_for_example(const std::string& path) {
  static const std::set<std::string> paths{
      "upstreams.NAME.tls.key",     "routes[].upstream",          "routes[].stale_if_error",
      "routes[].warm.site",         "routes[].warm.urls",         "routes[].warm.sitemap",
      "routes[].warm.hottest",      "routes[].include",           "routes[].bypass.cookies",
      "routes[].bypass.headers",    "routes[].bypass.query",      "routes[].when.query",
      "upstreams.NAME.request.set", "upstreams.NAME.request.add", "upstreams.NAME.request.remove",
      "routes[].request.set",       "routes[].request.add",       "routes[].request.remove",
      "routes[].response.set",      "routes[].response.add",      "routes[].access.allow",
      "routes[].access.deny"};
  return paths.contains(path);
}

/// Whether two texts mean the same, like `60s` and `1m` or `a` and `[a]`.
bool same_value(const std::string& one, const std::string& other) {
  const Result<Milliseconds> time = parse_duration(one);
  if (time && parse_duration(other)) return *time == *parse_duration(other);
  return one == other || "[" + one + "]" == other;
}

}  // namespace

TEST_CASE("the manual's tables are those of the keys") {
  const std::string begin = "<!-- The keys: begin -->\n";
  const std::string end = "<!-- The keys: end -->\n";
  std::string manual = text_of(manual_path);
  const std::size_t from = manual.find(begin) + begin.size();
  const std::size_t to = manual.find(end);
  REQUIRE(from >= begin.size());
  REQUIRE(to != std::string::npos);
  if (std::getenv("LARDER_WRITE_REFERENCE") != nullptr) {
    std::ofstream(manual_path) << manual.replace(from, to - from, "\n" + reference() + "\n");
    return;
  }
  INFO("LARDER_WRITE_REFERENCE=1 build/release/tests/unit/unit_config rewrites them");
  CHECK(manual.substr(from, to - from) == "\n" + reference() + "\n");
}

TEST_CASE(
    "the example has every key, and what it shows is valid except for keys that depend on another value") {
  const std::string example = whole_example();
  std::string messages;
  for (const Diagnostic& one : load_text(example, "", variables({})).diagnostics)
    messages += one.message + "\n";
  CHECK(messages ==
        "log.file: is where the access log goes, and that is off: add access: on\n"
        "upstream \"api\": tls: none of the servers is https://\n"
        "include: \"conf.d/*.yaml\" cannot be read: No such file or directory\n");
  const std::map<std::string, Shown> shown = keys_of(example);
  for (const KeyEntry& key : all_keys()) {
    CAPTURE(key.path);
    const std::string name = key.path.substr(key.path.find_last_of('.') + 1);
    const bool is_there = shown.contains(key.path) ||
                          (is_alternative(key.path) && example.find(name + ": ") != std::string::npos);
    CHECK(is_there);
  }
}

TEST_CASE("the example's values are the defaults, or its comments name them") {
  const std::string example = whole_example();
  const std::map<std::string, Shown> shown = keys_of(example);
  static const std::regex named(R"((?:^|\.) *default (?!as shown)(\S+))");
  for (const KeyEntry& key : all_keys()) {
    const auto place = shown.find(key.path);
    if (place == shown.end() || key.value.empty() || key.is_required || key.path == "routes") continue;
    const std::string comment = comment_of(example, place->second.mark);
    CAPTURE(key.path);
    CAPTURE(comment);
    CAPTURE(key.value);
    std::smatch found;
    if (std::regex_search(comment, found, named)) {
      CHECK(same_value(found[1], key.value));
    } else if (comment.find("default: ") == std::string::npos && !is_for_example(key.path)) {
      CHECK(same_value(YAML::Dump(place->second.value), key.value));
    }
  }
}
