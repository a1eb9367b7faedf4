#pragma once

#include <larder/policy/folded_routes.hpp>
#include <larder/policy/route.hpp>
#include <larder/policy/route_index.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace larder::policy {

/// A route and what its pattern captured in one path.
struct RouteMatch {
  const Route* route = nullptr;
  Captures captures;
};

/// The routes of one configuration, compiled for lookups. The first that matches wins.
class RouteTable {
 public:
  RouteTable() = default;
  RouteTable(std::vector<Route> routes);

  /// nullptr if none matches.
  const Route* find(std::string_view method, const http::Target& target) const;

  /// The same with its captures; nothing if none matches.
  std::optional<RouteMatch> match(std::string_view method, const http::Target& target) const;

  /// As find(), as if the target had this path.
  const Route* find_at(std::string_view path, std::string_view method, const http::Target& target) const;

  const FoldedRoutes& folded() const { return folded_; }
  const std::vector<Route>& list() const { return routes_; }

  auto begin() const { return routes_.begin(); }
  auto end() const { return routes_.end(); }
  std::size_t size() const { return routes_.size(); }

 private:
  std::vector<Route> routes_;
  RouteIndex index_;
  FoldedRoutes folded_;
};

}  // namespace larder::policy
