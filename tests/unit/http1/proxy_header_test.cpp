// The PROXY protocol of HAProxy, versions 1 and 2
// (https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt).
#include <larder/base/error.hpp>
#include <larder/http1/proxy_header.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>

namespace larder::proxy_header_test {

using namespace larder::http1;
using namespace std::string_literals;

namespace {

/// A header of version 2.
std::string second(unsigned char command, unsigned char family, const std::string& rest) {
  std::string bytes = "\r\n\r\n\0\r\nQUIT\n"s;
  bytes += static_cast<char>(command);
  bytes += static_cast<char>(family);
  bytes += static_cast<char>(rest.size() >> 8);
  bytes += static_cast<char>(rest.size() & 255);
  return bytes + rest;
}

const std::string v4 = "\xcb\x00\x71\x07\x0a\x00\x00\x01\x30\x39\x01\xbb"s;
const std::string mapped = std::string(10, '\0') + "\xff\xff\xcb\x00\x71\x07"s + std::string(20, '\0');
const std::string v6 = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x01" + std::string(20, '\0');

/// A TLV.
std::string value(unsigned char type, const std::string& content) {
  std::string bytes(1, static_cast<char>(type));
  bytes += static_cast<char>(content.size() >> 8);
  bytes += static_cast<char>(content.size() & 255);
  return bytes + content;
}

/// A header with its CRC-32C, made by a way of its own: the remainder of a long division, bits reflected.
std::string summed(const std::string& addresses, const std::string& behind) {
  std::string bytes = second(0x21, 0x11, addresses + value(0x03, std::string(4, '\0')) + behind);
  std::uint64_t remainder = 0xffffffff;
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    const unsigned in = static_cast<unsigned char>(bytes[bit / 8]) >> bit % 8 & 1;
    const unsigned out = remainder >> 31 & 1;
    remainder = (remainder << 1 & 0xffffffff) ^ ((in ^ out) != 0 ? 0x1edc6f41u : 0u);
  }
  std::uint32_t sum = 0;
  for (int bit = 0; bit < 32; ++bit) sum |= static_cast<std::uint32_t>(remainder >> bit & 1) << (31 - bit);
  sum = ~sum;
  for (int i = 0; i < 4; ++i) {
    bytes[16 + addresses.size() + 3 + static_cast<std::size_t>(i)] = static_cast<char>(sum >> (24 - 8 * i));
  }
  return bytes;
}

std::string spoilt(std::string bytes, std::size_t position) {
  bytes[position] = static_cast<char>(bytes[position] ^ 1);
  return bytes;
}

/// What is found if no more bytes are taken than the header lacks: `address`, "own" for the peer's, or
/// "malformed", and what was left over; "more" if the bytes do not suffice.
std::string found(const std::string& bytes) {
  std::size_t size = 0;
  while (true) {
    const Result<ProxyHeader> header = read_proxy_header(std::string_view(bytes).substr(0, size));
    if (!header) return "malformed";
    if (header->lacks == 0)
      return (header->client_address.empty() ? "own" : header->client_address) + "|" + bytes.substr(size);
    if (size + header->lacks > bytes.size()) return "more";
    size += header->lacks;
  }
}

}  // namespace

