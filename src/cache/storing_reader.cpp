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

Task<bool> store_content(Keeping keeping, std::shared_ptr<store::Draft> draft, pipeline::Body& body,
                         Margins margins, std::optional<std::uint64_t> size) {
  if (!body.is_streamed()) {
    co_await store_whole(keeping.store, std::move(draft), join(margins, body.bytes(), keeping.budget));
    co_return true;
  }
  const std::optional<std::uint64_t> length = body.length();
  if (!keeping.budget->has_room(length.value_or(0))) co_return false;
  body = pipeline::Body(std::make_unique<StoringReader>(body.take_reader(), length, std::move(draft),
                                                        std::move(keeping), std::move(margins), size),
                        length);
  co_return true;
}

StoringReader::StoringReader(std::unique_ptr<BodyReader> inner, std::optional<std::uint64_t> length,
                             std::shared_ptr<store::Draft> draft, Keeping keeping, Margins margins,
                             std::optional<std::uint64_t> size)
    : inner_(std::move(inner)),
      length_(length),
      draft_(std::move(draft)),
      keeping_(std::move(keeping)),
      margins_(std::move(margins)),
      size_(size),
      content_(std::in_place, length_, keeping_.budget) {}

Task<Result<std::string_view>> StoringReader::read() {
  const Result<std::string_view> piece = co_await inner_->read();
  if (!piece) draft_.reset();
  if (draft_ == nullptr) co_return piece;
  keep(*piece);
  if (draft_ != nullptr && is_whole(piece->empty())) {
    const Bytes whole = content_->whole();
    content_.reset();
    co_await store_whole(keeping_.store, std::exchange(draft_, nullptr),
                         join(margins_, whole, keeping_.budget));
  }
  co_return piece;
}

bool StoringReader::is_whole(bool has_ended) const {
  if (length_) return content_->end() == *length_;
  return has_ended && (!size_ || content_->end() == *size_);
}

void StoringReader::keep(std::string_view piece) {
  const bool has_room = length_ || keeping_.budget->has_room(piece.size());
  const bool is_in_time = steady_now() < keeping_.until;
  if (!has_room || !is_in_time || content_->end() + piece.size() > keeping_.max_object) {
    draft_.reset();
    content_.reset();
  } else {
    content_->append(piece);
  }
}

}  // namespace larder::cache
