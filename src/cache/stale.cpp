// Stale responses that are better than none (RFC 5861).
#include "behind.hpp"
#include "serve.hpp"
#include "storing_reader.hpp"

#include <larder/cache/cache_handler.hpp>
#include <larder/policy/reuse.hpp>
#include <larder/policy/validation.hpp>

#include <boost/asio/this_coro.hpp>

namespace larder::cache {

using pipeline::CacheResult;
using pipeline::Response;
using policy::Reason;

namespace {

/// The request with which a stored response is fetched anew for everybody: whole, and without conditions.
pipeline::Request whole_request(const pipeline::Request& request) {
  pipeline::Request whole;
  whole.head = request.head;
  whole.head.method = "GET";
  for (const char* name : {"Range", "If-Range", "If-None-Match", "If-Modified-Since"}) {
    whole.head.fields.remove(name);
  }
  whole.target = request.target;
  whole.client_address = request.client_address;
  whole.own_port = request.own_port;
  return whole;
}

}  // namespace

/// Serves a stale response at once and validates it behind (RFC 5861, section 3).
Task<Result<Response>> CacheHandler::serve_behind(Visit& visit, store::StoredResponsePtr stale, Time now) {
  Response response = serve(visit, stale, {.result = CacheResult::stale}, now);
  const std::string key = stale->variant_key;
  if (behind_->has_room(key)) {
    const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    behind_->start(executor, key, refresh(whole_request(visit.request), visit.match, std::move(stale)));
  }
  co_return response;
}

/// Runs on its own: it owns what it needs but for this handler and what that stands on.
Task<> CacheHandler::refresh(pipeline::Request request, policy::RouteMatch match,
                             store::StoredResponsePtr stale) {
  Visit visit{.request = request, .match = std::move(match)};
  visit.key = policy::key_of(visit.route(), request.target, request.head.fields, request.own_port);
  if (!policy::has_validator(*stale->fields)) stale = nullptr;
  Result<Response> response = co_await fill(visit, Reason::stale, std::move(stale));
  if (response && response->body.is_streamed()) co_await drain(response->body.reader());
}

/// The stale response in place of an error, where it or the request allows that (RFC 5861, section 4).
/// `origin_status` is nothing where there was no answer at all.
std::optional<Response> CacheHandler::stand_in(const Visit& visit, Reason why,
                                               std::optional<int> origin_status) {
  const store::StoredResponsePtr& stored = visit.stored;
  if (stored == nullptr || !log_.trusts_hits() || !log_.is_valid(*stored)) return std::nullopt;
  const Time now = clock_.now();
  if (!policy::may_serve_on_error(visit.route(), visit.request.head, stored->lifetimes, now)) {
    return std::nullopt;
  }
  return serve(visit, stored, {.result = CacheResult::stale, .why = why, .origin_status = origin_status},
               now);
}

}  // namespace larder::cache
