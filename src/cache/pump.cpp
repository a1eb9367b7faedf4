#include "pump.hpp"

#include <larder/http/fault.hpp>

namespace larder::cache {

Pump::Pump(FillLeader leader, std::optional<FillLimiter::Permit> permit, std::shared_ptr<store::Draft> draft,
           pipeline::Body body, const Keeping& keeping, const Clock& clock)
    : leader_(std::move(leader)),
      permit_(std::move(permit)),
      fill_(leader_.fill()),
      reach_(keeping.reach),
      remembers_too_large_(keeping.remembers_too_large),
      length_(body.length()),
      kept_(std::move(draft), keeping, length_),
      content_(body.take_reader()),
      clock_(clock) {
  fill_->begin(length_, keeping.budget);
}

Pump::~Pump() {
  if (!done_) fill_->fail({.error = Error::canceled});
}

Task<bool> Pump::read_ready() {
  while (!done_ && kept_.is_kept() && content_->is_ready()) co_await step();
  if (!done_) publish();
  co_return done_;
}

void Pump::publish() {
  if (!std::exchange(is_published_, true)) fill_->publish(kept_.head());
}

Task<> Pump::run(std::unique_ptr<Pump> self) {
  while (!self->done_) {
    if (!self->kept_.is_kept()) {
      const bool wanted = co_await self->fill_->wait_until_wanted();
      if (!wanted) co_return;
    }
    co_await self->step();
  }
}

/// One piece, or the end. The lead is kept to the end, so that this fill is joined and no other begun.
Task<> Pump::step() {
  const Result<std::string_view> piece = co_await content_->read();
  const bool is_more = piece && !piece->empty();
  if (is_more && whole_ == nullptr) {
    take(*piece);
    co_return;
  }
  if (!piece || is_more) {
    fill_->fail({.error = piece ? make_error_code(http::Fault::content_size) : piece.error()});
    leader_.leave();
  } else if (kept_.is_kept()) {
    co_await store_whole();
  } else {
    fill_->end();
  }
  done_ = true;
}

void Pump::take(std::string_view piece) {
  const bool is_all = length_ == piece.size() && fill_->size() == 0;
  if (is_all && kept_.is_kept() && piece.size() <= store::StoredResponse::most_inside) {
    whole_ = kept_.with(Bytes(nullptr, piece));
    return;
  }
  fill_->append(piece);
  if (!kept_.is_kept()) return;
  const KeptContent::Obstacle obstacle = kept_.obstacle(fill_->size(), 0);
  if (obstacle == KeptContent::Obstacle::none) return;
  stop_keeping();
  if (obstacle == KeptContent::Obstacle::too_large && remembers_too_large_) {
    // It was not known: the next ones need not find it out together.
    leader_.leave_as_hit_for_miss(clock_.now());
  } else {
    leader_.leave();
  }
}

/// From here on it goes at its readers' pace, and is not stored.
void Pump::stop_keeping() {
  publish();
  kept_.give_up();
  permit_.reset();
  fill_->let_go_of_the_start(reach_);
}

Task<> Pump::store_whole() {
  if (whole_ == nullptr) whole_ = kept_.with(fill_->content());
  const store::StoredResponsePtr whole = std::move(whole_);
  if (fill_->claim_storing()) co_await kept_.store(whole, leader_.take_lease());
  fill_->finish(whole, SharedFill::Source::fetched);
  leader_.leave();
}

}  // namespace larder::cache
