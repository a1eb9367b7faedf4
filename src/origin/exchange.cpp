#include "exchange.hpp"

#include "interim_rate.hpp"
#include "tunnel.hpp"

#include <larder/http/fault.hpp>
#include <larder/http1/head_writer.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>

namespace larder::origin {
namespace {

http1::Framing framing_of(const pipeline::Body& body) {
  if (body.empty()) return {};
  const std::optional<std::uint64_t> length = body.length();
  if (length) return {http1::Framing::Kind::length, *length};
  return {http1::Framing::Kind::chunked, 0};
}

/// A POST without content says so, as RFC 9110, section 8.6 requires of methods that anticipate content.
http1::Framing framing_of(const pipeline::Request& request) {
  const http1::Framing framing = framing_of(request.body);
  const std::string_view method = request.head.method;
  const bool anticipates = method == "POST" || method == "PUT" || method == "PATCH";
  if (framing.kind == http1::Framing::Kind::none && anticipates) return {http1::Framing::Kind::length, 0};
  return framing;
}

/// Host comes first (RFC 9110, section 7.2).
http::FieldList with_host(const http::FieldList& fields, std::string_view host) {
  http::FieldList all;
  all.add("Host", host);
  for (const http::Field field : fields) all.add(field);
  return all;
}

}  // namespace

/// Content as it arrives; at its end the connection can be used again, and when given up before, it is
/// closed.
class Exchange::ContentReader final : public pipeline::BodyReader {
 public:
  ContentReader(std::shared_ptr<Exchange> exchange, const http1::Framing& framing)
      : exchange_(std::move(exchange)),
        decoder_(framing),
        is_chunked_(framing.kind == http1::Framing::Kind::chunked) {}

  ~ContentReader() override { close(); }

  Task<Result<std::string_view>> read() override {
    if (failure_) co_return failure_;
    if (ended_) co_return std::string_view{};
    const Milliseconds idle_timeout = exchange_->upstream_->settings().idle_timeout;
    const Result<std::string_view> piece =
        co_await exchange_->connection_->read_content(decoder_, idle_timeout);
    if (piece && piece->empty()) {
      ended_ = true;
      exchange_->finish();
    }
    if (!piece) {
      failure_ = piece.error();
      exchange_->upstream_->note_trouble(exchange_->server_, failure_, Upstream::Trouble::amid_response);
      close();
    }
    co_return piece;
  }

  bool is_ready() const override {
    return ended_ || decoder_.done() || exchange_->connection_->has_content(is_chunked_);
  }

  void give_up() override {
    if (!ended_) failure_ = Error::client_left;
    close();
  }

 private:
  void close() {
    if (ended_) return;
    ended_ = true;
    exchange_->abandoned_ = true;
    exchange_->connection_->stream().close();
  }

