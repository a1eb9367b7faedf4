#include "opening.hpp"

#include "front.hpp"

#include <larder/cache/settings.hpp>
#include <larder/policy/credentials.hpp>
#include <larder/policy/request.hpp>
#include <larder/policy/signature.hpp>
#include <larder/policy/websocket.hpp>

namespace larder::cache {

using policy::Reason;

namespace {

/// Why the request must not be answered from cache.
Reason bypass_of(const Transaction& transaction) {
  const pipeline::Request& request = transaction.request;
  const bool has_content = !request.body.empty();
  if (policy::asks_for_websocket(transaction.route(), request.head, has_content)) return Reason::upgrade;
  const Reason bypass = policy::bypass_reason(transaction.route(), transaction.settings->routes, request.head,
                                              request.target, has_content);
  if (bypass != Reason::none) return bypass;
  return policy::is_signed_over_cookies(transaction.route(), request.head) ? Reason::credential : bypass;
}

}  // namespace

Result<Reason> open(const Transaction& transaction) {
  pipeline::Request& request = transaction.request;
  const policy::Route& route = transaction.route();
  const Result<> cleaned = policy::remove_connection_specific(route, request.head.fields);
  if (!cleaned) return cleaned.error();
  if (request.routing.is_open) return Reason::none;
  const Reason bypass = bypass_of(transaction);
  const policy::TrustedProxies& proxies = transaction.settings->trusted_proxies;
  // Of what may be shared nothing of that is sent on anyway: it only must not be keyed.
  if (request.is_seen_through && (bypass != Reason::none || !proxies.empty())) {
    policy::remove_origination(proxies, request.is_by_proxy, route, request.head.fields);
  }
  if (bypass == Reason::none) policy::remove_ignored_cookies(route, request.head.fields);
  request.routing.is_open = !request.routing.vary.empty() && bypass == Reason::none;
  return bypass;
}

Result<> bound_content(const Transaction& transaction) {
  const std::uint64_t most = transaction.route().max_content.value_or(0);
  pipeline::Body& body = transaction.request.body;
  if (most == 0 || body.empty()) return {};
  if (body.length().value_or(0) > most) return Error::too_large;
  if (body.is_streamed()) body.reader().limit(most);
  return {};
}

bool goes_as_written(const Transaction& transaction) {
  const pipeline::Request& request = transaction.request;
  if (!policy::is_signed(request.head)) return false;
  const bool changes_host = own_host_of(request) != request.target.authority();
  return policy::is_signed_as_written(request.head, {transaction.key.forward_target, changes_host});
}

}  // namespace larder::cache
