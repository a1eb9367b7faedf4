#include "config/expand.hpp"

#include "support.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::config;

TEST_CASE("variables are replaced inside values, and a value stays one scalar") {
  const Environment environment = variables({{"HOST", "h"}, {"EMPTY", ""}, {"ODD", "a: [b, ${HOST}"}});
  struct Case {
    const char* text;
    const char* result;
  };
  for (const auto& [text, result] :
       {Case{"${HOST}", "h"}, Case{"x${HOST}${HOST}y", "xhhy"}, Case{"${NO:-z}", "z"},
        Case{"${EMPTY:-z}", "z"}, Case{"${EMPTY}", ""}, Case{"${NO:-}", ""}, Case{"$HOST $ $$", "$HOST $ $$"},
        Case{"$${HOST}", "${HOST}"}, Case{"$$${HOST}", "$${HOST}"}, Case{"${ODD}", "a: [b, ${HOST}"},
        Case{"${NO:-a:-b}", "a:-b"}}) {
    CAPTURE(text);
    const Expansion expansion = expand_variables(text, environment);
    CHECK(expansion.text == result);
    CHECK(expansion.problems.empty());
    CHECK(expand_variables(escape_variables(text), environment).text == text);
  }
  const Loaded loaded = load(
      "upstreams: {a: {servers: \"http://${HOST}:${PORT:-81}\"}}\nlog: {level: \"${ODD}\"}\n", environment);
  CHECK(loaded.config.upstreams.at(0).servers == std::vector<Server>{{"http", "h", "81"}});
  CHECK(
      texts_of(loaded.diagnostics) ==
      "t.yaml:2:14: log.level: expected trace, debug, info, warn, error or off, found \"a: [b, ${HOST}\"\n");
}

TEST_CASE("a variable that cannot be replaced is an error at its place") {
  struct Case {
    const char* value;
    const char* message;
  };
  for (const auto& [value, message] :
       {Case{"${GRACE}", "${GRACE} is not set and has no default"},
        Case{"${1X}", "${1X} names no environment variable"},
        Case{"${}", "${} names no environment variable"},
        Case{"${X", "\"${\" without its \"}\"; a literal \"${\" is written \"$${\""},
        Case{"${A:-${B}}", "${A:-${B}: a default may not hold another variable"}}) {
    CAPTURE(value);
    CHECK(texts_of(load_with_upstream("shutdown_grace: \"" + std::string(value) + "\"\n").diagnostics) ==
          "t.yaml:2:17: shutdown_grace: " + std::string(message) + "\n");
  }
}
