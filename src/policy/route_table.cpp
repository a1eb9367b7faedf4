#include <larder/base/text.hpp>
#include <larder/http/list.hpp>
#include <larder/policy/route_table.hpp>

#include <boost/container/small_vector.hpp>

#include <algorithm>
#include <functional>
#include <map>

namespace larder::policy {
namespace {

// What `when` looks at in the query is part of the key, whatever else is not: requests that meet another
// route by their query have another key, since whatever holds the parameters of this one meets it.
std::vector<Route> with_query_kept(std::vector<Route> routes) {
  for (Route& route : routes) {
    for (const Condition& parameter : route.when.query) route.query.always.push_back(parameter.name);
  }
  return routes;
}

bool is_among(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::any_of(names, [name](std::string_view one) { return equal_ignoring_case(one, name); });
}

// A route behind one that looks at a field gets what that did not take, which to the origin may yet be the
// same: `X-Version: 2, 9`. So its values are kept apart. What identifies the client is not shared anyway.
void key_unless_looked_at(Route& route, const std::string& name) {
  const bool looks = std::ranges::any_of(
      route.when.headers, [&name](const Condition& one) { return equal_ignoring_case(one.name, name); });
  if (looks || is_among(route.headers, name) || is_among(route.fields_of_earlier, name) ||
      equal_ignoring_case(name, "Authorization"))
    return;
  if (!route.credential_fields->contains(http::FieldName(name))) route.fields_of_earlier.push_back(name);
}

// Whatever route a shared request meets, the origin sees of these fields what the route was chosen by.
std::vector<Route> with_choosing_fields(std::vector<Route> routes) {
  std::vector<std::string> names;
  for (const Route& route : routes) {
    for (const Condition& header : route.when.headers) {
      if (!is_among(names, header.name)) names.push_back(header.name);
    }
  }
  if (names.empty()) return routes;
  const auto all = std::make_shared<const std::vector<std::string>>(std::move(names));
  std::vector<std::string> before;  // what earlier routes look at
  for (Route& route : routes) {
    route.choosing_fields = all;
    for (const std::string& name : before) key_unless_looked_at(route, name);
    for (const Condition& header : route.when.headers) {
      if (!is_among(before, header.name)) before.push_back(header.name);
    }
  }
  return routes;
}

// Adds those that are not there yet.
void add_names(std::string& vary, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto is_same = [&name](std::string_view one) { return equal_ignoring_case(one, name); };
    if (std::ranges::any_of(http::split_list(vary), is_same)) continue;
    if (!vary.empty()) vary.append(", ");
    vary.append(name);
  }
}

}  // namespace

RouteTable::RouteTable(std::vector<Route> routes)
    : routes_(with_choosing_fields(with_query_kept(std::move(routes)))),
      has_when_(std::ranges::any_of(routes_, [](const Route& route) { return !route.when.empty(); })),
      has_own_answers_(
          std::ranges::any_of(routes_, [](const Route& route) { return is_guard(route) || route.redirect; })),
      folded_(routes_),
      bypassing_(routes_, has_bypass),
      guards_(routes_, is_guard) {
  std::map<std::vector<std::string>, std::size_t> places;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    for (const PathPattern& pattern : routes_[i].patterns) {
      index_.add(i, routes_[i].hosts, pattern);
      suffixes_.add(i, routes_[i].hosts, pattern);
    }
    if (!has_when_) continue;
    const auto [place, is_new] = places.emplace(routes_[i].when.field_names(), fields_.size());
    if (is_new) fields_.push_back(place->first);
    fields_of_.push_back(place->second);
  }
}

// Whatever the fields are, the index asks about each route before the one that it finds. Those whose query
// does not hold would not take the request with any fields.
RouteChoice RouteTable::choose(const RouteInput& input, const http::Target& target) const {
  if (!has_when_) return {find(input, target)};
  struct Asked {
    std::size_t first;  // of the routes that look at these fields
    std::size_t fields;
  };
  boost::container::small_vector<Asked, 8> asked;
  const auto takes = [&](std::size_t number) {
    const WhenRule& when = routes_[number].when;
    if (!takes_method(routes_[number].methods, input.method) || !holds_by_query(when, target)) return false;
    if (!when.looks_at_fields()) return true;
    const auto known = std::ranges::find(asked, fields_of_[number], &Asked::fields);
    if (known == asked.end()) {
      asked.push_back({number, fields_of_[number]});
    } else {
      known->first = std::min(known->first, number);
    }
    return holds_by_fields(when, *input.fields);
  };
  const std::size_t number = index_.first_of(target, target.path, takes).value_or(RouteIndex::none);
  RouteChoice choice{number == RouteIndex::none ? nullptr : &routes_[number]};
  std::ranges::sort(asked, {}, &Asked::first);
  for (const Asked& one : asked) {
    if (one.first <= number) add_names(choice.vary, fields_[one.fields]);
  }
  return choice;
}

const Route* RouteTable::find_at(std::string_view path, const RouteInput& input,
                                 const http::Target& target) const {
  const auto takes = [&](std::size_t number) {
    const Route& route = routes_[number];
    return takes_method(route.methods, input.method) && (!has_when_ || holds(route.when, input, target));
  };
  const std::optional<std::size_t> number = index_.first_of(target, path, takes);
  return number ? &routes_[*number] : nullptr;
}

std::optional<RouteMatch> RouteTable::match(const RouteInput& input, const http::Target& target) const {
  const Route* const route = find(input, target);
  if (route == nullptr) return std::nullopt;
  return RouteMatch{route, captures_of(*route, target.path)};
}

void put_behind(const RouteTable& routes, Route& route) {
  if (routes.size() == 0) return;
  route.choosing_fields = routes.begin()->choosing_fields;
  if (route.choosing_fields == nullptr) return;
  for (const std::string& name : *route.choosing_fields) key_unless_looked_at(route, name);
}

const Route* RouteTable::other_with_bypass(const Route& route, const RouteInput& input,
                                           const http::Target& target, PathSpelling spelling) const {
  return other_of(bypassing_, route, input, target, spelling);
}

const Route* RouteTable::other_of(const FoldedRoutes& folded, const Route& route, const RouteInput& input,
                                  const http::Target& target, PathSpelling spelling) const {
  const std::less<> before;
  const Route* const first = routes_.data();
  const bool is_listed = !before(&route, first) && before(&route, first + routes_.size());
  const std::size_t met = is_listed ? static_cast<std::size_t>(&route - first) : RouteIndex::none;
  const std::optional<std::size_t> number = folded.protector_of(input, target, spelling, met);
  return number ? &routes_[*number] : nullptr;
}

bool RouteTable::shares_with_get(const Route& route, const RouteInput& input,
                                 const http::Target& target) const {
  if (!has_when_) return true;
  const Route* const other = find(RouteInput("GET", *input.fields), target);
  return other == &route || (route.when.empty() && (other == nullptr || other->when.empty()));
}

}  // namespace larder::policy
