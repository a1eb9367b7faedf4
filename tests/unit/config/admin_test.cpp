#include "support.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::config;

TEST_CASE("there is an admin API only if the file has a section for it") {
  CHECK_FALSE(load_with_upstream("").config.admin.has_value());
  const Loaded bare = load_with_upstream("admin: {}\n");
  CHECK(texts_of(bare.diagnostics) == "");
  REQUIRE(bare.config.admin.has_value());
  CHECK(bare.config.admin->listen == "127.0.0.1:9090");
  CHECK(bare.config.admin->token.empty());
  const Loaded whole = load_with_upstream("admin: {listen: \"0.0.0.0:9091\", token: \"${T}\"}\n");
  CHECK(texts_of(whole.diagnostics) ==
        "t.yaml:2:17: admin.listen: \"0.0.0.0:9091\" can be reached from other machines: it needs a token\n"
        "t.yaml:2:40: admin.token: ${T} is not set and has no default\n");
}

TEST_CASE("the effective configuration shows the admin API but not its token") {
  const Loaded loaded = load_with_upstream("admin: {listen: \"[::1]:9091\", token: sesame}\n");
  CHECK(texts_of(loaded.diagnostics) == "");
  const std::string yaml = to_yaml(loaded.config);
  CHECK(yaml.find("sesame") == std::string::npos);
  const Loaded again = load(yaml);
  REQUIRE(again.config.admin.has_value());
  CHECK(again.config.admin->listen == "[::1]:9091");
  CHECK(again.config.admin->token == "***");
  CHECK(to_yaml(load_with_upstream("").config).find("admin") == std::string::npos);
}

TEST_CASE(
    "the admin API listens on a loopback address or has a token, and never shares an address with requests") {
  struct Case {
    const char* yaml;
    const char* diagnostic;
  };
  for (const auto& [yaml, diagnostic] : {
           Case{"admin: {listen: \"127.0.0.2:1\"}\n", ""},
           Case{"admin: {listen: \"[::1]:1\"}\n", ""},
           Case{"admin: {listen: \"LocalHost:1\"}\n", ""},
           Case{"admin: {listen: \"0.0.0.0:1\", token: x}\n", ""},
           Case{"admin: {listen: \"0.0.0.0:1\"}\n",
                "2:17: admin.listen: \"0.0.0.0:1\" can be reached from other machines: it needs a token"},
           Case{"admin: {listen: 9090, token: \"\"}\n",
                "2:17: admin.listen: \"9090\" can be reached from other machines: it needs a token"},
           Case{"admin: {listen: \"[::]:1\"}\n",
                "2:17: admin.listen: \"[::]:1\" can be reached from other machines: it needs a token"},
           Case{"admin: {listen: \"localhost.example:1\"}\n",
                "2:17: admin.listen: \"localhost.example:1\" can be reached from other machines: it needs a "
                "token"},
           Case{"admin: {listen: \"127.0.0.1:1\"}\nlisten: [\"0.0.0.0:80\", \"127.0.0.1:1\"]\n",
                "2:17: admin.listen: \"127.0.0.1:1\" is where requests are served: admin needs its own"},
           Case{"admin: {}\nlisten: \"127.0.0.1:9090\"\n",
                "2:8: admin: \"127.0.0.1:9090\" is where requests are served: admin needs its own"},
           Case{"admin: {token: \"a b\"}\n",
                "2:16: admin.token: must be visible ASCII characters without a space"},
           Case{"admin: {tokn: a}\n", "2:9: admin: unknown key \"tokn\", did you mean \"token\"?"},
           Case{"admin: on\n", "2:8: admin: expected a map, found \"on\": as {listen: \"127.0.0.1:9090\"}"},
       }) {
    CAPTURE(yaml);
    const std::string expected = *diagnostic == '\0' ? "" : "t.yaml:" + std::string(diagnostic) + "\n";
    CHECK(texts_of(load_with_upstream(yaml).diagnostics) == expected);
  }
}
