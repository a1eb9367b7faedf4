#pragma once

#include "session_context.hpp"
#include "transfer_deadline.hpp"

#include <larder/http1/head_writer.hpp>
#include <larder/net/stream.hpp>
#include <larder/pipeline/handler.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace larder::server {

/// The request that a response answers, and whether another one may follow on its connection.
struct Answered {
  std::string_view method;
  int version_minor = 1;
  bool keep_alive = true;  ///< false once the response has said, or shows, that the connection ends
};

/// Writes responses to one connection in HTTP/1.1: chooses their framing from what the client speaks and what
/// is known about the content, and gives the client its deadlines.
class ResponseWriter {
 public:
  ResponseWriter(SessionContext& context, net::Stream& stream) : context_(context), stream_(stream) {}

  /// Whether append() is for it: its content is there, and small enough to be copied.
  static bool is_copied(const pipeline::Response& response);

  /// Appends it, for a client that gets several in one write.
  void append(std::string& out, pipeline::Response& response, Answered& answered);

  /// Writes it, its content as it arrives. An error means that it did not arrive whole: the connection must
  /// end.
  Task<Result<>> write(pipeline::Response& response, Answered& answered);

  /// Bytes that are no part of a response's content. They must live until it is done.
  Task<Result<>> send(std::span<const std::string_view> parts);

  /// A write is under way, under a deadline of its own.
  bool is_sending() const { return is_sending_; }

  /// The content that is being read for the client; or nullptr.
  pipeline::BodyReader* streamed() { return streamed_; }

 private:
  http1::Framing append_head(std::string& out, pipeline::Response& response, Answered& answered);
  void add_date(pipeline::Response& response);
  Task<Result<>> write_content(std::string_view content);
  Task<Result<>> stream_content(pipeline::BodyReader& content, const http1::Framing& framing,
                                std::optional<std::string_view> first);
  Task<Result<>> send_piece(TransferDeadline& deadline, std::span<const std::string_view> parts);
  Task<Result<>> send_by(SteadyTime deadline, std::span<const std::string_view> parts);
  TransferDeadline fresh_deadline() const {
    return {context_.settings.idle_timeout, context_.settings.slowest_rate};
  }

  SessionContext& context_;
  net::Stream& stream_;
  std::string head_;
  pipeline::BodyReader* streamed_ = nullptr;
  bool is_sending_ = false;
};

}  // namespace larder::server
