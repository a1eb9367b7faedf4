#include "response_writer.hpp"

#include <larder/http/date.hpp>
#include <larder/http/fault.hpp>
#include <larder/net/timer.hpp>
#include <larder/pipeline/problem.hpp>

#include <array>

namespace larder::server {
namespace {

using http1::Framing;
using http1::Persistence;

constexpr std::size_t piece_size = 256 * 1024;  // a client gets idle_timeout for each at most

static_assert(place_of_failures == static_cast<std::size_t>(pipeline::CacheResult::bypass) + 1);

Framing framing_of(const pipeline::Response& response, std::string_view method, int version_minor) {
  const int status = response.head.status;
  if (http::is_bodiless(status, method)) {
    // RFC 9110, section 8.6: no Content-Length in a 1xx or 204.
    if (status < 200 || status == 204 || !response.described_length) return {};
    return {Framing::Kind::length, *response.described_length};
  }
  const std::optional<std::uint64_t> length = response.body.length();
  if (length) return {Framing::Kind::length, *length};
  return {version_minor == 0 ? Framing::Kind::until_close : Framing::Kind::chunked, 0};
}

}  // namespace

bool ResponseWriter::is_copied(const pipeline::Response& response) {
  constexpr std::size_t copied_at_most = 16 * 1024;
  return !response.tunnel && !response.body.is_streamed() && response.body.bytes().size() <= copied_at_most;
}

/// Settles how the content is delimited and whether the connection goes on, and appends a head that says so.
Framing ResponseWriter::append_head(std::string& out, pipeline::Response& response, Answered& answered) {
  ++context_.responses[place_of(response)];
  const Framing framing = framing_of(response, answered.method, answered.version_minor);
  if (context_.is_draining || response.closes || framing.kind == Framing::Kind::until_close) {
    answered.keep_alive = false;
  }
  if (response.tunnel) {
    response.head.fields.add("Upgrade", "websocket");
    response.head.fields.add("Connection", "Upgrade");
  }
  add_date(response);
  http1::write_status_line(out, response.head.status, response.head.reason);
  out.append(response.shared_lines.view());
  out.append(response.head.fields.wire());
  const bool goes_on = answered.keep_alive || response.tunnel;
  http1::write_head_end(out, framing, goes_on ? Persistence::keep_alive : Persistence::close,
                        answered.version_minor);
  return framing;
}

void ResponseWriter::append(std::string& out, pipeline::Response& response, Answered& answered) {
  append_head(out, response, answered);
  if (!http::is_bodiless(response.head.status, answered.method)) out.append(response.body.bytes().view());
}

/// A response without a Date gets one on its way (RFC 9110, section 6.6.1); a stored one has its own.
void ResponseWriter::add_date(pipeline::Response& response) {
  if (!response.shared_lines.empty() || response.head.fields.contains("Date")) return;
  response.head.fields.add("Date", http::format_date(context_.clock.now()));
}

Task<Result<>> ResponseWriter::write(pipeline::Response& response, Answered& answered) {
  const bool no_content = http::is_bodiless(response.head.status, answered.method);
  std::optional<std::string_view> first;
  if (!no_content && response.body.is_streamed() && response.body.reader().is_ready()) {
    const Result<std::string_view> piece = co_await response.body.reader().read();
    if (piece) {
      first = *piece;
    } else {
      response = pipeline::origin_problem(piece.error());  // nothing has left yet
    }
  }
  head_.clear();
  const Framing framing = append_head(head_, response, answered);
  if (no_content) {
    const std::array<std::string_view, 1> head{head_};
    co_return co_await send(head);
  }
  if (response.body.is_streamed()) {
    streamed_ = &response.body.reader();
    const Result<> streamed = co_await stream_content(response.body.reader(), framing, first);
    streamed_ = nullptr;
    co_return streamed;
  }
  co_return co_await write_content(response.body.bytes().view());
}

/// Head and content in one write, as far as the content fits into one piece.
Task<Result<>> ResponseWriter::write_content(std::string_view content) {
  std::array<std::string_view, 2> parts{head_, content.substr(0, piece_size)};
  Result<> sent = co_await send(parts);
  TransferDeadline deadline = fresh_deadline();
  while (sent && content.size() > piece_size) {
    content.remove_prefix(piece_size);
    parts = {content.substr(0, piece_size)};
    sent = co_await send_piece(deadline, parts);
  }
  co_return sent;
}

/// Content as it arrives, the head with the first piece if that is there already. An error from the reader
/// ends the connection without a last chunk or short of the length: the client sees that the content is
/// incomplete (RFC 9112, section 8). So does content of another length than was said.
Task<Result<>> ResponseWriter::stream_content(pipeline::BodyReader& content, const Framing& framing,
                                              std::optional<std::string_view> first) {
  const bool chunked = framing.kind == Framing::Kind::chunked;
  const bool has_length = framing.kind == Framing::Kind::length;
  std::uint64_t left = framing.length;
  if (!first) {
    const std::array<std::string_view, 1> head{head_};
    const Result<> sent = co_await send(head);
    if (!sent) co_return sent;
  }
  std::string_view before = first ? std::string_view(head_) : std::string_view{};
  Result<std::string_view> piece = std::string_view{};
  if (first) {
    piece = *first;
  } else {
    piece = co_await content.read();
  }
  std::string chunk_head;
  TransferDeadline deadline = fresh_deadline();
  while (piece && !piece->empty()) {
    if (has_length && piece->size() > left) co_return http::Fault::content_size;
    if (has_length) left -= piece->size();
    chunk_head.clear();
    if (chunked) http1::write_chunk_head(chunk_head, piece->size());
    const std::array<std::string_view, 4> parts{before, chunk_head, *piece,
                                                chunked ? http1::chunk_end : std::string_view{}};
    const Result<> sent = co_await send_piece(deadline, parts);
    if (!sent) co_return sent;
    before = {};
    piece = co_await content.read();
  }
  if (!piece) co_return piece.error();
  if (has_length && left != 0) co_return http::Fault::content_size;
  const std::array<std::string_view, 2> end{before, chunked ? http1::last_chunk : std::string_view{}};
  co_return co_await send(end);
}

Task<Result<>> ResponseWriter::send(std::span<const std::string_view> parts) {
  return send_by(net::now_about() + context_.settings.idle_timeout, parts);
}

/// One of the writes that a client has to keep up with.
Task<Result<>> ResponseWriter::send_piece(TransferDeadline& deadline,
                                          std::span<const std::string_view> parts) {
  const SteadyTime end = deadline.begin(std::chrono::steady_clock::now());
  const Result<> sent = co_await send_by(end, parts);
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  deadline.end(std::chrono::steady_clock::now(), size);
  co_return sent;
}

/// Between writes others work on the response: they have deadlines of their own.
Task<Result<>> ResponseWriter::send_by(SteadyTime deadline, std::span<const std::string_view> parts) {
  is_sending_ = true;
  stream_.expires_at(deadline);
  const Result<> sent = co_await stream_.write(parts);
  is_sending_ = false;
  stream_.expires_at(SteadyTime::max());
  co_return sent;
}

}  // namespace larder::server
