#pragma once

#include "batch.hpp"
#include "reply_reader.hpp"

#include <larder/base/clock.hpp>
#include <larder/base/result.hpp>
#include <larder/redis/command.hpp>
#include <larder/redis/value.hpp>

#include <deque>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace larder::redis {

/// What one pipeline holds at most.
struct PipelineLimits {
  std::size_t commands;         ///< waiting for replies
  std::size_t bytes;            ///< not yet written
  std::size_t max_reply_bytes;  ///< of one reply
};

/// The commands of one connection, without I/O and without a clock: what is to be written, and which caller
/// waits for the next reply. `Waiter` represents the caller of a command; it is handed back with the
/// command's result.
///
///   push -> unwritten -> begin_write -> being written -> end_write
///       \-> waiting, in order ------------------------------------> receive (or fail_all)
template <class Waiter>
class Pipeline {
 public:
  struct Answer {
    Waiter waiter;
    Result<Value> result;
  };
  using Answers = std::vector<Answer>;

  explicit Pipeline(PipelineLimits limits) : limits_(limits), reader_(limits.max_reply_bytes) {}

  bool has_room_for(std::size_t bytes) const {
    return waiting_.size() < limits_.commands && unwritten_.size() + writing_.size() + bytes <= limits_.bytes;
  }

  /// Only if has_room_for(command.size()). `asking`: it goes right after an ASKING, whose reply is
  /// dropped.
  void push(const Command& command, SteadyTime deadline, Waiter waiter, bool asking = false) {
    if (asking) unwritten_.append(Command("ASKING"));
    unwritten_.append(command);
    waiting_.push_back({deadline, asking, std::move(waiter)});
  }

  bool has_unwritten() const { return !unwritten_.empty(); }

  /// All commands not yet written, which stay as they are until end_write().
  const Batch& begin_write() {
    std::swap(unwritten_, writing_);
    return writing_;
  }
  void end_write() { writing_.clear(); }

  /// Matches what came with the callers that wait, oldest first. Error::malformed if it is not a reply or
  /// nothing waits for it, Error::too_large past the bound: then the connection is of no further use.
  Result<> receive(std::string_view bytes, Answers& answers) {
    if (const Result<> fed = reader_.feed(bytes); !fed) return fed;
    for (;;) {
      Result<std::optional<Value>> reply = reader_.next();
      if (!reply) return reply.error();
      if (!reply->has_value()) return {};
      if (waiting_.empty()) return Error::malformed;
      if (std::exchange(waiting_.front().is_preceded, false)) continue;
      answers.push_back({std::move(waiting_.front().waiter), std::move(**reply)});
      waiting_.pop_front();
    }
  }

  /// Answers every caller with `error`.
  void fail_all(Error error, Answers& answers) {
    for (Waiting& waiting : waiting_) answers.push_back({std::move(waiting.waiter), error});
    waiting_.clear();
  }

  /// Of the command whose reply is the next; nothing if no command waits.
  std::optional<SteadyTime> oldest_deadline() const {
    if (waiting_.empty()) return std::nullopt;
    return waiting_.front().deadline;
  }

  std::size_t waiting() const { return waiting_.size(); }
  std::size_t buffered() const { return reader_.buffered(); }  ///< bytes of a reply not yet complete

 private:
  struct Waiting {
    SteadyTime deadline;
    bool is_preceded;  ///< the reply to an ASKING comes first
    Waiter waiter;
  };

  PipelineLimits limits_;
  ReplyReader reader_;
  Batch unwritten_;
  Batch writing_;
  std::deque<Waiting> waiting_;
};

}  // namespace larder::redis
