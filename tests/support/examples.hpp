#pragma once

#include "support/larder.hpp"
#include "support/origin.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <regex>
#include <string>
#include <vector>

namespace larder::test {

/// A file of config/examples, with the test's own origin as its server; where it listens is Larder's.
inline std::string example(const std::string& name, const Origin& origin) {
  std::ifstream file(std::string(LARDER_SOURCE_DIR) + "/config/examples/" + name);
  REQUIRE(file.is_open());
  std::string text{std::istreambuf_iterator<char>(file), {}};
  text = std::regex_replace(text, std::regex("\nlisten: [^\n]*"), "");
  const std::string with_origin =
      std::regex_replace(text, std::regex("http://127\\.0\\.0\\.1:\\d+"), origin.url());
  REQUIRE(with_origin != text);
  return with_origin;
}

inline std::string path_of(const OriginRequest& request) {
  return request.target.substr(0, request.target.find('?'));
}

/// `{"answer":3}` to the third request for a target, with nothing but its type.
inline OriginResponse json(const OriginRequest& request, const std::string& type = "application/json") {
  OriginResponse response;
  response.body = "{\"answer\":" + std::to_string(request.nth) + "}";
  return response.with("Content-Type", type);
}

/// A request that is made twice, and the first word of X-Cache each time.
struct Asked {
  std::string target;
  Fields fields;
  std::string first;
  std::string again;
};

inline void ask_twice(Client& client, const std::vector<Asked>& all) {
  for (const auto& [target, fields, first, again] : all) {
    CAPTURE(target);
    CAPTURE(fields.text());
    for (const std::string& expected : {first, again}) {
      const Response response = client.get(target, fields);
      CAPTURE(response.head);
      CHECK(cache_result(response) == expected);
    }
  }
}

/// A write, what it changes, and what it does not.
struct Write {
  std::string method;
  std::string target;
  std::vector<std::string> purged;
  std::vector<std::string> kept;
};

/// Reads what a write changes and what it does not, until both are hits, writes, and reads again.
inline void check(const Larder& larder, const Write& write, const Fields& reading = {}) {
  CAPTURE(write.method);
  CAPTURE(write.target);
  Client client = larder.client();
  for (const auto& targets : {write.purged, write.kept}) {
    for (const std::string& target : targets) {
      CAPTURE(target);
      client.get(target, reading);
      REQUIRE(cache_result(client.get(target, reading)) == "HIT");
    }
  }
  CHECK(client.request(write.method, write.target, {{"Authorization", "Bearer token"}}, "{}").status < 400);
  for (const std::string& target : write.kept) {
    CAPTURE(target);
    CHECK(cache_result(client.get(target, reading)) == "HIT");
  }
  for (const std::string& target : write.purged) {
    CAPTURE(target);
    CHECK(cache_result(client.get(target, reading)) == "MISS");
  }
}

}  // namespace larder::test
