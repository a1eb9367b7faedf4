#pragma once

#include <larder/http/message.hpp>
#include <larder/http/target.hpp>
#include <larder/policy/folded_routes.hpp>
#include <larder/policy/reason.hpp>
#include <larder/policy/route.hpp>

namespace larder::policy {

/// Why this request may neither be answered from cache nor its response stored; Reason::none if it may.
/// `has_content`: it is framed with a body of more than no bytes. A Cookie is not looked at here: an entry
/// that the origin itself made cacheable may answer it; decide_reuse() and decide_storing() refuse the
/// others. `folded`: all the routes, of which `route` is the one that the request met.
Reason bypass_reason(const Route& route, const FoldedRoutes& folded, const http::RequestHead& request,
                     const http::Target& target, bool has_content);

}  // namespace larder::policy
