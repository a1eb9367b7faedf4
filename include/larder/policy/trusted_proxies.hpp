#pragma once

#include <larder/base/address_set.hpp>
#include <larder/http/field_list.hpp>
#include <larder/policy/credentials.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace larder::policy {

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
/// and the like: larder writes it anew. Unless a trusted `peer` says so where X-Forwarded-* are read, these
/// go altogether, but for those that identify the client.
void remove_origination(const TrustedProxies& proxies, std::string_view peer,
                        const CredentialFields& credentials, http::FieldList& request_fields);

/// Whether a field says where a request came from: X-Forwarded-*, X-Real-IP and the like.
bool tells_origination(std::string_view name);

/// The scheme in X-Forwarded-Proto, if it is another one than `scheme`, which takes its place.
std::optional<std::string> overwritten_scheme(const http::FieldList& request_fields, std::string_view scheme);

/// The element of Forwarded (RFC 7239) that says the same as our X-Forwarded-*.
std::string forwarded_element(std::string_view client_address, std::string_view scheme,
                              std::string_view host);

}  // namespace larder::policy
