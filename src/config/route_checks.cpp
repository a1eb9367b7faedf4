// What the keys of a route mean together, and beside upstreams and store.
#include "route_checks.hpp"

#include "suggest.hpp"

#include <larder/base/units.hpp>

#include <algorithm>

namespace larder::config {
namespace {

using policy::Route;

/// The only upstream if there is one, or the one that the route or the defaults name.
void check_upstream_name(Map& map, const Value& value, const Config& config, Route& route) {
  const Value* const upstream = map.find("upstream");
  if (upstream != nullptr) {
    if (upstream->is_scalar()) refuse_unknown_upstream(*upstream, route.upstream, config);
    return;
  }
  if (!route.upstream.empty()) return;
  if (config.upstreams.size() > 1) {
    value.error("\"upstream\" is missing: there are several to choose from").settled_by = "--upstream";
  }
  if (!config.upstreams.empty()) route.upstream = config.upstreams.front().name;
}

void check_collapse(Map& map, const Store& store, const Route& route) {
  const Value* const collapse = map.find("collapse");
  if (collapse == nullptr || store.redis || route.collapse != policy::Collapse::cluster) return;
  collapse->warning("without store.redis fetches are shared within each larder alone");
}

/// Whether it takes responses as the same for everybody although requests carry credentials.
bool is_deaf_to_cookies(const policy::CookieRule& rule) {
  return std::ranges::find(rule.ignore, "*") != rule.ignore.end();
}

bool has_ttl(const Route& route) {
  return route.ttl != policy::TtlRule{};
}

/// What `override: on` means beside another key, at whichever of the two stands here: the other one may be a
/// default.
void warn_of_override(Map& map, const char* key, const char* written) {
  const Value* const override_here = map.find("override");
  const Value* const key_here = map.find(key);
  const Value* const here = override_here != nullptr ? override_here : key_here;
  if (here == nullptr) return;
  const std::string other = quoted(override_here != nullptr ? written : "override: on");
  if (key == std::string_view("set_cookie")) {
    here->warning(quoted("set_cookie: allow") +
                  " is for lifetimes that the origin states: where the ttl decides instead, a response with "
                  "Set-Cookie is not stored");
  } else {
    here->warning("with " + other + " one user's private response could be shared with others");
  }
}

void check_override(Map& map, const Route& route) {
  if (!route.override_origin) return;
  if (is_deaf_to_cookies(route.cookies) && route.cookies.key.empty()) {
    warn_of_override(map, "cookies", "cookies: ignore");
  }
  if (route.shares_credentials) warn_of_override(map, "credentials", "credentials: shared");
  if (route.set_cookie == policy::SetCookieRule::allow) {
    warn_of_override(map, "set_cookie", "set_cookie: allow");
  }
}

void check_override_has_ttl(Map& map, const Value& section, const Route& route) {
  if (!route.override_origin || has_ttl(route) || map.find("ttl") != nullptr) return;
  if (const Value* const value = map.find("override")) {
    value->error("needs a ttl beside it, which then decides");
  } else if (route.cache) {
    section.error("\"override: on\" of the defaults needs a ttl, which then decides");
  }
}

/// What is safe only if the operator knows that responses hold nothing personal.
void warn_of_sharing(Map& map, const Route& route) {
  const Value* const credentials = map.find("credentials");
  if (credentials != nullptr && route.shares_credentials) {
    credentials->warning(
        "what one client gets for its Authorization, X-Api-Key or the like is given to all others");
  }
  const Value* const set_cookie = map.find("set_cookie");
  if (set_cookie != nullptr && route.set_cookie == policy::SetCookieRule::allow) {
    set_cookie->warning(
        "a cookie that the origin sets for one client, a session too, is given to all others");
  }
}

void warn_of_lifetimes(Map& map, const Route& route, const Store& store) {
  const Milliseconds ttl = route.ttl.longest();
  if (const Value* const value = map.find("ttl")) warn_where_capped(*value, ttl, store);
  for (const char* key : {"stale_while_revalidate", "stale_if_error"}) {
    const Value* const value = map.find(key);
    const Milliseconds window = key == std::string_view("stale_if_error")
                                    ? route.stale_if_error.value_or(policy::StaleIfError()).window
                                    : route.stale_while_revalidate.value_or(Milliseconds{0});
    const bool is_cut = ttl <= store.max_lifetime && ttl + window > store.max_lifetime;
    if (value == nullptr || !is_cut) continue;
    value->warning(format_duration(window) + " after the ttl is longer than store.max_lifetime (" +
                   format_duration(store.max_lifetime) + "), past which nothing is kept");
  }
}

/// Memory and Redis are laid out for contents of that size.
void check_sizes(Map& map, const Route& route, const Store& store) {
  const Value* const value = map.find("max_object");
  if (value == nullptr || !route.max_object || *route.max_object <= store.max_object) return;
  value->error(format_size(*route.max_object) + " is more than store.max_object (" +
               format_size(store.max_object) + "), past which nothing is stored: raise that one");
}

void warn_of_idle_limit(Map& map, const Route& route, const Limits& limits) {
  const Value* const value = map.find("max_content");
  if (value == nullptr || limits.content.size == 0 || route.max_content.value_or(0) <= limits.content.size)
    return;
  value->warning(format_size(*route.max_content) + " is more than limits.content.size (" +
                 format_size(limits.content.size) + "), which holds for every request");
}

/// What is written down for nothing: where nothing is stored, nothing has a lifetime. Defaults say nothing.
void warn_of_idle_keys(Map& map, const Route& route) {
  const auto warn = [&map](const char* key, bool is_set, const char* message) {
    const Value* const value = map.find(key);
    if (value != nullptr && is_set) value->warning(message);
  };
  if (!route.cache) {
    constexpr const char* message = "does nothing beside \"cache: off\"";
    warn("ttl", has_ttl(route), message);
    warn("jitter", route.jitter != 0, message);
    warn("stale_while_revalidate", route.stale_while_revalidate.has_value(), message);
    warn("stale_if_error", route.stale_if_error.has_value(), message);
    warn("refresh_ahead", route.refresh_ahead == policy::RefreshAhead::on, message);
    warn("bypass", route.bypass.has_value(), message);
    warn("min_uses", route.min_uses.value_or(1) > 1, message);
    warn("max_object", route.max_object.has_value(), message);
    warn("heuristic", route.heuristic, message);
    warn("vary", !route.vary.empty(), message);
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
  warn("ttl", has_ttl(route), message);
  warn("heuristic", route.heuristic, message);
}

}  // namespace

void warn_where_capped(const Value& value, Milliseconds ttl, const Store& store) {
  if (ttl <= store.max_lifetime) return;
  value.warning(format_duration(ttl) + " is longer than store.max_lifetime, which caps it to " +
                format_duration(store.max_lifetime));
}

void refuse_unknown_upstream(const Value& value, const std::string& name, const Config& config) {
  // Without any upstream, that has been reported already.
  if (config.upstreams.empty()) return;
  if (std::ranges::find(config.upstreams, name, &Upstream::name) != config.upstreams.end()) return;
  std::vector<std::string> names;
  for (const Upstream& one : config.upstreams) names.push_back(one.name);
  value.error("there is no upstream " + quoted(name) + did_you_mean(name, names)).settled_by = "--upstream";
}

/// The route has said already who may read.
void check_cors_fields(Map& map, const Route& route) {
  const Value* const here = map.find("response") != nullptr ? map.find("response") : map.find("cors");
  if (!route.cors || here == nullptr) return;
  for (const auto* fields : {&route.response.set, &route.response.add}) {
    for (const policy::FieldTemplate& one : *fields) {
      if (!policy::is_cors_field(http::FieldName(one.name))) continue;
      here->error(quoted(one.name) + " in \"response\" would undo \"cors\": say it there");
    }
  }
}

void check_route(Map& map, const Value& section, Route& route, const RouteContext& context) {
  if (policy::is_own_answer(route)) return check_own_answer(map, route);
  check_upstream_name(map, section, context.config, route);
  check_when(map, route);
  check_collapse(map, context.config.store, route);
  check_override_has_ttl(map, section, route);
  check_override(map, route);
  warn_of_sharing(map, route);
  warn_of_lifetimes(map, route, context.config.store);
  warn_of_idle_keys(map, route);
  check_sizes(map, route, context.config.store);
  check_vary(map, route, context.config.credentials);
  check_cors_fields(map, route);
  check_request(map, section, route);
  warn_of_idle_limit(map, route, context.config.limits);
}

void check_route_defaults(Map& map, const Route& route, const Config& config) {
  const Store& store = config.store;
  check_collapse(map, store, route);
  check_override(map, route);
  warn_of_sharing(map, route);
  warn_of_lifetimes(map, route, store);
  check_sizes(map, route, store);
  check_vary(map, route, config.credentials);
}

}  // namespace larder::config
