#pragma once

#include "connection.hpp"
#include "upstream.hpp"

#include <larder/pipeline/handler.hpp>

#include <memory>
#include <string>

namespace larder::origin {

/// One request and its response over one connection. Kept alive by what still reads the response or sends the
/// request.
///
///   phase      | request content           | response          | goes to
///   sending    | being sent by a coroutine | none yet          | answered: the head came; failed
///   answered   | as before                 | content being read | unused again: all read and sent; else
///   closed
class Exchange final : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<Upstream> upstream, std::unique_ptr<Connection> connection);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// Sends the request and reads the response's head.
  Task<Result<pipeline::Response>> run(pipeline::Request& request);

  /// Whether the server gave any sign of having seen the request.
  bool has_received() const { return connection_->has_received(); }

  /// What run() came to, if it is not tried once more: no error, or why there is no response.
  void note_outcome(const boost::system::error_code& error);

 private:
  class ContentReader;

  Task<Result<http1::ParsedResponse>> read_final_head(const pipeline::Request& request,
                                                      std::string_view method);
  bool send_now(pipeline::Request& request, const http1::Framing& framing);
  Task<Result<>> send_rest(Bytes content);
  Task<> send_content(std::unique_ptr<pipeline::BodyReader> content, http1::Framing framing);
  Task<Result<>> send_piece(std::string_view piece, const http1::Framing& framing);
  pipeline::Response respond(http1::ParsedResponse parsed);
  void finish();
  void note_sent_whole();

  const ServerSettings& server() const { return upstream_->settings().servers[connection_->server()]; }

  void wait_for(Milliseconds time) {
    connection_->stream().expires_at(std::chrono::steady_clock::now() + time);
  }
  void wait_for_head();

  std::shared_ptr<Upstream> upstream_;
  std::unique_ptr<Connection> connection_;
  std::size_t server_;
  std::shared_ptr<pipeline::Delivery> delivery_;
  SteadyTime answer_by_{};
  bool sending_ = false;    // the content is still being sent
  bool answered_ = false;   // the response's head has come
  bool abandoned_ = false;  // the rest of either is not wanted
  bool reusable_ = true;
};

}  // namespace larder::origin
