#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/log.hpp>

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::redis {

/// Logs what Redis refuses: each command and kind of error (the error's first word) once, however many
/// clients meet it and however often, with what is lost by it and what mends it; and once more when the
/// command has been taken again and for a while none was refused. Safe to use from any thread.
class Refusals {
 public:
  /// How long no command of that name may have been refused before its refusal counts as over, once it has
  /// been taken again: a full Redis takes one write and refuses the next. What the ACL says changes at once,
  /// but for what is refused again within a minute.
  static constexpr Milliseconds quiet{10'000};
  static constexpr Milliseconds relapse{60'000};
  static constexpr std::size_t most_told = 64;  ///< at a time; past it nothing more is logged

  /// `username` and `key_prefix` are for the ACL lines that mend it; no name is the default user.
  explicit Refusals(Log& log, std::string username = {}, std::string key_prefix = "larder");

  /// Redis answered `command` with the error `words`.
  void refused(std::string_view command, std::string_view words, SteadyTime now);

  /// Whether taken() could have something to say. Cheap: asked after every command.
  bool has_told() const { return told_count_.load(std::memory_order_relaxed) != 0; }

  /// Redis took `command`. What was taken before, and was not refused for long enough by now, is told too.
  void taken(std::string_view command, SteadyTime now);

 private:
  struct Told {
    std::string command;
    std::string word;
    SteadyTime last;        // refused
    Milliseconds quiet{};   // that it takes to end
    bool is_taken = false;  // since then
    std::optional<SteadyTime> ended{};
  };

  Told* find(std::string_view command, std::string_view word);
  void forget_ended(SteadyTime now);

  Log& log_;
  const std::string username_;
  const std::string key_prefix_;
  std::mutex mutex_;
  std::vector<Told> told_;
  std::atomic<std::size_t> told_count_{0};
};

/// Whether an error reply is an answer that larder reckons with, and acts by: redirections, and what is not
/// there.
bool is_expected_error(std::string_view words);

/// What mends an error, as a sentence that begins with a space; empty where the error says it all.
std::string mend_of(std::string_view command, std::string_view words, std::string_view username,
                    std::string_view key_prefix);

}  // namespace larder::redis
