#include "connection.hpp"

#include <larder/http1/head_writer.hpp>

#include <cstring>

namespace larder::origin {
namespace {

constexpr std::size_t small_buffer = 8 * 1024;
constexpr std::size_t large_buffer = 64 * 1024;
constexpr std::size_t taken_at_most = 16 * 1024;  // of content at once: more is passed on without a copy

}  // namespace

bool Connection::has_content(bool is_chunked) const {
  if (!is_chunked) return has_buffered();
  const std::size_t line = buffered().find("\r\n");
  return line != std::string_view::npos && line + 2 < buffered().size();
}

std::optional<Bytes> Connection::take_content(const http1::Framing& framing) {
  const std::string_view there = buffered();
  if (there.size() > taken_at_most) return std::nullopt;
  if (framing.kind == http1::Framing::Kind::length) {
    if (there.size() < framing.length) return std::nullopt;
    begin_ += framing.length;
    return Bytes::copy_of(there.substr(0, framing.length));
  }
  if (framing.kind != http1::Framing::Kind::chunked || !there.ends_with(http1::last_chunk))
    return std::nullopt;
  std::string content;
  http1::BodyDecoder decoder(framing);
  std::size_t taken = 0;
  while (!decoder.done()) {
    const Result<http1::BodyDecoder::Step> step = decoder.decode(there.substr(taken));
    if (!step || step->consumed == 0) return std::nullopt;
    taken += step->consumed;
    content.append(step->content);
  }
  begin_ += taken;
  return Bytes::copy_of(content);  // what is kept of it has no room to spare
}

/// Room after what is there. The buffer grows once it was found full: most responses are small, and long
/// ones are worth 64 KiB.
std::span<char> Connection::room() {
  if (begin_ == end_) {
    begin_ = 0;
    if (end_ == buffer_.size() && buffer_.size() < large_buffer) {
      buffer_.resize(buffer_.empty() ? small_buffer : large_buffer);
    }
    end_ = 0;
  } else if (end_ == buffer_.size()) {
    if (begin_ == 0) buffer_.resize(buffer_.size() * 2);
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return std::span(buffer_).subspan(end_);
}

Task<Result<>> Connection::fill() {
  const Result<std::size_t> count = co_await stream_->read_some(room());
  if (!count) co_return count.error();
  note_received(*count);
  co_return Result<>();
}

Task<Result<http1::ParsedResponse>> Connection::read_head(std::string_view request_method) {
  while (true) {
    Result<std::optional<http1::ParsedResponse>> parsed =
        http1::parse_response_head(buffered(), request_method, response_limits);
    if (!parsed) co_return parsed.error();
    if (parsed->has_value()) {
      begin_ += (*parsed)->size;
      co_return std::move(**parsed);
    }
    const Result<std::size_t> count = co_await stream_->read_answer(room());
    if (!count) co_return count.error();
    note_received(*count);
  }
}

Task<Result<std::string_view>> Connection::read_content(http1::BodyDecoder& decoder,
                                                        Milliseconds idle_timeout) {
  while (!decoder.done()) {
    const Result<http1::BodyDecoder::Step> step = decoder.decode(buffered());
    if (!step) co_return step.error();
    begin_ += step->consumed;
    if (!step->content.empty()) co_return step->content;
    if (decoder.done()) break;
    if (step->consumed != 0) continue;
    stream_->expires_at(std::chrono::steady_clock::now() + idle_timeout);
    const Result<> more = co_await fill();
    if (more) continue;
    if (more.error() == Error::closed && decoder.finish_at_close()) break;
    co_return more.error();
  }
  co_return std::string_view{};
}

}  // namespace larder::origin
