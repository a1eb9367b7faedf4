#include <larder/policy/route_table.hpp>

namespace larder::policy {

RouteTable::RouteTable(std::vector<Route> routes) : routes_(std::move(routes)), folded_(routes_) {
  for (std::size_t i = 0; i < routes_.size(); ++i) tree_.add(i, routes_[i].pattern);
}

const Route* RouteTable::find(std::string_view method, std::string_view path) const {
  const auto takes = [&](std::size_t number) { return takes_method(routes_[number].methods, method); };
  const std::optional<std::size_t> number = tree_.first_of(path, takes);
  return number ? &routes_[*number] : nullptr;
}

std::optional<RouteMatch> RouteTable::match(std::string_view method, std::string_view path) const {
  const Route* const route = find(method, path);
  if (route == nullptr) return std::nullopt;
  return RouteMatch{route, *route->pattern.match(path)};
}

}  // namespace larder::policy
