#pragma once

#include <larder/base/error.hpp>
#include <larder/http/fault.hpp>
#include <larder/http1/head_parser.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

// What is decided from the bytes of a head themselves, whole or not, before a parser sees them.
namespace larder::http1 {

/// The bytes of the empty lines at the front, which a request may follow (RFC 9112, section 2.2).
std::size_t size_of_empty_lines(std::string_view bytes);

/// The head at the front of some bytes.
struct RawHead {
  std::string_view text;             ///< up to its empty line, or all there is if that is yet to come
  bool whole = false;                ///< it has its empty line
  std::optional<http::Fault> fault;  ///< an LF without its CR, or a NUL
  bool folded = false;               ///< a line begins with a space or tab: obs-fold (RFC 9112, section 5.2)
  std::size_t lines = 0;             ///< that have ended
};
RawHead scan_head(std::string_view bytes);

/// Why the request line is refused, as far as it has arrived (RFC 9112, section 3).
std::optional<boost::system::error_code> refusal_of_request_line(std::string_view head,
                                                                 const HeadLimits& limits);

/// Whether `head` can begin a response of HTTP/1.x, as far as it has arrived (RFC 9112, section 4).
bool may_be_status_line(std::string_view head);

/// What it is if it can not.
http::Fault fault_of_beginning(std::string_view bytes);

/// Whether the first line ends in a bare LF.
bool begins_with_bare_feed(std::string_view bytes);

/// The head of a server that ends every line in a bare LF, which RFC 9112, section 2.2, allows a recipient to
/// recognize. With a CR anywhere in it lines end in two ways, as in a response that was split by somebody:
/// that is a fault, as is a NUL.
RawHead scan_bare_head(std::string_view bytes);

}  // namespace larder::http1
