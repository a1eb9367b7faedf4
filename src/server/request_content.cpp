#include "request_content.hpp"

#include <algorithm>

namespace larder::server {

bool has_content(const http1::Framing& framing) {
  return framing.kind != http1::Framing::Kind::none &&
         !(framing.kind == http1::Framing::Kind::length && framing.length == 0);
}

class RequestContent::Reader final : public pipeline::BodyReader {
 public:
  Reader(std::shared_ptr<Session> session, RequestContent& content)
      : session_(std::move(session)), content_(content) {}

  Task<Result<std::string_view>> read() override {
    content_.is_read_ = true;
    const Result<std::string_view> piece = co_await content_.read();
    content_.is_read_ = false;
    content_.released_.cancel();
    co_return piece;
  }

  void limit(std::uint64_t size) override {
    content_.most_ = content_.most_ == 0 ? size : std::min(content_.most_, size);
  }

 private:
  std::shared_ptr<Session> session_;
  RequestContent& content_;
};

void RequestContent::begin(const http1::RequestControl& control) {
  framing_ = control.framing;
  decoder_.emplace(control.framing);
  size_ = 0;
  most_ = context_.settings.max_content;
  error_ = {};
  deadline_.emplace(context_.settings.idle_timeout, context_.settings.slowest_rate);
  owes_continue_ = control.expects_continue && !decoder_->done();
}

pipeline::Body RequestContent::body(std::shared_ptr<Session> session) {
  if (is_done()) return {};
  std::optional<std::uint64_t> length;
  if (framing_.kind == http1::Framing::Kind::length) length = framing_.length;
  return {std::make_unique<Reader>(std::move(session), *this), length};
}

Task<bool> RequestContent::wait_released(SteadyTime deadline) {
  if (is_read_) {
    released_.expires_at(deadline);
    co_await released_.async_wait(awaiting);
  }
  co_return !is_read_;
}

Task<Result<std::string_view>> RequestContent::read() {
  if (owes_continue_) {
    owes_continue_ = false;
    interim_.go_on();
  }
  const Result<std::string_view> piece = co_await next_piece();
  if (!piece) error_ = piece.error();
  if (!writer_.is_sending()) stream_.expires_at(SteadyTime::max());
  co_return piece;
}

Task<Result<std::string_view>> RequestContent::next_piece() {
  while (!decoder_->done()) {
    const Result<http1::BodyDecoder::Step> step = decoder_->decode(input_.view());
    if (!step) co_return step.error();
    input_.consume(step->consumed);
    size_ += step->content.size();
    if (is_too_large(size_)) co_return Error::too_large;
    if (!step->content.empty()) co_return step->content;
    if (decoder_->done()) break;
    if (step->consumed != 0) continue;
    stream_.reading_expires_at(deadline_->begin(std::chrono::steady_clock::now()));
    const Result<std::size_t> more = co_await input_.read_from(stream_);
    if (!more) co_return more.error();
    deadline_->end(std::chrono::steady_clock::now(), *more);
  }
  co_return std::string_view{};
}

}  // namespace larder::server
