#include "settings.hpp"

#include <algorithm>

namespace larder {
namespace {

/// Has `build` read the files of one `tls:` and says which it was if one of them is wrong.
template <class Build>
std::shared_ptr<const net::TlsContext> built(const std::string& where, Build build) {
  try {
    return build();
  } catch (const net::TlsFileError& error) {
    throw net::TlsFileError(error.setting(), where + ".tls." + error.setting() + ": " + error.what());
  }
}

std::shared_ptr<const net::TlsContext> client_context(const std::string& where, const config::Tls& tls) {
  return built(where, [&] { return net::TlsContext::for_clients({tls.ca, tls.cert, tls.key, tls.verify}); });
}

std::shared_ptr<const net::TlsContext> listen_context(const config::Listen& listener) {
  return built("listen " + listener.address, [&] {
    return net::TlsContext::for_listener({listener.tls->cert, listener.tls->key});
  });
}

/// The servers of an upstream; those that speak TLS share one context.
std::vector<origin::ServerSettings> servers_of(const config::Upstream& upstream) {
  std::shared_ptr<const net::TlsContext> context;
  std::vector<origin::ServerSettings> servers;
  for (const config::Server& server : upstream.servers) {
    origin::ServerSettings& one =
        servers.emplace_back(origin::ServerSettings{{server.host, server.port, {}}, {}});
    if (server.scheme != "https") continue;
    if (context == nullptr) context = client_context("upstreams." + upstream.name, upstream.tls);
    const std::string& name = upstream.tls.server_name;
    one.tls = net::TlsPeer{context, name.empty() ? server.host : name};
  }
  return servers;
}

}  // namespace

namespace {

/// A site to be warmed by the name that requests for it are keyed by.
std::string canonical_site(const std::string& url, const policy::Sites& sites) {
  Result<http::Target> site = http::resolve({}, url);
  if (!site) return url;
  sites.replace(*site);
  return site->scheme + "://" + site->authority();
}

/// What is done to requests of a route: by itself, and by the upstream that it goes to.
policy::RequestRule request_rule_of(const config::Config& config, const policy::Route& route) {
  const auto upstream = std::ranges::find(config.upstreams, route.upstream, &config::Upstream::name);
  return upstream == config.upstreams.end() ? route.request : route.request.over(upstream->request);
}

}  // namespace

cache::Settings cache_settings(const config::Config& config) {
  // A route may leave its upstream out if there is only one.
  const std::string only = config.upstreams.size() == 1 ? config.upstreams.front().name : std::string{};
  cache::Settings settings;
  settings.sites = policy::Sites(config.sites);
  std::vector<policy::Route> routes = config.routes;
  settings.fallback.credential_fields =
      std::make_shared<const policy::CredentialFields>(config.credentials.add, config.credentials.remove);
  settings.fallback.tag_fields = std::make_shared<const policy::TagFields>(config.tag_fields);
  for (policy::Route& route : routes) {
    if (route.warm && !route.warm->site.empty()) {
      route.warm->site = canonical_site(route.warm->site, settings.sites);
    }
    if (route.upstream.empty() && !policy::is_own_answer(route)) route.upstream = only;
    route.request = request_rule_of(config, route);
    route.credential_fields = settings.fallback.credential_fields;
    route.tag_fields = settings.fallback.tag_fields;
  }
  settings.routes = policy::RouteTable(std::move(routes));
  policy::put_behind(settings.routes, settings.fallback);
  settings.purge_method = config.purge_method.allow;
  settings.trusted_proxies = config.trusted_proxies;
  settings.fallback.upstream = only;
  settings.fallback.request = request_rule_of(config, settings.fallback);
  settings.max_lifetime = config.store.max_lifetime;
  settings.max_object = config.store.max_object;
  for (const config::Upstream& upstream : config.upstreams) {
    // A connection that was used before may end unanswered; then each server gets its time to be reached.
    const Milliseconds until_head = upstream.timeouts.connect * static_cast<int>(upstream.servers.size()) +
                                    2 * upstream.timeouts.first_byte;
    const Milliseconds total = upstream.timeouts.total;
    settings.upstreams[upstream.name] = {upstream.max_fills, upstream.queue, upstream.queue_timeout,
                                         std::min(until_head, total), total};
  }
  return settings;
}

std::vector<origin::Settings> origin_settings(const config::Config& config) {
  std::vector<origin::Settings> all;
  for (const config::Upstream& upstream : config.upstreams) {
    origin::Settings settings;
    settings.name = upstream.name;
    settings.servers = servers_of(upstream);
    settings.connect_timeout = upstream.timeouts.connect;
    settings.first_byte_timeout = upstream.timeouts.first_byte;
    settings.idle_timeout = upstream.timeouts.idle;
    settings.keepalive_timeout = upstream.timeouts.keepalive;
    settings.tunnel_timeout = upstream.timeouts.tunnel;
    all.push_back(std::move(settings));
  }
  return all;
}

redis::Settings redis_settings(const config::Redis& config) {
  redis::Settings settings = redis::parse_url(config.url).value();  // config has checked it
  if (!config.username.empty()) settings.username = config.username;
  if (!config.password.empty()) settings.password = config.password;
  settings.password_file = config.password_file;
  settings.sentinel_username = config.sentinel_username;
  settings.sentinel_password = config.sentinel_password;
  settings.timeout = config.timeout;
  if (settings.tls) {
    settings.tls->context = client_context("store.redis", config.tls);
    if (!config.tls.server_name.empty()) settings.tls->server_name = config.tls.server_name;
  }
  return settings;
}

/// What is remembered of a purged name takes about as much of this process as of Redis.
constexpr std::uint64_t bytes_of_name = 64;

store::PurgeTable::Limits purge_limits(const config::Config& config) {
  store::PurgeTable::Limits limits;
  limits.max_lifetime = config.store.max_lifetime;
  limits.max_names = config.store.purge_log / bytes_of_name;
  return limits;
}

server::Settings server_settings(const config::Limits& limits) {
  server::Settings settings;
  settings.head_limits.head = limits.head.size;
  settings.head_limits.fields = limits.head.fields;
  settings.head_timeout = limits.head.time;
  settings.idle_timeout = limits.idle;
  settings.slowest_rate = limits.content.slowest;
  settings.max_content = limits.content.size;
  return settings;
}

std::vector<ListenAt> listen_at(const config::Config& config) {
  std::vector<ListenAt> all;
  for (const config::Listen& listener : config.listen) {
    ListenAt& at = all.emplace_back();
    at.endpoint = net::parse_endpoint(listener.address).value();  // config has checked it
    if (listener.tls) at.tls = listen_context(listener);
    at.has_proxy_headers = listener.proxy_protocol;
  }
  return all;
}

std::vector<std::string> tls_problems(const config::Config& config) {
  std::vector<std::string> problems;
  const auto attempt = [&](const auto& build) {
    try {
      build();
    } catch (const net::TlsFileError& error) {
      problems.emplace_back(error.what());
    }
  };
  for (const config::Listen& listener : config.listen) {
    if (listener.tls) attempt([&] { listen_context(listener); });
  }
  for (const config::Upstream& upstream : config.upstreams) attempt([&] { servers_of(upstream); });
  if (config.store.redis) attempt([&] { redis_settings(*config.store.redis); });
  return problems;
}

net::Endpoint admin_endpoint(const config::Admin& config) {
  return net::parse_endpoint(config.listen).value();  // config has checked it
}

}  // namespace larder
