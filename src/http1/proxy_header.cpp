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
  return address.to_string();
}

// Section 2.1: PROXY TCP4 source destination port port, without the end of the line.
Result<ProxyHeader> read_line(std::string_view line) {
  line.remove_prefix(first_signature.size());
  const std::string_view family = take_word(line);
  if (family == "UNKNOWN") return ProxyHeader{0, unknown_client};
  if (family != "TCP4" && family != "TCP6") return Error::malformed;
  const bool is_v6 = family == "TCP6";
  Result<std::string> source = read_address(take_word(line), is_v6);
  const Result<std::string> destination = read_address(take_word(line), is_v6);
  const bool has_ports = is_port(take_word(line)) && is_port(take_word(line)) && line.empty();
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
  return Address(raw).to_string();
}

// Section 2.2. What follows the addresses (TLVs) is skipped.
Result<ProxyHeader> read_second_version(std::string_view bytes) {
  if (bytes.size() < fixed_part) return ProxyHeader{fixed_part - bytes.size(), {}};
  const unsigned version = byte_at(bytes, 12) >> 4;
  const unsigned command = byte_at(bytes, 12) & 15;
  const unsigned family = byte_at(bytes, 13);
  const std::size_t size = fixed_part + (std::size_t{byte_at(bytes, 14)} << 8 | byte_at(bytes, 15));
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
  if (command == local) return ProxyHeader();
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
