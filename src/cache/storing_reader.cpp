#include "storing_reader.hpp"

namespace larder::cache {
namespace {

Task<> store_whole(store::Store& store, std::shared_ptr<store::Draft> draft, Bytes content) {
  draft->content = std::move(content);
  co_await store.put(store::StoredResponse::from(*draft));
}

}  // namespace

Task<Result<>> drain(pipeline::BodyReader& content) {
  Result<std::string_view> piece = std::string_view{};
  do {
    piece = co_await content.read();
  } while (piece && !piece->empty());
  if (!piece) co_return piece.error();
  co_return Result<>();
}

Task<> store_content(store::Store& store, std::shared_ptr<store::Draft> draft, pipeline::Body& body,
                     std::uint64_t max_object, Margins margins, std::optional<std::uint64_t> size) {
  if (!body.is_streamed()) {
    co_await store_whole(store, std::move(draft), join(margins, body.bytes()));
    co_return;
  }
  const std::optional<std::uint64_t> length = body.length();
  body = pipeline::Body(std::make_unique<StoringReader>(body.take_reader(), length, std::move(draft), store,
                                                        max_object, std::move(margins), size),
                        length);
}

StoringReader::StoringReader(std::unique_ptr<BodyReader> inner, std::optional<std::uint64_t> length,
                             std::shared_ptr<store::Draft> draft, store::Store& store,
                             std::uint64_t max_object, Margins margins, std::optional<std::uint64_t> size)
    : inner_(std::move(inner)),
      length_(length),
      draft_(std::move(draft)),
      store_(store),
      max_object_(max_object),
      margins_(std::move(margins)),
      size_(size) {
  if (length_) content_.reserve(*length_);
}

Task<Result<std::string_view>> StoringReader::read() {
  const Result<std::string_view> piece = co_await inner_->read();
  if (!piece) draft_.reset();
  if (draft_ == nullptr) co_return piece;
  keep(*piece);
  if (draft_ != nullptr && is_whole(piece->empty())) {
    content_.shrink_to_fit();
    co_await store_whole(store_, std::exchange(draft_, nullptr), join(margins_, Bytes(std::move(content_))));
  }
  co_return piece;
}

bool StoringReader::is_whole(bool has_ended) const {
  if (length_) return content_.size() == *length_;
  return has_ended && (!size_ || content_.size() == *size_);
}

void StoringReader::keep(std::string_view piece) {
  if (content_.size() + piece.size() > max_object_) {
    draft_.reset();
    content_ = {};
  } else {
    content_.append(piece);
  }
}

}  // namespace larder::cache
