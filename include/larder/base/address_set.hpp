#pragma once

#include <larder/base/result.hpp>

#include <boost/asio/ip/address.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder {

/// The one text for an IP address; one of IPv4 that is mapped into IPv6 (`::ffff:192.0.2.7`) is written as
/// IPv4. Nothing for anything else, or with a zone.
std::optional<std::string> read_address(std::string_view text);

/// The same text for an address that a library has read; a zone stays.
std::string text_of(const boost::asio::ip::address& address);

/// Whom an address belongs to, as far as that can be told: an IPv4 address (also one mapped into IPv6), or an
/// IPv6 /64, which is what one customer has. Nothing for anything else.
std::optional<std::uint64_t> address_group(std::string_view address);

/// IP addresses, as a configuration lists them: `10.0.0.0/8`, `192.0.2.7`, `2001:db8::/32`. An IPv4 address
/// mapped into IPv6 counts as itself. Immutable; safe to use from any thread.
class AddressSet {
 public:
  AddressSet() = default;

  /// Adds an address or, with `/bits`, a network. Error::malformed if it is neither, or if bits after the
  /// prefix are set: `10.1.2.3/8` is probably a mistake.
  Result<> add(std::string_view text);

  /// Whether it holds that address; no if the text is not an address.
  bool contains(std::string_view address) const;

  /// Whether some address is in both.
  bool overlaps(const AddressSet& other) const;

  bool empty() const { return networks_.empty(); }

  /// As they were added.
  std::vector<std::string> texts() const;

  bool operator==(const AddressSet&) const = default;

 private:
  using Bits = std::array<unsigned char, 16>;  // IPv4 is mapped into IPv6 (RFC 4291, section 2.5.5.2)
  struct Network {
    Bits bits{};
    unsigned prefix = 0;
    std::string text;
    bool operator==(const Network&) const = default;
  };
  std::vector<Network> networks_;
};

}  // namespace larder
