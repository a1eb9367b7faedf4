#include <larder/base/address_set.hpp>
#include <larder/base/error.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace larder {
namespace {

using boost::asio::ip::address;

constexpr unsigned v4_offset = 96;  // bits before an IPv4 address that is mapped into IPv6

address unmapped(const address& from) {
  if (!from.is_v6() || !from.to_v6().is_v4_mapped()) return from;
  return make_address_v4(boost::asio::ip::v4_mapped, from.to_v6());
}

std::optional<address> parse(std::string_view text) {
  boost::system::error_code error;
  const address parsed = boost::asio::ip::make_address(text, error);
  if (error || (parsed.is_v6() && parsed.to_v6().scope_id() != 0)) return std::nullopt;
  return parsed;
}

std::array<unsigned char, 16> bits_of(const address& from) {
  if (from.is_v6()) return from.to_v6().to_bytes();
  return make_address_v6(boost::asio::ip::v4_mapped, from.to_v4()).to_bytes();
}

std::optional<unsigned> parse_prefix(std::string_view text, unsigned most) {
  unsigned prefix = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), prefix);
  if (error != std::errc{} || end != text.data() + text.size() || prefix > most) return std::nullopt;
  return prefix;
}

// The byte of a network's mask.
unsigned char mask_at(unsigned prefix, unsigned byte) {
  const unsigned begin = byte * 8;
  if (prefix <= begin) return 0;
  const unsigned ones = std::min(prefix - begin, 8u);
  return static_cast<unsigned char>(0xff << (8 - ones));
}

}  // namespace

std::optional<std::string> read_address(std::string_view text) {
  const std::optional<address> parsed = parse(text);
  if (!parsed) return std::nullopt;
  return text_of(*parsed);
}

std::string text_of(const address& address) {
  return unmapped(address).to_string();
}

std::optional<std::uint64_t> address_group(std::string_view text) {
  constexpr std::uint64_t mapped_prefix = 0xffff;
  boost::system::error_code error;
  const address whose = unmapped(boost::asio::ip::make_address(text, error));
  if (error) return std::nullopt;
  if (whose.is_v4()) return mapped_prefix << 32 | whose.to_v4().to_uint();
  const auto bytes = whose.to_v6().to_bytes();
  std::uint64_t prefix = 0;
  for (std::size_t i = 0; i < sizeof prefix; ++i) prefix = prefix << 8 | bytes[i];
  return prefix;
}

Result<> AddressSet::add(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::optional<address> parsed = parse(text.substr(0, slash));
  if (!parsed) return Error::malformed;
  const unsigned offset = parsed->is_v4() ? v4_offset : 0;
  Network network{bits_of(*parsed), 128, std::string(text)};
  if (slash != text.size()) {
    const std::optional<unsigned> prefix = parse_prefix(text.substr(slash + 1), 128 - offset);
    if (!prefix) return Error::malformed;
    network.prefix = *prefix + offset;
  }
  for (unsigned i = 0; i < network.bits.size(); ++i) {
    const auto beyond = static_cast<unsigned char>(~mask_at(network.prefix, i));
    if ((network.bits[i] & beyond) != 0) return Error::malformed;
  }
  networks_.push_back(std::move(network));
  return {};
}

bool AddressSet::contains(std::string_view text) const {
  if (networks_.empty()) return false;
  const std::optional<address> parsed = parse(text);
  if (!parsed) return false;
  const Bits bits = bits_of(*parsed);
  return std::any_of(networks_.begin(), networks_.end(), [&bits](const Network& network) {
    for (unsigned i = 0; i < bits.size(); ++i) {
      if (((bits[i] ^ network.bits[i]) & mask_at(network.prefix, i)) != 0) return false;
    }
    return true;
  });
}

bool AddressSet::overlaps(const AddressSet& other) const {
  // Of two networks that have an address in common one holds the other's first.
  const auto holds_one_of = [](const AddressSet& set, const AddressSet& of) {
    return std::any_of(of.networks_.begin(), of.networks_.end(), [&set](const Network& network) {
      return set.contains(network.text.substr(0, network.text.find('/')));
    });
  };
  return holds_one_of(*this, other) || holds_one_of(other, *this);
}

std::vector<std::string> AddressSet::texts() const {
  std::vector<std::string> texts;
  for (const Network& network : networks_) texts.push_back(network.text);
  return texts;
}

}  // namespace larder
