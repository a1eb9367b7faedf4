#include <larder/base/address_set.hpp>
#include <larder/base/error.hpp>
#include <larder/http1/proxy_header.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace larder::http1 {
namespace {

namespace ip = boost::asio::ip;

constexpr std::string_view first_signature = "PROXY ";
constexpr std::string_view second_signature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t longest_line = 107;  // section 2.1
constexpr std::size_t shortest_line = std::string_view("PROXY UNKNOWN\r\n").size();
constexpr std::size_t fixed_part = 16;  // of version 2

bool begins_as(std::string_view bytes, std::string_view signature) {
  const std::size_t size = std::min(bytes.size(), signature.size());
  return bytes.substr(0, size) == signature.substr(0, size);
}

// The text up to a space or the end, which is taken off.
std::string_view take_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

// Not the peer's: what a trusted one relays for a client that it cannot name is believed in nothing.
constexpr const char* unknown_client = "unknown";

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  const bool has_zeros = text.size() > 1 && text.front() == '0';
  return error == std::errc() && stop == end && !has_zeros;
}

// An address of that family.
Result<std::string> read_address(std::string_view text, bool is_v6) {
  boost::system::error_code error;
  const auto address = ip::make_address(text, error);
  if (error || address.is_v6() != is_v6 || text.find('%') != text.npos) return Error::malformed;
  return text_of(address);
}

// Section 2.1: PROXY TCP4 source destination port port, without the end of the line.
Result<ProxyHeader> read_line(std::string_view line) {
  line.remove_prefix(first_signature.size());
  const bool ends_in_space = line.ends_with(' ');
  const std::string_view family = take_word(line);
  if (family == "UNKNOWN") return ProxyHeader{0, unknown_client};
  if (family != "TCP4" && family != "TCP6") return Error::malformed;
  const bool is_v6 = family == "TCP6";
  Result<std::string> source = read_address(take_word(line), is_v6);
  const Result<std::string> destination = read_address(take_word(line), is_v6);
  const bool has_ports = is_port(take_word(line)) && is_port(take_word(line)) && line.empty();
  if (ends_in_space) return Error::malformed;
  if (!source || !destination || !has_ports) return Error::malformed;
  return ProxyHeader{0, *std::move(source)};
}

Result<ProxyHeader> read_first_version(std::string_view bytes) {
  if (bytes.ends_with("\r\n")) return read_line(bytes.substr(0, bytes.size() - 2));
  const std::string_view text = bytes.ends_with('\r') ? bytes.substr(0, bytes.size() - 1) : bytes;
  const bool is_text = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (!is_text) return Error::malformed;
  std::size_t lacks = bytes.ends_with('\r') ? 1 : 2;
  if (bytes.size() < shortest_line) lacks = shortest_line - bytes.size();
  if (bytes.size() + lacks > longest_line) return Error::malformed;
  return ProxyHeader{lacks, {}};
}

std::uint8_t byte_at(std::string_view bytes, std::size_t position) {
  return static_cast<std::uint8_t>(bytes[position]);
}

template <class Address>
std::string address_at(std::string_view bytes) {
  typename Address::bytes_type raw{};
  std::copy_n(bytes.begin() + fixed_part, raw.size(), raw.begin());
  return text_of(Address(raw));
}

std::size_t size_at(std::string_view bytes, std::size_t position) {
  return std::size_t{byte_at(bytes, position)} << 8 | byte_at(bytes, position + 1);
}

// RFC 3720, appendix B.4.
std::uint32_t crc32c_of(std::string_view bytes) {
  constexpr std::uint32_t polynomial = 0x82f63b78;
  std::uint32_t crc = 0xffffffff;
  for (const char c : bytes) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ polynomial : crc >> 1;
  }
  return ~crc;
}

// Section 2.2.3: the sum is over the whole header, with zeros in its own place.
bool has_right_sum(std::string_view header, std::size_t position) {
  constexpr std::size_t size = sizeof(std::uint32_t);
  std::uint32_t told = 0;
  for (std::size_t i = 0; i < size; ++i) told = told << 8 | byte_at(header, position + i);
  std::string summed(header);
  summed.replace(position, size, size, '\0');
  return crc32c_of(summed) == told;
}

// Section 2.2: what follows the addresses is type, size and value, again and again. Only sums are of
// interest.
bool has_good_values(std::string_view header, std::size_t position) {
  constexpr std::uint8_t crc32c = 0x03;
  constexpr std::size_t type_and_size = 3;
  while (position != header.size()) {
    if (header.size() - position < type_and_size) return false;
    const std::uint8_t type = byte_at(header, position);
    const std::size_t size = size_at(header, position + 1);
    position += type_and_size;
    if (header.size() - position < size) return false;
    if (type == crc32c && (size != sizeof(std::uint32_t) || !has_right_sum(header, position))) return false;
    position += size;
  }
  return true;
}

// Section 2.2.
Result<ProxyHeader> read_second_version(std::string_view bytes) {
  if (bytes.size() < fixed_part) return ProxyHeader{fixed_part - bytes.size(), {}};
  const unsigned version = byte_at(bytes, 12) >> 4;
  const unsigned command = byte_at(bytes, 12) & 15;
  const unsigned family = byte_at(bytes, 13);
  const std::size_t size = fixed_part + size_at(bytes, 14);
  constexpr unsigned local = 0;
  constexpr unsigned proxied = 1;
  if (version != 2 || command > proxied || size > longest_proxy_header) return Error::malformed;
  constexpr unsigned unspecified = 0x00;
  constexpr unsigned tcp4 = 0x11;
  constexpr unsigned tcp6 = 0x21;
  constexpr unsigned unix_stream = 0x31;
  const bool is_known = family == unspecified || family == tcp4 || family == tcp6 || family == unix_stream;
  if (command == proxied && !is_known) return Error::malformed;
  const std::size_t addresses = family == tcp4 ? 12 : family == tcp6 ? 36 : family == unix_stream ? 216 : 0;
  if (command == proxied && size < fixed_part + addresses) return Error::malformed;
  if (bytes.size() < size) return ProxyHeader{size - bytes.size(), {}};
  // What else a header has for LOCAL does not count.
  if (command == local) return ProxyHeader();
  if (!has_good_values(bytes, fixed_part + addresses)) return Error::malformed;
  if (family == tcp4) return ProxyHeader{0, address_at<ip::address_v4>(bytes)};
  if (family == tcp6) return ProxyHeader{0, address_at<ip::address_v6>(bytes)};
  return ProxyHeader{0, unknown_client};
}

}  // namespace

Result<ProxyHeader> read_proxy_header(std::string_view bytes) {
  if (bytes.empty()) return ProxyHeader{shortest_line, {}};
  if (begins_as(bytes, second_signature)) return read_second_version(bytes);
  if (begins_as(bytes, first_signature)) return read_first_version(bytes);
  return Error::malformed;
}

}  // namespace larder::http1
