#include "opening.hpp"

#include "front.hpp"

#include <larder/cache/settings.hpp>
#include <larder/policy/credentials.hpp>
#include <larder/policy/normalising.hpp>
#include <larder/policy/request.hpp>
#include <larder/policy/signature.hpp>
#include <larder/policy/websocket.hpp>

#include <algorithm>
#include <utility>

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

/// Whether a field that `vary` replaces is among those that are signed.
bool is_signed_over_replaced(const Transaction& transaction) {
  return std::ranges::any_of(transaction.route().vary, [&transaction](const policy::VaryRule& rule) {
    return transaction.own_fields->contains(http::FieldName(rule.name)) &&
           policy::is_signed_over(transaction.request.head, rule.name);
  });
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
  if (bypass == Reason::none) {
    policy::remove_ignored_cookies(route, request.head.fields, &request.unseen_cookies);
  }
  request.routing.is_open = !request.routing.vary.empty() && bypass == Reason::none;
  return bypass;
}

Normalised::Normalised(const policy::Route& route, http::FieldList& fields, http::FieldList& own)
    : fields_(fields) {
  if (!policy::normalises(route)) return;
  own_ = &own;
  own = fields;
  policy::normalise(route, fields);
}

Normalised::~Normalised() {
  if (own_ != nullptr) std::swap(fields_, *own_);
}

void normalise(Transaction& transaction) {
  if (!policy::normalises(transaction.route())) return;
  http::FieldList& fields = transaction.request.head.fields;
  transaction.own_fields = fields;
  policy::normalise(transaction.route(), fields);
}

void take_own_fields(Transaction& transaction) {
  if (!transaction.own_fields) return;
  transaction.request.head.fields = *std::move(transaction.own_fields);
  transaction.own_fields.reset();
}

const http::FieldList& client_fields(const Transaction& transaction) {
  return transaction.own_fields ? *transaction.own_fields : transaction.request.head.fields;
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
  if (transaction.own_fields && is_signed_over_replaced(transaction)) return true;
  const bool changes_host = own_host_of(request) != request.target.authority();
  return policy::is_signed_as_written(request.head, {transaction.key.forward_target, changes_host});
}

}  // namespace larder::cache
