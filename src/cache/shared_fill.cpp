#include "shared_fill.hpp"

#include <boost/asio/this_coro.hpp>

namespace larder::cache {

SharedFill::SharedFill(store::PurgeLog::Mark mark, const SharedFill* replaced)
    : mark_(mark),
      place_(replaced != nullptr ? replaced->place_ + 1 : 1),
      stored_(replaced != nullptr ? replaced->stored_ : std::make_shared<std::atomic<std::uint64_t>>(0)) {}

bool SharedFill::admit_follower() {
  const std::lock_guard lock(mutex_);
  if (followers_ == most_followers) return false;
  ++followers_;
  return true;
}

bool SharedFill::has_followers() const {
  const std::lock_guard lock(mutex_);
  return followers_ != 0;
}

FillSnapshot SharedFill::look() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

Task<FillSnapshot> SharedFill::wait_for_head(SteadyTime deadline, pipeline::Departure* departure) {
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  const auto sleeper = std::make_shared<Sleeper>(executor);
  const pipeline::Departure::Watch watch(departure, [waker = Waker(*sleeper)] { waker.wake(); });
  while (true) {
    SteadyTime until = deadline;
    const bool has_left = departure != nullptr && departure->has_left();
    {
      const std::lock_guard lock(mutex_);
      const SteadyTime now = steady_now();
      const bool is_pausing = has_paused_for(pauses_at_most, now) && !has_paused_for(stalled_after, now);
      const bool is_waited_for = now_.state == State::asking || is_pausing;
      if (!is_waited_for || has_left || now >= deadline) co_return now_;
      if (is_pausing) until = std::min(deadline, progressed_ + stalled_after);
      waiting_.emplace_back(*sleeper);
    }
    co_await sleeper->sleep_until(until);
  }
}

bool SharedFill::has_paused_for(Milliseconds time, SteadyTime now) const {
  return now_.state == State::arriving && now - progressed_ >= time;
}

bool SharedFill::may_join(SteadyTime now) const {
  const std::lock_guard lock(mutex_);
  if (now_.state != State::arriving) return true;
  if (has_paused_for(stalled_after, now)) return false;
  return now_.length || now - published_ < joined_at_most;
}

bool SharedFill::is_stalled(SteadyTime now) const {
  const std::lock_guard lock(mutex_);
  return has_paused_for(stalled_after, now);
}

bool SharedFill::claim_storing() {
  std::uint64_t latest = stored_->load();
  while (latest < place_ && !stored_->compare_exchange_weak(latest, place_)) {
  }
  return latest <= place_;
}

bool SharedFill::is_kept() const {
  const std::lock_guard lock(mutex_);
  return !window_;
}

std::optional<SteadyTime> SharedFill::unread_since() const {
  const std::lock_guard lock(mutex_);
  return unread_since_;
}

void SharedFill::attach_reader() {
  const std::lock_guard lock(mutex_);
  ++readers_;
  unread_since_.reset();
}

void SharedFill::detach_reader() {
  const std::lock_guard lock(mutex_);
  --readers_;
  if (readers_ == 0) unread_since_ = steady_now();
  if (readers_ == 0 && leader_) leader_->wake();
}

std::optional<Result<Bytes>> SharedFill::read(std::uint64_t position, std::uint64_t most,
                                              const Waker& waker) {
  const std::lock_guard lock(mutex_);
  if (now_.state == State::whole) return store::content_of(now_.response).slice(position, most);
  // What is not kept whole is not read from its start again: what its one reader has read may go.
  if (content_ && window_ && readers_ == 1) content_->keep_from(position);
  if (content_ && position < content_->begin()) return Result<Bytes>(Error::reset);
  if (content_ && is_visible(position)) return content_->at(position, most);
  if (now_.state == State::ended) return Bytes();
  if (now_.state == State::failed) {
    return Result<Bytes>(now_.failure.error ? now_.failure.error : make_error_code(Error::reset));
  }
  waiting_.push_back(waker);
  if (leader_) leader_->wake();
  return std::nullopt;
}

bool SharedFill::has(std::uint64_t position) const {
  const std::lock_guard lock(mutex_);
  const bool is_coming = now_.state == State::asking || now_.state == State::arriving;
  return !is_coming || (content_ && is_visible(position));
}

std::uint64_t SharedFill::held_unstored() const {
  const std::lock_guard lock(mutex_);
  // What the store has, it has too: then this is not the only one.
  if (now_.state == State::whole) return now_.response.use_count() == 1 ? now_.response->content().size() : 0;
  return content_ && window_ ? content_->end() - content_->begin() : 0;
}

bool SharedFill::is_visible(std::uint64_t position) const {
  const bool is_held_back = now_.length && content_->end() == *now_.length;
  return !is_held_back && position < content_->end();
}

void SharedFill::begin(std::optional<std::uint64_t> length, std::shared_ptr<ByteBudget> budget) {
  const std::lock_guard lock(mutex_);
  now_.length = length;
  content_.emplace(length, std::move(budget));
}

void SharedFill::publish(store::StoredResponsePtr head, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  now_.state = State::arriving;
  published_ = now;
  progressed_ = now;
  now_.response = std::move(head);
  wake_all();
}

void SharedFill::append(std::string_view piece, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  content_->append(piece);
  if (window_) content_->keep_last(*window_);
  if (now_.state != State::arriving) return;
  progressed_ = now;
  wake_all();
}

std::uint64_t SharedFill::size() const {
  const std::lock_guard lock(mutex_);
  return content_->end();
}

Bytes SharedFill::content() const {
  const std::lock_guard lock(mutex_);
  return content_->whole();
}

void SharedFill::finish(store::StoredResponsePtr whole, Source source) {
  claim_storing();
  const std::lock_guard lock(mutex_);
  now_.state = State::whole;
  now_.source = source;
  now_.length = whole->content().size();
  now_.response = std::move(whole);
  content_.reset();
  wake_all();
}

void SharedFill::fail(FillFailure failure) {
  const std::lock_guard lock(mutex_);
  now_.state = State::failed;
  now_.failure = std::move(failure);
  wake_all();
}

void SharedFill::release() {
  leave_asking(State::released);
}

void SharedFill::abandon() {
  leave_asking(State::abandoned);
}

void SharedFill::leave_asking(State state) {
  const std::lock_guard lock(mutex_);
  if (now_.state != State::asking) return;
  now_.state = state;
  wake_all();
}

void SharedFill::end() {
  const std::lock_guard lock(mutex_);
  now_.state = State::ended;
  wake_all();
}

void SharedFill::let_go_of_the_start(std::uint64_t window) {
  const std::lock_guard lock(mutex_);
  window_ = window;
}

Task<bool> SharedFill::wait_until_wanted() {
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  const auto sleeper = std::make_shared<Sleeper>(executor);
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      leader_.reset();
      if (readers_ == 0) co_return false;
      if (!waiting_.empty()) co_return true;
      leader_.emplace(*sleeper);
    }
    // Readers have deadlines of their own: their clients' or the upstream's.
    co_await sleeper->sleep_until(SteadyTime::max());
  }
}

void SharedFill::wake_all() {
  for (const Waker& waker : waiting_) waker.wake();
  waiting_.clear();
}

}  // namespace larder::cache
