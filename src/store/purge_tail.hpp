#pragma once

#include "purge_stream.hpp"

#include <larder/base/log.hpp>
#include <larder/store/purge_table.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <deque>
#include <functional>
#include <list>

namespace larder::store {

/// Follows the stream and applies what it brings to the table.
///
///   phase      | does                                              | goes on to
///   down       | waits for the client                              | catching up
///   catching up| looks whether the log is still the one it knew,   | ready; down, if anything fails
///              | appends a marker if not; reads to the end      |
///   ready      | reads and waits for more                          | down: connection lost, or the log lost
///   records
///
/// A node (redis::Link) that the log does not know is a Redis that was restarted, or another one, and may
/// have lost records. An instance that followed the log before knows what it held, and vouches for it there;
/// one that is new to such a log cannot know, and appends a marker. What instances that are away knew beyond
/// that may be lost: under `strict` what was born before the log came there is in doubt.
///
/// All on one loop, except silence().
class PurgeTail {
 public:
  struct Settings {
    Milliseconds block{1'000};    ///< of one waiting read
    Milliseconds timeout{1'550};  ///< of one reply, above `block`
    Milliseconds max_lifetime{24 * 3'600'000};
    std::uint64_t max_bytes = 64ull << 20;  ///< of the stream
  };
  /// `changed` is called whenever is_ready() or the position may have changed.
  PurgeTail(boost::asio::io_context& loop, PurgeStream stream, PurgeTable& table, const Clock& clock,
            Log& log, Settings settings, std::function<void()> changed);

  /// Until stop().
  Task<> run();
  void stop();

  bool is_ready() const { return node() != 0; }

  /// The node that has the log that is followed, known to its end; 0 while there is none.
  std::uint64_t node() const { return followed_.node; }
  Position position() const { return position_; }

  /// Redis said that it has a record there: a log without it is not the one we knew.
  void expect(Position position) { expected_ = std::max(expected_, position); }
  Position expected() const { return std::max(expected_, position_); }

  /// The oldest record that must stay in the stream: it is older than any entry by `max_lifetime`, so that
  /// every entry is born there or later, and the oldest record tells how far back the stream knows
  /// everything. A stream past `max_bytes` gives up more than that: what was born before its oldest record
  /// then counts as purged for new instances.
  Position trim_to();

  /// Waits until the tail has applied what is at that position; whether it has, at the deadline.
  Task<bool> passes(Position position, SteadyTime deadline);

  /// How old what is known of the log is: the time since the last question that Redis answered, if only that
  /// there is nothing new. From any thread.
  Milliseconds silence() const;

 private:
  struct Waiter {
    Position position;
    boost::asio::steady_timer timer;
  };

  Task<bool> catch_up();
  Task<bool> verify();
  bool is_trimmed(const PurgeStream::Extent& extent) const;
  /// What it means that records are missing after those that were read.
  enum class Gap { lost, expected };
  Task<bool> begin();
  Task<bool> replace_log();
  Task<bool> read_to_end(Gap gap);
  Task<> follow(redis::Link link);
  void take(const PurgeStream::Reading& reading, Gap gap, SteadyTime asked);
  void leave_gap(Position end, Gap gap);
  void hear_lifetime(Milliseconds lifetime);
  Task<> vouch();
  void apply(const std::vector<ReadRecord>& records);
  void set_milestone(const ReadRecord& record);
  bool is_vouch_due() const;
  void forget_before(Position position);
  void set_followed(redis::Link link);
  void wake_waiters();

  boost::asio::io_context& loop_;
  PurgeStream stream_;
  PurgeTable& table_;
  const Clock& clock_;
  Log& log_;
  Settings settings_;
  std::function<void()> changed_;
  boost::asio::steady_timer pause_;
  Position position_;  ///< of the last record applied
  Position expected_;
  struct Milestone {
    Position position;
    std::uint64_t before = 0;  ///< bytes of all records read before it
  };
  std::deque<Milestone> milestones_;  ///< some of the records applied, the oldest first, for trim_to()
  std::uint64_t bytes_ = 0;           ///< of all records read
  std::uint64_t vouched_bytes_ = 0;   ///< the same when `vouched_` was read
  bool has_begun_ = false;            ///< the stream was read whole once
  bool is_lost_ = false;              ///< the log has lost records, and has no marker for that yet
  std::uint64_t vouched_node_ = 0;    ///< where the log was last said to be whole; 0: nowhere
  Position vouched_;                  ///< where that stands
  Milliseconds longest_;              ///< `max_lifetime` of any instance that made a statement in the log
  Milliseconds latest_lifetime_;      ///< the one in the latest statement
  redis::Link followed_;
  bool has_told_lifetime_ = false;  ///< that another instance has another `max_lifetime`
  bool is_stopped_ = false;
  std::list<Waiter> waiters_;
  std::atomic<SteadyTime::rep> heard_{0};
};

}  // namespace larder::store
