#include <larder/policy/route_table.hpp>

namespace larder::policy {

RouteTable::RouteTable(std::vector<Route> routes) : routes_(std::move(routes)), folded_(routes_) {
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    for (const PathPattern& pattern : routes_[i].patterns) index_.add(i, routes_[i].hosts, pattern);
  }
}

const Route* RouteTable::find(std::string_view method, const http::Target& target) const {
  return find_at(target.path, method, target);
}

const Route* RouteTable::find_at(std::string_view path, std::string_view method,
                                 const http::Target& target) const {
  const auto takes = [&](std::size_t number) { return takes_method(routes_[number].methods, method); };
  const std::optional<std::size_t> number = index_.first_of(target, path, takes);
  return number ? &routes_[*number] : nullptr;
}

std::optional<RouteMatch> RouteTable::match(std::string_view method, const http::Target& target) const {
  const Route* const route = find(method, target);
  if (route == nullptr) return std::nullopt;
  return RouteMatch{route, captures_of(*route, target.path)};
}

}  // namespace larder::policy
