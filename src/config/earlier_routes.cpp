#include "sections.hpp"

#include <algorithm>

namespace larder::config {
namespace {

using policy::Route;

/// Whether a route takes every method that the other one does.
bool takes_methods_of(const Route& earlier, const Route& later) {
  if (earlier.methods.empty()) return true;
  return !later.methods.empty() && std::ranges::all_of(later.methods, [&](const std::string& method) {
    return policy::takes_method(earlier.methods, method);
  });
}

}  // namespace

EarlierRoutes::EarlierRoutes(const std::vector<Route>& routes) : routes_(&routes) {
  for (std::size_t i = 0; i < routes.size(); ++i) {
    if (first_that_hides(routes[i]) == nullptr) add(i);
  }
}

void EarlierRoutes::add(std::size_t position) {
  tree_.add(position, (*routes_)[position].pattern);
}

const Route* EarlierRoutes::first_that_hides(const Route& later) const {
  const auto takes = [&](std::size_t position) { return takes_methods_of((*routes_)[position], later); };
  const std::optional<std::size_t> first = tree_.first_covering(later.pattern, takes);
  return first ? &(*routes_)[*first] : nullptr;
}

bool is_hidden(const Value& value, const Route& route, const EarlierRoutes& earlier) {
  const Route* const hiding = earlier.first_that_hides(route);
  if (hiding == nullptr) return false;
  const std::string message =
      "can never match: the route " + quoted(hiding->match) + " before it takes its requests";
  if (!route.cache && hiding->cache) {
    value.error(message + ", and caches them in spite of \"cache: off\" here: put this one first");
  } else {
    value.warning(message);
  }
  return true;
}

}  // namespace larder::config
