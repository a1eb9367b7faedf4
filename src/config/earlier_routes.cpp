#include "sections.hpp"

#include <larder/policy/folded_routes.hpp>

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
  const Route& route = (*routes_)[position];
  for (const policy::PathPattern& pattern : route.patterns) index_.add(position, route.hosts, pattern);
}

const Route* EarlierRoutes::first_that_hides(const Route& later) const {
  const auto takes = [&](std::size_t position) {
    const Route& earlier = (*routes_)[position];
    // Of two that look at something, one may take what the other does not, unless they look for the same.
    return (earlier.when.empty() || earlier.when == later.when) && takes_methods_of(earlier, later);
  };
  std::optional<std::size_t> last;
  const auto is_taken = [&](const policy::HostPattern* host) {
    return std::ranges::all_of(later.patterns, [&](const policy::PathPattern& pattern) {
      const std::optional<std::size_t> first = index_.first_covering(host, pattern, takes);
      if (first) last = std::max(last.value_or(0), *first);
      return first.has_value();
    });
  };
  const bool is_hidden = later.hosts.empty()
                             ? is_taken(nullptr)
                             : std::ranges::all_of(later.hosts, [&](const policy::HostPattern& host) {
                                 return is_taken(&host);
                               });
  return is_hidden && last ? &(*routes_)[*last] : nullptr;
}

const Route* EarlierRoutes::first_for_get(const http::Target& target, const http::FieldList& fields) const {
  const auto takes = [&](std::size_t position) {
    const Route& route = (*routes_)[position];
    return policy::takes_method(route.methods, "GET") && policy::holds(route.when, {"GET", fields}, target);
  };
  const std::optional<std::size_t> first = index_.first_of(target, target.path, takes);
  return first ? &(*routes_)[*first] : nullptr;
}

bool is_hidden(const Value& value, const Route& route, const EarlierRoutes& earlier) {
  const Route* const hiding = earlier.first_that_hides(route);
  if (hiding == nullptr) return false;
  const std::string message =
      "can never match: the route " + quoted(hiding->name) + " before it takes its requests";
  if (!route.cache && hiding->cache) {
    value.error(message + ", and caches them in spite of \"cache: off\" here: put this one first");
  } else if (policy::is_guard(route) && !policy::is_guard(*hiding)) {
    value.error(message + ", whatever is said here of who may ask or what is answered: put this one first");
  } else {
    value.warning(message);
  }
  return true;
}

}  // namespace larder::config
