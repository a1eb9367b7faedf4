#pragma once

#include "sections.hpp"

namespace larder::config {

/// What a route that was read means: `map` has the keys of its own, the rest are defaults. Sets the upstream
/// if none is named.
void check_route(Map& map, const Value& section, policy::Route& route, const RouteContext& context);

/// The same of what `defaults.route` says, as far as it is told from that alone.
void check_route_defaults(Map& map, const policy::Route& route, const Config& config);

/// What is wrong with `vary` beside credentials and the key.
void check_vary(Map& map, const policy::Route& route, const Credentials& credentials);

}  // namespace larder::config
