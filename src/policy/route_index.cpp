#include <larder/policy/route_index.hpp>

namespace larder::policy {

void RouteIndex::add(std::size_t number, const std::vector<HostPattern>& hosts, const PathPattern& pattern) {
  if (hosts.empty()) trees_.front().add(number, pattern);
  for (const HostPattern& host : hosts) trees_[tree_of(host)].add(number, pattern);
}

std::size_t RouteIndex::tree_of(const HostPattern& host) {
  const auto [known, is_new] = by_host_.try_emplace(host.as_path().text(), trees_.size());
  if (is_new) {
    hosts_.add(trees_.size(), host.as_path());
    trees_.emplace_back();
  }
  return known->second;
}

}  // namespace larder::policy
