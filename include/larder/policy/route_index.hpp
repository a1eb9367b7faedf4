#pragma once

#include <larder/policy/host_pattern.hpp>
#include <larder/policy/route_tree.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

/// Numbered routes by host and path: a tree of hosts that leads to a tree of paths for each. A lookup costs
/// as much as the host, the path and the patterns that share their beginnings do, however many others there
/// are.
class RouteIndex {
 public:
  static constexpr std::size_t none = RouteTree::none;

  /// `number` is not less than those added before; without hosts it is for all.
  void add(std::size_t number, const std::vector<HostPattern>& hosts, const PathPattern& pattern);

  bool has_hosts() const { return trees_.size() > 1; }

  /// The least number below `before` that takes the path at the target's host, and for which
  /// `accepts(number)` holds.
  template <class Accepts>
  std::optional<std::size_t> first_of(const http::Target& at, std::string_view path, const Accepts& accepts,
                                      std::size_t before = none) const {
    std::optional<std::size_t> first = trees_.front().first_of(path, accepts, before);
    if (!has_hosts() || at.host.empty()) return first;
    hosts_.first_of(SitePath(at).text(), [&](std::size_t tree) {
      const auto here = trees_[tree].first_of(path, accepts, first.value_or(before));
      if (here) first = here;
      return false;  // every host pattern that matches is looked at
    });
    return first;
  }

  /// The least number that takes every request which the two take (of all hosts if `host` is nullptr), and
  /// for which `accepts(number)` holds.
  template <class Accepts>
  std::optional<std::size_t> first_covering(const HostPattern* host, const PathPattern& pattern,
                                            const Accepts& accepts) const {
    std::optional<std::size_t> first = trees_.front().first_covering(pattern, accepts);
    if (host == nullptr) return first;
    hosts_.first_covering(host->as_path(), [&](std::size_t tree) {
      const auto here = trees_[tree].first_covering(pattern, accepts);
      if (here && (!first || *here < *first)) first = here;
      return false;
    });
    return first;
  }

 private:
  std::size_t tree_of(const HostPattern& host);

  std::vector<RouteTree> trees_ = std::vector<RouteTree>(1);  // the first is of all hosts
  RouteTree hosts_;                                           // their numbers are places in trees_
  std::map<std::string, std::size_t, std::less<>> by_host_;
};

}  // namespace larder::policy
