#include "joined_reader.hpp"

namespace larder::cache {

Task<Result<std::string_view>> JoinedReader::read() {
  if (!margins_.before.empty()) {
    handed_out_ = std::exchange(margins_.before, Bytes());
    co_return handed_out_.view();
  }
  if (left_ != 0) {
    const Result<std::string_view> piece = co_await inner_->read();
    if (!piece) co_return piece;
    if (piece->empty() || piece->size() > left_) co_return Error::malformed;
    left_ -= piece->size();
    co_return piece;
  }
  // The end of what arrives is read too: only then can its connection be used again.
  if (inner_ != nullptr) {
    const Result<std::string_view> end = co_await inner_->read();
    if (!end) co_return end;
    if (!end->empty()) co_return Error::malformed;
    inner_.reset();
  }
  handed_out_ = std::exchange(margins_.after, Bytes());
  co_return handed_out_.view();
}

pipeline::Body join(Margins margins, pipeline::Body body, std::uint64_t size) {
  if (!body.is_streamed()) return pipeline::Body(join(margins, body.bytes()));
  const std::uint64_t length = size + margins.size();
  return pipeline::Body(std::make_unique<JoinedReader>(std::move(margins), body.take_reader(), size), length);
}

Bytes join(const Margins& margins, Bytes content) {
  if (margins.empty()) return content;
  std::string joined;
  joined.reserve(margins.size() + content.size());
  joined.append(margins.before.view()).append(content.view()).append(margins.after.view());
  return Bytes(std::move(joined));
}

}  // namespace larder::cache
