#pragma once

#include "keys.hpp"
#include "kinds.hpp"

#include <larder/config/config.hpp>
#include <larder/policy/route_index.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The sections of a configuration: their tables, and the kinds that are sections in a shape of their own.

namespace larder::config {

/// The whole file. What routes are checked against stands before them.
Table<Config> config_keys();

Table<Limits> limits_keys();
Table<Logging> log_keys();
Table<Credentials> credentials_keys();
Table<Store> store_keys();
Table<Redis> redis_keys();

/// For talking to a server; `verify` too if `may_trust_all`.
Table<Tls> tls_keys(bool may_trust_all);

/// Where to listen: an address, or `{address, tls: {cert, key}, proxy_protocol}`, or a list of those.
struct Listeners {
  std::optional<std::vector<Listen>> read(const Value& value) const;
  Node write(const std::vector<Listen>& listeners) const;
  json::object schema() const;
  void list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const;
};

/// `auto` (0) or a number of threads.
std::optional<unsigned> read_threads(const Value& value);

std::optional<std::string> read_log_level(const Value& value);

/// Admin's listener must not be one where requests are served; those were read before.
struct AdminSection : Section<Admin> {
  AdminSection();
  std::optional<Admin> read(const Value& value, const Config& config) const;
};

/// Proxies that are believed: a list of addresses, or a map.
struct Proxies {
  std::optional<policy::TrustedProxies> read(const Value& value) const;
  Node write(const policy::TrustedProxies& proxies) const;
  json::object schema() const;
  void list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const;
};

/// A map of sites to their other spellings.
struct Sites {
  std::optional<std::vector<policy::SiteRule>> read(const Value& value) const;
  Node write(const std::vector<policy::SiteRule>& rules) const;
  json::object schema() const;
};

Table<Upstream> upstream_keys();

/// Of `defaults.route`; checked against what was read before, if there is something. Nothing of a route that
/// needs its match.
Table<policy::Route> route_keys_by_default(const Config* config);

/// What is read before upstreams and routes, for all of them.
struct DefaultsSection : Section<Defaults> {
  DefaultsSection();
  std::optional<Defaults> read(const Value& value, const Config& config) const;
};

/// Whether the upstream that routes go to by default is there; the value is `defaults`.
void check_default_upstream(const Value& defaults, const Config& config);

/// Reports a name that is not among the upstreams.
void refuse_unknown_upstream(const Value& value, const std::string& name, const Config& config);

/// A map of upstreams by name; those of Config::defaults have been read.
struct Upstreams {
  std::optional<std::vector<Upstream>> read(const Value& value, const Config& config) const;
  Node write(const std::vector<Upstream>& upstreams) const;
  json::object schema() const;
  void list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const;
};

/// A list of routes, checked against upstreams and store.
struct Routes {
  std::optional<std::vector<policy::Route>> read(const Value& value, const Config& config) const;
  Node write(const std::vector<policy::Route>& routes) const;
  json::object schema() const;
  void list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const;
};

class EarlierRoutes;

/// What a route is read beside: the configuration so far, and the routes before it.
struct RouteContext {
  const Config& config;
  const EarlierRoutes& earlier;
};

/// `warm:` of a route, whose other keys were read.
struct WarmSection : Section<policy::WarmRule> {
  /// Without a context (nullptr) nothing can be read.
  explicit WarmSection(const RouteContext* context);
  std::optional<policy::WarmRule> read(const Value& value, const policy::Route& route) const;

 private:
  const RouteContext* context_;
};

/// Makes the patterns of what a route's match says, and a name if it has none; whether nothing in it is
/// broken.
bool compile_match(policy::Route& route);

/// Warns where store.max_lifetime will cut a ttl short.
void warn_where_capped(const Value& value, Milliseconds ttl, const Store& store);

/// The routes read so far that can match: what a hidden one would hide, the one that hides it does.
class EarlierRoutes {
 public:
  /// `routes` may grow, and outlive this.
  explicit EarlierRoutes(const std::vector<policy::Route>& routes);

  /// The route there has been read.
  void add(std::size_t position);

  /// If each host with each pattern of it is taken whole by a route, the last one that it takes for that;
  /// else nullptr.
  const policy::Route* first_that_hides(const policy::Route& later) const;

  /// The one that a GET with these fields meets; nullptr if none does.
  const policy::Route* first_for_get(const http::Target& target, const http::FieldList& fields) const;

 private:
  const std::vector<policy::Route>* routes_;
  policy::RouteIndex index_;
};

/// Whether a route comes after one that takes all its requests. That is told: as an error if the route is
/// there to keep them out of the cache.
bool is_hidden(const Value& value, const policy::Route& route, const EarlierRoutes& earlier);

/// Reports if a route with `when` lacks the name that goes into its key.
void check_when(Map& map, const policy::Route& route);

/// Reports if what is fetched to warm a route with `when` would not meet it; `headers` is what says its
/// fields, nullptr if nothing does.
void check_when_of_warm(const Value& warm, const Value* headers, const policy::WarmRule& rule,
                        const policy::Route& route);

/// Warns where a route's match is one that APIs are queried at by POST, which purges what GETs have stored.
void warn_where_reading_purges(const Value& value, const policy::Route& route,
                               const std::vector<policy::Route>& earlier);

}  // namespace larder::config
