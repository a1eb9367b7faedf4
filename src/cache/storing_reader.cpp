#include "storing_reader.hpp"

namespace larder::cache {

Task<> store_whole(store::Store& store, std::shared_ptr<store::StoredResponse> draft, Bytes content) {
  draft->body = std::move(content);
  co_await store.put(std::move(draft));
}

StoringReader::StoringReader(std::unique_ptr<BodyReader> inner, std::optional<std::uint64_t> length,
                             std::shared_ptr<store::StoredResponse> draft, store::Store& store,
                             std::uint64_t max_object)
    : inner_(std::move(inner)),
      length_(length),
      draft_(std::move(draft)),
      store_(store),
      max_object_(max_object) {
  if (length_) content_.reserve(*length_);
}

Task<Result<std::string_view>> StoringReader::read() {
  const Result<std::string_view> piece = co_await inner_->read();
  if (!piece) draft_.reset();
  if (draft_ == nullptr) co_return piece;
  keep(*piece);
  const bool is_whole = length_ ? content_.size() == *length_ : piece->empty();
  if (is_whole && draft_ != nullptr) {
    co_await store_whole(store_, std::exchange(draft_, nullptr), Bytes(std::move(content_)));
  }
  co_return piece;
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
