#include <larder/base/units.hpp>
#include <larder/config/sizes.hpp>

#include <algorithm>

namespace larder::config {
namespace {

/// In whole MiB: nobody needs to know it better.
std::string rounded(std::uint64_t bytes) {
  constexpr std::uint64_t one = 1ull << 20;
  return bytes < one ? format_size(bytes) : format_size(bytes / one * one);
}

}  // namespace

std::vector<std::string> sizes_past(std::uint64_t machine_memory, const Config& config) {
  std::vector<std::string> warnings;
  if (machine_memory == 0) return warnings;
  const std::string here = ", and this machine has " + rounded(machine_memory);
  const auto warn = [&](std::uint64_t bytes, const std::string& what) {
    if (bytes > machine_memory) warnings.push_back(what + " " + rounded(bytes) + here);
  };
  const Store& store = config.store;
  warn(store.memory, "store.memory is");
  if (store.memory <= machine_memory) {
    warn(buffered_limit(config), "store.memory and limits.buffered together are");
  }
  // More than the tier can hold is warned of already, where there is one.
  if (store.memory == 0) warn(store.max_object, "store.max_object is");
  warn(store.purge_log, "store.purge_log is");
  return warnings;
}

std::string connections_past(std::size_t fit, std::uint64_t descriptors, const Config& config) {
  if (config.limits.connections <= fit) return {};
  return "limits.connections is " + std::to_string(config.limits.connections) +
         ", and a descriptor limit of " + std::to_string(descriptors) + " leaves room for " +
         std::to_string(fit);
}

}  // namespace larder::config
