#include "transaction.hpp"

#include <larder/cache/settings.hpp>

namespace larder::cache {
namespace {

/// The Host of a request whose answer is for its client only: as it came, unless the authority of an
/// absolute-form target (RFC 9112, section 3.2.2) or the site it is a spelling of takes its place.
std::string own_host_of(const pipeline::Request& request) {
  const http::Target& target = request.target;
  const bool is_absolute = !request.head.target.starts_with('/') && request.head.target != "*";
  if (is_absolute) return target.authority();
  const std::string_view host = request.head.fields.find("Host").value_or("");
  const Result<http::Authority> authority = http::parse_authority(host, target.scheme);
  const bool stands = authority && authority->host == target.host && authority->port == target.port;
  return stands ? std::string(host) : target.authority();
}

/// `host` outlives it.
policy::Hop hop_of(const Transaction& transaction, const std::string& host) {
  const policy::TrustedProxies& proxies = transaction.settings->trusted_proxies;
  const bool writes_forwarded =
      !proxies.empty() && proxies.fields == policy::TrustedProxies::Fields::forwarded;
  return {transaction.request.client_address,
          transaction.request.target.scheme,
          host,
          transaction.settings->loop_mark,
          writes_forwarded,
          !proxies.empty()};
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
  pipeline::Request forward;
  forward.head.method = request.head.method;
  forward.head.target = cacheable ? transaction.key.forward_target : request.target.origin_form();
  forward.head.fields = std::move(*fields);
  forward.body = std::move(request.body);
  forward.upstream = transaction.route().upstream;
  return forward;
}

void tell_upstream_time(const Transaction& transaction, SteadyTime asked) {
  if (transaction.request.telling == nullptr) return;
  transaction.request.telling->upstream +=
      std::chrono::duration_cast<std::chrono::microseconds>(steady_now() - asked);
}

Protection limits_of(const Transaction& transaction) {
  const auto known = transaction.settings->upstreams.find(transaction.route().upstream);
  return known == transaction.settings->upstreams.end() ? Protection{} : known->second;
}

SteadyTime end_of_fill(const Transaction& transaction) {
  if (transaction.fill_until) return *transaction.fill_until;
  return steady_now() + limits_of(transaction).total;
}

void forward_fields(http::ResponseHead& head, bool keep_length) {
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
  const auto shared = fields(request.target.authority(), true);
  return key.forward_target == request.target.origin_form() && own && shared && *own == *shared;
}

}  // namespace larder::cache
