#include <larder/base/byte_set.hpp>
#include <larder/base/text.hpp>
#include <larder/http/target.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>

namespace larder::http {
namespace {

bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'f');
}

// reg-name = *( unreserved / pct-encoded / sub-delims ) (RFC 3986, section 3.2.2); an IPv4 address looks like
// one.
constexpr ByteSet plain_in_reg_name([](unsigned char byte) {
  constexpr std::string_view marks = "-._~!$&'()*+,;=";
  const char c = to_lower(static_cast<char>(byte));
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || marks.find(c) != marks.npos;
});

constexpr ByteSet unreserved([](unsigned char byte) {
  const char c = to_lower(static_cast<char>(byte));
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';
});

bool is_reg_name(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (plain_in_reg_name.holds(text[i])) continue;
    if (text[i] != '%' || i + 2 >= text.size()) return false;
    if (!is_hex_digit(text[i + 1]) || !is_hex_digit(text[i + 2])) return false;
    i += 2;
  }
  return !text.empty();
}

// IPv6address in its brackets, in the one spelling of RFC 5952. No zone and no IPvFuture: neither means
// anything to a server's clients.
Result<std::string> normal_ip_literal(std::string_view text) {
  if (text.size() < 4 || text.back() != ']') return Error::malformed;
  const std::string inner(text.substr(1, text.size() - 2));
  // Before inet_pton(), which stops at a NUL.
  if (inner.find_first_not_of("0123456789abcdefABCDEF:.") != std::string::npos) return Error::malformed;
  in6_addr address;
  if (inet_pton(AF_INET6, inner.c_str(), &address) != 1) return Error::malformed;
  std::array<char, INET6_ADDRSTRLEN> normal{};
  inet_ntop(AF_INET6, &address, normal.data(), normal.size());
  return "[" + std::string(normal.data()) + "]";
}

unsigned char hex_value(char digit) {
  const char lower = to_lower(digit);
  return static_cast<unsigned char>(lower <= '9' ? lower - '0' : lower - 'a' + 10);
}

// A reg-name with its needless percent-encoding undone (RFC 3986, section 6.2.2.2) and without the dot of the
// DNS root: with and without it is the same name, and origins look for the one without.
Result<std::string> normal_reg_name(std::string_view text) {
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    name.push_back(text[i]);
    if (text[i] != '%') continue;
    const auto byte = static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
    if (!unreserved.holds(byte)) continue;
    name.back() = byte;
    i += 2;
  }
  if (name.ends_with('.')) name.pop_back();
  if (name.empty() || name.ends_with('.')) return Error::malformed;
  return name;
}

// The host in lower case and in its one spelling; most have it already.
Result<> assign_host(std::string_view text, std::string& host) {
  if (text.starts_with('[')) {
    Result<std::string> literal = normal_ip_literal(text);
    if (!literal) return literal.error();
    host = *std::move(literal);
    return {};
  }
  if (!is_reg_name(text)) return Error::malformed;
  if (text.ends_with('.') || text.find('%') != text.npos) {
    Result<std::string> name = normal_reg_name(text);
    if (!name) return name.error();
    host = *std::move(name);
  } else {
    host.assign(text);
  }
  std::transform(host.begin(), host.end(), host.begin(), to_lower);
  return {};
}

// port = *DIGIT (RFC 3986, section 3.2.3), without leading zeros and empty if it is the scheme's default.
// What is given is a part of `digits`.
Result<std::string_view> normal_port(std::string_view digits, std::string_view scheme) {
  if (digits.empty()) return digits;
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || number > 65535) return Error::malformed;
  const bool is_default = (scheme == "http" && number == 80) || (scheme == "https" && number == 443);
  if (is_default) return std::string_view{};
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1));
}

// Where the host ends: at the last bracket of an IP literal, or at the colon.
std::size_t end_of_host(std::string_view text) {
  if (!text.starts_with('[')) return std::min(text.find(':'), text.size());
  const std::size_t bracket = text.find(']');
  return bracket == std::string_view::npos ? text.size() : bracket + 1;
}

}  // namespace

Result<Authority> parse_authority(std::string_view text, std::string_view scheme) {
  Authority authority;
  const Result<> read = read_authority(text, scheme, authority.host, authority.port);
  if (!read) return read.error();
  return authority;
}

Result<> read_authority(std::string_view text, std::string_view scheme, std::string& host,
                        std::string& port_out) {
  const std::size_t end = end_of_host(text);
  std::string_view rest = text.substr(end);
  if (!rest.empty() && rest.front() != ':') return Error::malformed;
  if (!rest.empty()) rest.remove_prefix(1);
  const Result<std::string_view> port = normal_port(rest, scheme);
  if (!port) return port.error();
  const Result<> assigned = assign_host(text.substr(0, end), host);
  if (assigned) port_out.assign(*port);
  return assigned;
}

}  // namespace larder::http
