#include "demands.hpp"

#include <larder/policy/reuse.hpp>

namespace larder::policy {
namespace {

using Action = ReuseDecision::Action;

bool serves(Action action) {
  return action == Action::serve || action == Action::serve_and_refresh;
}

// What the stored response itself and the request say, by RFC 9111, section 4.
ReuseDecision by_protocol(const ReuseInput& input, const http::CacheControl& asked, Trace* trace) {
  const Lifetimes& stored = input.lifetimes;
  const Action again = input.can_validate ? Action::validate : Action::fill;
  const Reason stranger = not_shareable_reason(input.route, input.request, stored);
  if (!note(trace, Rule::shareable, stranger == Reason::none)) return {Action::fill, stranger};
  // RFC 9111, section 5.2.2.4.
  if (note(trace, Rule::no_cache, stored.no_cache)) return {again, Reason::no_cache};
  const Milliseconds age = current_age(stored, input.now);
  const Milliseconds remaining = remaining_freshness(stored, input.now);
  const Reason demand = unmet_demand(asked, age, remaining, trace);
  if (demand != Reason::none) return {again, demand};
  if (note(trace, Rule::fresh, remaining > Milliseconds{0}, age, stored.freshness)) {
    return {Action::serve, Reason::none};
  }
  const bool is_accepted = accepts_stale(asked, stored, -remaining);
  if (note(trace, Rule::request_max_stale, is_accepted, -remaining, asked.max_stale.value_or(Seconds{0}))) {
    return {Action::serve, Reason::stale};
  }
  const Milliseconds window = stored.stale_while_revalidate;
  const bool is_in_window = allows_stale(asked, stored) && -remaining < window;
  if (note(trace, Rule::stale_while_revalidate, is_in_window, -remaining, window)) {
    return {Action::serve_and_refresh, Reason::stale};
  }
  return {again, Reason::stale};
}

}  // namespace

Reason not_shareable_reason(const Route& route, const http::RequestHead& request, const Lifetimes& stored) {
  // Stored while the route allowed it, or by another instance whose routes do.
  if (stored.sets_cookie && route.set_cookie != SetCookieRule::allow) return Reason::set_cookie;
  return unkeyed_credential(route, request, {stored.allows_credentials, stored.allows_authorization});
}

bool outdates_stored(int status) {
  constexpr int not_found = 404;
  constexpr int gone = 410;
  const bool is_success_or_redirection = status >= 200 && status < 400 && status != 206 && status != 304;
  return is_success_or_redirection || status == not_found || status == gone;
}

bool may_collapse(const Route& route, const http::RequestHead& request) {
  const http::CacheControl asked = request_directives(route, request.fields);
  return !asked.no_cache && !asked.no_store && !(asked.max_age && *asked.max_age == Seconds{0});
}

bool may_answer_others(const Lifetimes& fetched, Time now) {
  if (fetched.no_cache) return false;
  const Milliseconds remaining = remaining_freshness(fetched, now);
  if (remaining > Milliseconds{0}) return true;
  return !fetched.must_revalidate && -remaining < fetched.stale_while_revalidate;
}

bool only_if_cached(const Route& route, const http::RequestHead& request) {
  return request_directives(route, request.fields).only_if_cached;
}

// RFC 9111, section 4, and what else this cache knows.
ReuseDecision decide_reuse(const ReuseInput& input, Trace* trace) {
  const http::CacheControl asked = request_directives(input.route, input.request.fields);
  ReuseDecision decision = by_protocol(input, asked, trace);
  if (decision.reason == Reason::stale) {
    // What may stand in for an error goes out before the origin is asked, if that left the last request
    // waiting until its deadline: one request asks again, in the background.
    const bool hangs = note(trace, Rule::origin_hangs, input.origin_hangs);
    if (hangs && may_serve_on_error(input.route, input.request, input.lifetimes, input.now, trace)) {
      decision.action = Action::serve_and_refresh;
    }
    if (note(trace, Rule::soft_purge, input.softly_purged)) decision.reason = Reason::soft_purged;
  }
  if (serves(decision.action)) {
    if (note(trace, Rule::knows_purges, input.knows_purges)) return decision;
    decision = {Action::fill, Reason::outage};
  }
  // RFC 9111, section 5.2.1.7.
  if (note(trace, Rule::only_if_cached, asked.only_if_cached)) decision.action = Action::refuse;
  return decision;
}

ReuseDecision decide_absent(const Route& route, const http::RequestHead& request, Reason absence,
                            Trace* trace) {
  note(trace, Rule::stored, false);
  const bool refuses = note(trace, Rule::only_if_cached, only_if_cached(route, request));
  return {refuses ? Action::refuse : Action::fill, absence};
}

}  // namespace larder::policy
