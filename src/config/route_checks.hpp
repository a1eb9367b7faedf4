#pragma once

#include "sections.hpp"

namespace larder::config {

/// Whether a key says something of a route whose requests larder itself answers.
bool goes_with_own_answer(std::string_view key);

/// What goes with a route whose requests larder itself answers, and what does not.
void check_own_answer(Map& map, policy::Route& route);

/// What a route that was read means: `map` has the keys of its own, the rest are defaults. Sets the upstream
/// if none is named.
void check_route(Map& map, const Value& section, policy::Route& route, const RouteContext& context);

/// The same of what `defaults.route` says, as far as it is told from that alone.
void check_route_defaults(Map& map, const policy::Route& route, const Config& config);

/// What is wrong with `request` beside the key and `vary`; the section is the route.
void check_request(Map& map, const Value& section, const policy::Route& route);

/// What is wrong with `vary` beside credentials and the key.
void check_vary(Map& map, const policy::Route& route, const Credentials& credentials);

}  // namespace larder::config
