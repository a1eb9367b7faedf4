#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/ports.hpp"
#include "support/reserved_port.hpp"
#include "support/temporary_directory.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <fstream>

/// The command line and how it reports on a configuration, judged only by output and exit code.
namespace larder::test {

namespace {

class File {
 public:
  explicit File(const std::string& content) { std::ofstream(path()) << content; }
  std::string path() const { return (directory_.path() / "larder.yaml").string(); }

 private:
  TemporaryDirectory directory_;
};

constexpr const char* sound =
    "listen: 127.0.0.1:${TEST_PORT:-8099}\n"
    "upstreams:\n"
    "  shop: {servers: [http://127.0.0.1:3000]}\n"
    "store:\n"
    "  memory: 64MiB\n"
    "  redis: {url: \"redis://127.0.0.1:6379/2\", password: \"${TEST_PASSWORD:-}\"}\n"
    "routes:\n"
    "  - match: /api/products/{id}\n"
    "    ttl: 1h\n"
    "    tags: [\"product:{id}\"]\n"
    "  - match: /api/search/**\n"
    "    ttl: {200: 1m, 404: 10s}\n"
    "    query: {ignore: [\"utm_*\"]}\n"
    "    purge: none\n";

}  // namespace

TEST_CASE("--version and --help print and exit") {
  const Run version = run_larder({"--version"});
  CHECK(version.exit_code == 0);
  CHECK(contains(version.output, LARDER_VERSION));
  const Run help = run_larder({"--help"});
  CHECK(help.exit_code == 0);
  for (const std::string option : {"--config", "--upstream", "--listen", "--ttl", "check"}) {
    CAPTURE(option);
    CHECK(contains(help.output, option));
  }
}

TEST_CASE("Without a configuration larder says where it looked, and what to type") {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{}, std::vector<std::string>{"check"},
        std::vector<std::string>{"purge", "--all"}}) {
    const Run run = run_larder(arguments);
    CHECK(run.exit_code == 2);
    CHECK(run.output.empty());
    for (const std::string part : {"neither larder.yaml nor /etc/larder/larder.yaml", "--config FILE"}) {
      CAPTURE(part);
      CHECK(contains(run.errors, part));
    }
    CHECK(contains(run.errors, "--upstream http://127.0.0.1:3000 --ttl 60s") == (arguments.size() < 2));
  }
}

TEST_CASE("larder purge without anything to purge says what to type, before it looks for a configuration") {
  const Run run = run_larder({"purge", "--soft"});
  CHECK(run.exit_code == 2);
  for (const std::string part : {"larder purge /products/7", "--tag", "--prefix", "--pattern", "--all"}) {
    CAPTURE(part);
    CHECK(contains(run.errors, part));
  }
}

TEST_CASE("An unknown command, option or argument is told with what may have been meant") {
  struct Case {
    std::vector<std::string> arguments;
    std::string told;
  };
  for (const Case& one :
       {Case{{"chekc"}, "there is no command \"chekc\", did you mean \"check\"?"},
        Case{{"frob"}, "there is no command \"frob\""}, Case{{"help"}, "did you mean \"larder --help\"?"},
        Case{{"serve"}, "did you mean \"larder\"?"}, Case{{"flush"}, "did you mean \"larder purge --all\"?"},
        Case{{"--upstraem", "http://h"}, "there is no option \"--upstraem\", did you mean \"--upstream\"?"},
        Case{{"purge", "--tga", "a"}, "larder purge: there is no option \"--tga\", did you mean \"--tag\"?"},
        Case{{"reload"}, "there is no command \"reload\", did you mean \"kill -HUP PID\"?"},
        Case{{"stop"}, "there is no command \"stop\", did you mean \"kill PID\"?"},
        Case{{"-t"}, "there is no option \"-t\", did you mean \"larder check\"?"},
        Case{{"--port", "80"}, "there is no option \"--port\", did you mean \"--listen 0.0.0.0:PORT\"?"},
        Case{{"check", "x.yaml"}, "did you mean \"larder check --config x.yaml\"?"},
        Case{{"x.yaml"}, "did you mean \"larder --config x.yaml\"?"},
        Case{{"check", "now"}, "larder check: takes no argument \"now\""}}) {
    CAPTURE(one.told);
    const Run run = run_larder(one.arguments);
    CHECK(run.exit_code == 2);
    CHECK(contains(run.errors, one.told));
  }
  const Run run = run_larder({"frob"});
  for (const std::string command : {"larder check", "larder purge", "larder schema"}) {
    CAPTURE(command);
    CHECK(contains(run.errors, command));
  }
}

