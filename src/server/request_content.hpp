#pragma once

#include "input_buffer.hpp"
#include "interim_writer.hpp"
#include "response_writer.hpp"
#include "session.hpp"
#include "session_context.hpp"
#include "transfer_deadline.hpp"

#include <larder/http1/body_decoder.hpp>
#include <larder/http1/head_parser.hpp>
#include <larder/pipeline/body.hpp>

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>

namespace larder::server {

/// Whether a request comes with content (RFC 9112, section 6.3).
bool has_content(const http1::Framing& framing);

/// The content of the requests of one connection, one after the other: decoded as it is read, and asked for
/// with 100 (Continue) once somebody reads it.
class RequestContent {
 public:
  RequestContent(SessionContext& context, net::Stream& stream, InputBuffer& input, InterimWriter& interim,
                 const ResponseWriter& writer)
      : context_(context),
        stream_(stream),
        input_(input),
        interim_(interim),
        writer_(writer),
        released_(context.loop) {}

  /// Begins with that of the next request.
  void begin(const http1::RequestControl& control);

  /// It, as the handlers read it. It may outlive the answer, not `session`, which it keeps.
  pipeline::Body body(std::shared_ptr<Session> session);

  /// All of it was read, or there is none.
  bool is_done() const { return !decoder_ || decoder_->done(); }

  /// Larger than the settings allow, as the request says itself.
  bool is_too_large() const {
    return framing_.kind == http1::Framing::Kind::length && is_too_large(framing_.length);
  }

  /// Why it could not be read to its end.
  boost::system::error_code error() const { return error_; }

  /// The final response begins: 100 (Continue) is due no more.
  void begin_answer() { owes_continue_ = false; }

  /// Waits until nobody reads it, but not past `deadline`; whether that is so.
  Task<bool> wait_released(SteadyTime deadline);

 private:
  class Reader;

  Task<Result<std::string_view>> read();
  Task<Result<std::string_view>> next_piece();

  bool is_too_large(std::uint64_t size) const { return most_ != 0 && size > most_; }

  SessionContext& context_;
  net::Stream& stream_;
  InputBuffer& input_;
  InterimWriter& interim_;
  const ResponseWriter& writer_;
  http1::Framing framing_;
  std::optional<http1::BodyDecoder> decoder_;
  std::uint64_t size_ = 0;  // of what was read so far
  std::uint64_t most_ = 0;  // by the settings, or what the handlers allow; 0: no bound
  boost::system::error_code error_;
  std::optional<TransferDeadline> deadline_;  // of the client while it sends
  bool owes_continue_ = false;                // the client waits for 100 (Continue)
  bool is_read_ = false;                      // somebody reads it just now
  boost::asio::steady_timer released_;
};

}  // namespace larder::server
