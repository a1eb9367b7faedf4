#pragma once

#include <larder/config/config.hpp>

#include <string>
#include <vector>

namespace larder::config {

/// What a running program makes of its configuration when it is read again.
struct Update {
  Config config;  ///< the configuration from now on
  std::vector<std::string>
      kept;  ///< the keys that differ, but stay as they were until a restart: "store.redis"
  bool has_new_routes = false;  ///< or the same ones are of other sites
};

/// What takes a restart by the table of keys stays; all else comes from `fresh`.
Update update_of(const Config& running, Config fresh);

}  // namespace larder::config