TEST_CASE("check says that all is well, and of how much it warned") {
  const File sound_one("upstreams:\n  shop: {servers: [http://127.0.0.1:3000]}\n");
  const Run well = run_larder({"check", "--config", sound_one.path()});
  CHECK(well.exit_code == 0);
  CHECK(well.errors.empty());
  CHECK(well.output.ends_with("\n# ok\n"));
  const File large("upstreams:\n  shop: {servers: [http://127.0.0.1:3000]}\nstore: {memory: 1024TiB}\n");
  const Run warned = run_larder({"check", "--config", large.path()});
  CHECK(warned.exit_code == 0);
  CHECK(contains(warned.errors, "warning: store.memory is 1024TiB, and this machine has "));
  CHECK(warned.output.ends_with("\n# ok, with 1 warning\n"));
}

TEST_CASE("check tells of files that are not there, at their place") {
  const std::string upstream = "upstreams: {a: {servers: \"https://h\", tls: {ca: /nowhere/ca.pem}}}\n";
  const File missing("log: {access: on, file: /nowhere/a.log}\n" + upstream);
  const Run refused = run_larder({"check", "--config", missing.path()});
  CHECK(refused.exit_code == 2);
  CHECK(
      contains(refused.errors,
               missing.path() + ":1:25: log.file: cannot open /nowhere/a.log: No such file or directory\n"));
  CHECK(
      contains(refused.errors, missing.path() + ":2:49: upstreams.a.tls.ca: /nowhere/ca.pem: No such file"));

  const File doubtful(
      "upstreams: {a: {servers: \"http://h\"}}\n"
      "store: {redis: {url: \"redis://h\", password_file: /nowhere/p}}\n");
  const Run warned = run_larder({"check", "--config", doubtful.path()});
  CHECK(warned.exit_code == 0);
  CHECK(contains(warned.errors, doubtful.path() +
                                    ":2:50: warning: store.redis.password_file: /nowhere/p does "
                                    "not exist"));
  CHECK(warned.output.ends_with("\n# ok, with 1 warning\n"));
}

TEST_CASE("An unknown option is refused by name") {
  const Run run = run_larder({"--upstraem", "http://127.0.0.1:3000"});
  CHECK(run.exit_code == 2);
  CHECK(contains(run.output + run.errors, "--upstraem"));
}

TEST_CASE(
    "All errors in a configuration are reported together, each with its place and a suggestion, and the exit "
    "code is 2") {
  const File file(
      "listen: 127.0.0.1:8080\n"
      "upstreams:\n"
      "  shop: {servers: [http://127.0.0.1:3000]}\n"
      "store:\n"
      "  memory: lots\n"
      "routes:\n"
      "  - match: /api\n"
      "    tll: 5m\n"
      "  - match: /b\n"
      "    upstream: shpo\n"
      "    ttl: 5 parsecs\n"
      "shutdown_grase: 1s\n");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--config", file.path()},
        std::vector<std::string>{"check", "--config", file.path()}}) {
    const Run run = run_larder(arguments);
    CHECK(run.exit_code == 2);
    for (const std::string place : {":5:11:", ":8:5:", ":10:15:", ":11:10:", ":12:1:"}) {
      CAPTURE(place);
      CHECK(contains(run.errors, file.path() + place));
    }
    CHECK(contains(run.errors, "unknown key \"tll\", did you mean \"ttl\"?"));
    CHECK(contains(run.errors, "\"shutdown_grace\""));
    CHECK(contains(run.errors, "\"shop\""));
    CHECK(run.output.empty());
  }
}

TEST_CASE("Malformed YAML and a missing file are reported with their place") {
  const File file("upstreams:\n  shop: {servers: [http://127.0.0.1:3000}\n");
  const Run broken = run_larder({"check", "--config", file.path()});
  CHECK(broken.exit_code == 2);
  CHECK(contains(broken.errors, file.path() + ":2:"));
  const Run missing = run_larder({"check", "--config", "/nonexistent/larder.yaml"});
  CHECK(missing.exit_code == 2);
  CHECK(contains(missing.errors, "/nonexistent/larder.yaml"));
}

