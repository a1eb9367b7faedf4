#include "transaction.hpp"

#include "front.hpp"

#include <larder/cache/settings.hpp>
#include <larder/policy/normalising.hpp>

#include <algorithm>

namespace larder::cache {
namespace {

/// `host` outlives it.
policy::Hop hop_of(const Transaction& transaction, const std::string& host) {
  const policy::TrustedProxies& proxies = transaction.settings->trusted_proxies;
  const bool writes_forwarded =
      !proxies.empty() && proxies.fields == policy::TrustedProxies::Fields::forwarded;
  return {transaction.request.client_address, transaction.request.target.scheme, host,
          transaction.settings->loop_mark, writes_forwarded};
}

}  // namespace

Result<pipeline::Request> forwarded(Transaction& transaction, bool cacheable) {
  pipeline::Request& request = transaction.request;
  // What is shared depends on nothing that its key does not hold.
  const std::string host = cacheable ? request.target.authority() : own_host_of(request);
  const policy::Hop hop = hop_of(transaction, host);
  Result<http::FieldList> fields =
      policy::request_fields_to_forward(transaction.route(), request.head, hop, cacheable);
  if (!fields) return fields.error();
  if (!transaction.route().request.empty()) {
    policy::apply(transaction.route().request, template_values(transaction.match, request), *fields);
  }
  pipeline::Request forward;
  forward.head.method = request.head.method;
  forward.head.target = cacheable ? transaction.key.forward_target : request.target.origin_form();
  forward.head.fields = std::move(*fields);
  forward.body = std::move(request.body);
  forward.upstream = transaction.route().upstream;
  return forward;
}

policy::TemplateValues template_values(const policy::RouteMatch& match, const pipeline::Request& request) {
  return {&match.captures, request.target.host, request.target.scheme, request.client_address};
}

Protection limits_of(const Transaction& transaction) {
  const auto known = transaction.settings->upstreams.find(transaction.route().upstream);
  return known == transaction.settings->upstreams.end() ? Protection{} : known->second;
}

std::uint64_t max_object_of(const Transaction& transaction) {
  const std::uint64_t most = transaction.settings->max_object;
  return std::min(transaction.route().max_object.value_or(most), most);
}

SteadyTime end_of_fill(const Transaction& transaction) {
  if (transaction.fill_until) return *transaction.fill_until;
  return steady_now() + limits_of(transaction).total;
}

void forward_fields(http::ResponseHead& head, bool keep_length) {
  head.fields.remove(policy::accel_expires_name);
  head.fields = policy::response_fields_to_forward(std::move(head.fields), head.version_minor, keep_length,
                                                   head.status);
}

bool sends_the_same(const Transaction& transaction, const http::RequestHead& get) {
  const pipeline::Request& request = transaction.request;
  const policy::Key key = policy::key_of(transaction.route(), request.target, get.fields);
  const auto fields = [&](const std::string& host, bool cacheable) {
    return policy::request_fields_to_forward(transaction.route(), get, hop_of(transaction, host), cacheable);
  };
  const auto own = fields(own_host_of(request), false);
  http::RequestHead normalised = get;
  policy::normalise(transaction.route(), normalised.fields);
  if (!(normalised.fields == get.fields)) return false;
  const auto shared = fields(request.target.authority(), true);
  return key.forward_target == request.target.origin_form() && own && shared && *own == *shared;
}

}  // namespace larder::cache