TEST_CASE("PROXY protocol, version 1: the client's address, and not a byte more is taken") {
  struct Case {
    std::string bytes;
    std::string found;
  };
  for (const auto& [bytes, expected] : {
           Case{"PROXY TCP4 203.0.113.7 10.0.0.1 4711 443\r\nGET /", "203.0.113.7|GET /"},
           Case{"PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n", "0.0.0.0|"},
           Case{"PROXY TCP6 2001:DB8::1 ::1 65535 1\r\n\x16\x03", "2001:db8::1|\x16\x03"},
           Case{"PROXY TCP6 :: :: 1 1\r\nx", "::|x"},
           Case{"PROXY UNKNOWN\r\nGET", "unknown|GET"},
           Case{"PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\nG", "unknown|G"},
           Case{"PROXY TCP4 203.0.113.7 10.0.0.1 4711 443\r", "more"},
           Case{"PROXY TCP4 203.0.113.7", "more"},
           Case{"PROXY TCP4 203.0.113.7 10.0.0.1 4711\r\n", "malformed"},
           Case{"PROXY TCP4 203.0.113.7 10.0.0.1 4711 443 1\r\n", "malformed"},
           Case{"PROXY TCP4 203.0.113.7 10.0.0.1 4711 443 \r\n", "malformed"},
           Case{"PROXY TCP4 203.0.113.7 10.0.0.1 4711 443  \r\n", "malformed"},
           Case{"PROXY TCP6 ::ffff:203.0.113.7 ::ffff:10.0.0.1 1 1\r\n", "203.0.113.7|"},
           Case{"PROXY TCP4 203.0.113.7  10.0.0.1 4711 443\r\n", "malformed"},
           Case{"PROXY TCP4 203.0.113.7 10.0.0.1 4711 65536\r\n", "malformed"},
           Case{"PROXY TCP4 203.0.113.7 10.0.0.1 04711 443\r\n", "malformed"},
           Case{"PROXY TCP4 203.0.113.7 10.0.0.1 -1 443\r\n", "malformed"},
           Case{"PROXY TCP4 2001:db8::1 ::1 1 1\r\n", "malformed"},
           Case{"PROXY TCP6 203.0.113.7 10.0.0.1 1 1\r\n", "malformed"},
           Case{"PROXY TCP4 evil.test 10.0.0.1 1 1\r\n", "malformed"},
           Case{"PROXY TCP6 fe80::1%eth0 ::1 1 1\r\n", "malformed"},
           Case{"PROXY UDP4 203.0.113.7 10.0.0.1 1 1\r\n", "malformed"},
           Case{"PROXY UNKNOWNX\r\n", "malformed"},
           Case{"PROXY  TCP4 203.0.113.7 10.0.0.1 1 1\r\n", "malformed"},
           Case{"proxy TCP4 203.0.113.7 10.0.0.1 1 1\r\n", "malformed"},
           Case{"PROXY UNKNOWN \n GET / HTTP/1.1\r\n", "malformed"},
           Case{"PROXY UNKNOWN\rX\r\n.......", "malformed"},
           Case{"PROXY UNKNOWN " + std::string(91, 'x') + "\r\n", "unknown|"},
           Case{"PROXY UNKNOWN " + std::string(92, 'x') + "\r\n", "malformed"},
           Case{"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "malformed"},
           Case{"\x16\x03\x01 and more of a ClientHello", "malformed"},
       }) {
    CAPTURE(bytes);
    CHECK(found(bytes) == expected);
  }
}

TEST_CASE("PROXY protocol, version 2: addresses are read, TLVs are whole or none, LOCAL is the peer's own") {
  struct Case {
    std::string name;
    std::string bytes;
    std::string found;
  };
  const std::string tlv = "\x20\x00\x05\x01\x00\x00\x00\x00"s;
  for (const auto& [name, bytes, expected] : {
           Case{"TCP over IPv4", second(0x21, 0x11, v4) + "GET", "203.0.113.7|GET"},
           Case{"with a TLV", second(0x21, 0x11, v4 + tlv) + "GET", "203.0.113.7|GET"},
           Case{"TCP over IPv6", second(0x21, 0x21, v6) + "G", "2001:db8::1|G"},
           Case{"a Unix socket", second(0x21, 0x31, std::string(216, 'x')) + "G", "unknown|G"},
           Case{"unspecified", second(0x21, 0x00, "") + "G", "unknown|G"},
           Case{"unspecified with a TLV", second(0x21, 0x00, tlv) + "G", "unknown|G"},
           Case{"LOCAL", second(0x20, 0x00, "") + "G", "own|G"},
           Case{"LOCAL with an address", second(0x20, 0x11, v4) + "G", "own|G"},
           Case{"LOCAL of a family to come", second(0x20, 0x51, "abc") + "G", "own|G"},
           Case{"as long as it may be",
                second(0x21, 0x11, v4 + value(0x04, std::string(4096 - 31, 'x'))) + "G", "203.0.113.7|G"},
           Case{"IPv4 mapped into IPv6", second(0x21, 0x21, mapped) + "G", "203.0.113.7|G"},
           Case{"an empty TLV", second(0x21, 0x11, v4 + value(0x04, "")) + "G", "203.0.113.7|G"},
           Case{"three TLVs", second(0x21, 0x11, v4 + tlv + value(0x04, "ab") + value(0xe0, "c")) + "G",
                "203.0.113.7|G"},
           Case{"a TLV longer than what is left",
                second(0x21, 0x11,
                       v4 + "\x04\x00\x03"
                            "ab"s),
                "malformed"},
           Case{"a second TLV longer than what is left",
                second(0x21, 0x11,
                       v4 + tlv +
                           "\x04\x01\x00"
                           "ab"s),
                "malformed"},
           Case{"half a TLV's beginning", second(0x21, 0x11, v4 + "\x04\x00"s), "malformed"},
           Case{"bytes that are no TLV", second(0x21, 0x11, v4 + "x"s), "malformed"},
           Case{"of an unspecified family, too", second(0x21, 0x00, "x"), "malformed"},
           Case{"LOCAL, whatever follows", second(0x20, 0x00, "x") + "G", "own|G"},
           Case{"its sum", summed(v4, ""), "203.0.113.7|"},
           Case{"its sum before another TLV", summed(v4, value(0x04, "ab")), "203.0.113.7|"},
           Case{"another sum", spoilt(summed(v4, ""), 31), "malformed"},
           Case{"another address than was summed", spoilt(summed(v4, ""), 16), "malformed"},
           Case{"a sum of three bytes", second(0x21, 0x11, v4 + value(0x03, "abc")), "malformed"},
           Case{"too long", second(0x21, 0x11, v4 + std::string(4096 - 27, 'x')), "malformed"},
           Case{"no addresses", second(0x21, 0x11, v4.substr(1)), "malformed"},
           Case{"half an IPv6 address", second(0x21, 0x21, v6.substr(1)), "malformed"},
           Case{"half a Unix address", second(0x21, 0x31, std::string(215, 'x')), "malformed"},
           Case{"UDP", second(0x21, 0x12, v4), "malformed"},
           Case{"no family", second(0x21, 0x01, v4), "malformed"},
           Case{"another command", second(0x22, 0x11, v4), "malformed"},
           Case{"version 1", second(0x11, 0x11, v4), "malformed"},
           Case{"version 3", second(0x31, 0x11, v4), "malformed"},
           Case{"its signature alone", "\r\n\r\n\0\r\nQUIT\n"s, "more"},
           Case{"not all of it", second(0x21, 0x11, v4).substr(0, 27), "more"},
           Case{"empty lines", "\r\n\r\nGET / HTTP/1.1\r\n\r\n", "malformed"},
       }) {
    CAPTURE(name);
    CHECK(found(bytes) == expected);
  }
}

TEST_CASE("property: any bytes end in a header or a refusal within 4096 bytes, one step after the other") {
  std::mt19937 random{2};
  const std::string starts[] = {"PROXY ",
                                "PROXY TCP4 1.1.1.1 ",
                                "PROXY UNKNOWN",
                                "\r\n\r\n\0\r\nQUIT\n"s,
                                "\r\n\r\n\0\r\nQUIT\n\x21\x11"s,
                                ""};
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = starts[random() % std::size(starts)];
    std::size_t size = bytes.size();
    while (true) {
      const Result<ProxyHeader> header = read_proxy_header(bytes);
      if (!header || header->lacks == 0) break;
      size += header->lacks;
      REQUIRE(size <= longest_proxy_header);
      while (bytes.size() < size)
        bytes += static_cast<char>(random() % 4 == 0 ? " \r\n1"[random() % 4] : random());
    }
  }
}

}  // namespace larder::proxy_header_test
