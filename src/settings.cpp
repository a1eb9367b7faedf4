#include "settings.hpp"

namespace larder {

cache::Settings cache_settings(const config::Config& config) {
  // A route may leave its upstream out while there is one.
  const std::string only = config.upstreams.size() == 1 ? config.upstreams.front().name : std::string{};
  cache::Settings settings;
  settings.routes = config.routes;
  for (policy::Route& route : settings.routes) {
    if (route.upstream.empty()) route.upstream = only;
  }
  settings.fallback.upstream = only;
  settings.max_lifetime = config.store.max_lifetime;
  settings.max_object = config.store.max_object;
  return settings;
}

std::vector<origin::Settings> origin_settings(const config::Config& config) {
  std::vector<origin::Settings> all;
  for (const config::Upstream& upstream : config.upstreams) {
    origin::Settings settings;
    settings.name = upstream.name;
    for (const config::Server& server : upstream.servers)
      settings.servers.push_back({server.host, server.port, {}});
    settings.connect_timeout = upstream.timeouts.connect;
    settings.first_byte_timeout = upstream.timeouts.first_byte;
    settings.idle_timeout = upstream.timeouts.idle;
    all.push_back(std::move(settings));
  }
  return all;
}

redis::Settings redis_settings(const config::Redis& config) {
  redis::Settings settings = redis::parse_url(config.url).value();  // config has checked it
  if (!config.username.empty()) settings.username = config.username;
  if (!config.password.empty()) settings.password = config.password;
  settings.timeout = config.timeout;
  return settings;
}

store::PurgeTable::Limits purge_limits(const config::Config& config) {
  store::PurgeTable::Limits limits;
  limits.max_lifetime = config.store.max_lifetime;
  return limits;
}

std::vector<net::Endpoint> listen_endpoints(const config::Config& config) {
  std::vector<net::Endpoint> endpoints;
  for (const std::string& address : config.listen) endpoints.push_back(net::parse_endpoint(address).value());
  return endpoints;
}

net::Endpoint admin_endpoint(const config::Admin& config) {
  return net::parse_endpoint(config.listen).value();  // config has checked it
}

}  // namespace larder