TEST_CASE("An unknown key is refused by name") {
  struct Case {
    std::string key;
    std::string yaml;
  };
  for (const Case& one : {Case{"identity", "routes:\n  - match: /**\n    identity: user\n"}}) {
    CAPTURE(one.key);
    const File file("upstreams:\n  shop: {servers: [http://127.0.0.1:3000]}\n" + one.yaml);
    const Run run = run_larder({"check", "--config", file.path()});
    CHECK(run.exit_code == 2);
    CHECK(contains(run.errors, one.key));
  }
}

TEST_CASE("check prints the effective configuration, itself a valid configuration, without secrets") {
  const File file(sound);
  const Run run = run_larder({"check", "--config", file.path()}, {"TEST_PORT=8123", "TEST_PASSWORD=hidden"});
  CHECK(run.exit_code == 0);
  for (const std::string part :
       {"127.0.0.1:8123", "64MiB", "max_object", "shutdown_grace", "/api/search/**", "utm_*"}) {
    CAPTURE(part);
    CHECK(contains(run.output, part));
  }
  CHECK_FALSE(contains(run.output + run.errors, "hidden"));
  const File printed(run.output);
  const Run again = run_larder({"check", "--config", printed.path()});
  CHECK(again.exit_code == 0);
  CHECK(again.output == run.output);
}

TEST_CASE("The default and the compose configuration in config/ are valid") {
  for (const auto& entry : std::filesystem::directory_iterator(LARDER_SOURCE_DIR "/config")) {
    if (entry.path().extension() != ".yaml") continue;
    CAPTURE(entry.path().string());
    const Run run = run_larder({"check", "--config", entry.path().string()});
    CAPTURE(run.errors);
    CHECK(run.exit_code == 0);
  }
}

TEST_CASE("The command line wins over the file") {
  const File file(sound);
  const Run run = run_larder({"check", "--config", file.path(), "--listen", "127.0.0.1:8222"});
  CHECK(run.exit_code == 0);
  CHECK(contains(run.output, "127.0.0.1:8222"));
  CHECK_FALSE(contains(run.output, "127.0.0.1:8099"));
}

TEST_CASE("--upstream, --listen and --ttl are enough to run, without a file") {
  Origin origin([](const OriginRequest&) { return text("hello"); });
  const ReservedPort reserved;
  const std::uint16_t port = reserved.number();
  Process process(
      {larder_binary(), "--upstream", origin.url(), "--listen", reserved.address(), "--ttl", "60s"});
  REQUIRE(eventually([&] { return accepts_connections(port); }, patience));
  Client client(port);
  CHECK(cache_result(client.get("/a")) == "MISS");
  const Response hit = client.get("/a");
  CHECK(cache_result(hit) == "HIT");
  CHECK(hit.body == "hello");
  client.put("/a");
  CHECK(cache_result(client.get("/a")) == "MISS");
  process.terminate();
  CHECK(process.wait(patience) == 0);
}

