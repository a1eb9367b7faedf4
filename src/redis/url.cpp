#include <larder/base/redis_url.hpp>
#include <larder/redis/settings.hpp>

#include <utility>

namespace larder::redis {
namespace {

constexpr std::string_view default_port = "6379";
constexpr std::string_view default_sentinel_port = "26379";

using Topology = Settings::Topology;

Topology topology_of(const RedisScheme& scheme) {
  switch (scheme.topology) {
    case RedisScheme::Topology::single:
      return Topology::single;
    case RedisScheme::Topology::sentinel:
      return Topology::sentinel;
    case RedisScheme::Topology::cluster:
      return Topology::cluster;
  }
  return Topology::single;
}

std::vector<net::Endpoint> endpoints_of(RedisUrl& url, std::string_view port) {
  std::vector<net::Endpoint> endpoints;
  for (RedisUrl::Host& host : url.hosts) {
    net::Endpoint& endpoint = endpoints.emplace_back();
    endpoint.host = std::move(host.name);
    endpoint.port = host.port.empty() ? std::string(port) : std::move(host.port);
  }
  return endpoints;
}

}  // namespace

Result<Settings> parse_url(std::string_view text) {
  Result<RedisUrl> url = parse_redis_url(text);
  if (!url) return url.error();
  Settings settings;
  settings.topology = topology_of(url->scheme);
  settings.username = std::move(url->username);
  settings.password = std::move(url->password);
  settings.master = std::move(url->master);
  settings.database = url->database;
  const bool is_sentinel = settings.topology == Topology::sentinel;
  settings.endpoints = endpoints_of(*url, is_sentinel ? default_sentinel_port : default_port);
  if (settings.topology == Topology::single) {
    if (!settings.endpoints.empty()) settings.endpoint = std::move(settings.endpoints.front());
    settings.endpoint.unix_path = std::move(url->unix_path);
    settings.endpoints.clear();
  }
  if (url->scheme.is_secure) settings.tls = net::TlsPeer{nullptr, settings.endpoint.host};
  return settings;
}

const net::TlsPeer* Settings::tls_for(const net::Endpoint& to, net::TlsPeer& peer) const {
  if (!tls) return nullptr;
  peer = *tls;
  if (peer.server_name.empty()) peer.server_name = to.host;
  return &peer;
}

}  // namespace larder::redis
