#include <larder/base/text.hpp>
#include <larder/http/list.hpp>
#include <larder/policy/reuse.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

using Action = ReuseDecision::Action;

// What a request says of the responses it accepts; nothing where the route does not listen.
http::CacheControl request_directives(const Route& route, const http::FieldList& fields) {
  if (!route.honor_request_directives) return {};
  http::CacheControl control = http::parse_cache_control(fields);
  // RFC 9111, section 5.4: Pragma: no-cache counts where there is no Cache-Control.
  if (!control.present && http::list_contains(fields, "Pragma", "no-cache")) control.no_cache = true;
  return control;
}

// RFC 9111, section 5.2.1: what the request asks of a response beyond being fresh.
Reason request_demand(const http::CacheControl& asked, Milliseconds age, Milliseconds remaining) {
  if (asked.no_cache) return Reason::request_no_cache;
  // Section 5.2.1.1. A max-age=0 is how clients ask for validation: an age of less than a second is not let
  // pass.
  if (asked.max_age && (age > *asked.max_age || *asked.max_age == Seconds{0})) return Reason::request_max_age;
  // Section 5.2.1.3.
  if (asked.min_fresh && remaining < *asked.min_fresh && remaining > Milliseconds{0}) {
    return Reason::request_min_fresh;
  }
  return Reason::none;
}

// RFC 9111, sections 4.2.4 and 5.2.1.2: stale only where the request takes it and the response does not
// forbid it.
bool takes_stale(const http::CacheControl& asked, const Lifetimes& stored, Milliseconds staleness) {
  if (stored.must_revalidate || asked.min_fresh) return false;
  return asked.max_stale_any || (asked.max_stale && staleness <= *asked.max_stale);
}

// Whether neither side insists on asking the origin, fresh or not (RFC 9111, sections 5.2.1 and 5.2.2.4).
bool allows_unvalidated(const http::CacheControl& asked, const Lifetimes& stored) {
  return !stored.no_cache && !asked.no_cache && !asked.max_age && !asked.min_fresh;
}

// Whether nothing in the protocol forbids that a stale response answers the request (RFC 9111,
// section 4.2.4).
bool allows_stale(const http::CacheControl& asked, const Lifetimes& stored) {
  return !stored.must_revalidate && allows_unvalidated(asked, stored);
}

}  // namespace

Reason not_shareable_reason(const Route& route, const http::FieldList& fields, const Lifetimes& stored) {
  // Stored while the route allowed it, or by another instance whose routes do.
  if (stored.sets_cookie && route.set_cookie != SetCookieRule::allow) return Reason::set_cookie;
  return unkeyed_credential(route, fields, {stored.allows_credentials, stored.allows_authorization});
}

bool may_serve_on_error(const Route& route, const http::RequestHead& request, const Lifetimes& stored,
                        Time now) {
  const http::CacheControl asked = request_directives(route, request.fields);
  const Milliseconds remaining = remaining_freshness(stored, now);
  if (remaining > Milliseconds{0} && allows_unvalidated(asked, stored)) return true;
  if (!allows_stale(asked, stored)) return false;
  const Milliseconds allowed =
      std::max<Milliseconds>(stored.stale_if_error, asked.stale_if_error.value_or(Seconds{0}));
  return -remaining < allowed;
}

bool is_error_to_hide(int status) {
  return status == 500 || status == 502 || status == 503 || status == 504;
}

bool is_passing_error(int status) {
  constexpr int too_many_requests = 429;
  constexpr int loop_detected = 508;  // about the way that one request took
  return (status >= 500 && status != loop_detected) || status == too_many_requests;
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

// RFC 9111, section 4.
ReuseDecision decide_reuse(const Route& route, const http::RequestHead& request, const Lifetimes& stored,
                           bool has_validator, Time now) {
  const http::CacheControl asked = request_directives(route, request.fields);
  const auto ask_origin = [&asked](Action action, Reason reason) {
    // RFC 9111, section 5.2.1.7.
    return asked.only_if_cached ? ReuseDecision{Action::refuse, reason} : ReuseDecision{action, reason};
  };
  const Reason stranger = not_shareable_reason(route, request.fields, stored);
  if (stranger != Reason::none) return ask_origin(Action::fill, stranger);

  const Action again = has_validator ? Action::validate : Action::fill;
  // RFC 9111, section 5.2.2.4.
  if (stored.no_cache) return ask_origin(again, Reason::no_cache);
  const Milliseconds age = current_age(stored, now);
  const Milliseconds remaining = remaining_freshness(stored, now);
  const Reason demand = request_demand(asked, age, remaining);
  if (demand != Reason::none) return ask_origin(again, demand);
  if (remaining > Milliseconds{0}) return {Action::serve, Reason::none};
  if (takes_stale(asked, stored, -remaining)) return {Action::serve, Reason::stale};
  if (allows_stale(asked, stored) && -remaining < stored.stale_while_revalidate) {
    return {Action::serve_and_refresh, Reason::stale};
  }
  return ask_origin(again, Reason::stale);
}

}  // namespace larder::policy
