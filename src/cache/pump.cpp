#include "pump.hpp"

namespace larder::cache {

Pump::Pump(FillLeader leader, std::optional<FillLimiter::Permit> permit, std::shared_ptr<store::Draft> draft,
           pipeline::Body body, Into into)
    : leader_(std::move(leader)),
      permit_(std::move(permit)),
      fill_(leader_.fill()),
      draft_(std::move(draft)),
      length_(body.length()),
      content_(body.take_reader()),
      into_(std::move(into)) {
  fill_->begin(length_, into_.budget);
}

Pump::~Pump() {
  if (!done_) fill_->fail({.error = Error::canceled});
}

Task<bool> Pump::read_ready() {
  while (!done_ && draft_ != nullptr && content_->is_ready()) co_await step();
  if (!done_) publish();
  co_return done_;
}

void Pump::publish() {
  if (!std::exchange(is_published_, true)) fill_->publish(store::StoredResponse::from(*draft_));
}

Task<> Pump::run(std::unique_ptr<Pump> self) {
  while (!self->done_) {
    if (self->draft_ == nullptr) {
      const bool wanted = co_await self->fill_->wait_until_wanted();
      if (!wanted) co_return;
    }
    co_await self->step();
  }
}

/// One piece, or the end. The lead is kept to the end, so that this one is joined and not another begun.
Task<> Pump::step() {
  const Result<std::string_view> piece = co_await content_->read();
  const bool is_more = piece && !piece->empty();
  if (is_more && whole_ == nullptr) {
    take(*piece);
    co_return;
  }
  if (!piece || is_more) {
    fill_->fail({.error = piece ? make_error_code(Error::malformed) : piece.error()});
    leader_.leave();
  } else if (draft_ != nullptr) {
    co_await store_whole();
  } else {
    fill_->end();
  }
  done_ = true;
}

void Pump::take(std::string_view piece) {
  const bool is_all = length_ == piece.size() && fill_->size() == 0;
  if (is_all && draft_ != nullptr && piece.size() <= store::StoredResponse::most_inside) {
    draft_->content = Bytes(nullptr, piece);
    whole_ = store::StoredResponse::from(*draft_);
    draft_->content = {};
    return;
  }
  fill_->append(piece);
  if (draft_ == nullptr) return;
  if (fill_->size() > into_.max_object) {
    stop_keeping();
    // Nobody knew: the next ones need not find it out together.
    leader_.leave_as_hit_for_miss(into_.clock.now());
  } else if (!length_ && !into_.budget->has_room(0)) {
    stop_keeping();
    leader_.leave();
  }
}

/// From here on it goes at its readers' pace, and is not stored.
void Pump::stop_keeping() {
  publish();
  draft_.reset();
  permit_.reset();
  fill_->let_go_of_the_start(into_.max_object);
}

/// What a purge has named meanwhile would only take a newer one's place.
Task<> Pump::store_whole() {
  if (whole_ == nullptr) {
    draft_->content = fill_->content();
    whole_ = store::StoredResponse::from(*draft_);
  }
  const store::StoredResponsePtr whole = std::move(whole_);
  if (into_.log.judge(*whole).kind != store::Verdict::Kind::purged)
    co_await into_.store.put_holding(whole, leader_.take_lease());
  fill_->finish(whole, SharedFill::Source::fetched);
  leader_.leave();
}

}  // namespace larder::cache
