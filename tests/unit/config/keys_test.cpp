#include "config/keys.hpp"

#include "config/kinds.hpp"
#include "config/reference.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::config;

TEST_CASE("every key has a sentence and a unique name") {
  std::vector<std::string> paths;
  for (const KeyEntry& key : all_keys()) {
    CAPTURE(key.path);
    CHECK(key.about.ends_with('.'));
    CHECK(std::ranges::find(paths, key.path) == paths.end());
    paths.push_back(key.path);
  }
  CHECK(paths.size() > 90);
}

TEST_CASE("what holds for a section holds for the keys inside") {
  for (const KeyEntry& key : all_keys()) {
    CAPTURE(key.path);
    if (key.path.starts_with("limits.") || key.path.starts_with("store.redis.") || key.path == "log.file") {
      CHECK(key.takes == Takes::restart);
    }
    if (key.path.starts_with("routes[].")) CHECK(key.takes == Takes::new_routes);
    if (key.path.starts_with("upstreams.")) CHECK(key.takes == Takes::reload);
  }
}
