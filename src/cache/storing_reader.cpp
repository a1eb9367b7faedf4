#include "storing_reader.hpp"

namespace larder::cache {

Task<Result<>> drain(pipeline::BodyReader& content, std::uint64_t at_most) {
  Result<std::string_view> piece = std::string_view{};
  std::uint64_t size = 0;
  do {
    piece = co_await content.read();
    if (piece) size += piece->size();
  } while (piece && !piece->empty() && size <= at_most);
  if (!piece) co_return piece.error();
  co_return Result<>();
}

Task<bool> store_content(Keeping keeping, std::shared_ptr<store::Draft> draft, pipeline::Body& body,
                         Margins margins, std::optional<std::uint64_t> size) {
  const std::optional<std::uint64_t> length = body.length();
  const std::shared_ptr<ByteBudget> budget = keeping.budget;
  KeptContent kept(std::move(draft), std::move(keeping), length, size);
  if (!body.is_streamed()) {
    store::StoredResponsePtr whole = kept.with(join(margins, body.bytes(), budget));
    co_await kept.store(std::move(whole));
    co_return true;
  }
  if (!budget->has_room(length.value_or(0), length.value_or(0))) {
    budget->ask_for_room();
    co_return false;
  }
  auto reader = std::make_unique<StoringReader>(body.take_reader(), length, std::move(kept),
                                                std::move(margins), budget);
  body = pipeline::Body(std::move(reader), length);
  co_return true;
}

Task<Result<std::string_view>> StoringReader::read() {
  const Result<std::string_view> piece = co_await inner_->read();
  if (!piece) kept_.give_up();
  if (!kept_.is_kept()) co_return piece;
  keep(*piece);
  if (kept_.is_kept() && kept_.is_whole(content_->end(), piece->empty())) {
    const Bytes content = content_->whole();
    content_.reset();
    store::StoredResponsePtr whole = kept_.with(join(margins_, content, budget_));
    co_await kept_.store(std::move(whole));
  }
  co_return piece;
}

void StoringReader::keep(std::string_view piece) {
  const std::uint64_t size = content_->end() + piece.size();
  if (kept_.obstacle(size, piece.size()) == KeptContent::Obstacle::none) {
    content_->append(piece);
  } else {
    kept_.give_up();
    content_.reset();
  }
}

}  // namespace larder::cache