TEST_CASE("check --explain-route says which route takes a URL, and why those before it do not") {
  std::string yaml =
      "upstreams: {shop: {servers: \"http://127.0.0.1:3000\"}}\n"
      "sites: {shop.example: [www.shop.example]}\n"
      "routes:\n"
      "  - {name: console, host: console.shop.example, cache: off}\n"
      "  - {match: [\"/posts/{id}.json\", \"/posts/{id}\"]}\n"
      "  - {match: /items/**, methods: [POST]}\n"
      "  - {match: \"/items/{path**}\", host: shop.example}\n"
      "  - {match: /me, cache: off}\n";
  const auto explained = [&](const std::vector<std::string>& options) {
    const File file(yaml);
    std::vector<std::string> arguments{"check", "--config", file.path(), "--explain-route"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Run run = run_larder(arguments);
    CHECK(run.exit_code == 0);
    return run.output;
  };
  CHECK(explained({"http://www.shop.example/items/a/b?x=1"}) ==
        "GET http://shop.example/items/a/b?x=1\n"
        "1. \"console\" is for another host: console.shop.example\n"
        "2. \"/posts/{id}.json\" is for another path: /posts/{id}.json, /posts/{id}\n"
        "3. \"/items/**\" is for another method: POST\n"
        "4. \"/items/{path**}\" takes it: match /items/{path**}, host shop.example, {path} is \"a/b\"\n");
  CHECK(contains(explained({"http://a.example/items/a", "-X", "POST"}),
                 "3. \"/items/**\" takes it: match /items/**\n"));
  const std::string none = explained({"http://a.example/Me"});
  CHECK(contains(none, "No route takes it: "));
  CHECK(contains(none, "5. \"/me\" is for what an origin may read the path as: nothing is cached\n"));
  for (int i = 0; i < 30; ++i) yaml += "  - {match: /r" + std::to_string(i) + "}\n";
  const std::string last = explained({"http://a.example/r29"});
  CHECK(contains(last, "14 routes before these do not take it\n15. \"/r9\" is for another path: /r9\n"));
  CHECK(contains(last, "35. \"/r29\" takes it: match /r29\n"));
  const File file(yaml);
  const Run bad = run_larder({"check", "--config", file.path(), "--explain-route", "/items"});
  CHECK(bad.exit_code == 2);
  CHECK(contains(bad.errors, "--explain-route: expected a URL"));
}

TEST_CASE("check --explain-route says what a request lacks that a route looks for, and takes fields to try") {
  const File file(
      "upstreams: {shop: {servers: \"http://127.0.0.1:3000\"}}\n"
      "routes:\n"
      "  - {name: two, when: {headers: {X-Version: [\"2\", \"3\"]}, query: {preview: \"*\"}}}\n"
      "  - {name: beta, when: {cookies: {beta: \"*\"}}}\n"
      "  - {match: /**}\n");
  const auto explained = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {"check", "--config", file.path(), "--explain-route"});
    return run_larder(options);
  };
  CHECK(explained({"http://a.example/?preview"}).output ==
        "GET http://a.example/?preview\n"
        "1. \"two\" needs header X-Version: 2 or 3\n"
        "2. \"beta\" needs cookie beta: *\n"
        "3. \"/**\" takes it: match /**\n"
        "Other routes would, with other fields: Vary: X-Version, Cookie\n");
  CHECK(explained({"http://a.example/", "-H", "Cookie: a=b; beta=1", "-H", "X-Version: 3"}).output ==
        "GET http://a.example/\n"
        "1. \"two\" needs parameter preview: *\n"
        "2. \"beta\" takes it: match /**, when cookie beta: *\n"
        "Other routes would, with other fields: Vary: Cookie\n");
  for (const char* line : {"X-Version", "X Version: 2", ": 2"}) {
    CAPTURE(std::string(line));
    const Run bad = explained({"http://a.example/", "-H", line});
    CHECK(bad.exit_code == 2);
    CHECK(contains(bad.errors, "--header: expected a field such as \"X-Version: 2\""));
  }
}

TEST_CASE("A bad value on the command line is reported with its option") {
  for (const auto& [option, value] :
       {std::pair{"--upstream", "127.0.0.1"}, std::pair{"--ttl", "soon"}, std::pair{"--listen", "nowhere"}}) {
    CAPTURE(option);
    std::vector<std::string> arguments{"check", option, value};
    if (std::string(option) != "--upstream")
      arguments.insert(arguments.end(), {"--upstream", "http://127.0.0.1:3000"});
    const Run run = run_larder(arguments);
    CHECK(run.exit_code == 2);
    CHECK(contains(run.errors, option));
  }
}

TEST_CASE("A port in use is reported, and the exit code is 1") {
  Socket taken = Socket::listening(0);
  const std::string address = "127.0.0.1:" + std::to_string(taken.port());
  const Run run = run_larder({"--upstream", "http://127.0.0.1:3000", "--listen", address});
  CHECK(run.exit_code == 1);
  CHECK(contains(run.output + run.errors, address));
}

TEST_CASE("It listens on every address it is given") {
  Origin origin([](const OriginRequest&) { return text("hello"); });
  const ReservedPort ports[2];
  const File file("listen: [\"" + ports[0].address() + "\", \"" + ports[1].address() +
                  "\"]\nupstreams:\n  shop: {servers: [" + origin.url() + "]}\n");
  Process process({larder_binary(), "--config", file.path()});
  for (const ReservedPort& port : ports) {
    REQUIRE(eventually([&] { return accepts_connections(port.number()); }, patience));
    CHECK(Client(port.number()).get("/a").body == "hello");
  }
  process.terminate();
  CHECK(process.wait(patience) == 0);
}

}  // namespace larder::test
