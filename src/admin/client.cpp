#include "client.hpp"

#include <larder/http1/body_decoder.hpp>
#include <larder/http1/head_parser.hpp>
#include <larder/http1/head_writer.hpp>
#include <larder/net/connect.hpp>

#include <array>

namespace larder::admin {
namespace {

constexpr std::size_t largest_answer = 1 << 20;

/// The bytes of a connection as they come.
class Incoming {
 public:
  explicit Incoming(net::Stream& stream) : stream_(stream) {}

  std::string_view bytes() const { return buffer_; }
  void consume(std::size_t count) { buffer_.erase(0, count); }

  Task<Result<>> read_more() {
    std::array<char, 4096> piece;
    const Result<std::size_t> count = co_await stream_.read_some(piece);
    if (!count) co_return count.error();
    buffer_.append(piece.data(), *count);
    if (buffer_.size() > largest_answer) co_return Error::too_large;
    co_return Result<>();
  }

 private:
  net::Stream& stream_;
  std::string buffer_;
};

Task<Result<http1::ParsedResponse>> read_head(Incoming& incoming, std::string_view method) {
  while (true) {
    Result<std::optional<http1::ParsedResponse>> head =
        http1::parse_response_head(incoming.bytes(), method, {});
    if (!head) co_return head.error();
    if (head->has_value()) {
      incoming.consume((*head)->size);
      if ((*head)->head.status >= 200) co_return std::move(**head);
      continue;
    }
    const Result<> more = co_await incoming.read_more();
    if (!more) co_return more.error();
  }
}

Task<Result<std::string>> read_content(Incoming& incoming, const http1::Framing& framing) {
  http1::BodyDecoder decoder(framing);
  std::string content;
  while (!decoder.done()) {
    const Result<http1::BodyDecoder::Step> step = decoder.decode(incoming.bytes());
    if (!step) co_return step.error();
    content.append(step->content);
    if (content.size() > largest_answer) co_return Error::too_large;
    incoming.consume(step->consumed);
    if (step->consumed != 0 || decoder.done()) continue;
    const Result<> more = co_await incoming.read_more();
    if (more) continue;
    if (more.error() == Error::closed && decoder.finish_at_close()) break;
    co_return more.error();
  }
  co_return content;
}

struct Order {
  std::string_view method;
  std::string target;
  std::string content;  ///< JSON, of a POST
};

std::string request_head(const net::Endpoint& endpoint, const std::string& token, const Order& order) {
  http1::Framing framing;
  http::FieldList fields;
  // Without a token the API answers few names, and the address that it listens on may be another one.
  fields.add("Host", token.empty() ? "localhost:" + endpoint.port : endpoint.text());
  if (order.method == "POST") {
    fields.add("Content-Type", "application/json");
    framing = {http1::Framing::Kind::length, order.content.size()};
  }
  if (!token.empty()) fields.add("Authorization", "Bearer " + token);
  std::string head;
  http1::write_request_head(head, order.method, order.target, fields, framing, http1::Persistence::close);
  return head;
}

Task<Result<Answer>> ask(net::Endpoint endpoint, std::string token, Order order, SteadyTime deadline) {
  Result<std::unique_ptr<net::Stream>> stream = co_await net::connect(endpoint, deadline);
  if (!stream) co_return stream.error();
  (*stream)->expires_at(deadline);
  const std::string head = request_head(endpoint, token, order);
  const std::array<std::string_view, 2> parts{head, order.content};
  const Result<> sent = co_await (*stream)->write(parts);
  if (!sent) co_return sent.error();
  Incoming incoming(**stream);
  Result<http1::ParsedResponse> parsed = co_await read_head(incoming, order.method);
  if (!parsed) co_return parsed.error();
  Result<std::string> answer = co_await read_content(incoming, parsed->framing);
  if (!answer) co_return answer.error();
  co_return Answer{parsed->head.status, std::move(*answer)};
}

}  // namespace

Task<Result<Answer>> post(net::Endpoint endpoint, std::string token, std::string target, std::string content,
                          SteadyTime deadline) {
  return ask(std::move(endpoint), std::move(token), {"POST", std::move(target), std::move(content)},
             deadline);
}

Task<Result<Answer>> get(net::Endpoint endpoint, std::string token, std::string target, SteadyTime deadline) {
  return ask(std::move(endpoint), std::move(token), {"GET", std::move(target), {}}, deadline);
}

}  // namespace larder::admin
