#include "support.hpp"
#include "support/temporary_directory.hpp"

#include <larder/config/schema.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <sys/stat.h>

using namespace larder;
using namespace larder::config;

namespace {

/// A folder with a configuration and the files that it includes.
class Folder {
 public:
  Folder(std::initializer_list<std::pair<std::string, std::string>> files) {
    for (const auto& [name, text] : files) write(name, text);
  }

  void write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = directory_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }

  std::string path_of(const std::string& name) const { return (directory_.path() / name).string(); }
  Loaded load() const { return load_file(path_of("larder.yaml"), variables({{"PART", "conf.d"}})); }

  /// What is wrong, without the name of the folder.
  std::string told() const {
    std::string text = texts_of(load().diagnostics);
    const std::string folder = directory_.path().string() + "/";
    for (std::size_t at = text.find(folder); at != text.npos; at = text.find(folder)) {
      text.erase(at, folder.size());
    }
    return text;
  }

 private:
  test::TemporaryDirectory directory_;
};

std::string matches_of(const Config& config) {
  std::string text;
  for (const policy::Route& route : config.routes) text += route.name + "->" + route.upstream + " ";
  return text;
}

constexpr const char* upstream = "upstreams: {api: {servers: \"http://h:1\"}}\n";

}  // namespace

TEST_CASE("included routes stand where they are included, file by file in the order of names") {
  const Folder folder{
      {"larder.yaml", std::string(upstream) + "routes:\n"
                                              "  - {match: /first, upstream: api}\n"
                                              "  - include: ${PART}/*.yaml\n"
                                              "  - {match: /last, upstream: api}\n"
                                              "  - include: other.yaml\n"},
      {"conf.d/20.yaml", "routes: [{match: /20, upstream: shop}]\n"},
      {"conf.d/10.yaml",
       "x-own: &own {upstream: shop}\n"
       "upstreams: {shop: {servers: \"http://h:2\"}}\n"
       "routes: [{match: /10, <<: *own}, {match: /11, upstream: api}]\n"},
      {"conf.d/.hidden.yaml", "nonsense"},
      {"conf.d/30.yaml.bak", "nonsense"},
      {"conf.d/40.yaml", "# nothing yet\n"},
      {"other.yaml", "routes: []\n"},
  };
  CHECK(folder.told() == "");
  const Config config = folder.load().config;
  CHECK(matches_of(config) == "/first->api /10->shop /11->api /20->shop /last->api ");
  CHECK(config.upstreams.size() == 2);
  CHECK(load(to_yaml(config)).config == config);
}

TEST_CASE("included files are read again each time") {
  Folder folder{{"larder.yaml", std::string(upstream) + "routes: [{include: conf.d/*.yaml}]\n"},
                {"conf.d/a.yaml", "routes: [{match: /a}]\n"}};
  CHECK(matches_of(folder.load().config) == "/a->api ");
  folder.write("conf.d/a.yaml", "routes: [{match: /b}]\n");
  folder.write("conf.d/b.yaml", "routes: [{match: /c}]\n");
  CHECK(matches_of(folder.load().config) == "/b->api /c->api ");
}

TEST_CASE("the defaults hold for included routes and upstreams, which may be all there are") {
  const Folder folder{{"larder.yaml",
                       "defaults: {route: {jitter: 5%}, upstream: {queue: 7}}\n"
                       "routes: [{include: a.yaml}]\n"},
                      {"a.yaml", std::string(upstream) + "routes: [{match: /a}]\n"}};
  CHECK(folder.told() == "");
  const Config config = folder.load().config;
  REQUIRE(config.routes.size() == 1);
  CHECK(config.routes[0].jitter == 5);
  REQUIRE(config.upstreams.size() == 1);
  CHECK(config.upstreams[0].queue == 7);
}

