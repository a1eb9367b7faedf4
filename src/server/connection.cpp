#include "connection.hpp"

#include <larder/base/task.hpp>
#include <larder/http/target.hpp>
#include <larder/pipeline/problem.hpp>

#include <array>
#include <cassert>
#include <cstring>

namespace larder::server {
namespace {

constexpr std::size_t first_buffer = 4 * 1024;
constexpr std::size_t content_buffer = 64 * 1024;

/// Methods that would make a tunnel of us, or show others what a client sent (src/http1/README.md).
std::optional<int> status_for_method(std::string_view method) {
  if (method == "CONNECT") return 501;
  if (method == "TRACE") return 405;
  return std::nullopt;
}

/// As much as there is of it. Empty lines before it do not count.
std::string_view first_line(std::string_view head) {
  head.remove_prefix(std::min(head.find_first_not_of("\r\n"), head.size()));
  return head.substr(0, head.find_first_of("\r\n"));
}

/// Content that is sent with its head, in one piece of memory; larger content is sent from where it is.
bool is_copied(const pipeline::Response& response) {
  constexpr std::size_t copied_at_most = 16 * 1024;
  return !response.tunnel && !response.body.is_streamed() && response.body.bytes().size() <= copied_at_most;
}

bool has_content(const http1::Framing& framing) {
  return framing.kind != http1::Framing::Kind::none &&
         !(framing.kind == http1::Framing::Kind::length && framing.length == 0);
}

}  // namespace

/// The content of the request being served, as the handlers read it. It may outlive the answer, not the
/// connection.
class Connection::Content final : public pipeline::BodyReader {
 public:
  explicit Content(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

  Task<Result<std::string_view>> read() override {
    connection_->reading_content_ = true;
    const Result<std::string_view> piece = co_await connection_->read_content();
    connection_->reading_content_ = false;
    connection_->content_released_.cancel();
    co_return piece;
  }

 private:
  std::shared_ptr<Connection> connection_;
};

Connection::Connection(Server& server, std::unique_ptr<net::Stream> stream)
    : server_(server),
      stream_(std::move(stream)),
      is_secure_(stream_->is_secure()),
      content_released_(server.loop_) {}

Task<> Connection::run() {
  const std::shared_ptr<Connection> self = shared_from_this();
  server_.waiting_->owe(*this, net::now_about());
  bool goes_on = true;
  if (is_secure_) goes_on = co_await shake_hands();
  while (goes_on && !server_.draining_) goes_on = co_await serve();
  stream_->close();
  server_.forget(self);
}

Task<bool> Connection::shake_hands() {
  wait_for(server_.settings_.head_timeout);
  const Result<> shaken = co_await stream_->handshake();
  co_return shaken.has_value();
}

/// Serves what can be served without waiting, as it comes, then what cannot; whether more may follow.
Task<bool> Connection::serve() {
  Result<> received;
  if (serve_now()) received = co_await stream_->receive(*this);
  enter(Phase::answering);
  leave();
  if (!unsent_.empty()) {
    const Result<> sent = co_await send_unsent();
    if (!sent) co_return false;
  }
  if (!received) {
    co_await give_up(received.error());
    co_return false;
  }
  if (refusal_) {
    co_await refuse(refusal_->why, refusal_->request_line);
    co_return false;
  }
  if (!waiting_) co_return true;
  const bool goes_on = co_await answer(*waiting_);
  server_.exchange_pool_->give_back(std::move(waiting_));
  co_return goes_on;
}

/// Nothing came, or not all of a head: only a client that sent part of it too slowly gets an answer.
Task<> Connection::give_up(boost::system::error_code error) {
  if (error == Error::timeout && begin_ != end_) co_await refuse(error, first_line(buffered()));
}

/// Serves the requests that are there, as far as that takes no waiting; whether more is to be read for it.
bool Connection::serve_now() {
  constexpr std::size_t gathered_at_once = 64 * 1024;
  // An exception may have left another connection's answers there.
  server_.exchange_pool_->out.clear();
  Next next = Next::another;
  while (next == Next::another) {
    next = serve_next();
    const bool is_due = next != Next::another || server_.exchange_pool_->out.size() >= gathered_at_once;
    if (is_due && !flush()) return false;
  }
  if (next == Next::read) expect_request();
  return next == Next::read;
}

/// Sets the deadline for what is to be read, and the place among those that wait.
void Connection::expect_request() {
  const Phase before = phase_;
  enter(phase_to_read(before, begin_ != end_));
  const SteadyTime now = net::now_about();
  if (phase_ == Phase::between_requests) {
    stream_->expires_at(now + server_.settings_.idle_timeout);
    server_.waiting_->keep(*this, now);
  } else if (phase_ == Phase::fresh) {
    stream_->expires_at(now + server_.settings_.head_timeout);
    server_.waiting_->owe(*this, now);
  } else if (before != Phase::head) {
    stream_->reading_expires_at(now + server_.settings_.head_timeout);
    server_.waiting_->owe(*this, now);
  }
}

void Connection::enter(Phase phase) {
  assert(may_follow(phase_, phase));
  phase_ = phase;
}

void Connection::end_if_client_left() {
  if (!stream_->has_peer_left()) return;
  end();
  departure_.note();
}

void Connection::end() {
  leave();
  stream_->close();
  if (streamed_ != nullptr) streamed_->give_up();
}

std::uint64_t Connection::held_in_vain(SteadyTime now) {
  const std::uint64_t held = sending_ && streamed_ != nullptr ? streamed_->held_unstored() : 0;
  const std::optional<std::uint64_t> taken = held != 0 ? stream_->acknowledged() : std::nullopt;
  if (!taken) {
    stall_.forget();
    return 0;
  }
  return stall_.has_lasted(*taken, now) ? held : 0;
}

void Connection::make_room() {
  leave();
  server_.give_back_place(*this);
  stream_->close();
}

/// Takes the request at the front of the buffer, and answers it if that takes no waiting.
Connection::Next Connection::serve_next() {
  if (begin_ == end_) return Next::read;
  Exchange& exchange = server_.exchange_pool_->exchange();
  const Result<std::optional<http1::RequestControl>> control =
      http1::parse_request_head(buffered(), server_.settings_.head_limits, exchange.request.head);
  if (!control) {
    refusal_ = {control.error(), std::string(first_line(buffered()))};
    return Next::wait;
  }
  if (!control->has_value()) return Next::read;
  exchange.control = **control;
  enter(Phase::answering);
  consume(exchange.control.size);
  if (!read_target(exchange)) return Next::wait;
  if (answer_now(exchange)) return Next::another;
  waiting_ = server_.exchange_pool_->take();
  return Next::wait;
}

bool Connection::read_target(Exchange& exchange) {
  pipeline::Request& request = exchange.request;
  const Result<> read = http::read_target(request.head, is_secure_ ? "https" : "http", request.target);
  if (!read) refusal_ = {read.error(), request.head.method + " " + request.head.target};
  return read.has_value();
}

/// Whether the answer is among those to be sent; else the exchange is left for answer().
bool Connection::answer_now(Exchange& exchange) {
  pipeline::Request& request = exchange.request;
  request.client_address = stream_->peer_address();
  exchange.response.clear();
  exchange.is_answered = !has_content(exchange.control.framing) && !status_for_method(request.head.method) &&
                         server_.handler_.answer_now(request, exchange.response);
  if (!exchange.is_answered) return false;
  const bool goes_on = exchange.control.keep_alive && !server_.draining_ && !exchange.response.closes;
  if (!goes_on || !is_copied(exchange.response)) return false;
  keep_alive_ = true;
  append_answer(server_.exchange_pool_->out, exchange.response, request.head.method,
                request.head.version_minor);
  return true;
}

/// Sends the answers that are there; whether that took no waiting.
bool Connection::flush() {
  std::string& out = server_.exchange_pool_->out;
  if (out.empty()) return true;
  const std::size_t sent = stream_->write_now(out);
  unsent_.assign(out, sent);
  out.clear();
  return unsent_.empty();
}

bool Connection::received(std::size_t count) {
  end_ += count;
  return serve_now();
}

/// A head that is too large is seen to be before the buffer is full.
std::size_t Connection::largest_buffer() const {
  return std::max(content_buffer, server_.settings_.head_limits.head + first_buffer);
}

/// Makes room after what is there: a buffer that was found full is worth a larger one.
std::span<char> Connection::room() {
  const bool was_full = end_ == buffer_.size();
  if (begin_ == end_) begin_ = end_ = 0;
  if (was_full && begin_ != 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  } else if (was_full && buffer_.size() < largest_buffer()) {
    buffer_.resize(buffer_.empty() ? first_buffer : std::min(buffer_.size() * 4, largest_buffer()));
  }
  return std::span(buffer_).subspan(end_);
}

/// Reads more content after what is there.
Task<Result<>> Connection::fill() {
  const std::span<char> free = room();
  if (free.empty()) co_return Error::head_too_large;
  const Result<std::size_t> count = co_await stream_->read_some(free);
  if (!count) co_return count.error();
  end_ += *count;
  co_return Result<>();
}

Task<Result<>> Connection::send_unsent() {
  const std::array<std::string_view, 1> parts{unsent_};
  const Result<> sent = co_await send(parts);
  unsent_.clear();
  co_return sent;
}

Task<bool> Connection::answer(Exchange& exchange) {
  wait_freely();
  const http1::RequestControl& control = exchange.control;
  keep_alive_ = control.keep_alive;
  decoder_.emplace(control.framing);
  owes_continue_ = control.expects_continue && !decoder_->done();
  writing_ = false;
  content_size_ = 0;
  content_error_ = {};
  transfer_deadline_ = fresh_transfer_deadline();

  pipeline::Request& request = exchange.request;
  if (!decoder_->done()) {
    std::optional<std::uint64_t> length;
    if (control.framing.kind == http1::Framing::Kind::length) length = control.framing.length;
    request.body = pipeline::Body(std::make_unique<Content>(shared_from_this()), length);
  }
  const std::string method = request.head.method;
  const int version_minor = request.head.version_minor;

  Result<pipeline::Response> response = Error::canceled;
  if (exchange.is_answered) {
    response = std::move(exchange.response);
  } else if (const std::optional<int> status = status_for_method(method)) {
    response = *status == 405 ? pipeline::method_not_allowed()
                              : pipeline::problem(*status, "The method is not offered here.");
    note_refusal(method + " " + request.head.target, *response);
  } else if (control.framing.kind == http1::Framing::Kind::length &&
             is_content_too_large(control.framing.length)) {
    response = pipeline::request_problem(Error::too_large);
    note_refusal(method + " " + request.head.target, *response);
  } else {
    request.departure = &departure_;
    server_.waiting_->answer(*this, net::now_about());
    response = co_await server_.handler_.handle(request);
  }
  if (!response) response = pipeline::origin_problem(response.error());
  // What the upstream made of half a request is not the client's answer: the request was at fault.
  if (content_error_) response = pipeline::request_problem(content_error_);
  writing_ = true;
  Result<> sent;
  if (is_copied(*response) && !sending_) {
    server_.exchange_pool_->out.clear();
    append_answer(server_.exchange_pool_->out, *response, method, version_minor);
    if (!flush()) sent = co_await send_unsent();
  } else {
    sent = co_await respond(*response, method, version_minor);
  }
  leave();
  if (!sent) co_return false;
  if (response->tunnel) {
    co_await response->tunnel->relay(*stream_, buffered());
    co_return false;
  }
  if (decoder_->done() && keep_alive_) co_return true;
  co_await linger();
  co_return false;
}

/// After an anomaly nothing on the connection can be trusted: it ends with the answer.
Task<> Connection::refuse(boost::system::error_code error, std::string_view request_line) {
  pipeline::Response response = pipeline::request_problem(error);
  note_refusal(request_line, response);
  writing_ = true;
  const Result<> sent = co_await respond(response, "GET", 1);
  if (sent) co_await linger();
}

void Connection::note_refusal(std::string_view request_line, const pipeline::Response& response) const {
  if (server_.refusals_ == nullptr) return;
  server_.refusals_->write(
      pipeline::refusal_record(request_line, stream_->peer_address(), response, server_.clock_.now()));
}

/// Lets the client read the answer before the connection ends: closing with bytes unread would reset it, and
/// the answer could be lost (RFC 9112, section 9.6).
Task<> Connection::linger() {
  const SteadyTime end = std::chrono::steady_clock::now() + server_.settings_.linger;
  stream_->shutdown_write();
  stream_->expires_at(end);
  if (reading_content_) {
    content_released_.expires_at(end);
    co_await content_released_.async_wait(awaiting);
  }
  if (reading_content_) co_return;
  stream_->expires_at(end);  // reading content meanwhile has set other deadlines
  Result<> more;
  while (more) {
    begin_ = end_ = 0;
    more = co_await fill();
  }
}

Task<Result<std::string_view>> Connection::read_content() {
  if (owes_continue_ && !writing_) {
    constexpr std::array<std::string_view, 1> go_on{"HTTP/1.1 100 Continue\r\n\r\n"};
    const Result<> sent = co_await send(go_on);
    if (!sent) co_return sent.error();
  }
  owes_continue_ = false;
  const Result<std::string_view> piece = co_await next_piece();
  if (!piece) content_error_ = piece.error();
  if (!sending_) wait_freely();
  co_return piece;
}

Task<Result<std::string_view>> Connection::next_piece() {
  while (!decoder_->done()) {
    const Result<http1::BodyDecoder::Step> step = decoder_->decode(buffered());
    if (!step) co_return step.error();
    consume(step->consumed);
    content_size_ += step->content.size();
    if (is_content_too_large(content_size_)) co_return Error::too_large;
    if (!step->content.empty()) co_return step->content;
    if (decoder_->done()) break;
    if (step->consumed != 0) continue;
    stream_->reading_expires_at(transfer_deadline_->begin(std::chrono::steady_clock::now()));
    const std::size_t before = buffered().size();
    const Result<> more = co_await fill();
    if (!more) co_return more.error();
    transfer_deadline_->end(std::chrono::steady_clock::now(), buffered().size() - before);
  }
  co_return std::string_view{};
}

}  // namespace larder::server
