#pragma once

#include <larder/base/result.hpp>
#include <larder/http/field_list.hpp>
#include <larder/http1/head_parser.hpp>

#include <cstddef>
#include <string_view>

namespace larder::http1 {

/// The fields of a head that govern the connection, gathered while the head is read.
struct ControlFields {
  std::size_t hosts = 0;
  std::size_t transfer_encodings = 0;
  std::size_t transfer_encoding = 0;  ///< position of the last one
  std::size_t content_lengths = 0;
  std::size_t content_length = 0;  ///< position of the last one
  bool close = false;
  bool keep_alive = false;
  bool expects_continue = false;
  std::size_t connection_options = 0;

  /// Each connection option is compared with every field, in both directions; no honest sender has more.
  static constexpr std::size_t most_connection_options = 64;

  /// Notes what a Connection field lists (RFC 9110, section 7.6.1).
  void add_connection(std::string_view value);
  /// Notes what an Expect field lists (RFC 9110, section 10.1.1).
  void add_expect(std::string_view value);
  /// Whether the connection may be used again after the message (RFC 9112, section 9.3).
  bool persists(int version_minor) const;
};

/// What Content-Length and Transfer-Encoding state; Kind::none if there is neither. A http::Fault if
/// they are repeated, broken or contradict each other, Error::unsupported for another known transfer coding.
Result<Framing> stated_framing(const ControlFields& control, const http::FieldList& fields,
                               int version_minor);

/// The same for a response. One that names an unknown transfer coding, and not a word like
/// "chunked", is delimited by the end of its connection (RFC 9112, section 6.3, rule 4), and what comes is
/// its content: a coding that does not exist cannot be undone, and servers that write `Transfer-Encoding:
/// binary` mean no coding.
Result<Framing> stated_response_framing(const ControlFields& control, const http::FieldList& fields,
                                        int version_minor);

}  // namespace larder::http1
