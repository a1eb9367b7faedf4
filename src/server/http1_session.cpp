#include "http1_session.hpp"

#include "proxy_preface.hpp"

#include <larder/base/task.hpp>
#include <larder/http/target.hpp>
#include <larder/net/other_scheme.hpp>
#include <larder/pipeline/problem.hpp>

#include <array>
#include <cassert>

namespace larder::server {
namespace {

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

}  // namespace

Http1Session::Http1Session(SessionContext& context, std::unique_ptr<net::Stream> stream,
                           bool has_proxy_header)
    : context_(context),
      stream_(std::move(stream)),
      is_secure_(stream_->is_secure()),
      has_proxy_header_(has_proxy_header),
      client_address_(stream_->peer_address()),
      input_(context.settings.head_limits.head),
      interim_(context, *stream_, *this),
      writer_(context, *stream_),
      content_(context, *stream_, input_, interim_, writer_),
      departure_(*stream_) {}

Task<> Http1Session::run() {
  context_.waiting.owe(*this, net::now_about());
  bool goes_on = true;
  if (has_proxy_header_) goes_on = co_await read_preface();
  if (goes_on && is_secure_) goes_on = co_await shake_hands();
  while (goes_on && !context_.is_draining) goes_on = co_await serve();
  stream_->close();
}

Task<bool> Http1Session::read_preface() {
  stream_->expires_at(net::now_about() + context_.settings.head_timeout);
  Result<std::string> address = co_await read_proxy_preface(*stream_);
  if (address) {
    client_address_ = *std::move(address);
    co_return count_client();
  }
  // Balancers look whether somebody listens by connecting and leaving.
  if (address.error() == Error::malformed || address.error() == Error::timeout) {
    context_.occupancy.note_bad_preface(peer_address(), "it did not begin with a header of that protocol");
  }
  co_return false;
}

/// Whether there is a place among those of the client's address. A front has its clients' connections.
bool Http1Session::count_client() {
  if (context_.proxies->contains(client_address_)) return true;
  if (!context_.occupancy.take_address(client_address_)) return false;
  counted = client_address_;
  return true;
}

Task<bool> Http1Session::shake_hands() {
  stream_->expires_at(net::now_about() + context_.settings.head_timeout);
  const Result<> shaken = co_await stream_->handshake();
  if (!shaken && net::is_plain_http(shaken.error())) context_.occupancy.note_plain_http(peer_address());
  co_return shaken.has_value();
}

/// Serves what can be served without waiting, as it comes, then what cannot; whether more may follow.
Task<bool> Http1Session::serve() {
  Result<> received;
  if (serve_now()) received = co_await stream_->receive(*this);
  enter(Phase::answering);
  leave();
  if (!unsent_.empty()) {
    const Result<> sent = co_await send_unsent();
    if (!sent) co_return false;
  }
  if (!received) {
    co_await miss_request(received.error());
    co_return false;
  }
  if (refusal_) {
    co_await refuse(refusal_->why, refusal_->request_line);
    co_return false;
  }
  if (!waiting_) co_return true;
  const bool goes_on = co_await answer(*waiting_);
  context_.exchange_pool.give_back(std::move(waiting_));
  co_return goes_on;
}

/// Nothing came, or not all of a head: only a client that sent part of it too slowly gets an answer.
Task<> Http1Session::miss_request(boost::system::error_code error) {
  if (error == Error::timeout && !input_.empty()) co_await refuse(error, first_line(input_.view()));
}

/// Serves the requests that are there, as far as that takes no waiting; whether more is to be read for it.
bool Http1Session::serve_now() {
  constexpr std::size_t gathered_at_once = 64 * 1024;
  // An exception may have left another connection's answers there.
  context_.exchange_pool.out.clear();
  Next next = Next::another;
  while (next == Next::another) {
    next = serve_next();
    const bool is_due = next != Next::another || context_.exchange_pool.out.size() >= gathered_at_once;
    if (is_due && !flush()) return false;
  }
  if (next == Next::read) expect_request();
  return next == Next::read;
}

/// Sets the deadline for what is to be read, and the place among those that wait.
void Http1Session::expect_request() {
  const Phase before = phase_;
  enter(phase_to_read(before, !input_.empty()));
  const SteadyTime now = net::now_about();
  if (phase_ == Phase::between_requests) {
    stream_->expires_at(now + context_.settings.idle_timeout);
    context_.waiting.keep(*this, now);
  } else if (phase_ == Phase::fresh) {
    stream_->expires_at(now + context_.settings.head_timeout);
    context_.waiting.owe(*this, now);
  } else if (before != Phase::head) {
    stream_->reading_expires_at(now + context_.settings.head_timeout);
    context_.waiting.owe(*this, now);
  }
}

void Http1Session::enter(Phase phase) {
  assert(may_follow(phase_, phase));
  phase_ = phase;
}

bool Http1Session::close() {
  const bool was_answering = std::exchange(is_answering_, false);
  if (was_answering) departure_.note_cut_off(owes_answer_ ? tell_shutdown() : 0);
  owes_answer_ = false;
  stream_->close();
  return was_answering;
}

/// Says that there will be no answer; how much of the content was sent.
std::uint64_t Http1Session::tell_shutdown() {
  if (interim_.is_writing()) return 0;
  pipeline::Response response = pipeline::origin_problem(Error::canceled);
  Answered answered{is_head_ ? "HEAD" : "GET", 1, false};
  std::string out;
  writer_.append(out, response, answered);
  const std::size_t sent = stream_->write_now(out);
  stream_->shutdown_write();
  return sent == out.size() && !is_head_ ? response.body.bytes().size() : 0;
}

void Http1Session::give_up_if_client_left() {
  if (!stream_->has_peer_left()) return;
  give_up();
  departure_.note();
}

void Http1Session::give_up() {
  leave();
  stream_->close();
  if (pipeline::BodyReader* const streamed = writer_.streamed()) streamed->give_up();
}

std::uint64_t Http1Session::held_in_vain(SteadyTime now) {
  pipeline::BodyReader* const streamed = writer_.is_sending() ? writer_.streamed() : nullptr;
  const std::uint64_t held = streamed != nullptr ? streamed->held_unstored() : 0;
  const std::optional<std::uint64_t> taken = held != 0 ? stream_->acknowledged() : std::nullopt;
  if (!taken) {
    stall_.forget();
    return 0;
  }
  return stall_.has_lasted(*taken, now) ? held : 0;
}

void Http1Session::make_room() {
  leave();
  stream_->close();
}

/// Takes the request at the front of the buffer, and answers it if that takes no waiting.
Http1Session::Next Http1Session::serve_next() {
  if (input_.empty()) return Next::read;
  Exchange& exchange = context_.exchange_pool.exchange();
  const Result<std::optional<http1::RequestControl>> control =
      http1::parse_request_head(input_.view(), context_.settings.head_limits, exchange.request.head);
  if (!control) {
    refusal_ = {control.error(), std::string(first_line(input_.view()))};
    return Next::wait;
  }
  if (!control->has_value()) return Next::read;
  exchange.control = **control;
  enter(Phase::answering);
  input_.consume(exchange.control.size);
  if (!read_target(exchange)) return Next::wait;
  if (answer_now(exchange)) return Next::another;
  waiting_ = context_.exchange_pool.take();
  return Next::wait;
}

bool Http1Session::read_target(Exchange& exchange) {
  pipeline::Request& request = exchange.request;
  const Result<> read = http::read_target(request.head, is_secure_ ? "https" : "http", request.target);
  if (!read) refusal_ = {read.error(), request.head.method + " " + request.head.target};
  return read.has_value();
}

/// Whether the answer is among those to be sent; else the exchange is left for answer().
bool Http1Session::answer_now(Exchange& exchange) {
  pipeline::Request& request = exchange.request;
  request.client_address = client_address_;
  request.departure = &departure_;
  request.is_seen_through = false;
  request.is_by_proxy = false;
  request.signed_authority.clear();
  request.unseen_cookies.clear();
  if (!request.routing.vary.empty()) request.routing = {};
  exchange.response.clear();
  exchange.is_answered = !has_content(exchange.control.framing) && !status_for_method(request.head.method) &&
                         context_.handler.answer_now(request, exchange.response);
  if (!exchange.is_answered) return false;
  const bool goes_on = exchange.control.keep_alive && !context_.is_draining && !exchange.response.closes;
  if (!goes_on || !ResponseWriter::is_copied(exchange.response)) return false;
  Answered answered{request.head.method, request.head.version_minor};
  writer_.append(context_.exchange_pool.out, exchange.response, answered);
  return true;
}

/// Sends the answers that are there; whether that took no waiting.
bool Http1Session::flush() {
  std::string& out = context_.exchange_pool.out;
  if (out.empty()) return true;
  const std::size_t sent = stream_->write_now(out);
  unsent_.assign(out, sent);
  out.clear();
  return unsent_.empty();
}

bool Http1Session::received(std::size_t count) {
  input_.add(count);
  return serve_now();
}

std::span<char> Http1Session::room() {
  return input_.room();
}

Task<Result<>> Http1Session::send_unsent() {
  const std::array<std::string_view, 1> parts{unsent_};
  const Result<> sent = co_await writer_.send(parts);
  unsent_.clear();
  co_return sent;
}

/// Whether the connection may go on.
Task<bool> Http1Session::answer(Exchange& exchange) {
  stream_->expires_at(SteadyTime::max());  // those who work on the request have deadlines of their own
  content_.begin(exchange.control);
  pipeline::Request& request = exchange.request;
  request.body = content_.body(shared_from_this());
  const std::string method = request.head.method;
  Answered answered{method, request.head.version_minor, exchange.control.keep_alive};

  Result<pipeline::Response> response = Error::canceled;
  owes_answer_ = is_answering_ = true;
  is_head_ = method == "HEAD";
  if (std::optional<pipeline::Response> own = own_answer(exchange)) {
    response = std::move(*own);
  } else {
    request.departure = &departure_;
    // RFC 9110, section 15.2: HTTP/1.0 knows none.
    request.interim = answered.version_minor == 0 ? nullptr : &interim_;
    context_.waiting.answer(*this, net::now_about());
    response = co_await context_.handler.handle(request);
  }
  if (!response) response = pipeline::origin_problem(response.error());
  // What the upstream made of half a request is not the client's answer: the request was at fault.
  if (content_.error()) response = pipeline::request_problem(content_.error());
  content_.begin_answer();
  const bool may_begin = co_await interim_.finish();
  owes_answer_ = false;
  if (!may_begin) {
    is_answering_ = false;
    leave();
    co_return false;
  }
  if (!content_.is_done()) answered.keep_alive = false;
  Result<> sent;
  if (ResponseWriter::is_copied(*response)) {
    context_.exchange_pool.out.clear();
    writer_.append(context_.exchange_pool.out, *response, answered);
    if (!flush()) sent = co_await send_unsent();
  } else {
    sent = co_await writer_.write(*response, answered);
  }
  is_answering_ = false;
  leave();
  if (!sent) co_return false;
  if (response->tunnel) {
    co_await response->tunnel->relay(*stream_, input_.view());
    co_return false;
  }
  if (content_.is_done() && answered.keep_alive) co_return true;
  co_await linger();
  co_return false;
}

/// The answer to a request that the handler need not see.
std::optional<pipeline::Response> Http1Session::own_answer(Exchange& exchange) {
  if (exchange.is_answered) return std::move(exchange.response);
  const http::RequestHead& head = exchange.request.head;
  std::optional<pipeline::Response> refused;
  if (const std::optional<int> status = status_for_method(head.method)) {
    refused = *status == 405 ? pipeline::method_not_allowed()
                             : pipeline::problem(*status, "The method is not offered here.");
    refused->reason = "method";
  } else if (content_.is_too_large()) {
    refused = pipeline::request_problem(Error::too_large);
  }
  if (refused) note_refusal(head.method + " " + head.target, *refused);
  return refused;
}

/// After an anomaly nothing on the connection can be trusted: it ends with the answer.
Task<> Http1Session::refuse(boost::system::error_code error, std::string_view request_line) {
  pipeline::Response response = pipeline::request_problem(error);
  note_refusal(request_line, response);
  Answered answered{"GET"};
  const Result<> sent = co_await writer_.write(response, answered);
  if (sent) co_await linger();
}

void Http1Session::note_refusal(std::string_view request_line, const pipeline::Response& response) const {
  if (context_.refusals == nullptr) return;
  context_.refusals->write(
      pipeline::refusal_record(request_line, client_address_, response, context_.clock.now()));
}

/// Lets the client read the answer before the connection ends: closing with bytes unread would reset it, and
/// the answer could be lost (RFC 9112, section 9.6).
Task<> Http1Session::linger() {
  const SteadyTime end = std::chrono::steady_clock::now() + context_.settings.linger;
  stream_->shutdown_write();
  stream_->expires_at(end);
  const bool is_released = co_await content_.wait_released(end);
  if (!is_released) co_return;
  stream_->expires_at(end);  // reading content meanwhile has set other deadlines
  Result<std::size_t> more = std::size_t{0};
  while (more) {
    input_.clear();
    more = co_await input_.read_from(*stream_);
  }
}

}  // namespace larder::server
