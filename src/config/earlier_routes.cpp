#include "sections.hpp"

#include <algorithm>

namespace larder::config {
namespace {

using policy::Route;

/// Whether every request for `later` is taken by `earlier`, whose match takes all its paths.
bool hides(const Route& earlier, const Route& later) {
  if (earlier.methods.empty()) return true;
  return !later.methods.empty() && std::ranges::all_of(later.methods, [&](const std::string& method) {
    return std::ranges::find(earlier.methods, method) != earlier.methods.end();
  });
}

}  // namespace

EarlierRoutes::EarlierRoutes(const std::vector<Route>& routes) : routes_(&routes) {
  for (std::size_t i = 0; i < routes.size(); ++i) add(i);
}

void EarlierRoutes::add(std::size_t position) {
  by_match_[(*routes_)[position].match].push_back(position);
}

const Route* EarlierRoutes::first_that_hides(const Route& later) const {
  std::optional<std::size_t> first;
  for (const std::string_view match : {std::string_view("/**"), std::string_view(later.match)}) {
    const auto same = by_match_.find(std::string(match));
    if (same == by_match_.end()) continue;
    const auto hiding = std::ranges::find_if(
        same->second, [&](std::size_t position) { return hides((*routes_)[position], later); });
    if (hiding != same->second.end()) first = std::min(first.value_or(*hiding), *hiding);
  }
  return first ? &(*routes_)[*first] : nullptr;
}

void warn_where_hidden(const Value& value, const Route& route, const EarlierRoutes& earlier) {
  const Route* const hiding = earlier.first_that_hides(route);
  if (hiding == nullptr) return;
  value.warning("can never match: the route " + quoted(hiding->match) + " before it takes its requests");
}

}  // namespace larder::config
