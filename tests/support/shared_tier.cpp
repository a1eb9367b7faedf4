#include "support/shared_tier.hpp"

#include "support/wait.hpp"

#include <algorithm>
#include <sstream>

namespace larder::test {

std::vector<std::string> names_in(const RedisServer& redis, std::string_view database) {
  std::vector<std::string> names;
  std::istringstream printed(redis.cli({"-n", std::string(database), "--scan"}));
  for (std::string line; std::getline(printed, line);) {
    if (!line.empty()) names.push_back(line);
  }
  return names;
}

bool is_stored(const RedisServer& redis, std::string_view part) {
  return eventually([&] {
    const std::vector<std::string> names = names_in(redis);
    return std::ranges::any_of(names,
                               [&](const std::string& name) { return name.find(part) != std::string::npos; });
  });
}

bool uses(const Larder& larder, const RedisServer& redis) {
  // Its own host: what another instance has stored proves nothing.
  const std::string host = "in-use-" + std::to_string(larder.port()) + ".test";
  Client client = larder.client(host);
  int asked = 0;
  const auto lies_in_redis = [&] {
    client.get("/" + std::to_string(++asked));
    const std::vector<std::string> names = names_in(redis);
    return std::ranges::any_of(names,
                               [&](const std::string& name) { return name.find(host) != std::string::npos; });
  };
  return eventually(lies_in_redis, patience);
}

bool has_cached(const Larder& larder, std::string_view target, const Fields& fields) {
  Fields asking = fields;
  asking.add("Cache-Control", "only-if-cached");
  Client client = larder.client();
  return eventually([&] { return client.get(target, asking).status == 200; });
}

}  // namespace larder::test
