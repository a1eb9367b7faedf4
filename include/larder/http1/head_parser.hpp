#pragma once

#include <larder/base/result.hpp>
#include <larder/http/message.hpp>

#include <memory>
#include <string_view>
#include <vector>

namespace larder::http1 {

/// Bounds on a message head.
struct HeadLimits {
  std::size_t head =
      32 * 1024;  ///< bytes of the start line and all field lines; past it Error::head_too_large
  std::size_t target = 8 * 1024;  ///< bytes of the request target; past it Error::uri_too_long
  std::size_t fields = 128;       ///< field lines; past it Error::head_too_large
};

/// How a message's content is delimited (RFC 9112, section 6.3).
struct Framing {
  enum class Kind { none, length, chunked, until_close } kind = Kind::none;
  std::uint64_t length = 0;  ///< for Kind::length
};

/// What a request head means for the connection that it came on.
struct RequestControl {
  Framing framing;
  bool keep_alive = true;
  bool expects_continue = false;
  std::size_t size = 0;  ///< bytes of the head, its empty line included
};

/// A request head that passed every rule of src/http1/README.md that needs no route.
struct ParsedRequest : RequestControl {
  http::RequestHead head;
};

/// Looks for a whole request head at the front of `bytes`: it is read into `head`, whose memory is
/// reused. Nothing if more bytes are needed, or why it is refused: a http::Fault (400),
/// Error::unsupported (501), Error::version (505), Error::head_too_large (431), Error::uri_too_long (414).
/// Empty lines before it are skipped (RFC 9112, section 2.2) and counted in `size`. What can never become a
/// head is refused before it is whole if that is cheap to see. The value of Host and the form of the
/// target are checked by http::target_of(). After a refusal `head` holds no request.
Result<std::optional<RequestControl>> parse_request_head(std::string_view bytes, const HeadLimits& limits,
                                                         http::RequestHead& head);

/// The same, for one head alone.
Result<std::optional<ParsedRequest>> parse_request_head(std::string_view bytes, const HeadLimits& limits);

/// A response head whose framing can be trusted.
struct ParsedResponse {
  http::ResponseHead head;
  Framing framing;
  bool keep_alive = true;
  std::size_t size = 0;
};

/// The same for a response to a request with `request_method`; 1xx are returned like others. Every refusal is
/// a http::Fault (502). `keep_alive` is false also if a 204 or 304 states content, since that might
/// follow.
Result<std::optional<ParsedResponse>> parse_response_head(std::string_view bytes,
                                                          std::string_view request_method,
                                                          const HeadLimits& limits);

}  // namespace larder::http1
