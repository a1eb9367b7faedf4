#include "defaults.hpp"

#include "sections.hpp"
#include "suggest.hpp"

namespace larder::config {
namespace {

Table<Defaults> defaults_keys(const Config* config) {
  return {{
      key("route", &Defaults::route, DefaultsOf<policy::Route>{route_keys_by_default(config), "route"},
          "The keys of a route, but for those that say which requests it takes, and warm.")
          .shown_if([](const Defaults& defaults) { return defaults.route != policy::Route{}; }),
      key("upstream", &Defaults::upstream, DefaultsOf<Upstream>{upstream_keys(), "upstream"},
          "The keys of an upstream, but for servers.")
          .shown_if([](const Defaults& defaults) { return defaults.upstream != Upstream{}; }),
  }};
}

}  // namespace

DefaultsSection::DefaultsSection() : Section{defaults_keys(nullptr)} {}

std::optional<Defaults> DefaultsSection::read(const Value& value, const Config& config) const {
  return Section<Defaults>{defaults_keys(&config)}.read(value);
}

void check_default_upstream(const Value& defaults, const Config& config) {
  const Node* const route = defaults.node().find("route");
  const Node* const upstream = route == nullptr ? nullptr : route->find("upstream");
  if (upstream == nullptr || !upstream->is_text()) return;
  refuse_unknown_upstream(Value(*upstream, "defaults.route.upstream", defaults.source()),
                          config.defaults.route.upstream, config);
}

}  // namespace larder::config
