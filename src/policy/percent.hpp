#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace larder::policy {

/// The byte that a percent-encoded triple at `position` stands for (RFC 3986, section 2.1); nothing if
/// there is none.
std::optional<unsigned char> decoded_at(std::string_view text, std::size_t position);

/// The bytes that mean the same encoded or not (RFC 3986, section 2.3).
bool is_unreserved(unsigned char byte);

/// Control bytes, space and bytes from 0x80 on: what no URI holds.
bool is_outside_uri(unsigned char byte);

/// Every percent-encoded triple decoded.
std::string percent_decoded(std::string_view text);

/// Triples of unreserved bytes decoded, the digits of the others in upper case (RFC 3986, section 6.2.2).
std::string encoding_normalised(std::string_view text);

/// Appends `text` with the bytes of `also` and those outside a URI percent-encoded.
void append_encoded(std::string& out, std::string_view text, std::string_view also);

}  // namespace larder::policy
