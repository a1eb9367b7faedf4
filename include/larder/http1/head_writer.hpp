#pragma once

#include <larder/http/message.hpp>
#include <larder/http1/head_parser.hpp>

#include <string>
#include <string_view>

namespace larder::http1 {

/// How the connection goes on after a message.
enum class Persistence { keep_alive, close };

/// Appends a request head, its empty line included: `fields` as they are, then the framing field and, for
/// close, Connection.
void write_request_head(std::string& out, std::string_view method, std::string_view target,
                        const http::FieldList& fields, const Framing& framing, Persistence persistence);

/// Appends the status line of a response (always HTTP/1.1, RFC 9110, section 2.5), with `reason`, or the
/// standard phrase if that is empty.
void write_status_line(std::string& out, int status, std::string_view reason = {});

/// Appends the framing field, Connection if it has to be said to a client of HTTP/1.`version_minor`, and
/// the empty line that ends the head. Kind::none writes no framing field.
void write_head_end(std::string& out, const Framing& framing, Persistence persistence, int version_minor);

/// Appends the line that precedes a chunk of `size` bytes, more than none (RFC 9112, section 7.1).
void write_chunk_head(std::string& out, std::size_t size);

inline constexpr std::string_view chunk_end = "\r\n";
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace larder::http1
