#pragma once

#include <larder/base/address_set.hpp>

#include <string_view>

namespace larder::policy {

/// `access` of a route: the clients that get an answer other than 403.
struct AccessRule {
  AddressSet allow;  ///< empty: all that `deny` does not name
  AddressSet deny;
  bool operator==(const AccessRule&) const = default;

  /// A client whose address is not known may be anybody, and is not admitted.
  bool admits(std::string_view client_address) const {
    if (!deny.empty() && deny.contains(client_address)) return false;
    return allow.empty() ? read_address(client_address).has_value() : allow.contains(client_address);
  }
};

}  // namespace larder::policy
