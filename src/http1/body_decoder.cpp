#include "chunked.hpp"

#include <larder/http1/body_decoder.hpp>

#include <algorithm>

namespace larder::http1 {

BodyDecoder::BodyDecoder(const Framing& framing) : framing_(framing), left_(framing.length) {
  if (framing.kind == Framing::Kind::chunked) chunked_ = std::make_unique<Chunked>();
  done_ = framing.kind == Framing::Kind::none || (framing.kind == Framing::Kind::length && left_ == 0);
}

BodyDecoder::~BodyDecoder() = default;
BodyDecoder::BodyDecoder(BodyDecoder&&) noexcept = default;
BodyDecoder& BodyDecoder::operator=(BodyDecoder&&) noexcept = default;

Result<BodyDecoder::Step> BodyDecoder::decode(std::string_view bytes) {
  if (done_) return Step{};
  if (chunked_) {
    const Result<Step> step = chunked_->decode(bytes);
    done_ = chunked_->done();
    return step;
  }
  if (framing_.kind == Framing::Kind::until_close) return Step{bytes.size(), bytes};
  const std::string_view content =
      bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
  left_ -= content.size();
  done_ = left_ == 0;
  return Step{content.size(), content};
}

bool BodyDecoder::done() const {
  return done_;
}

bool BodyDecoder::finish_at_close() {
  if (framing_.kind == Framing::Kind::until_close) done_ = true;
  return done_;
}

}  // namespace larder::http1
