#pragma once

#include "input_buffer.hpp"
#include "interim_writer.hpp"
#include "phase.hpp"
#include "request_content.hpp"
#include "response_writer.hpp"
#include "session.hpp"
#include "session_context.hpp"
#include "stall.hpp"

#include <larder/net/stream.hpp>
#include <larder/net/timer.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>

namespace larder::server {

/// A connection that speaks HTTP/1: reads a request, has it handled, writes the response, and again. What is
/// answered without waiting is answered as it is read, several requests in one write; the coroutine goes on
/// if something has to be waited for. Its phases are those of phase.hpp.
///
/// What drain() leaves gets a response that says `Connection: close`, and then it ends.
class Http1Session final : public Session, private net::Receiver {
 public:
  /// `has_proxy_header`: the first bytes say whose the connection is.
  Http1Session(SessionContext& context, std::unique_ptr<net::Stream> stream, bool has_proxy_header = false);

  Task<> run() override;
  void drain() override {
    if (is_idle(phase_)) stream_->close();
  }
  bool close() override;
  void make_room() override;
  void give_up() override;
  void give_up_if_client_left() override;
  std::uint64_t held_in_vain(SteadyTime now) override;
  const std::string& peer_address() const override { return stream_->peer_address(); }

 private:
  /// How it goes on after a request was looked for.
  enum class Next {
    another,  ///< there may be one more in the buffer
    read,     ///< there is none, or not all of it
    wait,     ///< for something else: `refusal_` or `waiting_` says for what
  };

  class ClientDeparture final : public pipeline::Departure {
   public:
    explicit ClientDeparture(net::Stream& stream) : stream_(stream) {}
    Look look() const override {
      if (!stream_.has_peer_left()) return Look::here;
      return stream_.is_broken() ? Look::gone : Look::ended_its_direction;
    }

   private:
    net::Stream& stream_;
  };

  /// Of a request that cannot be read.
  struct Refusal {
    boost::system::error_code why;
    std::string request_line;
  };

  // Without waiting.
  bool serve_now();
  Next serve_next();
  bool read_target(Exchange& exchange);
  bool count_client();
  bool answer_now(Exchange& exchange);
  bool flush();
  void expect_request();
  void enter(Phase phase);
  std::span<char> room() override;
  bool received(std::size_t count) override;

  // With waiting.
  Task<bool> read_preface();
  Task<bool> shake_hands();
  Task<bool> serve();
  Task<> miss_request(boost::system::error_code error);
  Task<bool> answer(Exchange& exchange);
  std::optional<pipeline::Response> own_answer(Exchange& exchange);
  Task<Result<>> send_unsent();
  Task<> refuse(boost::system::error_code error, std::string_view request_line);
  void note_refusal(std::string_view request_line, const pipeline::Response& response) const;
  std::uint64_t tell_shutdown();
  Task<> linger();

  SessionContext& context_;
  std::unique_ptr<net::Stream> stream_;
  const bool is_secure_;
  const bool has_proxy_header_;
  std::string client_address_;
  Phase phase_ = Phase::fresh;
  InputBuffer input_;
  InterimWriter interim_;
  ResponseWriter writer_;
  RequestContent content_;  // of the request being served
  ClientDeparture departure_;
  bool owes_answer_ = false;   // nothing of the answer to a request under way was sent
  bool is_answering_ = false;  // there is one under way
  bool is_head_ = false;       // that asks for no content
  Stall stall_;

  // What could not be done without waiting.
  std::string unsent_;  // answers
  std::unique_ptr<Exchange> waiting_;
  std::optional<Refusal> refusal_;
};

}  // namespace larder::server
