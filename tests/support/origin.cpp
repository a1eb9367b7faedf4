#include "support/origin.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace larder::test {

namespace {

constexpr std::uint64_t kept_of_body = 1 << 20;

bool has_no_content(const OriginRequest& request, int status) {
  return request.method == "HEAD" || status == 204 || status == 304;
}

std::string head_of(const OriginResponse& response, bool bodiless) {
  const std::uint64_t size = response.pattern > 0 ? response.pattern : response.body.size();
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " Status\r\n" + response.fields.text();
  if (response.framing == OriginResponse::Framing::chunked) head += "Transfer-Encoding: chunked\r\n";
  const bool says_length = !bodiless || (response.status != 204 && size > 0);
  if (response.framing == OriginResponse::Framing::length && says_length)
    head += "Content-Length: " + std::to_string(response.claimed_length.value_or(size)) + "\r\n";
  if (response.close) head += "Connection: close\r\n";
  return head + "\r\n";
}

/// The next piece of the body from `offset` on; empty at the end.
std::string_view piece_of(const OriginResponse& response, std::uint64_t offset) {
  if (response.pattern > 0) return Pattern::at(offset, response.pattern - offset);
  return std::string_view(response.body).substr(offset);
}

bool send_piece(Socket& socket, std::string_view piece, OriginResponse::Framing framing) {
  if (framing != OriginResponse::Framing::chunked) return socket.send(piece);
  std::ostringstream size_line;
  size_line << std::hex << piece.size() << "\r\n";
  return socket.send(size_line.str()) && socket.send(piece) && socket.send("\r\n");
}

bool send_body(Socket& socket, const OriginResponse& response) {
  std::uint64_t offset = 0;
  for (std::string_view piece; !(piece = piece_of(response, offset)).empty(); offset += piece.size()) {
    if (!send_piece(socket, piece, response.framing)) return false;
  }
  return response.framing != OriginResponse::Framing::chunked || socket.send("0\r\n\r\n");
}

OriginRequest request_from(std::string head) {
  OriginRequest request;
  std::istringstream(head) >> request.method >> request.target;
  request.fields = Fields::parse(head);
  request.head = std::move(head);
  return request;
}

}  // namespace

struct Origin::Connection {
  explicit Connection(Socket socket) : wire(std::move(socket)) {}
  Wire wire;
  std::thread thread;
};

OriginResponse text(std::string body) {
  OriginResponse response;
  response.body = std::move(body);
  return response.with("Content-Type", "text/plain");
}

OriginResponse numbered(const OriginRequest& request) {
  return text("answer " + std::to_string(request.nth));
}

OriginResponse status(int code) {
  OriginResponse response;
  response.status = code;
  return response;
}

OriginResponse hang_up() {
  OriginResponse response;
  response.raw = "";
  response.close = true;
  return response;
}

Origin::Origin(Handler handler, std::uint16_t port)
    : listener_(Socket::listening(port)), handler_(std::move(handler)) {
  port_ = listener_.port();
  acceptor_ = std::thread([this] { accept_all(); });
}

Origin::~Origin() {
  stopping_ = true;
  listener_.shutdown();
  acceptor_.join();
  drop_connections();
  for (Connection& connection : open_) connection.thread.join();
}

void Origin::answer(Handler handler) {
  const std::lock_guard lock(mutex_);
  handler_ = std::move(handler);
}

void Origin::answer_early(std::function<std::optional<OriginResponse>(const OriginRequest&)> handler) {
  const std::lock_guard lock(mutex_);
  early_handler_ = std::move(handler);
}

void Origin::keep_no_requests() {
  const std::lock_guard lock(mutex_);
  keeps_requests_ = false;
}

void Origin::drop_connections() {
  const std::lock_guard lock(mutex_);
  for (Connection& connection : open_) connection.wire.socket().shutdown();
}

std::vector<OriginRequest> Origin::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

OriginRequest Origin::last() const {
  const std::lock_guard lock(mutex_);
  if (requests_.empty()) throw std::logic_error("the origin was asked nothing");
  return requests_.back();
}

int Origin::count() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(requests_.size());
}

int Origin::count(std::string_view target) const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(std::ranges::count(requests_, target, &OriginRequest::target));
}

int Origin::count(std::string_view method, std::string_view target) const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(std::ranges::count_if(requests_, [&](const OriginRequest& request) {
    return request.method == method && request.target == target;
  }));
}

void Origin::accept_all() {
  while (Socket socket = listener_.accept()) {
    const int number = ++connections_;
    const std::lock_guard lock(mutex_);
    Connection& connection = open_.emplace_back(std::move(socket));
    connection.thread = std::thread([this, &connection, number] { serve(connection, number); });
  }
}

void Origin::serve(Connection& connection, int number) {
  try {
    while (exchange(connection, number)) {
    }
  } catch (const TimedOut&) {
    // The connection was idle for as long as a test may take.
  }
  connection.wire.socket().shutdown();
}

bool Origin::exchange(Connection& connection, int number) {
  Wire& wire = connection.wire;
  std::optional<std::string> head = wire.read_head();
  if (!head) return false;
  OriginRequest request = request_from(std::move(*head));
  request.connection = number;
  decltype(early_handler_) early;
  {
    const std::lock_guard lock(mutex_);
    early = early_handler_;
  }
  if (early) {
    if (const std::optional<OriginResponse> response = early(request)) {
      send(wire, request, *response);
      return false;
    }
  }
  receive_body(wire, request);
  const OriginResponse response = respond(request);
  return send(wire, request, response) && request.complete;
}

void Origin::receive_body(Wire& wire, OriginRequest& request) {
  if (request.fields.has("Expect")) wire.socket().send("HTTP/1.1 100 Continue\r\n\r\n");
  Pattern pattern;
  const Sink sink = [&](std::string_view bytes) {
    request.body += bytes.substr(0, kept_of_body - request.body.size());
    request.body_size += bytes.size();
    pattern.check(bytes);
  };
  if (request.fields.has("Transfer-Encoding")) {
    request.complete = wire.read_chunks(sink);
  } else if (request.fields.has("Content-Length")) {
    request.complete = wire.read_length(std::stoull(request.fields.get("Content-Length")), sink);
  }
  request.body_is_pattern = pattern.holds();
}

OriginResponse Origin::respond(OriginRequest& request) {
  Handler handler;
  {
    const std::lock_guard lock(mutex_);
    if (keeps_requests_) {
      const auto earlier = std::ranges::count(requests_, request.target, &OriginRequest::target);
      request.nth = static_cast<int>(earlier) + 1;
      requests_.push_back(request);
    }
    handler = handler_;
  }
  return handler(request);
}

bool Origin::send(Wire& wire, const OriginRequest& request, const OriginResponse& response) {
  const auto due = std::chrono::steady_clock::now() + response.delay;
  while (!stopping_ && std::chrono::steady_clock::now() < due)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  Socket& socket = wire.socket();
  if (response.silent) return wire.ends() && false;
  if (response.raw) return socket.send(*response.raw) && !response.close;
  const bool bodiless = has_no_content(request, response.status);
  if (!socket.send(response.before + head_of(response, bodiless))) return false;
  if (!bodiless && !send_body(socket, response)) return false;
  return !response.close && !response.claimed_length &&
         response.framing != OriginResponse::Framing::until_close;
}

}  // namespace larder::test
