#include "support.hpp"

using namespace larder;
using namespace larder::config;

TEST_CASE("what is wrong with cors is told at its place") {
  struct Case {
    const char* keys;
    const char* told;
  };
  const std::string expected = "expected an origin such as https://shop.example, or \"*\", found ";
  const std::pair<const char*, std::string> cases[] = {
      {"{}", "route \"/**\": cors: \"origins\" is missing"},
      {"{origins: []}", "route \"/**\": cors.origins: must not be empty: origins, or \"*\""},
      {"{origins: shop.example}", "route \"/**\": cors.origins: " + expected +
                                      "\"shop.example\", did you mean \"https://shop.example\"?"},
      {"{origins: [\"https://shop.example/\"]}", "route \"/**\": cors.origins: " + expected +
                                                     "\"https://shop.example/\", did you mean "
                                                     "\"https://shop.example\"?"},
      {"{origins: [\"https://anna@shop.example/a?b\"]}",
       "route \"/**\": cors.origins: " + expected +
           "\"https://anna@shop.example/a?b\", did you mean "
           "\"https://shop.example\"?"},
      {"{origins: [\"null\"]}",
       "route \"/**\": cors.origins: \"null\" is the origin of any sandboxed page and file: it cannot be "
       "allowed"},
      {"{origins: [\"https://*\"]}",
       "route \"/**\": cors.origins: \"https://*\": a * stands for the first label of a host, as in "
       "https://*.shop.example"},
      {"{origins: [\"https://b\xc3\xbc.example\"]}",
       "route \"/**\": cors.origins: \"https://b\xc3\xbc.example\": browsers send the host as ASCII, as in "
       "https://xn--bcher-kva.example"},
      {"{origins: [\"*\", \"https://shop.example\"]}",
       "route \"/**\": cors.origins: \"*\" is every origin: it stands alone"},
      {"{origins: \"*\", credentials: on}",
       "route \"/**\": cors.origins: \"*\" with \"credentials: on\" would let any page act as its visitor: "
       "name "
       "them"},
      {"{origins: \"https://a.example\", credentials: on, headers: [\"*\"]}",
       "route \"/**\": cors.headers: with \"credentials: on\" browsers do not take \"*\" for all: name them"},
      {"{origins: \"*\", expose: [\"*\", X-Cache]}",
       "route \"/**\": cors.expose: \"*\" is all of them: it stands alone"},
      {"{origins: \"*\", methods: [get]}",
       "route \"/**\": cors.methods: expected a method in capitals, found \"get\", did you mean \"GET\"?"},
      {"{origins: \"*\", methods: [\"GET, PUT\"]}",
       "route \"/**\": cors.methods: expected a method in capitals, found \"GET, PUT\""},
      {"{origins: \"*\", headers: [\"X-*\"]}", "*"},
      {"{origins: \"*\", headers: [\"X Y\"]}",
       "route \"/**\": cors.headers: expected a name without spaces and marks, found \"X Y\""},
      {"{origins: \"*\", max_age: 600}",
       "route \"/**\": cors.max_age: expected a duration such as \"30s\", found \"600\", did you mean "
       "\"600s\"?"},
      {"{origins: \"*\", header: [X-A]}",
       "route \"/**\": cors: unknown key \"header\", did you mean \"headers\"?"},
      {"on", "*"},
  };
  for (const auto& [keys, told] : cases) {
    CAPTURE(std::string(keys));
    const std::vector<Diagnostic> found = load_route(std::string("cors: ") + keys).diagnostics;
    REQUIRE(found.size() == 1);
    CAPTURE(found[0].text());
    if (told != "*") CHECK(found[0].text() == "t.yaml:2:" + std::to_string(found[0].column) + ": " + told);
  }
}

TEST_CASE("cors does not go with a rule that writes its fields") {
  const std::vector<Diagnostic> found =
      load_route(
          "cors: {origins: \"https://a.example\"}, response: {set: {Access-Control-Allow-Origin: \"*\"}}")
          .diagnostics;
  REQUIRE(found.size() == 1);
  CHECK(found[0].text().find("would undo \"cors\"") != std::string::npos);
}

TEST_CASE("cors does not go with a key that holds Origin") {
  const std::vector<Diagnostic> found = load_route("headers: [Origin], cors: {origins: \"*\"}").diagnostics;
  REQUIRE(found.size() == 1);
  CHECK(found[0].text().find("\"headers\" cannot name Origin beside \"cors\"") != std::string::npos);
}

TEST_CASE("cors reads back from the effective configuration") {
  for (const char* const keys : {"cors: {origins: \"*\"}",
                                 "cors: {origins: [\"https://shop.example:443\", "
                                 "\"https://*.shop.example\"], methods: [GET, PUT], headers: "
                                 "[Content-Type], expose: [X-Cache], credentials: on, max_age: 1h}"}) {
    CAPTURE(std::string(keys));
    const Loaded loaded = load_route(keys);
    REQUIRE(loaded.diagnostics.empty());
    CHECK(load(to_yaml(loaded.config)).config == loaded.config);
  }
}