  std::shared_ptr<Exchange> exchange_;
  http1::BodyDecoder decoder_;
  bool is_chunked_;
  bool ended_ = false;
  boost::system::error_code failure_;  // what has failed has no end, however often it is asked
};

Exchange::Exchange(std::shared_ptr<Upstream> upstream, std::unique_ptr<Connection> connection)
    : upstream_(std::move(upstream)), connection_(std::move(connection)), server_(connection_->server()) {
  upstream_->note_use(*connection_);
}

Exchange::~Exchange() {
  if (connection_) upstream_->note_end(*connection_);
}

Task<Result<pipeline::Response>> Exchange::run(pipeline::Request& request) {
  connection_->begin_exchange();
  delivery_ = request.delivery;
  answer_by_ = request.answer_by;
  const http1::Framing framing = framing_of(request);
  const std::string method = request.head.method;
  wait_for_head();
  if (!send_now(request, framing)) {
    const Result<> sent = co_await send_rest(request.body.bytes());
    if (!sent) co_return sent.error();
  }
  if (!request.body.is_streamed()) {
    note_sent_whole();
  } else {
    const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    sending_ = true;
    boost::asio::co_spawn(executor, send_content(request.body.take_reader(), framing), boost::asio::detached);
  }
  const pipeline::Departure::Watch watch(request.departure, [this] { connection_->stream().close(); });
  Result<http1::ParsedResponse> parsed = co_await read_final_head(request, method);
  if (!parsed) {
    abandoned_ = true;
    connection_->stream().close();
    const bool is_for_nobody = request.departure != nullptr && request.departure->has_left();
    co_return is_for_nobody ? make_error_code(Error::client_left) : parsed.error();
  }
  co_return respond(std::move(*parsed));
}

/// Interim responses go to the client whose request this is (RFC 9110, section 15.2), and are no part of the
/// response. 100 (Continue) is not for it: we have asked it for its content ourselves. A 101 is final if it
/// was asked for, and refused if not. A server that says 102 (Processing) has more time (RFC 2518,
/// section 10.1).
Task<Result<http1::ParsedResponse>> Exchange::read_final_head(const pipeline::Request& request,
                                                              std::string_view method) {
  constexpr int go_on = 100;
  constexpr int switching_protocols = 101;
  constexpr int processing = 102;
  InterimRate rate;
  while (true) {
    Result<http1::ParsedResponse> parsed = co_await connection_->read_head(method);
    if (!parsed) co_return parsed.error();
    const int status = parsed->head.status;
    if (status >= 200 || (status == switching_protocols && request.opens_websocket)) co_return parsed;
    if (status == switching_protocols) co_return http::Fault::switching;
    if (!rate.admit(std::chrono::steady_clock::now())) co_return http::Fault::interim_flood;
    if (status == processing && !sending_) wait_for_head();
    if (status != go_on && request.interim != nullptr) request.interim->take(parsed->head);
  }
}

/// Sends as much of the head and of the content that is there as takes no waiting; returns whether that is
/// all.
bool Exchange::send_now(pipeline::Request& request, const http1::Framing& framing) {
  if (request.opens_websocket) {
    request.head.fields.set("Upgrade", "websocket");
    request.head.fields.set("Connection", "Upgrade");
  }
  std::string& out = connection_->out();
  out.clear();
  const auto write_head = [&](const http::FieldList& fields) {
    http1::write_request_head(out, request.head.method, request.head.target, fields, framing,
                              http1::Persistence::keep_alive);
  };
  // RFC 9112, section 3.2: every HTTP/1.1 request has one. The next attempt may be another server's.
  if (request.head.fields.contains("Host")) {
    write_head(request.head.fields);
  } else {
    write_head(with_host(request.head.fields, server().authority()));
  }
  out.erase(0, connection_->stream().write_now(out));
  return out.empty() && request.body.bytes().empty();
}

Task<Result<>> Exchange::send_rest(Bytes content) {
  const std::array<std::string_view, 2> parts{connection_->out(), content.view()};
  const Result<> sent = co_await connection_->stream().write(parts);
  co_return sent;
}

/// Runs beside the reading of the response: the server may answer before it has read everything, and may need
/// the rest to go on answering. While the client is waited for, whose pauses are not the server's fault, no
/// deadline runs here.
Task<> Exchange::send_content(std::unique_ptr<pipeline::BodyReader> content, http1::Framing framing) {
  const std::shared_ptr<Exchange> self = shared_from_this();
  const bool has_length = framing.kind == http1::Framing::Kind::length;
  std::uint64_t left = framing.length;
  bool whole = false;
  while (!whole && !abandoned_) {
    connection_->stream().expires_at(SteadyTime::max());
    const Result<std::string_view> piece = co_await content->read();
    if (abandoned_) break;
    if (!piece) {
      // A client that breaks off must not leave the server with what looks like a whole request. An answer
      // that is under way may still come to its end.
      if (!answered_) connection_->stream().close();
      break;
    }
    wait_for(upstream_->settings().idle_timeout);
    const Result<> sent = co_await send_piece(*piece, framing);
    // What the server answered before it stopped reading may still be there: the reader finds out.
    if (!sent) break;
    // A server that has it all may answer before the end is read: its connection can be used again.
    left -= std::min<std::uint64_t>(left, piece->size());
    whole = piece->empty() || (has_length && left == 0);
  }
  sending_ = false;
  if (whole) note_sent_whole();
  reusable_ = reusable_ && whole;
  if (abandoned_) co_return;
  if (answered_) {
    wait_for(upstream_->settings().idle_timeout);
  } else {
    wait_for_head();
  }
}

void Exchange::wait_for_head() {
  const SteadyTime longest = std::chrono::steady_clock::now() + upstream_->settings().first_byte_timeout;
  connection_->stream().expires_at(std::min(longest, answer_by_));
}

Task<Result<>> Exchange::send_piece(std::string_view piece, const http1::Framing& framing) {
  if (framing.kind != http1::Framing::Kind::chunked) {
    const std::array<std::string_view, 1> parts{piece};
    const Result<> sent = co_await connection_->stream().write(parts);
    co_return sent;
  }
  if (piece.empty()) {
    const std::array<std::string_view, 1> parts{http1::last_chunk};
    const Result<> sent = co_await connection_->stream().write(parts);
    co_return sent;
  }
  std::string head;
  http1::write_chunk_head(head, piece.size());
  const std::array<std::string_view, 3> parts{head, piece, http1::chunk_end};
  const Result<> sent = co_await connection_->stream().write(parts);
  co_return sent;
}

pipeline::Response Exchange::respond(http1::ParsedResponse parsed) {
  answered_ = true;
  reusable_ = reusable_ && parsed.keep_alive;
  connection_->stated_keep_alive = stated_keep_alive(parsed.head.fields);
  pipeline::Response response;
  response.head = std::move(parsed.head);
  if (response.head.status == 101) {
    response.tunnel = std::make_unique<Tunnel>(upstream_, std::move(connection_));
    return response;
  }
  if (parsed.framing.kind == http1::Framing::Kind::none ||
      (parsed.framing.kind == http1::Framing::Kind::length && parsed.framing.length == 0)) {
    finish();
    return response;
  }
  if (std::optional<Bytes> content = connection_->take_content(parsed.framing)) {
    response.body = pipeline::Body(std::move(*content));
    finish();
    return response;
  }
  std::optional<std::uint64_t> length;
  if (parsed.framing.kind == http1::Framing::Kind::length) length = parsed.framing.length;
  response.body = pipeline::Body(std::make_unique<ContentReader>(shared_from_this(), parsed.framing), length);
  return response;
}

void Exchange::note_outcome(const boost::system::error_code& error) {
  if (!error) return upstream_->note_answer(server_);
  const bool has_begun = connection_ != nullptr && connection_->has_received();
  upstream_->note_trouble(server_, error,
                          has_begun ? Upstream::Trouble::amid_head : Upstream::Trouble::no_response);
}

void Exchange::note_sent_whole() {
  if (delivery_ != nullptr) delivery_->is_whole = true;
}

void Exchange::finish() {
  // Bytes after a response belong to nothing, and a request that is still being sent is not worth the rest:
  // such a connection is not used again.
  if (reusable_ && !sending_ && !connection_->has_buffered()) {
    upstream_->note_end(*connection_);
    upstream_->keep(std::move(connection_));
  } else {
    abandoned_ = true;
    connection_->stream().close();
  }
}

}  // namespace larder::origin
