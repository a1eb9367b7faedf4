#include "address.hpp"
#include "sections.hpp"

#include <larder/config/load.hpp>

#include <iterator>

namespace larder::config {
namespace {

/// One upstream in place of all others; what the file says wrongly of its own no longer counts.
void apply_upstream(Loaded& loaded, const Server& server) {
  Upstream upstream = loaded.config.defaults.upstream;
  upstream.name = "default";
  upstream.servers = {server};
  for (policy::Route& route : loaded.config.routes) {
    if (!policy::is_own_answer(route)) route.upstream = upstream.name;
  }
  loaded.config.defaults.route.upstream.clear();
  loaded.config.upstreams.clear();
  loaded.config.upstreams.push_back(std::move(upstream));
  std::erase_if(loaded.diagnostics, [](const Diagnostic& one) { return one.settled_by == "--upstream"; });
}

/// A route for all that the file's own leave over.
void apply_ttl(Config& config, const Value& option) {
  const std::optional<Milliseconds> ttl = duration(option);
  if (!ttl) return;
  policy::Route route = config.defaults.route;
  compile_match(route);
  route.ttl = {.plain = ttl, .by_status = {}};
  if (!config.store.redis && route.collapse == policy::Collapse::cluster)
    route.collapse = policy::Collapse::local;
  const bool has_upstream = !route.upstream.empty();
  if (!has_upstream && !config.upstreams.empty()) route.upstream = config.upstreams.front().name;
  if (!has_upstream && config.upstreams.size() > 1)
    option.error("needs --upstream, since the file names several upstreams");
  warn_where_capped(option, *ttl, config.store);
  is_hidden(option, route, EarlierRoutes(config.routes));
  config.routes.push_back(std::move(route));
}

}  // namespace

void apply(Loaded& loaded, const Overrides& overrides) {
  Config& config = loaded.config;
  Source source("", nullptr);
  const auto option = [&](const std::string& text, const char* name) {
    return Value(Node(text), name, source);
  };
  if (overrides.upstream) {
    const std::optional<Server> server = server_url(option(*overrides.upstream, "--upstream"));
    if (server) apply_upstream(loaded, *server);
  } else if (loaded.ok() && config.upstreams.empty()) {
    source.error(Place{}, "there is no upstream: name one with --upstream or in a file");
  }
  if (!overrides.listen.empty()) {
    Node addresses = Node::list();
    for (const std::string& address : overrides.listen) addresses.push_back(Node(address));
    const auto listen = Listeners{}.read(Value(addresses, "--listen", source));
    if (listen) config.listen = *listen;
  }
  if (overrides.ttl) apply_ttl(config, option(*overrides.ttl, "--ttl"));
  if (overrides.threads) {
    const std::optional<unsigned> threads = read_threads(option(*overrides.threads, "--threads"));
    if (threads) config.threads = *threads;
  }
  if (overrides.log_level) {
    const std::optional<std::string> level = read_log_level(option(*overrides.log_level, "--log-level"));
    if (level) config.log.level = *level;
  }
  std::ranges::move(source.take(), std::back_inserter(loaded.diagnostics));
}

}  // namespace larder::config
