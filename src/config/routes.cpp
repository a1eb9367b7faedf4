#include "route_parts.hpp"
#include "scalars.hpp"
#include "sections.hpp"
#include "suggest.hpp"

#include <larder/base/units.hpp>

#include <algorithm>

namespace larder::config {
namespace {

using policy::Route;

/// How messages call a route: by its match, as written, or where that is no text by its number.
std::string title(const YAML::Node& node, std::size_t number) {
  if (!node.IsMap()) return "routes[" + std::to_string(number) + "]";
  const YAML::Node match = node["match"];
  if (!match) return "route \"/**\"";
  return match.IsScalar() ? "route " + quoted(match.Scalar()) : "routes[" + std::to_string(number) + "]";
}

/// Reads `match`; whether the route has a pattern.
bool read_match(Map& map, Route& route) {
  const Value* const value = map.find("match");
  if (value != nullptr) {
    const std::optional<std::string> text = value->text("a path pattern such as \"/api/products/{id}\"");
    if (!text) return false;
    route.match = *text;
  }
  Result<policy::PathPattern> pattern = policy::PathPattern::parse(route.match);
  if (pattern) {
    route.pattern = *std::move(pattern);
    return true;
  }
  value->error(
      quoted(route.match) +
      " is no path pattern: it begins with \"/\", names each {part} once, and \"**\" is its last segment");
  return false;
}

/// The one upstream where there is one, or the one that the route names.
void read_upstream_name(Map& map, const Value& value, const Config& config, Route& route) {
  const Value* const upstream = map.find("upstream");
  if (upstream == nullptr) {
    if (config.upstreams.size() > 1) {
      value.error("\"upstream\" is missing: there are several to choose from").settled_by = "--upstream";
    }
    if (!config.upstreams.empty()) route.upstream = config.upstreams.front().name;
    return;
  }
  const std::optional<std::string> name = any_text(*upstream);
  if (!name) return;
  route.upstream = *name;
  std::vector<std::string> names;
  for (const Upstream& one : config.upstreams) names.push_back(one.name);
  // Without any upstream, that is what has been said already.
  if (names.empty() || std::ranges::find(names, *name) != names.end()) return;
  upstream->error("there is no upstream " + quoted(*name) + did_you_mean(*name, names)).settled_by =
      "--upstream";
}

void read_lifetimes(Map& map, Route& route) {
  map.read("ttl", route.ttl, read_ttl);
  map.read("jitter", route.jitter, read_jitter);
  map.read("stale_while_revalidate", route.stale_while_revalidate, duration);
  map.read("stale_if_error", route.stale_if_error, duration);
  map.read("refresh_ahead", route.refresh_ahead, read_refresh_ahead);
}

void read_switches(Map& map, Route& route) {
  map.read("cache", route.cache, on_off);
  map.read("override", route.override_origin, on_off);
  map.read("heuristic", route.heuristic, on_off);
  map.read("websocket", route.websocket, on_off);
  map.read("debug", route.debug, on_off);
  map.read("request_directives", route.honor_request_directives, [](const Value& value) {
    return one_of(value, std::array{Choice<bool>{"honor", true}, Choice<bool>{"ignore", false}});
  });
  map.read("set_cookie", route.set_cookie, [](const Value& value) {
    using enum policy::SetCookieRule;
    return one_of(value, std::array{Choice<policy::SetCookieRule>{"refuse", refuse},
                                    Choice<policy::SetCookieRule>{"strip", strip},
                                    Choice<policy::SetCookieRule>{"allow", allow}});
  });
  map.read("credentials", route.shares_credentials, [](const Value& value) {
    return one_of(value, std::array{Choice<bool>{"refuse", false}, Choice<bool>{"shared", true}});
  });
  map.read("consistency", route.strict, [](const Value& value) {
    return one_of(value, std::array{Choice<bool>{"push", false}, Choice<bool>{"strict", true}});
  });
}

/// By default who shares the store shares the fetches, too.
void read_collapse(Map& map, const Store& store, Route& route) {
  using enum policy::Collapse;
  route.collapse = store.redis ? cluster : local;
  map.read("collapse", route.collapse, [](const Value& value) {
    return one_of(value,
                  std::array{Choice<policy::Collapse>{"off", off}, Choice<policy::Collapse>{"local", local},
                             Choice<policy::Collapse>{"cluster", cluster}});
  });
  if (route.collapse == cluster && !store.redis) {
    map.find("collapse")->warning("without store.redis fetches are shared within each larder alone");
  }
}

void read_key_and_purge(Map& map, bool has_pattern, Route& route) {
  const std::vector<std::string> names =
      has_pattern ? route.pattern.capture_names() : std::vector<std::string>();
  const std::vector<std::string>* const captures = has_pattern ? &names : nullptr;
  map.read("methods", route.methods, read_methods);
  map.read("query", route.query, read_query);
  map.read("headers", route.headers, read_headers);
  map.read("cookies", route.cookies, read_cookies);
  map.read("tags", route.tags, [&](const Value& value) { return read_tags(value, captures); });
  map.read("purge", route.purge, [&](const Value& value) { return read_purge(value, captures); });
}

/// Whether it takes responses as the same for everybody although requests show who asks.
bool is_deaf_to_cookies(const policy::CookieRule& rule) {
  return std::ranges::find(rule.ignore, "*") != rule.ignore.end();
}

void check_override(Map& map, const Route& route) {
  const Value* const value = map.find("override");
  if (value == nullptr || !route.override_origin) return;
  if (map.find("ttl") == nullptr) value->error("needs a ttl beside it, which then decides");
  const auto warn = [&](bool is_so, const char* beside) {
    if (is_so) {
      value->warning("with " + quoted(beside) + " one user's private response could be shared with others");
    }
  };
  warn(is_deaf_to_cookies(route.cookies) && route.cookies.key.empty(), "cookies: ignore");
  warn(route.shares_credentials, "credentials: shared");
  if (route.set_cookie == policy::SetCookieRule::allow) {
    value->warning(quoted("set_cookie: allow") +
                   " is for lifetimes that the origin states: where the ttl decides instead, a response with "
                   "Set-Cookie is not stored");
  }
}

/// What is safe only where the operator knows that nothing personal comes of it.
void warn_of_sharing(Map& map, const Route& route) {
  if (route.shares_credentials) {
    map.find("credentials")
        ->warning("what one client gets for its Authorization, X-Api-Key or the like is given to all others");
  }
  if (route.set_cookie == policy::SetCookieRule::allow) {
    map.find("set_cookie")
        ->warning("a cookie that the origin sets for one client, a session too, is given to all others");
  }
}

Milliseconds longest_ttl(const Route& route) {
  Milliseconds longest = route.ttl.plain.value_or(Milliseconds{0});
  for (const auto& [status, ttl] : route.ttl.by_status) longest = std::max(longest, ttl);
  return longest;
}

void warn_of_lifetimes(Map& map, const Route& route, const Store& store) {
  const Milliseconds ttl = longest_ttl(route);
  if (const Value* const value = map.find("ttl")) warn_where_capped(*value, ttl, store);
  for (const char* key : {"stale_while_revalidate", "stale_if_error"}) {
    const Value* const value = map.find(key);
    const Milliseconds window =
        (key == std::string_view("stale_if_error") ? route.stale_if_error : route.stale_while_revalidate)
            .value_or(Milliseconds{0});
    const bool is_cut = ttl <= store.max_lifetime && ttl + window > store.max_lifetime;
    if (value == nullptr || !is_cut) continue;
    value->warning(format_duration(window) + " after the ttl is longer than store.max_lifetime (" +
                   format_duration(store.max_lifetime) + "), past which nothing is kept");
  }
}

Route read_route(const Value& value, const Config& config, const EarlierRoutes& earlier) {
  Route route;
  read_map(value, "route", [&](Map& map) {
    const bool has_pattern = read_match(map, route);
    read_upstream_name(map, value, config, route);
    read_lifetimes(map, route);
    read_switches(map, route);
    read_collapse(map, config.store, route);
    read_key_and_purge(map, has_pattern, route);
    check_override(map, route);
    warn_of_sharing(map, route);
    warn_of_lifetimes(map, route, config.store);
    map.read("warm", route.warm, [&](const Value& warm) { return read_warm(warm, route, config); });
    if (has_pattern) warn_where_hidden(value, route, earlier);
  });
  return route;
}

/// Whether every request for `later` is taken by `earlier`, whose match takes all its paths.
bool hides(const Route& earlier, const Route& later) {
  if (earlier.methods.empty()) return true;
  return !later.methods.empty() && std::ranges::all_of(later.methods, [&](const std::string& method) {
    return std::ranges::find(earlier.methods, method) != earlier.methods.end();
  });
}

}  // namespace

void warn_where_capped(const Value& value, Milliseconds ttl, const Store& store) {
  if (ttl <= store.max_lifetime) return;
  value.warning(format_duration(ttl) + " is longer than store.max_lifetime, which caps it to " +
                format_duration(store.max_lifetime));
}

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

void read_routes(const Value& value, Config& config) {
  if (!value.is_list()) return value.mismatch("a list of routes");
  EarlierRoutes earlier(config.routes);
  for (const Value& item : value.items()) {
    const Value named(item.node(), title(item.node(), config.routes.size() + 1), item.source());
    config.routes.push_back(read_route(named, config, earlier));
    earlier.add(config.routes.size() - 1);
  }
}

}  // namespace larder::config
