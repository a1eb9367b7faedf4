#include "front.hpp"

#include <larder/cache/settings.hpp>

namespace larder::cache {
namespace {

/// The port may be the default of the scheme, or no longer so.
void set_scheme(http::Target& target, const std::string& scheme) {
  if (target.scheme == scheme) return;
  const std::string authority = target.authority();
  target.scheme = scheme;
  if (!authority.empty()) http::read_authority(authority, scheme, target.host, target.port);
}

}  // namespace

Disbelieved look_behind_proxies(const Settings& settings, pipeline::Request& request) {
  if (request.is_seen_through) return {};
  const policy::TrustedProxies& proxies = settings.trusted_proxies;
  http::FieldList& fields = request.head.fields;
  Disbelieved disbelieved;
  if (!proxies.addresses.contains(request.client_address)) {
    if (auto said = policy::overwritten_scheme(fields, request.target.scheme)) {
      disbelieved = {request.client_address, *std::move(said)};
    }
  }
  if (proxies.empty()) return disbelieved;
  request.is_seen_through = true;
  policy::Origination from = policy::origination_of(proxies, request.client_address, fields);
  policy::remove_origination(proxies, request.client_address, *settings.fallback.credential_fields, fields);
  request.client_address = std::move(from.client_address);
  if (from.scheme) set_scheme(request.target, *from.scheme);
  // What is no host is not believed.
  if (from.host) {
    http::read_authority(*from.host, request.target.scheme, request.target.host, request.target.port);
  }
  return disbelieved;
}

}  // namespace larder::cache
