#include "kept_content.hpp"

namespace larder::cache {

KeptContent::Obstacle KeptContent::obstacle(std::uint64_t size, std::uint64_t wanted) const {
  if (size > keeping_.max_object) return Obstacle::too_large;
  // Content of a known length counted as a whole before its first piece.
  if (!length_ && !keeping_.budget->has_room(wanted, size)) {
    keeping_.budget->ask_for_room();
    return Obstacle::no_room;
  }
  if (steady_now() >= keeping_.until) return Obstacle::too_late;
  return Obstacle::none;
}

bool KeptContent::is_whole(std::uint64_t size, bool has_ended) const {
  if (length_) return size == *length_;
  return has_ended && (!size_ || size == *size_);
}

store::StoredResponsePtr KeptContent::with(Bytes content) const {
  draft_->content = std::move(content);
  store::StoredResponsePtr whole = store::StoredResponse::from(*draft_);
  draft_->content = {};
  return whole;
}

Task<> KeptContent::store(store::StoredResponsePtr whole, std::shared_ptr<void> held) {
  draft_.reset();
  if (keeping_.log.judge(*whole).kind == store::Verdict::Kind::purged) co_return;
  const bool may_store = !keeping_.may_store || keeping_.may_store();
  if (may_store) co_await keeping_.store.put_holding(std::move(whole), std::move(held));
  if (keeping_.stored) co_await keeping_.stored();
}

}  // namespace larder::cache
