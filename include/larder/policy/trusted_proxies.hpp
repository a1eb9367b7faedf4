#pragma once

#include <larder/base/address_set.hpp>
#include <larder/http/field_list.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace larder::policy {

struct Route;

/// Who in front of larder is believed, and what of what they say (`trusted_proxies`).
struct TrustedProxies {
  enum class Fields : std::uint8_t { x_forwarded, forwarded };
  AddressSet addresses;
  Fields fields = Fields::x_forwarded;  ///< the one family that is read
  bool host = false;                    ///< the host that they name is believed too
  bool operator==(const TrustedProxies&) const = default;

  bool empty() const { return addresses.empty(); }
};

/// Where a request came from, as far as that is believed.
struct Origination {
  std::string client_address;         ///< of the peer, if nothing else is believed
  std::optional<std::string> scheme;  ///< "http" or "https"; nothing: that of the connection
  std::optional<std::string> host;    ///< as it was named; it need not be one
};

/// Reads from the right what trusted proxies added to the fields: an entry counts if whoever wrote it is
/// trusted, the last of them being `peer`, an address; so nobody else is ever believed. In X-Forwarded-Proto
/// and -Host, where nobody knows which entry is whose, the last one counts. An entry that is no IP address
/// (`unknown`, `_hidden`) ends the search at the proxy that wrote it.
Origination origination_of(const TrustedProxies& proxies, std::string_view peer,
                           const http::FieldList& request_fields);

/// Removes what says where a request came from, the family that is read as well as the other one, X-Real-IP
/// and the like: larder writes it anew. Unless it `is_by_proxy`, one that is trusted, and X-Forwarded-* are
/// read, these go altogether, but for those that identify the client. If nobody is trusted what the route
/// keys stays, and so does what the configuration takes for a credential.
void remove_origination(const TrustedProxies& proxies, bool is_by_proxy, const Route& route,
                        http::FieldList& request_fields);

/// Whether whoever asks for a purge by the method PURGE may: one of `allowed`, and not a trusted proxy, which
/// then does not say for whom it asks.
bool may_purge(const TrustedProxies& proxies, const AddressSet& allowed, std::string_view client_address);

/// Whether a trusted proxy speaks the family of fields that is not read, and not the other one: which that
/// is; empty: no.
std::string_view unread_family(const TrustedProxies& proxies, const http::FieldList& request_fields);

/// The scheme in X-Forwarded-Proto, if it is another one than `scheme`, which takes its place.
std::optional<std::string> overwritten_scheme(const http::FieldList& request_fields, std::string_view scheme);

/// The element of Forwarded (RFC 7239) that says the same as our X-Forwarded-*.
std::string forwarded_element(std::string_view client_address, std::string_view scheme,
                              std::string_view host);

}  // namespace larder::policy
