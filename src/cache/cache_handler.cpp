#include "annotate.hpp"
#include "serve.hpp"
#include "visit.hpp"

#include <larder/cache/cache_handler.hpp>
#include <larder/pipeline/problem.hpp>
#include <larder/policy/forwarding.hpp>
#include <larder/policy/request.hpp>
#include <larder/policy/reuse.hpp>
#include <larder/policy/validation.hpp>

namespace larder::cache {

using pipeline::CacheResult;
using pipeline::Response;
using policy::Reason;

namespace {

Response annotated(Response response, const Outcome& outcome) {
  annotate(response, outcome);
  return response;
}

}  // namespace

Task<Result<Response>> CacheHandler::handle(pipeline::Request& request) {
  std::optional<policy::RouteMatch> match =
      policy::match_route(settings_.routes, request.head.method, request.target.path);
  Reason why = match ? Reason::none : Reason::no_route;
  if (!match) match = policy::RouteMatch{&settings_.fallback, {}};
  if (match->route->upstream.empty()) {
    Response answer = pipeline::problem(404, "No route leads to an upstream.");
    co_return annotated(std::move(answer), {.result = CacheResult::bypass, .why = why});
  }
  Visit visit{.request = request, .match = std::move(*match)};
  const Result<> cleaned = policy::remove_connection_specific(visit.route(), request.head.fields);
  if (!cleaned) {
    co_return annotated(pipeline::request_problem(cleaned.error()), {.result = CacheResult::bypass});
  }
  why = policy::bypass_reason(visit.route(), request.head, request.target, !request.body.empty());
  if (why != Reason::none) {
    co_return co_await pass(visit, why);
  }
  co_return co_await look_up(visit);
}

/// A request that may be answered from cache.
Task<Result<Response>> CacheHandler::look_up(Visit& visit) {
  const http::RequestHead& head = visit.request.head;
  visit.key = policy::key_of(visit.route(), visit.request.target, head.fields, visit.request.own_port);
  store::Lookup found{store_.find_now(visit.key.text, head.fields), Reason::none};
  const bool is_fresh = found.response != nullptr &&
                        policy::remaining_freshness(found.response->lifetimes, clock_.now()).count() > 0;
  if (!is_fresh) found = co_await store_.find(visit.key.text, head.fields);

  policy::ReuseDecision decision{policy::ReuseDecision::Action::fill, found.absence};
  const Time now = clock_.now();
  if (found.response != nullptr) {
    const bool can_validate = policy::has_validator(*found.response->fields);
    decision = policy::decide_reuse(visit.route(), head, found.response->lifetimes, can_validate, now);
    if (decision.action == policy::ReuseDecision::Action::serve && !log_.trusts_hits()) {
      decision = {policy::ReuseDecision::Action::fill, Reason::outage};
    }
  } else if (policy::only_if_cached(visit.route(), head)) {
    decision.action = policy::ReuseDecision::Action::refuse;
  }
  switch (decision.action) {
    case policy::ReuseDecision::Action::serve:
      co_return serve(visit, found.response, {.result = CacheResult::hit}, now);
    case policy::ReuseDecision::Action::refuse: {
      Response answer =
          pipeline::problem(504, "Nothing stored may answer the request, and it asks for nothing else.");
      co_return annotated(std::move(answer), {.result = CacheResult::miss, .why = Reason::only_if_cached});
    }
    case policy::ReuseDecision::Action::validate:
      co_return co_await fill(visit, decision.reason, std::move(found.response));
    case policy::ReuseDecision::Action::fill:
      break;
  }
  co_return co_await fill(visit, decision.reason, nullptr);
}

/// A request that goes to the origin, and whose answer is nobody else's.
Task<Result<Response>> CacheHandler::pass(Visit& visit, Reason why) {
  const Outcome outcome{.result = CacheResult::bypass, .why = why};
  Result<pipeline::Request> request = forwarded(visit, false);
  if (!request) co_return annotated(pipeline::request_problem(request.error()), outcome);
  Result<Response> response = co_await origin_.handle(*request);
  if (!http::is_safe(visit.request.head.method)) co_await purge_after(visit, response);
  if (!response) co_return annotated(pipeline::origin_problem(response.error()), outcome);
  const bool keep_length = visit.request.head.method == "HEAD" || response->head.status == 304;
  response->head.fields = policy::response_fields_to_forward(response->head, keep_length);
  annotate(*response, outcome);
  annotate_debug(*response, visit, nullptr, std::nullopt);
  co_return response;
}

/// Purges what an unsafe request changed before its answer leaves (RFC 9111, section 4.4): after a non-error
/// answer, and where the outcome is unknown. A server that was never reached has changed nothing.
Task<> CacheHandler::purge_after(Visit& visit, const Result<Response>& response) {
  if (response && !policy::is_purging_status(response->head.status)) co_return;
  if (!response && response.error() == Error::unavailable) co_return;
  std::vector<policy::Purge> purges =
      policy::purges_of(visit.route(), visit.match.captures, visit.request.head, visit.request.target,
                        response ? &response->head : nullptr);
  if (!purges.empty()) co_await log_.append(std::move(purges));
}

}  // namespace larder::cache
