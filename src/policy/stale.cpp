#include "demands.hpp"

#include <larder/policy/stale.hpp>

#include <algorithm>
#include <array>

namespace larder::policy {
namespace {

// Why neither freshness nor stale-if-error lets a stored response stand in for an error.
Reason obstacle_of(const http::CacheControl& asked, const Lifetimes& stored) {
  if (stored.no_cache) return Reason::no_cache;
  if (asked.no_cache) return Reason::request_no_cache;
  if (asked.max_age) return Reason::request_max_age;
  if (asked.min_fresh) return Reason::request_min_fresh;
  return Reason::stale;
}

FailureDecision tell(Reason reason) {
  return {FailureDecision::Action::tell, reason};
}

}  // namespace

FailureDecision decide_on_failure(const FailureInput& input, Trace* trace) {
  const bool may_hide = !input.status || is_error_to_hide(*input.status);
  if (!note(trace, Rule::hidden_status, may_hide)) return tell(Reason::status);
  if (!note(trace, Rule::stored, input.stored != nullptr)) return tell(Reason::absent);
  if (!note(trace, Rule::knows_purges, input.knows_purges)) return tell(Reason::outage);
  const http::CacheControl asked = request_directives(input.route, input.request.fields);
  if (!may_serve_on_error(input.route, input.request, *input.stored, input.now, trace)) {
    return tell(obstacle_of(asked, *input.stored));
  }
  return {FailureDecision::Action::serve, Reason::none};
}

bool is_error_to_hide(int status) {
  return status == 500 || status == 502 || status == 503 || status == 504;
}

bool is_passing_error(int status) {
  constexpr int too_many_requests = 429;
  constexpr int loop_detected = 508;  // about the route of that one request
  return (status >= 500 && status != loop_detected) || status == too_many_requests;
}

bool yields_to_stale(int status) {
  static constexpr std::array provocable{400, 405, 413, 414, 417, 431};
  return status >= 500 || std::ranges::find(provocable, status) != provocable.end();
}

bool keeps_its_place(const Route& route, const http::RequestHead& request, int stored_status,
                     const Lifetimes& stored, int status, Time now) {
  return yields_to_stale(status) && !yields_to_stale(stored_status) &&
         may_serve_on_error(route, request, stored, now, nullptr);
}

}  // namespace larder::policy
