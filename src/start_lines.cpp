#include "start_lines.hpp"

#include <larder/base/clock.hpp>
#include <larder/base/units.hpp>
#include <larder/net/timer.hpp>

#include <fmt/format.h>

namespace larder {
namespace {

constexpr std::size_t most_listed = 10;
constexpr std::size_t longest_listed = 100;

std::string list(const std::vector<std::string>& all) {
  std::string text;
  for (std::size_t i = 0; i < all.size() && i < most_listed; ++i) {
    if (i != 0) text += ", ";
    text += all[i].substr(0, longest_listed);
  }
  if (all.size() > most_listed) text += fmt::format(", and {} more", all.size() - most_listed);
  return text;
}

std::string url_of(const config::Server& server) {
  const bool is_ipv6 = server.host.find(':') != std::string::npos;
  return server.scheme + "://" + (is_ipv6 ? "[" + server.host + "]" : server.host) + ":" + server.port;
}

std::string line_of(const config::Upstream& upstream) {
  std::vector<std::string> urls;
  for (const config::Server& server : upstream.servers) urls.push_back(url_of(server));
  return upstream.name + " (" + list(urls) + ")";
}

}  // namespace

std::vector<std::string> start_lines(const config::Config& config, const std::string& source) {
  std::vector<std::string> upstreams;
  for (const config::Upstream& upstream : config.upstreams) upstreams.push_back(line_of(upstream));
  std::vector<std::string> routes;
  for (const policy::Route& route : config.routes) routes.push_back(route.name);
  const std::string memory = config.store.memory == 0 ? "off" : format_size(config.store.memory);
  return {
      fmt::format("larder {}: configuration read from {}", LARDER_VERSION, source),
      fmt::format("upstreams: {}", list(upstreams)),
      routes.empty() ? "no routes: what responses say of themselves decides"
                     : fmt::format("{}: {}", counted(routes.size(), "route"), list(routes)),
      fmt::format("memory: {}, contents of up to {}{}", memory, format_size(config.store.max_object),
                  config.store.redis ? "" : "; no Redis"),
  };
}

std::string place_of(const redis::Settings& redis) {
  using Topology = redis::Settings::Topology;
  if (redis.topology == Topology::single) return redis.endpoint.text();
  std::vector<std::string> places;
  for (const net::Endpoint& endpoint : redis.endpoints) places.push_back(endpoint.text());
  if (redis.topology == Topology::cluster) return "cluster of " + list(places);
  return "master " + redis.master + " that the sentinels at " + list(places) + " name";
}

Task<> tell_state_of_redis(const store::PurgeLog& purge_log, std::string place, const bool& goes_on,
                           Log& log) {
  constexpr Milliseconds patience{500};
  constexpr Milliseconds step{5};
  constexpr Milliseconds long_step{50};
  const SteadyTime latest = steady_now() + patience;
  while (!purge_log.is_in_step() && steady_now() < latest) co_await net::sleep_until(steady_now() + step);
  const bool is_there = purge_log.is_in_step();
  log.info("redis: {}: {}", place,
           is_there ? "connected, and every purge is known"
                    : "not there yet: memory and the upstreams answer until it is");
  if (is_there) co_return;
  while (!purge_log.is_in_step() && goes_on) co_await net::sleep_until(steady_now() + long_step);
  if (goes_on) log.info("redis: {}: connected, and every purge is known", place);
}

}  // namespace larder
