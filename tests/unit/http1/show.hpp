#pragma once

#include <larder/http/fault.hpp>
#include <larder/http1/head_parser.hpp>

#include <string>
#include <string_view>

// A parser's result in a word, for use in tables.
namespace larder::http1 {

inline std::string show(const boost::system::error_code& error) {
  if (error.category() == http::fault_category()) return "malformed";
  if (error == Error::unsupported) return "unsupported";
  if (error == Error::version) return "version";
  if (error == Error::head_too_large) return "head too large";
  if (error == Error::uri_too_long) return "uri too long";
  return error.message();
}

inline std::string show(const Framing& framing) {
  switch (framing.kind) {
    case Framing::Kind::none:
      return "none";
    case Framing::Kind::length:
      return "length " + std::to_string(framing.length);
    case Framing::Kind::chunked:
      return "chunked";
    case Framing::Kind::until_close:
      return "until close";
  }
  return "?";
}

/// The framing, "more" if bytes are missing, or the refusal.
inline std::string framing_of_request(std::string_view bytes, const HeadLimits& limits = {}) {
  const auto parsed = parse_request_head(bytes, limits);
  if (!parsed) return show(parsed.error());
  return *parsed ? show((*parsed)->framing) : "more";
}

inline std::string framing_of_response(std::string_view bytes, std::string_view request_method = "GET",
                                       const HeadLimits& limits = {}) {
  const auto parsed = parse_response_head(bytes, request_method, limits);
  if (!parsed) return show(parsed.error());
  return *parsed ? show((*parsed)->framing) : "more";
}

/// A head made of `first_line`, Host and `fields`, each ended by CRLF.
inline std::string request_with(std::string_view fields, std::string_view first_line = "POST / HTTP/1.1") {
  return std::string(first_line).append("\r\nHost: h\r\n").append(fields).append("\r\n");
}

inline std::string response_with(std::string_view fields, std::string_view first_line = "HTTP/1.1 200 OK") {
  return std::string(first_line).append("\r\n").append(fields).append("\r\n");
}

}  // namespace larder::http1
