#include "joined_reader.hpp"

#include <larder/http/fault.hpp>

#include <algorithm>

namespace larder::cache {

Task<Result<std::string_view>> JoinedReader::read() {
  if (!margins_.before.empty()) {
    handed_out_ = std::exchange(margins_.before, Bytes());
    co_return handed_out_.view();
  }
  if (left_ != 0) {
    const Result<std::string_view> piece = co_await inner_->read();
    if (!piece) co_return piece;
    if (piece->empty() || piece->size() > left_) co_return http::Fault::content_size;
    left_ -= piece->size();
    co_return piece;
  }
  // The end of what arrives is read too: only then can its connection be used again.
  if (inner_ != nullptr) {
    const Result<std::string_view> end = co_await inner_->read();
    if (!end) co_return end;
    if (!end->empty()) co_return http::Fault::content_size;
    inner_.reset();
  }
  handed_out_ = std::exchange(margins_.after, Bytes());
  co_return handed_out_.view();
}

pipeline::Body join(Margins margins, pipeline::Body body, std::uint64_t size,
                    const std::shared_ptr<ByteBudget>& budget) {
  if (!body.is_streamed()) return pipeline::Body(join(margins, body.bytes(), budget));
  const std::uint64_t length = size + margins.size();
  return pipeline::Body(std::make_unique<JoinedReader>(std::move(margins), body.take_reader(), size), length);
}

Bytes join(const Margins& margins, Bytes content, const std::shared_ptr<ByteBudget>& budget) {
  if (margins.empty()) return content;
  const std::size_t size = margins.size() + content.size();
  const std::shared_ptr<char[]> joined = ByteBudget::allocate(budget, size);
  char* end = joined.get();
  for (const std::string_view part : {margins.before.view(), content.view(), margins.after.view()}) {
    end = std::copy(part.begin(), part.end(), end);
  }
  return Bytes(joined, {joined.get(), size});
}

}  // namespace larder::cache
