// Writing responses: the framing is chosen here, from what the client speaks and what is known of the
// content.
#include "connection.hpp"

#include <larder/http/date.hpp>

#include <array>

namespace larder::server {
namespace {

using http1::Framing;
using http1::Persistence;

constexpr std::size_t piece_size = 256 * 1024;  // a client gets idle_timeout for each

static_assert(std::tuple_size_v<Server::Responses> ==
              static_cast<std::size_t>(pipeline::CacheResult::bypass) + 1);

bool has_no_content(std::string_view method, int status) {
  return method == "HEAD" || status < 200 || status == 204 || status == 304;
}

Framing framing_of(const pipeline::Response& response, std::string_view method, int version_minor) {
  if (has_no_content(method, response.head.status)) {
    if (response.described_length) return {Framing::Kind::length, *response.described_length};
    return {};
  }
  const std::optional<std::uint64_t> length = response.body.length();
  if (length) return {Framing::Kind::length, *length};
  return {version_minor == 0 ? Framing::Kind::until_close : Framing::Kind::chunked, 0};
}

}  // namespace

Task<Result<>> Connection::respond(pipeline::Response& response, std::string_view method, int version_minor) {
  writing_ = true;
  ++server_.responses_[static_cast<std::size_t>(response.cache_result)];
  const Framing framing = framing_of(response, method, version_minor);
  const bool content_left = decoder_ && !decoder_->done();
  if (server_.draining_ || content_left || framing.kind == Framing::Kind::until_close) keep_alive_ = false;

  // A response without a Date gets one on its way (RFC 9110, section 6.6.1); a stored one has its own.
  if (!response.shared_fields && !response.head.fields.contains("Date")) {
    response.head.fields.add("Date", http::format_date(server_.clock_.now()));
  }
  out_.clear();
  http1::write_status_line(out_, response.head.status);
  const std::size_t status_line = out_.size();
  out_.append(response.head.fields.wire());
  http1::write_head_end(out_, framing, keep_alive_ ? Persistence::keep_alive : Persistence::close,
                        version_minor);
  const std::string_view head = out_;
  const std::string_view shared =
      response.shared_fields ? response.shared_fields->wire() : std::string_view{};

  const bool no_content = has_no_content(method, response.head.status);
  std::string_view first =
      no_content ? std::string_view{} : response.body.bytes().view().substr(0, piece_size);
  const bool streams = response.body.is_streamed() && !no_content;
  const bool chunked = framing.kind == Framing::Kind::chunked;
  std::string chunk_head;
  if (streams && response.body.reader().is_ready()) {
    const Result<std::string_view> piece = co_await response.body.reader().read();
    if (!piece) co_return piece.error();
    first = *piece;
    if (chunked && !first.empty()) http1::write_chunk_head(chunk_head, first.size());
    if (first.empty()) response.body.take_reader();
  }
  const bool ended = streams && !response.body.is_streamed();
  std::string_view tail;
  if (chunked && ended) tail = http1::last_chunk;
  if (!chunk_head.empty()) tail = http1::chunk_end;

  wait_for(server_.settings_.idle_timeout);
  const std::array<std::string_view, 6> parts{
      head.substr(0, status_line), shared, head.substr(status_line), chunk_head, first, tail};
  Result<> sent = co_await stream_->write(parts);
  if (!sent) co_return sent;
  if (streams && !ended) {
    sent = co_await stream_content(response.body.reader(), chunked);
  } else if (!no_content) {
    sent = co_await write_bytes(
        response.body.bytes().view().substr(std::min(piece_size, response.body.bytes().size())));
  }
  co_return sent;
}

Task<Result<>> Connection::write_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    wait_for(server_.settings_.idle_timeout);
    const std::array<std::string_view, 1> parts{bytes.substr(0, piece_size)};
    const Result<> sent = co_await stream_->write(parts);
    if (!sent) co_return sent;
    bytes.remove_prefix(parts[0].size());
  }
  co_return Result<>();
}

/// An error from the reader ends the connection without a last chunk or short of the length: the client sees
/// that the content is incomplete (RFC 9112, section 8).
Task<Result<>> Connection::stream_content(pipeline::BodyReader& content, bool chunked) {
  std::string chunk_head;
  while (true) {
    const Result<std::string_view> piece = co_await content.read();
    if (!piece) co_return piece.error();
    if (piece->empty()) break;
    chunk_head.clear();
    if (chunked) http1::write_chunk_head(chunk_head, piece->size());
    wait_for(server_.settings_.idle_timeout);
    const std::array<std::string_view, 3> parts{chunk_head, *piece,
                                                chunked ? http1::chunk_end : std::string_view{}};
    const Result<> sent = co_await stream_->write(parts);
    if (!sent) co_return sent;
  }
  if (!chunked) co_return Result<>();
  const std::array<std::string_view, 1> parts{http1::last_chunk};
  const Result<> sent = co_await stream_->write(parts);
  co_return sent;
}

}  // namespace larder::server
