#pragma once

#include <larder/policy/freshness.hpp>
#include <larder/policy/trace.hpp>

namespace larder::policy {

/// What a request says of the responses that it accepts; nothing on a route that ignores that.
http::CacheControl request_directives(const Route& route, const http::FieldList& fields);

/// What the request asks of a response beyond being fresh, if that is not met (RFC 9111, section 5.2.1).
Reason unmet_demand(const http::CacheControl& asked, Milliseconds age, Milliseconds remaining, Trace* trace);

/// Whether the request accepts a response that has been stale for that long, and the response does not forbid
/// it (RFC 9111, sections 4.2.4 and 5.2.1.2).
bool accepts_stale(const http::CacheControl& asked, const Lifetimes& stored, Milliseconds staleness);

/// Whether nothing in the protocol forbids that a stale response answers the request (RFC 9111,
/// section 4.2.4).
bool allows_stale(const http::CacheControl& asked, const Lifetimes& stored);

/// Whether a stored response may stand in for an error: within its own stale-if-error or the request's
/// (RFC 5861, section 4), or because it was refreshed ahead of time and is still fresh. That it has to be
/// validated holds unless the route says otherwise: then for its own window alone, and not for a request with
/// a credential for which only must-revalidate made it shareable (RFC 9111, section 3.5).
bool may_serve_on_error(const Route& route, const http::RequestHead& request, const Lifetimes& stored,
                        Time now, Trace* trace);

/// Adds a step to a trace, if there is one.
inline bool note(Trace* trace, Rule rule, bool holds, Milliseconds figure = Milliseconds{0},
                 Milliseconds limit = Milliseconds{0}) {
  if (trace != nullptr) trace->add({rule, holds, figure, limit});
  return holds;
}

}  // namespace larder::policy
