#pragma once

#include <larder/policy/freshness.hpp>
#include <larder/policy/trace.hpp>

namespace larder::policy {

/// All that deciding about a stored response that matches a request looks at.
struct ReuseInput {
  const Route& route;
  const http::RequestHead& request;
  Lifetimes lifetimes;         ///< of the stored response
  bool can_validate = false;   ///< can_be_validated()
  bool softly_purged = false;  ///< a soft purge ended its lifetime
  bool origin_hangs = false;   ///< the origin let the last fetch for it run into its deadline
  bool knows_purges = true;  ///< whether this instance is sure of the purges that the response was judged by
  Time now{};
};

/// What to do with a stored response that matches a request.
struct ReuseDecision {
  enum class Action {
    serve,              ///< it is fresh, or stale within what the request's max-stale allows
    serve_and_refresh,  ///< it is stale, but may be served while it is validated (RFC 5861, section 3)
    validate,           ///< ask the origin whether it still holds, with its validators
    fill,    ///< fetch it again: it has no validator, or is not for a request that identifies its client
    refuse,  ///< only-if-cached: 504 (RFC 9111, section 5.2.1.7)
  };
  Action action = Action::fill;
  Reason reason = Reason::none;  ///< why it is not simply served
};

/// RFC 9111, sections 4, 4.2.4 and 5.2.1; a stale response that may stand in for an error is served too while
/// the origin hangs, and nothing is served on an instance that may have missed purges. A request with a
/// credential outside the key is answered only from an entry whose response said that it may be shared so:
/// else Action::fill with Reason::authorization, cookie or credential.
ReuseDecision decide_reuse(const ReuseInput& input, Trace* trace = nullptr);

/// The same if nothing that matches is stored, for the reason given: Action::fill or refuse.
ReuseDecision decide_absent(const Route& route, const http::RequestHead& request, Reason absence,
                            Trace* trace = nullptr);

/// Why a stored response is not for a request, if it is not: Reason::authorization, cookie
/// or credential if it identifies the client, the route does not key that, and the response did not say that
/// it may be shared with such requests; Reason::set_cookie if it would give everybody a cookie that the route
/// does not allow.
Reason not_shareable_reason(const Route& route, const http::RequestHead& request, const Lifetimes& stored);

/// Whether an answer that is not stored says something about the resource that makes a stored response wrong:
/// 2xx and 3xx except a part and a 304, 404, 410 (RFC 9111, section 4.3.3). Other 4xx are about the request.
bool outdates_stored(int status);

/// Whether a request may wait for what is being fetched for another one (RFC 9111, section 4): not if it
/// wants the origin to be asked, or nothing to be stored.
bool may_collapse(const Route& route, const http::RequestHead& request);

/// Whether a response that has just come may answer requests that waited for it: one that must be validated
/// before each use may not.
bool may_answer_others(const Lifetimes& fetched, Time now);

/// Whether a request accepts only what is cached (`only-if-cached`, if the route honors it).
bool only_if_cached(const Route& route, const http::RequestHead& request);

}  // namespace larder::policy
