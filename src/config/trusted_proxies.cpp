#include "sections.hpp"

namespace larder::config {
namespace {

using policy::TrustedProxies;
using Fields = TrustedProxies::Fields;

/// Whoever reaches larder could be anybody.
void check_reach(const Value& value, const TrustedProxies& proxies) {
  if (proxies.addresses.contains("192.0.2.1") && proxies.addresses.contains("198.51.100.1")) {
    value.warning("everybody is trusted: any client can name any address, scheme and host");
  }
}

Table<TrustedProxies> proxy_keys() {
  return {
      {
          key("addresses", &TrustedProxies::addresses, Addresses{}, "Addresses and networks, as 10.0.0.0/8.")
              .required(),
          key("fields", &TrustedProxies::fields,
              Choices<Fields>{{{"x-forwarded", Fields::x_forwarded}, {"forwarded", Fields::forwarded}}},
              "The family of fields that is read: X-Forwarded-For, -Proto and -Host, or Forwarded. The other "
              "one, X-Real-IP and the like are removed from every request."),
          key("host", &TrustedProxies::host, a_switch,
              "on: the host that they name (X-Forwarded-Host, or host=) is believed too."),
      },
      [](Map&, const Value& section, TrustedProxies& proxies) { check_reach(section, proxies); }};
}

bool has_defaults(const TrustedProxies& proxies) {
  return proxies == TrustedProxies{.addresses = proxies.addresses};
}

}  // namespace

std::optional<TrustedProxies> Proxies::read(const Value& value) const {
  if (value.is_map()) return Section<TrustedProxies>{proxy_keys()}.read(value);
  std::optional<AddressSet> set = addresses(value);
  if (!set) return std::nullopt;
  TrustedProxies proxies{.addresses = *std::move(set)};
  check_reach(value, proxies);
  return proxies;
}

Node Proxies::write(const TrustedProxies& proxies) const {
  if (proxies.empty()) return {};
  if (has_defaults(proxies)) return Addresses{}.write(proxies.addresses);
  return Section<TrustedProxies>{proxy_keys(), true}.write(proxies);
}

json::object Proxies::schema() const {
  return either_schema(Addresses{}.schema(), schema_of(proxy_keys()));
}

void Proxies::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  list_keys(proxy_keys(), path + ".", takes, entries);
}

}  // namespace larder::config
