#include "support.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::config;
using namespace std::chrono_literals;

namespace {

Loaded with(std::string_view section) {
  return load("upstreams: {a: {servers: [\"http://h\"]}}\n" + std::string(section));
}

}  // namespace

TEST_CASE("limits have defaults, and are shown") {
  const Loaded loaded = with("");
  CHECK(loaded.config.limits == Limits{});
  CHECK(loaded.config.limits.head.size == 65536);
  CHECK(loaded.config.limits.head.time == 10s);
  CHECK(loaded.config.limits.idle == 75s);
  CHECK(to_yaml(loaded.config)
            .find("limits:\n  connections: auto\n  connections_per_address: 0\n"
                  "  head: {size: 64KiB, fields: 200, time: 10s}\n  content: {size: 0, slowest: 500}\n"
                  "  idle: 1m15s\n") != std::string::npos);
}

TEST_CASE("limits are read") {
  const Limits limits =
      with(
          "limits: {connections: 12, connections_per_address: 3, head: {size: 8KiB, fields: 9, time: 1s}, "
          "content: {size: 1MiB, slowest: 0}, idle: 2s}")
          .config.limits;
  CHECK(limits.connections == 12);
  CHECK(limits.connections_per_address == 3);
  CHECK(limits.head == Limits::Head{8192, 9, 1s});
  CHECK(limits.content == Limits::Content{1u << 20, 0});
  CHECK(limits.idle == 2s);
  CHECK(with("limits: {connections: auto}").config.limits.connections == 0);
}

TEST_CASE("invalid limits are refused") {
  for (const std::string_view section :
       {"limits: 3", "limits: {connections: 0}", "limits: {connections: -1}", "limits: {connections: many}",
        "limits: {connections_per_address: none}", "limits: {head: 64KiB}", "limits: {head: {size: 100}}",
        "limits: {head: {size: 2MiB}}", "limits: {head: {fields: 0}}", "limits: {head: {fields: 20000}}",
        "limits: {head: {time: 0s}}", "limits: {content: {slowest: -1}}", "limits: {content: {size: big}}",
        "limits: {idle: 0s}", "limits: {idel: 5s}", "limits: {head: {sise: 8KiB}}", "log: {file: /x}"}) {
    CAPTURE(section);
    const Loaded loaded = with(section);
    CHECK_FALSE(loaded.ok());
    REQUIRE(loaded.diagnostics.size() == 1);
    CHECK(loaded.diagnostics.front().line == 2);
  }
}
