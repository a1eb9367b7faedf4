#include "support.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::config;

TEST_CASE("what is wrong with a Vary rule is told at its place") {
  const Mistake mistakes[] = {
      {"vary: ignore", "expected a map of header names, found \"ignore\": as {Origin: ignore}"},
      {"vary: [Origin]", "expected a map of header names, found a list: as {Origin: ignore}"},
      {"vary: {\"X A\": ignore}", "expected a header name, found \"X A\""},
      {"vary: {\"X-*\": ignore}", "\"X-*\" would be taken literally, its * too: fields are named one by one"},
      {"vary: {Origin: ignroe}",
       "Origin: expected ignore or a list of values, found \"ignroe\", did you mean \"ignore\"?"},
      {"vary: {Accept-Language: en}",
       "Accept-Language: expected ignore or a list of values, found \"en\", did you mean [en]?"},
      {"vary: {Accept-Language: \"en, de\"}",
       "Accept-Language: expected ignore or a list of values, found \"en, de\", did you mean [en, de]?"},
      {"vary: {Origin: [ignore]}",
       "Origin: \"ignore\" in brackets is a value, did you mean \"Origin: ignore\"?"},
      {"vary: {Origin: {a: b}}", "Origin: expected ignore or a list of values, found a map"},
      {"vary: {Origin: []}",
       "Origin: must not be empty: its first value is sent for who asks for none of them"},
      {"vary: {Accept-Language: [en, en]}", "Accept-Language: \"en\" is listed twice"},
      {"vary: {Accept-Language: [en_US]}",
       "Accept-Language: expected a language such as \"de\" or \"de-CH\", found \"en_US\", did you mean "
       "\"en-US\"?"},
      {"vary: {Accept-Language: [\"de;q=0.5\"]}",
       "Accept-Language: expected a language such as \"de\" or \"de-CH\", found \"de;q=0.5\", did you mean "
       "\"de\"?"},
      {"vary: {Accept-Language: [\"*\"]}",
       "Accept-Language: \"*\" is no language: who asks for none of the list gets its first one"},
      {"vary: {Accept-Language: [zh-x]}",
       "Accept-Language: expected a language such as \"de\" or \"de-CH\", found \"zh-x\""},
      {"vary: {X-Device: [\"\"]}", "X-Device: expected a value without control bytes, found \"\""},
      {"vary: {X-Device: [\"a\\nb\"]}", "X-Device: expected a value without control bytes, found \"a?b\""},
      {"vary: {X-A: ignore, x-a: ignore}", "\"x-a\" is there twice: case does not count"},
      {"vary: {Accept-Encoding: [gzip]}",
       "\"Accept-Encoding\" can have no rule: it is sent as those of zstd, br and gzip that the client "
       "takes"},
      {"vary: {Range: ignore}",
       "\"Range\" can have no rule: it says which part or state is asked for: larder asks by what is stored"},
      {"vary: {If-None-Match: ignore}",
       "\"If-None-Match\" can have no rule: it says which part or state is asked for: larder asks by what is "
       "stored"},
      {"vary: {Host: ignore}", "\"Host\" can have no rule: it says which site is asked for, as the key does"},
      {"vary: {Connection: ignore}",
       "\"Connection\" can have no rule: it is of one connection or message: larder writes it"},
      {"vary: {X-Forwarded-Proto: ignore}",
       "\"X-Forwarded-Proto\" can have no rule: it is what larder itself says of clients and of itself"},
      {"vary: {Cache-Control: ignore}",
       "\"Cache-Control\" can have no rule: it is for caches: see request_directives"},
      {"vary: {cookie: ignore}", "\"Cookie\" has a key of its own: cookies"},
      {"vary: {Authorization: ignore}",
       "\"Authorization\" says who asks: with a rule one client would get what is another's"},
      {"vary: {X-Api-Key: [a]}",
       "\"X-Api-Key\" says who asks: with a rule one client would get what is another's"},
      {"headers: [X-A], vary: {X-A: ignore}",
       "\"X-A\" cannot be both part of the key (headers) and ignored (vary)"},
  };
  for (const auto& [keys, told] : mistakes) {
    CAPTURE(std::string(keys));
    const Loaded loaded = load_route(keys);
    REQUIRE(!loaded.diagnostics.empty());
    const std::string text = loaded.diagnostics.front().text();
    CHECK_MESSAGE(text.ends_with(told), text);
    CHECK_FALSE(loaded.ok());
  }
}

TEST_CASE("fields that the configuration calls credentials have no Vary rule, and those it calls none may") {
  const Loaded added = load_with_upstream(
      "credentials: {add: [X-Tenant], remove: [X-Api-Key]}\n"
      "routes: [{match: /a, vary: {X-Tenant: ignore}}, {match: /b, vary: {X-Api-Key: ignore}}]\n");
  CHECK(texts_of(added.diagnostics) ==
        "t.yaml:3:28: route \"/a\": vary: \"X-Tenant\" says who asks: with a rule one client would get "
        "what is another's\n");
  const Loaded by_default = load_with_upstream("defaults: {route: {vary: {X-User-Id: ignore}}}\n");
  CHECK_FALSE(by_default.ok());
}

TEST_CASE("Vary rules of the defaults and of a route go together, and read back as they were shown") {
  const Loaded loaded = load_with_upstream(
      "defaults: {route: {vary: {Origin: ignore, Accept-Language: [en]}}}\n"
      "routes: [{match: /a, vary: {accept-language: [de, en]}}, {match: /b}]\n");
  CHECK(texts_of(loaded.diagnostics) == "");
  REQUIRE(loaded.config.routes.size() == 2);
  using Rules = std::vector<policy::VaryRule>;
  CHECK(loaded.config.routes[0].vary == Rules{{"accept-language", {"de", "en"}}, {"Origin", {}}});
  CHECK(loaded.config.routes[1].vary == Rules{{"Origin", {}}, {"Accept-Language", {"en"}}});
  const std::string yaml = to_yaml(loaded.config);
  CHECK(yaml.find("vary: {accept-language: [de, en], Origin: ignore}") != yaml.npos);
  CHECK(load(yaml).config == loaded.config);
}
