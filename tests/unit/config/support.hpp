#pragma once

#include <larder/config/load.hpp>

#include <doctest/doctest.h>

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace larder::config {

/// An environment with only these variables.
inline Environment variables(std::map<std::string, std::string, std::less<>> values) {
  return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

/// What larder would print, one line each.
inline std::string texts_of(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& one : diagnostics) text += one.text() + "\n";
  return text;
}

inline Loaded load(std::string_view yaml, const Environment& environment = variables({})) {
  return load_text(yaml, "t.yaml", environment);
}

/// A file with one upstream, and `rest` from line 2 on.
inline Loaded load_with_upstream(std::string_view rest) {
  return load("upstreams: {api: {servers: [\"http://h:1\"]}}\n" + std::string(rest));
}

/// A file with one upstream and one route, whose keys are in flow style from line 2, column 4 on.
inline Loaded load_route(std::string_view keys) {
  return load_with_upstream("routes: [{" + std::string(keys) + "}]\n");
}

struct Mistake {
  const char* yaml;  // from line 2 on
  const char* told;
};

/// Each is told first, and as said, with `before` in front.
template <std::size_t N>
void check_told(const Mistake (&mistakes)[N], const std::string& before = "") {
  for (const auto& [yaml, told] : mistakes) {
    CAPTURE(std::string(yaml));
    const Loaded loaded = load_with_upstream(yaml);
    CHECK_FALSE(loaded.ok());
    REQUIRE(!loaded.diagnostics.empty());
    CHECK(loaded.diagnostics.front().text() == before + told);
  }
}

}  // namespace larder::config
