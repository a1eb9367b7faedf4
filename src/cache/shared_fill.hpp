#pragma once

#include "arriving_content.hpp"
#include "sleeper.hpp"

#include <larder/base/result.hpp>
#include <larder/base/task.hpp>
#include <larder/pipeline/departure.hpp>
#include <larder/store/purge_log.hpp>
#include <larder/store/stored_response.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace larder::cache {

/// Why a fill has no response for its followers.
struct FillFailure {
  boost::system::error_code error;  ///< none if the origin did answer, with `status`
  int status = 0;
  std::string retry_after{};  ///< the field's value; may be empty
  bool is_busy = false;       ///< it was not asked: too many fills wait already
};

/// What a shared fill has come to at one moment.
struct FillSnapshot {
  enum class State { asking, arriving, whole, ended, failed, released, abandoned };
  enum class Source {
    fetched,    ///< from the origin
    validated,  ///< stored before, and the origin said 304
    found,      ///< stored by another while we were about to ask
  };

  State state = State::asking;
  Source source = Source::fetched;
  store::StoredResponsePtr response;    ///< from arriving on; its content only if whole
  std::optional<std::uint64_t> length;  ///< of the content, if known
  FillFailure failure;
};

/// One fetch that any number of requests wait for, on any threads. The one that began it leads: it asks the
/// origin and reports the outcome here; the others are its followers.
///
///   state     | means                                     | goes to
///   asking    | the origin has not answered               | arriving, whole, failed, released, abandoned
///   arriving  | the response is for all, content comes in | whole, ended, failed
///   whole     | it is all there, and stored               |
///   ended     | it is all there, too large to be kept     |
///   failed    | no response, or content cut short         |
///   released  | the response is not for others            |
///   abandoned | it ended without a result                 |
///
/// Every follower reads at its own pace. As long as the content may be stored all of it is kept, and the
/// origin is read as fast as it sends. Past max_object it is not stored: from there on the origin is read
/// when a reader waits for more, so the fastest sets the pace, and a reader further than max_object behind is
/// cut off.
class SharedFill {
 public:
  using State = FillSnapshot::State;
  using Source = FillSnapshot::Source;

  static constexpr std::size_t most_followers = 10'000;

  /// `mark`: no later than the fetch begins. `replaced`: whose place it takes; or nullptr.
  explicit SharedFill(store::PurgeLog::Mark mark, const SharedFill* replaced = nullptr);

  const store::PurgeLog::Mark& mark() const { return mark_; }

  /// Counts one more follower; false if there are too many.
  bool admit_follower();

  FillSnapshot look() const;

  /// How long newcomers may join content of unknown length: it may be a stream without an end, and
  /// they do not want its events from the start.
  static constexpr Milliseconds joined_at_most{5'000};

  /// Content that has paused for this long may have stalled: newcomers wait for more of it before they join.
  static constexpr Milliseconds pauses_at_most{100};
  /// Past this it has: they join no longer.
  static constexpr Milliseconds stalled_after{2'000};

  /// Whether newcomers may wait for it or read it.
  bool may_join(SteadyTime now) const;

  /// Whether its content has stopped coming.
  bool is_stalled(SteadyTime now) const;

  /// Whether no fill that took its place is stored already: what is older must not displace that. It counts
  /// as stored from now on.
  bool claim_storing();

  /// Whether its content is kept whole, to be stored: else it passes on to its readers as they read.
  bool is_kept() const;

  /// Since when it has had no reader after its last one left; nothing while it has one, or never had.
  std::optional<SteadyTime> unread_since() const;

  /// Whether it ever had one.
  bool has_followers() const;

  /// Waits until it is no longer asking, and its content goes on or has stalled, or for `deadline`, or until
  /// the client leaves. The caller keeps the fill.
  Task<FillSnapshot> wait_for_head(SteadyTime deadline, pipeline::Departure* departure = nullptr);

  // For readers of content.
  void attach_reader();
  void detach_reader();

  /// What lies from `position` on, up to `most` bytes; empty at the end; an error if the rest will not
  /// come. Nothing while it is still to come: then `waker` is called.
  std::optional<Result<Bytes>> read(std::uint64_t position, std::uint64_t most, const Waker& waker);

  /// Bytes that are held for its readers alone. Content that may be stored yet is not: it comes without them.
  std::uint64_t held_unstored() const;

  /// Whether read() would answer at once.
  bool has(std::uint64_t position) const;

  // For the leader.

  /// Content is to come, of that length if it is known. What is held of it counts in `budget`, unless that
  /// is nullptr.
  void begin(std::optional<std::uint64_t> length, std::shared_ptr<ByteBudget> budget = nullptr);

  /// Followers see the head from now on, and content that came with it; `head` has none yet.
  void publish(store::StoredResponsePtr head, SteadyTime now = steady_now());

  /// The last piece, if the length is known, is not seen before finish(): then it is stored already.
  void append(std::string_view piece, SteadyTime now = steady_now());
  std::uint64_t size() const;
  Bytes content() const;

  void finish(store::StoredResponsePtr whole, Source source);
  void fail(FillFailure failure);
  /// If it is still asking.
  void release();
  /// If it is still asking.
  void abandon();

  /// From now on it is not kept whole.
  void let_go_of_the_start(std::uint64_t window);
  /// Of content that is not kept whole: waits until a reader wants more; false if there is none left.
  Task<bool> wait_until_wanted();
  void end();

 private:
  void wake_all();
  void leave_asking(State state);
  bool has_paused_for(Milliseconds time, SteadyTime now) const;
  bool is_visible(std::uint64_t position) const;

  const store::PurgeLog::Mark mark_;
  mutable std::mutex mutex_;
  FillSnapshot now_;
  std::optional<ArrivingContent> content_;
  std::optional<std::uint64_t> window_;  // set once the content is not kept whole
  std::vector<Waker> waiting_;
  std::optional<Waker> leader_;  // waits until it is wanted
  std::size_t followers_ = 0;
  std::size_t readers_ = 0;
  std::optional<SteadyTime> unread_since_;
  SteadyTime published_{};                                    // when the head was
  SteadyTime progressed_{};                                   // when the head, or content after it, came
  const std::uint64_t place_;                                 // among those that took each other's place
  const std::shared_ptr<std::atomic<std::uint64_t>> stored_;  // the latest of them
};

}  // namespace larder::cache
