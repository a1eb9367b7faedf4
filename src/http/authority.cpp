#include <larder/base/byte_set.hpp>
#include <larder/base/text.hpp>
#include <larder/http/target.hpp>

#include <algorithm>
#include <arpa/inet.h>
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

bool is_reg_name(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (plain_in_reg_name.holds(text[i])) continue;
    if (text[i] != '%' || i + 2 >= text.size()) return false;
    if (!is_hex_digit(text[i + 1]) || !is_hex_digit(text[i + 2])) return false;
    i += 2;
  }
  return !text.empty();
}

// IPv6address in its brackets. No zone and no IPvFuture: neither means anything to a server's clients.
bool is_ip_literal(std::string_view text) {
  if (text.size() < 4 || text.back() != ']') return false;
  const std::string inner(text.substr(1, text.size() - 2));
  // Before inet_pton(), which stops at a NUL.
  if (inner.find_first_not_of("0123456789abcdefABCDEF:.") != std::string::npos) return false;
  in6_addr address;
  return inet_pton(AF_INET6, inner.c_str(), &address) == 1;
}

// port = *DIGIT (RFC 3986, section 3.2.3), without leading zeros and empty where it is the scheme's default.
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

Result<> read_authority(std::string_view text, std::string_view scheme, std::string& host_out,
                        std::string& port_out) {
  const std::size_t end = end_of_host(text);
  const std::string_view host = text.substr(0, end);
  if (host.starts_with('[') ? !is_ip_literal(host) : !is_reg_name(host)) return Error::malformed;
  std::string_view rest = text.substr(end);
  if (!rest.empty() && rest.front() != ':') return Error::malformed;
  if (!rest.empty()) rest.remove_prefix(1);
  const Result<std::string_view> port = normal_port(rest, scheme);
  if (!port) return port.error();
  host_out.assign(host);
  std::transform(host_out.begin(), host_out.end(), host_out.begin(), to_lower);
  port_out.assign(*port);
  return {};
}

}  // namespace larder::http
