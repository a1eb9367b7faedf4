#pragma once

#include <boost/system/error_code.hpp>

#include <string_view>

namespace larder::http {

/// Which rule a message breaks (src/http1/README.md): a request that does is answered 400, a response becomes
/// a 502. Bounds that have a status of their own, and what is merely not supported, are larder::Error.
enum class Fault {
  tls = 1,            ///< TLS where plain HTTP is spoken
  not_http,           ///< nothing that begins as HTTP/1.1 does
  start_line,         ///< a request line or status line of the wrong form
  version,            ///< of a response: another version than HTTP/1
  line_end,           ///< a line that ends in a bare LF
  nul,                ///< a NUL
  field_line,         ///< a field line of the wrong form
  folded_line,        ///< a folded line in a request
  options,            ///< a flood of connection options
  head_size,          ///< a response's head past its bound
  field_count,        ///< as many field lines
  no_host,            ///< HTTP/1.1 without Host
  several_hosts,      ///< more than one Host
  host,               ///< a Host that names no host
  target,             ///< a request target of the wrong form
  protected_option,   ///< Connection names a field that no proxy may take out
  length,             ///< Content-Length is no number
  several_lengths,    ///< more than one
  length_and_coding,  ///< Content-Length beside Transfer-Encoding
  several_codings,    ///< more than one Transfer-Encoding
  coding,             ///< a Transfer-Encoding that is not exactly "chunked"
  early_coding,       ///< Transfer-Encoding in HTTP/1.0
  chunk,              ///< a chunk of the wrong form
  content_size,       ///< content of another size than stated
  switching,          ///< a 101 that nobody asked for, or for another protocol
  interim_flood,      ///< too many 1xx
};

inline constexpr Fault last_fault = Fault::interim_flood;

const boost::system::error_category& fault_category() noexcept;

inline boost::system::error_code make_error_code(Fault fault) {
  return {static_cast<int>(fault), fault_category()};
}

/// A word for the access log: "several-hosts".
std::string_view token_of(Fault fault);

}  // namespace larder::http

template <>
struct boost::system::is_error_code_enum<larder::http::Fault> : std::true_type {};
