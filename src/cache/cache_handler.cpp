#include "annotate.hpp"
#include "background_refresh.hpp"
#include "collapsing.hpp"
#include "context.hpp"
#include "cross_origin.hpp"
#include "fetch_history.hpp"
#include "fetcher.hpp"
#include "front.hpp"
#include "opening.hpp"
#include "outgoing.hpp"
#include "own_answers.hpp"
#include "pass_through.hpp"
#include "purging.hpp"
#include "refresh.hpp"
#include "routing.hpp"
#include "serve.hpp"
#include "transaction.hpp"

#include <larder/cache/cache_handler.hpp>
#include <larder/cache/settings.hpp>
#include <larder/pipeline/problem.hpp>
#include <larder/policy/forwarding.hpp>
#include <larder/policy/loop.hpp>
#include <larder/policy/partial.hpp>
#include <larder/policy/request.hpp>
#include <larder/policy/reuse.hpp>

namespace larder::cache {

using pipeline::CacheResult;
using pipeline::Response;
using policy::Reason;
using Action = policy::ReuseDecision::Action;

/// What answers the requests that memory alone does not.
struct CacheHandler::Parts {
  explicit Parts(const Context& all) : context(all) {}

  const Context context;
  Fetcher fetcher{context};
  Collapsing collapsing{context, fetcher};
  BackgroundRefresh refresh{context, collapsing};
  RefreshAhead ahead;
  PassThrough pass_through{context};
};

namespace {

/// Far beyond any deadline of the store's: what took longer was a process that stood still.
constexpr Milliseconds longest_look_up{2'000};

/// RFC 9111, section 5.2.1.7.
Response refuse_to_ask() {
  Response answer =
      pipeline::problem(504, "Nothing stored may answer the request, and it asks for nothing else.");
  return annotated(std::move(answer), {.result = CacheResult::miss, .why = Reason::only_if_cached});
}

/// What the route has done to an answer that leaves.
void complete(const policy::RouteMatch& match, const pipeline::Request& request,
              const http::FieldList& client_fields, Response& response) {
  if (match.route->cors) apply(*match.route->cors, client_fields, response);
  if (!match.route->response.empty()) write_outgoing(match, request, response);
}

/// What larder itself answers by its routes, in this order; nothing if the cache or the origin is to.
std::optional<Response> answer_here(const Settings& settings, const policy::RouteMatch& match,
                                    bool is_preflight, const pipeline::Request& request) {
  std::optional<Response> answer = refuse_access(settings, *match.route, request);
  if (!answer && is_preflight) return answer_preflight(*match.route->cors, request);
  if (!answer) answer = own_answer(settings, match, request);
  if (answer) complete(match, request, request.head.fields, *answer);
  return answer;
}

void tell_route(const pipeline::Request& request, const policy::Route& route, const Settings& settings) {
  if (request.telling != nullptr && &route != &settings.fallback) request.telling->route = route.name;
}

}  // namespace

CacheHandler::CacheHandler(std::shared_ptr<const Settings> settings, store::Store& store,
                           store::PurgeLog& log, pipeline::Handler& origin, const Clock& clock,
                           FillCoordinator& coordinator, store::Leases* leases, LoopNotices* loops,
                           FrontNotices* fronts)
    : settings_(std::move(settings)),
      store_(store),
      log_(log),
      clock_(clock),
      loops_(loops),
      fronts_(fronts),
      parts_(std::make_unique<Parts>(Context{store, log, origin, clock, coordinator, leases})) {}

CacheHandler::~CacheHandler() = default;

void CacheHandler::adopt(std::shared_ptr<const Settings> settings) {
  settings_ = std::move(settings);
}

void CacheHandler::drain() {
  parts_->pass_through.drain();
}

void CacheHandler::stop() {
  parts_->refresh.stop();
  parts_->fetcher.stop();
  parts_->pass_through.stop();
}

/// What may be done with a stored response that matches.
policy::ReuseDecision CacheHandler::decide(const Transaction& transaction,
                                           const store::StoredResponse& stored, bool origin_hangs,
                                           Time now) const {
  return policy::decide_reuse({.route = transaction.route(),
                               .request = transaction.request.head,
                               .lifetimes = stored.lifetimes,
                               .can_validate = stored.can_validate,
                               .softly_purged = stored.softly_purged,
                               .origin_hangs = origin_hangs,
                               .knows_purges = trusts(transaction, log_, stored),
                               .now = now});
}

/// Before anything is decided by where the request came from.
void CacheHandler::look_behind_proxies(const Settings& settings, pipeline::Request& request) const {
  const PeerNotice notice = cache::look_behind_proxies(settings, request);
  if (fronts_ == nullptr || notice.what == PeerNotice::What::nothing) return;
  if (notice.what == PeerNotice::What::unread_family) {
    fronts_->tell_unread(notice.peer, notice.said, steady_now());
  } else {
    fronts_->tell_overwritten(notice.peer, notice.said, request.target.scheme, steady_now());
  }
}

bool CacheHandler::answer_now(pipeline::Request& request, Response& response) {
  // Else what a front says is looked at by handle(), which every redirect comes to once.
  if (!settings_->trusted_proxies.empty()) look_behind_proxies(*settings_, request);
  if (!request.head.target.starts_with('/') &&
      http::names_other_scheme(request.head, request.target.scheme)) {
    return false;
  }
  name_site(*settings_, request);
  const policy::Route* route = route_of(settings_, request);
  if (route == nullptr) route = &settings_->fallback;
  if (route->upstream.empty() || route->strict || is_answered_here(*settings_, *route, request)) return false;
  // Without captures, which only fills and purges ask for.
  Transaction transaction{.request = request, .settings = settings_, .match = {route, {}}};
  const Result<Reason> bypass = open(transaction);
  if (!bypass || *bypass != Reason::none) return false;
  const Normalised normalised(*route, request.head.fields, own_fields_);

  key_.clear();
  policy::append_key(key_, *route, request.target, request.head.fields);
  const store::StoredResponsePtr stored = store_.find_now(key_, request.head.fields);
  if (stored == nullptr) return false;
  const Time now = clock_.now();
  // What is stale here may be fresh in another tier: that takes waiting.
  if (policy::remaining_freshness(stored->lifetimes, now) <= Milliseconds{0}) return false;
  // Near its end it may be this request that has it refreshed.
  if (RefreshAhead::is_near(*route, *stored, now)) return false;
  // Whether the origin hangs counts for what is stale.
  if (decide(transaction, *stored, false, now).action != Action::serve) return false;
  if (route->debug) transaction.key.text = key_;
  tell_route(request, *route, *settings_);
  serve(transaction, stored, {.result = CacheResult::hit}, now, response);
  add_vary(request.routing, response);
  request.routing.settings.reset();
  complete(transaction.match, request, normalised.own(), response);
  return true;
}

Task<Result<Response>> CacheHandler::handle(pipeline::Request& request) {
  // What it goes by to its end, whatever is adopted meanwhile.
  const std::shared_ptr<const Settings> settings = settings_of(request, settings_);
  look_behind_proxies(*settings, request);
  // An absolute-form target of a scheme by which the client did not come.
  if (http::names_other_scheme(request.head, request.target.scheme)) {
    co_return annotated(pipeline::request_problem(Error::unsupported), {.result = CacheResult::bypass});
  }
  name_site(*settings, request);
  if (policy::is_for_caches(request.head.method)) {
    const bool may_purge =
        request.head.method == "PURGE" &&
        policy::may_purge(settings->trusted_proxies, settings->purge_method, request.client_address);
    if (!may_purge)
      co_return annotated(pipeline::method_not_allowed(),
                          {.result = CacheResult::bypass, .why = Reason::method});
    Response answer = co_await answer_purge(log_, request);
    co_return annotated(std::move(answer), {.result = CacheResult::bypass, .why = Reason::method});
  }
  const policy::Route* const preflighted = preflight_route(*settings, request);
  const policy::Route* const found = preflighted != nullptr ? preflighted : route_of(settings, request);
  request.routing.settings.reset();
  const Reason no_match = found != nullptr ? Reason::none : Reason::no_route;
  policy::RouteMatch match{&settings->fallback, {}};
  if (found != nullptr) match = {found, policy::captures_of(*found, request.target.path)};
  tell_route(request, *match.route, *settings);
  if (auto own = answer_here(*settings, match, preflighted != nullptr, request)) {
    add_vary(request.routing, *own);
    co_return std::move(*own);
  }
  if (match.route->upstream.empty()) {
    Response answer = pipeline::problem(404, "No route leads to an upstream.");
    co_return annotated(std::move(answer), {.result = CacheResult::bypass, .why = no_match});
  }
  // Before it could wait for its own fill. What is served without asking anybody ends a loop as well.
  if (policy::has_been_here(request.head.fields, settings->loop_mark)) co_return refuse_loop(*match.route);
  Transaction transaction{.request = request, .settings = settings, .match = std::move(match)};
  Result<Response> response = co_await answer(transaction);
  if (response) add_vary(request.routing, *response);
  if (response) keep_unseen_cookies(transaction, *response);
  if (response) complete(transaction.match, request, client_fields(transaction), *response);
  co_return response;
}

/// RFC 5842, section 7.2: it would come back again and again. A client can make a mark up: then it is told
/// so alone, for the answer is not stored and nobody waits for it.
Response CacheHandler::refuse_loop(const policy::Route& route) const {
  if (loops_ != nullptr) loops_->tell(route.upstream, steady_now());
  Response answer = pipeline::problem(508, "The upstream leads back to this cache.");
  return annotated(std::move(answer), {.result = CacheResult::bypass, .why = Reason::loop});
}

/// A request that has a route.
Task<Result<Response>> CacheHandler::answer(Transaction& transaction) {
  const http::RequestHead& head = transaction.request.head;
  const Result<> bounded = bound_content(transaction);
  if (!bounded) {
    co_return annotated(pipeline::request_problem(bounded.error()), {.result = CacheResult::bypass});
  }
  const Result<Reason> bypass = open(transaction);
  if (!bypass) {
    co_return annotated(pipeline::request_problem(bypass.error()), {.result = CacheResult::bypass});
  }
  if (policy::is_last_stop(head)) {
    Response answer;
    answer.head.status = 204;
    answer.head.fields.add("Allow", pipeline::offered_methods);
    co_return annotated(std::move(answer), {.result = CacheResult::bypass, .why = Reason::method});
  }
  if (*bypass == Reason::none) co_return co_await look_up(transaction);
  if (*bypass == Reason::upgrade) co_return co_await parts_->pass_through.open_websocket(transaction);
  const bool is_read = head.method == "GET" || head.method == "HEAD";
  if (is_read && policy::only_if_cached(transaction.route(), head)) co_return refuse_to_ask();
  transaction.why = *bypass;
  co_return co_await parts_->pass_through.pass(transaction);
}

/// A request that may be answered from cache.
Task<Result<Response>> CacheHandler::look_up(Transaction& transaction) {
  const http::RequestHead& head = transaction.request.head;
  normalise(transaction);
  transaction.key = policy::key_of(transaction.route(), transaction.request.target, head.fields);
  // Before anything is looked for: what is found after it is judged by all purges that were answered by then.
  if (transaction.route().strict) transaction.knows_purges = co_await log_.catch_up();
  transaction.looked_up = steady_now();
  const store::Lookup found = co_await store_.find(transaction.key.text, head.fields);
  // Others may have purged while this process stood still.
  if (transaction.route().strict && steady_now() - transaction.looked_up > longest_look_up)
    transaction.knows_purges = false;

  const Time now = clock_.now();
  policy::ReuseDecision decision;
  if (found.response != nullptr) {
    const bool origin_hangs = parts_->context.coordinator.history().hangs(*found.response);
    decision = decide(transaction, *found.response, origin_hangs, now);
  } else {
    decision = policy::decide_absent(transaction.route(), head, found.absence);
  }
  transaction.why = decision.reason;
  switch (decision.action) {
    case Action::serve:
      if (parts_->ahead.is_due(transaction.route(), *found.response, now) && !goes_as_written(transaction)) {
        co_await parts_->refresh.start(transaction, found.response, now);
      }
      co_return serve(transaction, found.response, {.result = CacheResult::hit}, now);
    case Action::serve_and_refresh:
      if (goes_as_written(transaction)) break;
      co_await parts_->refresh.start(transaction, found.response, now);
      co_return serve(transaction, found.response, {.result = CacheResult::stale}, now);
    case Action::refuse:
      co_return refuse_to_ask();
    case Action::validate:
      transaction.validates = true;
      break;
    case Action::fill:
      break;
  }
  const bool is_for_others =
      policy::is_private_reason(decision.reason) || decision.reason == Reason::set_cookie;
  if (!is_for_others) transaction.stored = found.response;
  const bool has_range = !transaction.validates && head.method == "GET" && head.fields.contains("Range");
  if (has_range && !policy::asks_for_part(head)) {
    transaction.why = Reason::range;
    take_own_fields(transaction);
    co_return co_await parts_->pass_through.pass(transaction);
  }
  if (goes_as_written(transaction)) {
    const Reason credential = policy::unkeyed_credential(transaction.route(), head, {});
    if (credential != Reason::none) transaction.why = credential;
    take_own_fields(transaction);
    co_return co_await parts_->pass_through.pass(transaction);
  }
  count_use(parts_->context, transaction, decision.reason);
  transaction.keeps_conditions =
      transaction.stored == nullptr && policy::keeps_own_conditions(transaction.route(), head.fields);
  if (has_range && found.response == nullptr) co_return co_await look_up_part(transaction);
  co_return co_await parts_->collapsing.answer(transaction);
}

/// A request for a part: from a stored one if that holds it, else by asking for it.
Task<Result<Response>> CacheHandler::look_up_part(Transaction& transaction) {
  const http::RequestHead& head = transaction.request.head;
  const store::Lookup found = co_await store_.find(policy::part_key(transaction.key.text), head.fields);
  const Time now = clock_.now();
  if (found.response != nullptr && trusts(transaction, log_, *found.response)) {
    const policy::ReuseDecision decision = policy::decide_reuse(
        {.route = transaction.route(), .request = head, .lifetimes = found.response->lifetimes, .now = now});
    std::optional<Response> part;
    if (decision.action == Action::serve) part = serve_part(transaction, found.response, now);
    if (part) co_return std::move(*part);
    transaction.why = Reason::partial;
  }
  co_return co_await parts_->collapsing.answer(transaction);
}

}  // namespace larder::cache
