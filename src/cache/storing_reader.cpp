#include "storing_reader.hpp"

namespace larder::cache {
namespace {

Task<> store_whole(store::Store& store, std::shared_ptr<store::StoredResponse> draft, Bytes content) {
  draft->body = std::move(content);
  co_await store.put(std::move(draft));
}

}  // namespace

Task<bool> drain(pipeline::BodyReader& content) {
  Result<std::string_view> piece = std::string_view{};
  do {
    piece = co_await content.read();
  } while (piece && !piece->empty());
  co_return piece.has_value();
}

Task<> store_content(store::Store& store, std::shared_ptr<store::StoredResponse> draft, pipeline::Body& body,
                     std::uint64_t max_object, Margins margins) {
  if (!body.is_streamed()) {
    co_await store_whole(store, std::move(draft), join(margins, body.bytes()));
    co_return;
  }
  const std::optional<std::uint64_t> length = body.length();
  body = pipeline::Body(std::make_unique<StoringReader>(body.take_reader(), length, std::move(draft), store,
                                                        max_object, std::move(margins)),
                        length);
}

StoringReader::StoringReader(std::unique_ptr<BodyReader> inner, std::optional<std::uint64_t> length,
                             std::shared_ptr<store::StoredResponse> draft, store::Store& store,
                             std::uint64_t max_object, Margins margins)
    : inner_(std::move(inner)),
      length_(length),
      draft_(std::move(draft)),
      store_(store),
      max_object_(max_object),
      margins_(std::move(margins)) {
  if (length_) content_.reserve(*length_);
}

Task<Result<std::string_view>> StoringReader::read() {
  const Result<std::string_view> piece = co_await inner_->read();
  if (!piece) draft_.reset();
  if (draft_ == nullptr) co_return piece;
  keep(*piece);
  const bool is_whole = length_ ? content_.size() == *length_ : piece->empty();
  if (is_whole && draft_ != nullptr) {
    co_await store_whole(store_, std::exchange(draft_, nullptr), join(margins_, Bytes(std::move(content_))));
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
