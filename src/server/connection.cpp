#include "connection.hpp"

#include <larder/http/target.hpp>
#include <larder/pipeline/problem.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <cstring>

namespace larder::server {
namespace {

constexpr std::size_t first_buffer = 4 * 1024;
constexpr std::size_t largest_buffer = 64 * 1024;

/// Methods that would make a tunnel of us, or show others what a client sent (front-door.md).
std::optional<int> status_for_method(std::string_view method) {
  if (method == "CONNECT") return 501;
  if (method == "TRACE") return 405;
  return std::nullopt;
}

/// As much as there is of it. Empty lines before it are nothing.
std::string_view first_line(std::string_view head) {
  head.remove_prefix(std::min(head.find_first_not_of("\r\n"), head.size()));
  return head.substr(0, head.find_first_of("\r\n"));
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
  bool goes_on = true;
  if (is_secure_) goes_on = co_await shake_hands();
  while (goes_on && !server_.draining_) goes_on = co_await serve_one();
  stream_->close();
  server_.forget(self);
}

Task<bool> Connection::shake_hands() {
  wait_for(server_.settings_.head_timeout);
  const Result<> shaken = co_await stream_->handshake();
  co_return shaken.has_value();
}

/// One request and its response; whether another may follow.
Task<bool> Connection::serve_one() {
  idle_ = true;
  Result<http1::ParsedRequest> parsed = co_await read_head();
  idle_ = false;
  if (parsed) {
    const bool goes_on = co_await answer(std::move(*parsed));
    co_return goes_on;
  }
  const boost::system::error_code error = parsed.error();
  const bool is_gone = error == Error::closed || error == Error::reset || error == Error::canceled ||
                       (error == Error::timeout && begin_ == end_);
  if (!is_gone) co_await refuse(error, first_line(buffered()));
  co_return false;
}

Task<Result<http1::ParsedRequest>> Connection::read_head() {
  bool begun = false;
  wait_for(server_.settings_.idle_timeout);
  while (true) {
    if (begin_ != end_) {
      Result<std::optional<http1::ParsedRequest>> parsed =
          http1::parse_request_head(buffered(), server_.settings_.head_limits);
      if (!parsed) co_return parsed.error();
      if (parsed->has_value()) {
        wait_freely();
        consume((*parsed)->size);
        co_return std::move(**parsed);
      }
      if (!begun) {
        stream_->reading_expires_at(std::chrono::steady_clock::now() + server_.settings_.head_timeout);
      }
      begun = true;
      idle_ = false;
    }
    const Result<> more = co_await fill();
    if (!more) co_return more.error();
  }
}

/// Reads more behind what is there, making room for it first: a buffer that was found full is worth a larger
/// one.
Task<Result<>> Connection::fill() {
  const bool was_full = end_ == buffer_.size();
  if (begin_ == end_) begin_ = end_ = 0;
  if (was_full && begin_ != 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  } else if (was_full && buffer_.size() < largest_buffer) {
    buffer_.resize(buffer_.empty() ? first_buffer : std::min(buffer_.size() * 4, largest_buffer));
  }
  if (end_ == buffer_.size()) co_return Error::head_too_large;
  const Result<std::size_t> count = co_await stream_->read_some(std::span(buffer_).subspan(end_));
  if (!count) co_return count.error();
  end_ += *count;
  co_return Result<>();
}

Task<bool> Connection::answer(http1::ParsedRequest parsed) {
  Result<http::Target> target = http::target_of(parsed.head, is_secure_ ? "https" : "http");
  if (!target) {
    const std::string request_line = parsed.head.method + " " + parsed.head.target;
    co_await refuse(target.error(), request_line);
    co_return false;
  }
  keep_alive_ = parsed.keep_alive;
  decoder_.emplace(parsed.framing);
  owes_continue_ = parsed.expects_continue && !decoder_->done();
  writing_ = false;
  content_error_ = {};
  patience_ = fresh_patience();

  pipeline::Request request;
  request.head = std::move(parsed.head);
  request.target = std::move(*target);
  request.client_address = stream_->peer_address();
  request.own_port = stream_->local_port();
  if (!decoder_->done()) {
    std::optional<std::uint64_t> length;
    if (parsed.framing.kind == http1::Framing::Kind::length) length = parsed.framing.length;
    request.body = pipeline::Body(std::make_unique<Content>(shared_from_this()), length);
  }
  const std::string method = request.head.method;
  const int version_minor = request.head.version_minor;

  Result<pipeline::Response> response = Error::canceled;
  if (const std::optional<int> status = status_for_method(method)) {
    response = pipeline::problem(*status, "The method is not offered here.");
    if (*status == 405) response->head.fields.add("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    note_refusal(method + " " + request.head.target, *response);
  } else if (pipeline::Response at_once; server_.handler_.answer_now(request, at_once)) {
    response = std::move(at_once);
  } else {
    response = co_await server_.handler_.handle(request);
  }
  if (!response) response = pipeline::origin_problem(response.error());
  // What the upstream made of half a request is not the client's answer: the request was at fault.
  if (content_error_) response = pipeline::request_problem(content_error_);
  const Result<> sent = co_await respond(*response, method, version_minor);
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
    co_await content_released_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }
  if (reading_content_) co_return;
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
    if (!step->content.empty()) co_return step->content;
    if (decoder_->done()) break;
    if (step->consumed != 0) continue;
    stream_->reading_expires_at(patience_->begin(std::chrono::steady_clock::now()));
    const std::size_t before = buffered().size();
    const Result<> more = co_await fill();
    if (!more) co_return more.error();
    patience_->end(std::chrono::steady_clock::now(), buffered().size() - before);
  }
  co_return std::string_view{};
}

}  // namespace larder::server
