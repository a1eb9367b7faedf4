#include "front.hpp"

#include <larder/cache/settings.hpp>
#include <larder/policy/signature.hpp>

namespace larder::cache {
namespace {

/// The port may be the default of the scheme, or no longer so.
void set_scheme(http::Target& target, const std::string& scheme) {
  if (target.scheme == scheme) return;
  const std::string authority = target.authority();
  target.scheme = scheme;
  if (!authority.empty()) http::read_authority(authority, scheme, target.host, target.port);
}

PeerNotice notice_of(const policy::TrustedProxies& proxies, const pipeline::Request& request) {
  using What = PeerNotice::What;
  if (!request.is_by_proxy) {
    auto said = policy::overwritten_scheme(request.head.fields, request.target.scheme);
    if (!said) return {};
    return {What::overwritten_scheme, request.client_address, *std::move(said)};
  }
  const std::string_view family = policy::unread_family(proxies, request.head.fields);
  if (family.empty()) return {};
  return {What::unread_family, request.client_address, std::string(family)};
}

}  // namespace

PeerNotice look_behind_proxies(const Settings& settings, pipeline::Request& request) {
  if (request.is_seen_through) return {};
  const policy::TrustedProxies& proxies = settings.trusted_proxies;
  request.is_seen_through = true;
  request.is_by_proxy = proxies.addresses.contains(request.client_address);
  PeerNotice notice = notice_of(proxies, request);
  if (!request.is_by_proxy) return notice;
  policy::Origination from = policy::origination_of(proxies, request.client_address, request.head.fields);
  request.client_address = std::move(from.client_address);
  if (from.scheme) set_scheme(request.target, *from.scheme);
  // What is no host is not believed.
  if (from.host) {
    http::read_authority(*from.host, request.target.scheme, request.target.host, request.target.port);
  }
  return notice;
}

void name_site(const Settings& settings, pipeline::Request& request) {
  const http::Authority* const site = settings.sites.meant_by(request.target);
  if (site == nullptr) return;
  if (policy::is_signed(request.head)) request.signed_authority = own_host_of(request);
  request.target.host = site->host;
  request.target.port = site->port;
}

std::string own_host_of(const pipeline::Request& request) {
  if (!request.signed_authority.empty()) return request.signed_authority;
  const http::Target& target = request.target;
  const bool is_absolute = !request.head.target.starts_with('/') && request.head.target != "*";
  if (is_absolute) return target.authority();
  const std::string_view host = request.head.fields.find("Host").value_or("");
  const Result<http::Authority> authority = http::parse_authority(host, target.scheme);
  const bool stands = authority && authority->host == target.host && authority->port == target.port;
  return stands ? std::string(host) : target.authority();
}

}  // namespace larder::cache
