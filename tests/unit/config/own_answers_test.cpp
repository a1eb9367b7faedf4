#include "support.hpp"

using namespace larder;
using namespace larder::config;

TEST_CASE("what is wrong with access, respond and redirect is told at its place") {
  const std::pair<const char*, std::string> cases[] = {
      {"access: {}", "access: must not be empty: allow or deny"},
      {"access: {allow: []}", "access: must not be empty: allow or deny"},
      {"access: {alow: [10.0.0.0/8]}", "access: unknown key \"alow\", did you mean \"allow\"?"},
      {"access: {allow: [10.1.2.3/8]}", "*"},
      {"access: [10.0.0.0/8]", "*"},
      {"respond: {status: 99}",
       "respond.status: expected a status from 200 to 599, found \"99\""},
      {"respond: {status: 204, content: x}", "respond.content: a 204 has no content"},
      {"respond: {type: text}", "respond.type: expected a media type such as text/plain, found \"text\""},
      {"respond: {body: x}", "*"},
      {"respond: {status: 503}, ttl: 1m", "ttl: does nothing beside \"respond\": larder answers itself"},
      {"respond: {status: 503}, upstream: api",
       "upstream: does nothing beside \"respond\": larder answers itself"},
      {"redirect: /new, cache: off", "cache: does nothing beside \"redirect\": larder answers itself"},
      {"redirect: /new, respond: {}", "redirect: \"respond\" and \"redirect\" exclude each other"},
      {"redirect: {status: 301}", "redirect: \"to\" is missing"},
      {"redirect: {to: /new, status: 304}",
       "redirect.status: expected 301, 302, 303, 307 or 308, found \"304\""},
      {"redirect: //evil.example",
       "redirect: \"//evil.example\": begins with \"//\", which names a host: say https://"},
      {"redirect: \"https://{rest}\", match: \"/a/{rest**}\"",
       "redirect: \"https://{rest}\": {rest} would choose the host: whoever writes the link could send "
       "clients "
       "anywhere"},
      {"redirect: \"/{rest}\"",
       "redirect: \"/{rest}\": {rest} is neither captured by the match nor one of {host}, {scheme}, {path}, "
       "{query}"},
  };
  for (const auto& [keys, told] : cases) {
    CAPTURE(std::string(keys));
    const std::vector<Diagnostic> found = load_route(keys).diagnostics;
    REQUIRE(found.size() == 1);
    CAPTURE(found[0].text());
    if (told != "*") CHECK(found[0].text().find(": " + told) != std::string::npos);
  }
}

TEST_CASE("access, respond and redirect read back from the effective configuration") {
  const Loaded loaded = load_with_upstream(
      "defaults: {route: {ttl: 1m, access: {deny: [192.0.2.7]}}}\n"
      "routes:\n"
      "  - {match: /admin/**, access: {allow: [10.0.0.0/8], deny: [10.9.0.0/16]}}\n"
      "  - {match: /closed, respond: {status: 503, content: \"back: soon\"}}\n"
      "  - {match: \"/old/{rest**}\", redirect: {to: \"https://new.example/{rest}\", status: 301}}\n"
      "  - {match: /moved, redirect: /here}\n");
  CHECK(texts_of(loaded.diagnostics) == "");
  CHECK(loaded.config.routes.at(1).upstream.empty());
  CHECK(load(to_yaml(loaded.config)).config == loaded.config);
}

TEST_CASE("several upstreams are no reason to name one where larder answers itself") {
  const Loaded loaded = load(
      "upstreams: {a: {servers: [\"http://h:1\"]}, b: {servers: [\"http://h:2\"]}}\n"
      "routes: [{match: /old, redirect: /new}, {match: /**, upstream: a}]\n");
  CHECK(texts_of(loaded.diagnostics) == "");
}

TEST_CASE("access that an earlier route leaves without requests is an error") {
  const Loaded loaded =
      load_with_upstream("routes: [{match: /**}, {match: /admin, access: {allow: [10.0.0.0/8]}}]\n");
  CHECK_FALSE(loaded.ok());
}