TEST_CASE("what is wrong in an included file is told with its name, after what is wrong in the first") {
  const Folder folder{
      {"larder.yaml",
       "upstreams: {api: {servers: \"http://h:1\", queu: 3}}\nroutes:\n  - include: conf.d/*.yaml\n"},
      {"conf.d/a.yaml", "routes:\n  - match: /a\n    tll: 1m\n"},
      {"conf.d/b.yaml",
       "upstreams: {api: {servers: \"http://h:2\"}}\n"
       "routes:\n"
       "  - {match: /b, ttl: x}\n"
       "  - include: c.yaml\n"
       "listen: 80\n"
       "routs: 1\n"},
      {"conf.d/c.yaml", "routes: [\n"},
      {"conf.d/d.yaml", "- match: /d\n"},
      {"conf.d/e.yaml", "{routes: {}, upstreams: []}"},
      {"conf.d/f.yaml", "routes:\n  - {match: /a}\n"},
  };
  CHECK(folder.told() ==
        "larder.yaml:1:42: upstream \"api\": unknown key \"queu\", did you mean \"queue\"?\n"
        "conf.d/a.yaml:3:5: route \"/a\": unknown key \"tll\", did you mean \"ttl\"?\n"
        "conf.d/b.yaml:1:13: upstreams: duplicate key \"api\", first at larder.yaml:1:13\n"
        "conf.d/b.yaml:3:22: route \"/b\": ttl: expected a duration such as \"30s\", found \"x\"\n"
        "conf.d/b.yaml:4:5: include: an included file includes no others\n"
        "conf.d/b.yaml:5:9: listen: belongs in the file that includes this one\n"
        "conf.d/b.yaml:6:1: unknown key \"routs\", did you mean \"routes\"?\n"
        "conf.d/c.yaml:1:9: not YAML: end of sequence flow not found: the \"[\" here is not closed, a \"]\" "
        "is missing\n"
        "conf.d/d.yaml:1:1: expected a map, found a list\n"
        "conf.d/e.yaml:1:10: routes: expected a list of routes, found a map: each begins with \"- \"\n"
        "conf.d/e.yaml:1:25: upstreams: expected a map of upstreams by name, found a list: as {NAME: "
        "{servers: \"http://HOST:PORT\"}}\n"
        "conf.d/f.yaml:2:5: warning: route \"/a\": can never match: the route \"/a\" before it takes its "
        "requests\n");
}

TEST_CASE("what cannot be included is told where it is named") {
  const struct {
    const char* routes;
    const char* told;
  } cases[] = {
      {"{include: none.yaml}",
       "larder.yaml:2:20: include: \"none.yaml\" cannot be read: No such file or directory\n"},
      {"{include: none*.yaml}", "larder.yaml:2:20: warning: include: no file matches \"none*.yaml\"\n"},
      // Routes that turn the cache off may be in it.
      {"{include: none/*.yaml}",
       "larder.yaml:2:20: include: \"none/*.yaml\" cannot be read: No such file or directory\n"},
      {"{include: a.yaml/*}", "larder.yaml:2:20: include: \"a.yaml/*\" cannot be read: Not a directory\n"},
      {"{include: \"\"}", "larder.yaml:2:20: include: \"\" cannot be read: Is a directory\n"},
      {"{include: a.yaml, ttl: 1m}",
       "larder.yaml:2:28: include: unknown key \"ttl\": it belongs in a route\n"},
      {"{include: [a.yaml]}",
       "larder.yaml:2:20: include: expected a file or a glob, as conf.d/*.yaml, found a list: write it "
       "without brackets\n"},
      {"{include: larder.yaml}", "larder.yaml:2:20: include: \"larder.yaml\" is this file itself\n"},
      {"{include: \"*.yaml\"}", "larder.yaml:2:20: include: \"larder.yaml\" is this file itself\n"},
      {"{include: a.yaml}, {include: ./a.yaml}",
       "larder.yaml:2:39: include: \"./a.yaml\" is included already on line 2\n"},
      {"{include: pipe}", "larder.yaml:2:20: include: \"pipe\" is not a file\n"},
      {"{include: large}", "larder.yaml:2:20: include: \"large\" cannot be read: it is larger than 4 MiB\n"},
  };
  for (const auto& [routes, told] : cases) {
    CAPTURE(routes);
    Folder folder{{"larder.yaml", std::string(upstream) + "routes: [" + routes + "]\n"},
                  {"a.yaml", "routes: [{match: /a}]\n"},
                  {"large", std::string((4u << 20) + 1, '#')}};
    REQUIRE(::mkfifo(folder.path_of("pipe").c_str(), 0600) == 0);
    CHECK(folder.told() == told);
  }
}

TEST_CASE("included files are bounded in number and bytes") {
  Folder folder{{"larder.yaml", std::string(upstream) + "routes: [{include: many/*}, {include: big/*}]\n"}};
  for (int i = 0; i < 1'003; ++i) folder.write("many/" + std::to_string(i), "");
  CHECK(folder.told() ==
        "larder.yaml:2:20: include: there are more than 1000 files\n"
        "larder.yaml:2:39: include: \"big/*\" cannot be read: No such file or directory\n");
  folder.write("larder.yaml", std::string(upstream) + "routes: [{include: big/*}]\n");
  for (int i = 0; i < 5; ++i) folder.write("big/" + std::to_string(i), std::string(4u << 20, '#'));
  CHECK(folder.told() ==
        "larder.yaml:2:20: include: \"big/4\" cannot be read: all files together are larger than 16 MiB\n");
}

TEST_CASE("the JSON Schema knows include in the place of a route") {
  CHECK(json_schema().find("\"required\":[\"include\"]") != std::string::npos);
}
