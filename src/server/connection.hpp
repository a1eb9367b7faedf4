#pragma once

#include "exchange_pool.hpp"
#include "phase.hpp"
#include "stall.hpp"
#include "transfer_deadline.hpp"
#include "waiting_list.hpp"

#include <larder/http1/body_decoder.hpp>
#include <larder/http1/head_parser.hpp>
#include <larder/http1/head_writer.hpp>
#include <larder/net/timer.hpp>
#include <larder/server/server.hpp>

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace larder::server {

/// One client connection, from accept to close: reads a request, has it handled, writes the response, and
/// again. What is answered without waiting is answered as it is read, several requests in one write; the
/// coroutine goes on if something has to be waited for. Its phases are those of phase.hpp; who has to go at
/// the bound of connections is in waiting_list.hpp.
///
/// What drain() leaves gets a response that says `Connection: close`, and then it ends.
class Connection final : public std::enable_shared_from_this<Connection>,
                         public Waiting,
                         private net::Receiver {
 public:
  Connection(Server& server, std::unique_ptr<net::Stream> stream);

  /// Serves until the connection ends.
  Task<> run();

  void drain() {
    if (is_idle(phase_)) stream_->close();
  }
  void close() { stream_->close(); }

  /// Ends it while it waits for its client, so that another one has its place.
  void make_room();

  /// While a request is being answered: ends it, and what is done only for this client, if the client has
  /// ended its direction. That counts as leaving, as with nginx.
  void end_if_client_left();

  /// While a request is being answered, now and then: bytes that are held for this client alone though it
  /// takes none of what it is being sent.
  std::uint64_t held_in_vain(SteadyTime now);

  /// Ends it, and what is done for this client alone.
  void end();

  const std::string& peer_address() const { return stream_->peer_address(); }

  std::size_t position = 0;  ///< among the server's connections
  bool has_place = true;     ///< of the server's Occupancy

 private:
  class Content;

  /// How it goes on after a request was looked for.
  enum class Next {
    another,  ///< there may be one more in the buffer
    read,     ///< there is none, or not all of it
    wait,     ///< for something else: `refusal_` or `waiting_` says for what
  };

  /// Of a request that cannot be read.
  struct Refusal {
    boost::system::error_code why;
    std::string request_line;
  };

  Task<bool> shake_hands();
  http1::Framing append_head(std::string& out, pipeline::Response& response, std::string_view method,
                             int version_minor);
  void append_answer(std::string& out, pipeline::Response& response, std::string_view method,
                     int version_minor);
  void add_date(pipeline::Response& response);

  // Without waiting.
  bool serve_now();
  Next serve_next();
  bool read_target(Exchange& exchange);
  bool answer_now(Exchange& exchange);
  bool flush();
  void expect_request();
  void enter(Phase phase);
  std::span<char> room() override;
  bool received(std::size_t count) override;

  // With waiting.
  Task<bool> serve();
  Task<> give_up(boost::system::error_code error);
  Task<Result<>> fill();
  Task<Result<>> send_unsent();
  Task<bool> answer(Exchange& exchange);
  Task<> refuse(boost::system::error_code error, std::string_view request_line);
  void note_refusal(std::string_view request_line, const pipeline::Response& response) const;
  Task<Result<>> respond(pipeline::Response& response, std::string_view method, int version_minor);
  Task<Result<>> write_content(std::string_view content);
  Task<Result<>> stream_content(pipeline::BodyReader& content, const http1::Framing& framing,
                                std::optional<std::string_view> first);
  Task<Result<>> send(std::span<const std::string_view> parts);
  Task<Result<>> send_piece(TransferDeadline& deadline, std::span<const std::string_view> parts);
  Task<Result<std::string_view>> read_content();
  Task<Result<std::string_view>> next_piece();
  Task<> linger();

  std::string_view buffered() const { return {buffer_.data() + begin_, end_ - begin_}; }
  void consume(std::size_t count) { begin_ += count; }
  void wait_for(Milliseconds time) { stream_->expires_at(net::now_about() + time); }
  std::size_t largest_buffer() const;
  bool is_content_too_large(std::uint64_t size) const {
    return server_.settings_.max_content != 0 && size > server_.settings_.max_content;
  }
  TransferDeadline fresh_transfer_deadline() const {
    return {server_.settings_.idle_timeout, server_.settings_.slowest_rate};
  }

  /// While others work on the request: they have deadlines of their own.
  void wait_freely() { stream_->expires_at(SteadyTime::max()); }

  Server& server_;
  std::unique_ptr<net::Stream> stream_;
  const bool is_secure_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  Phase phase_ = Phase::fresh;

  // What could not be done without waiting.
  std::string unsent_;  // answers
  std::unique_ptr<Exchange> waiting_;
  std::optional<Refusal> refusal_;

  // The response being written.
  std::string head_;
  bool keep_alive_ = true;
  pipeline::Departure departure_;
  pipeline::BodyReader* streamed_ = nullptr;  // what is read for the client
  Stall stall_;

  // The content of the request being served.
  std::optional<http1::BodyDecoder> decoder_;
  std::uint64_t content_size_ = 0;                     // of what was read so far
  boost::system::error_code content_error_;            // why it could not be read to its end
  std::optional<TransferDeadline> transfer_deadline_;  // of the client while it sends
  bool owes_continue_ = false;                         // the client waits for 100 (Continue)
  bool writing_ = false;                               // the final response has begun: no 100 any more
  bool sending_ = false;                               // a write is under way, under the deadline that is set
  bool reading_content_ = false;
  boost::asio::steady_timer content_released_;
};

}  // namespace larder::server
