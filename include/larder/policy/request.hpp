#pragma once

#include <larder/http/message.hpp>
#include <larder/http/target.hpp>
#include <larder/policy/reason.hpp>
#include <larder/policy/route_table.hpp>

namespace larder::policy {

/// Why this request may neither be answered from cache nor its response stored; Reason::none if it may.
/// `has_content`: it is framed with a body of more than no bytes. A Cookie is not looked at here: an entry
/// that the origin itself made cacheable may answer it; decide_reuse() and decide_storing() refuse the
/// others. `routes`: all of them, of which `route` is the one that the request met.
Reason bypass_reason(const Route& route, const RouteTable& routes, const http::RequestHead& request,
                     const http::Target& target, bool has_content);

/// Whether a request that nothing stored answers goes to the origin with its own conditions, and beside
/// others' fetches: its answer will hardly be for others (RFC 9111, section 3.5), so nothing is won by asking
/// for the whole. Cookies do not count: pages that say `public` get them from everybody.
bool keeps_own_conditions(const Route& route, const http::FieldList& request_fields);

}  // namespace larder::policy
