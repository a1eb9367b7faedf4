#pragma once

#include <larder/cache/settings.hpp>
#include <larder/pipeline/handler.hpp>

#include <memory>

namespace larder::cache {

/// The settings that a request goes by: those by which fields chose its route, or else `current`.
std::shared_ptr<const Settings> settings_of(const pipeline::Request& request,
                                            const std::shared_ptr<const Settings>& current);

/// The route that takes a request, nullptr if none does. What may be removed from it later and had a say is
/// kept with it; so of several calls the first one finds the route.
const policy::Route* route_of(const std::shared_ptr<const Settings>& settings, pipeline::Request& request);

/// Names the fields by which a request met its route in Vary, unless they are there.
void add_vary(const pipeline::Routing& routing, pipeline::Response& response);

}  // namespace larder::cache
