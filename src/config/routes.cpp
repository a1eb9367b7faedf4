#include "notation.hpp"
#include "route_kinds.hpp"
#include "suggest.hpp"

#include <larder/base/units.hpp>

#include <algorithm>

namespace larder::config {
namespace {

using policy::Route;

/// How messages call a route: by its match, as written, or by its number if that is not a text.
std::string title(const Node& node, std::size_t number) {
  if (!node.is_map()) return "routes[" + std::to_string(number) + "]";
  const Node* const match = node.find("match");
  if (match == nullptr) return "route \"/**\"";
  return match->is_text() ? "route " + quoted(match->text()) : "routes[" + std::to_string(number) + "]";
}

/// A broken pattern is kept, and what is not a text becomes empty: nothing else in the route is then held
/// against it.
std::optional<std::string> read_match(const Value& value) {
  const std::optional<std::string> text = value.text("a path pattern such as \"/api/products/{id}\"");
  if (!text) return std::string();
  if (const std::optional<std::string> mistake = mistake_in_path_pattern(*text)) value.error(*mistake);
  return text;
}

json::object match_schema() {
  return pattern_schema("^/[^?# ]*$");
}

/// The only upstream if there is one, or the one that the route names.
void check_upstream_name(Map& map, const Value& value, const Config& config, Route& route) {
  const Value* const upstream = map.find("upstream");
  if (upstream == nullptr) {
    if (config.upstreams.size() > 1) {
      value.error("\"upstream\" is missing: there are several to choose from").settled_by = "--upstream";
    }
    if (!config.upstreams.empty()) route.upstream = config.upstreams.front().name;
    return;
  }
  const std::string& name = route.upstream;
  std::vector<std::string> names;
  for (const Upstream& one : config.upstreams) names.push_back(one.name);
  // Without any upstream, that has been reported already.
  if (!upstream->is_scalar() || names.empty() || std::ranges::find(names, name) != names.end()) return;
  upstream->error("there is no upstream " + quoted(name) + did_you_mean(name, names)).settled_by =
      "--upstream";
}

void check_collapse(Map& map, const Store& store, const Route& route) {
  if (store.redis || route.collapse != policy::Collapse::cluster) return;
  map.find("collapse")->warning("without store.redis fetches are shared within each larder alone");
}

/// Whether it takes responses as the same for everybody although requests carry credentials.
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

/// What is safe only if the operator knows that responses hold nothing personal.
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

/// What is written down for nothing: where nothing is stored, nothing has a lifetime. Defaults say nothing.
void warn_of_idle_keys(Map& map, const Route& route) {
  const auto warn = [&map](const char* key, bool is_set, const char* message) {
    const Value* const value = map.find(key);
    if (value != nullptr && is_set) value->warning(message);
  };
  const bool has_ttl = route.ttl != policy::TtlRule{};
  if (!route.cache) {
    constexpr const char* message = "does nothing beside \"cache: off\"";
    warn("ttl", has_ttl, message);
    warn("jitter", route.jitter != 0, message);
    warn("stale_while_revalidate", route.stale_while_revalidate.has_value(), message);
    warn("stale_if_error", route.stale_if_error.has_value(), message);
    warn("refresh_ahead", route.refresh_ahead == policy::RefreshAhead::on, message);
    warn("heuristic", route.heuristic, message);
    warn("override", route.override_origin, message);
    warn("tags", !route.tags.empty(), message);
    return;
  }
  const auto& methods = route.methods;
  const bool has_read = methods.empty() || policy::takes_method(methods, "HEAD");
  // An answer to POST is kept only if the origin states its lifetime, which `override` replaces.
  if (has_read || route.override_origin) return;
  constexpr const char* message =
      "does nothing here: methods has neither GET nor HEAD, which alone are answered from cache";
  warn("ttl", has_ttl, message);
  warn("heuristic", route.heuristic, message);
}

void check_route(Map& map, const Value& section, Route& route, const RouteContext& context) {
  check_upstream_name(map, section, context.config, route);
  check_collapse(map, context.config.store, route);
  check_override(map, route);
  warn_of_sharing(map, route);
  warn_of_lifetimes(map, route, context.config.store);
  warn_of_idle_keys(map, route);
}

std::vector<Row<Route>> rows_of_lifetimes() {
  const Optional<Scalar<Milliseconds>> a_window{a_duration};
  return {
      key("ttl", &Route::ttl, Ttl{},
          "Where the origin states no freshness of its own: one for successes and lasting redirects, or one "
          "for each "
          "status, as {200: 1m, 404: 10s}."),
      key("jitter", &Route::jitter, a_jitter,
          "A lifetime is cut short by up to this share, by chance; 50% at most."),
      key("stale_while_revalidate", &Route::stale_while_revalidate, a_window,
          "How long stale responses go out while they are fetched again. Without it as the origin says."),
      key("stale_if_error", &Route::stale_if_error, a_window,
          "How long stale responses go out if the origin fails. Without it as the origin says."),
      key("refresh_ahead", &Route::refresh_ahead, a_refresh_ahead,
          "Hot responses are fetched again before they end: on, off, or auto, if no stale_while_revalidate "
          "does "
          "the same for clients."),
  };
}

std::vector<Row<Route>> rows_of_caching() {
  using enum policy::SetCookieRule;
  return {
      key("cache", &Route::cache, a_switch,
          "off: every request goes to the origin, by whatever spelling of the path."),
      key("override", &Route::override_origin, a_switch,
          "on: the route's ttl wins over what the origin says, even private."),
      key("heuristic", &Route::heuristic, a_switch,
          "on: a tenth of the age by Last-Modified, if nothing states a lifetime."),
      key("request_directives", &Route::honor_request_directives,
          Choices<bool>{{{"honor", true}, {"ignore", false}}}, "Cache-Control in requests."),
      key("set_cookie", &Route::set_cookie,
          Choices<policy::SetCookieRule>{{{"refuse", refuse}, {"strip", strip}, {"allow", allow}}},
          "A response with Set-Cookie is never stored; or strip: stored without it; or allow: stored with "
          "it, for "
          "everybody, if the origin itself states a lifetime."),
      key("credentials", &Route::shares_credentials, Choices<bool>{{{"refuse", false}, {"shared", true}}},
          "What Authorization, X-Api-Key and the like get is shared only where the response says public or "
          "the like; "
          "or shared: with all, by every lifetime."),
  };
}

std::vector<Row<Route>> rows_of_key() {
  return {
      key("query", &Route::query, Query{},
          "What of the query is part of the key. The rest is not sent on either, unless forward: all."),
      key("headers", &Route::headers, field_names(), "Request header fields that are part of the key."),
      key("cookies", &Route::cookies, Cookies{},
          "They identify the client; or ignore: not sent; or a list for the key, the others not sent; or key "
          "and "
          "ignore, "
          "the others identifying the client."),
      key("tags", &Route::tags, Tags{}, "Names that a purge can use, as product:{id}."),
      key("purge", &Route::purge, Purge{},
          "What a write purges: resource: its URL and collection; or none; or urls and tags as well."),
  };
}

std::vector<Row<Route>> rows_of_rest(const RouteContext* context) {
  using policy::Collapse;
  return {
      key("consistency", &Route::strict, Choices<bool>{{{"push", false}, {"strict", true}}},
          "Other instances see a purge when their log does; or strict: a hit asks Redis first whether there "
          "is a purge "
          "that this instance has not seen."),
      key("collapse", &Route::collapse,
          Choices<Collapse>{
              {{"off", Collapse::off}, {"local", Collapse::local}, {"cluster", Collapse::cluster}}},
          "Who shares one fetch: all larders on this Redis; or local (without Redis always): the clients of "
          "this "
          "larder; or off: each miss fetches for itself."),
      key("websocket", &Route::websocket, a_switch,
          "on: a request may open a WebSocket; other upgrades are dropped. It ends when nothing has come "
          "either way "
          "for the upstream's tunnel."),
      key("debug", &Route::debug, a_switch, "on: X-Cache-Key, X-Cache-Tags and X-Cache-TTL in responses."),
      key("warm", &Route::warm, Optional<WarmSection>{WarmSection(context)},
          "What is fetched before anybody asks."),
  };
}

/// Without a context (nullptr) nothing can be read.
Table<Route> route_keys(const RouteContext* context) {
  Table<Route> table{{
      key("match", &Route::match, Scalar<std::string>{read_match, same_text, match_schema},
          "Literal, * or {name} segments; a last ** is any number more."),
      key("upstream", &Route::upstream, a_text, "The name of an upstream; needed if there are several."),
      key("methods", &Route::methods, Methods{}, "Without it, all.").shown_if([](const Route& route) {
        return !route.methods.empty();
      }),
  }};
  for (const auto& rows : {rows_of_lifetimes(), rows_of_caching(), rows_of_key(), rows_of_rest(context)}) {
    table.rows.insert(table.rows.end(), rows.begin(), rows.end());
  }
  if (context == nullptr) return table;
  table.check = [context](Map& map, const Value& section, Route& route) {
    check_route(map, section, route, *context);
  };
  return table;
}

}  // namespace

void warn_where_capped(const Value& value, Milliseconds ttl, const Store& store) {
  if (ttl <= store.max_lifetime) return;
  value.warning(format_duration(ttl) + " is longer than store.max_lifetime, which caps it to " +
                format_duration(store.max_lifetime));
}

std::optional<std::vector<Route>> Routes::read(const Value& value, const Config& config) const {
  if (!value.is_list()) {
    value.mismatch("a list of routes");
    return std::nullopt;
  }
  std::vector<Route> routes;
  EarlierRoutes earlier(routes);
  const RouteContext context{config, routes};
  const Table<Route> table = route_keys(&context);
  for (const Value& item : value.items()) {
    const Value named(item.node(), title(item.node(), routes.size() + 1), item.source());
    Route route;
    // Who shares the store shares the fetches, too.
    if (!config.store.redis) route.collapse = policy::Collapse::local;
    read_keys(named, table, route);
    Result<policy::PathPattern> pattern = policy::PathPattern::parse(route.match);
    const bool has_pattern = pattern && item.is_map();
    if (pattern) route.pattern = *std::move(pattern);
    const bool can_match = has_pattern && !is_hidden(named, route, earlier);
    if (can_match) warn_where_reading_purges(named, route, routes);
    routes.push_back(std::move(route));
    if (can_match) earlier.add(routes.size() - 1);
  }
  return routes;
}

Node Routes::write(const std::vector<Route>& routes) const {
  const Table<Route> table = route_keys(nullptr);
  Node list = Node::list();
  for (const Route& route : routes) list.push_back(write_keys(table, route));
  return list;
}

json::object Routes::schema() const {
  return {{"type", "array"}, {"items", schema_of(route_keys(nullptr))}};
}

void Routes::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  list_keys(route_keys(nullptr), path + "[].", takes, entries);
}

}  // namespace larder::config
