#pragma once

#include <larder/cache/settings.hpp>
#include <larder/pipeline/handler.hpp>
#include <larder/policy/route_table.hpp>

#include <optional>

namespace larder::cache {

/// Whether routes say of a request, which met `route`, that larder answers it itself: by `access`, `respond`
/// or `redirect` of that route, or of one that its path means when folded (src/README.md, "Folded paths").
bool is_answered_here(const Settings& settings, const policy::Route& route, const pipeline::Request& request);

/// That answer, if it is one of `access`; whatever else a request asks for, this comes first.
std::optional<pipeline::Response> refuse_access(const Settings& settings, const policy::Route& route,
                                                const pipeline::Request& request);

/// That answer, if it is one of `respond` or `redirect`.
std::optional<pipeline::Response> own_answer(const Settings& settings, const policy::RouteMatch& match,
                                             const pipeline::Request& request);

}  // namespace larder::cache
