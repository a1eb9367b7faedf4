#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/task.hpp>
#include <larder/policy/purge.hpp>
#include <larder/store/position.hpp>
#include <larder/store/stored_response.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace larder::store {

/// What a purge does to the stored responses that it names.
enum class Strength {
  hard,  ///< they are not used any more
  soft,  ///< they are stale: validation, stale-while-revalidate and stale-if-error may still use them
};

/// What is appended to the purge log as one record.
struct PurgeBatch {
  std::vector<policy::Purge> purges;
  Strength strength = Strength::hard;
  std::string why;  ///< for those who read the log: `PUT http://shop.example/products/7`; cut to max_why
  bool stands_alone = false;  ///< in a record that holds nothing else

  static constexpr std::size_t max_why = 200;  ///< bytes
};

/// What the purge log says of a stored response.
struct Verdict {
  enum class Kind {
    valid,
    stale,   ///< softly purged, no later than at `since`
    purged,  ///< not to be used
  };
  Kind kind = Kind::valid;
  Time since{};
};

/// The name of the log in Redis.
inline std::string purge_log_name(const std::string& key_prefix) {
  return key_prefix + ":purges";
}

/// The purge log (src/README.md, "Purge log"): why no stored response survives a purge. Shared by all threads
/// of the instance.
class PurgeLog {
 public:
  virtual ~PurgeLog() = default;

  /// A fetch begins: what its response is as new as. `position` counts in Redis, `sequence` in this instance.
  struct Mark {
    Position position;
    std::uint64_t sequence = 0;
  };
  virtual Mark mark() const = 0;

  /// What the purges since `response.checked` say of it; moves `checked` on while it is valid. Cheap while
  /// the log has not moved.
  virtual Verdict judge(const StoredResponse& response) const = 0;

  /// Whether no purge since `response.checked` names it, not even softly.
  bool is_valid(const StoredResponse& response) const { return judge(response).kind == Verdict::Kind::valid; }

  /// Whether a response that came from Redis may be used, by its `born`; if so its `checked` is set, and
  /// if it was softly purged its lifetime ends there.
  virtual bool admit(Draft& response) const = 0;

  /// The strongest purge since then that names these tags, of a response that is still on its way; nothing if
  /// there is none. What began later than this instance knows may have been purged by what it has yet to
  /// learn.
  virtual std::optional<Strength> names(const policy::TagsView& tags, const Since& since) const = 0;

  /// Whether Redis may be read: this instance knows every purge in the log, and the log every purge of this
  /// instance.
  virtual bool is_in_step() const = 0;

  /// Whether the log is read from that node (redis::Link). What another node holds is of another time: a new
  /// master, or an old one that was cut off.
  virtual bool follows(std::uint64_t) const { return true; }

  /// Whether hits may be served without asking the origin. Not, with `on_outage: origin`, while the log has
  /// been silent for longer than `outage_ttl`. Cheap: asked on every hit.
  virtual bool trusts_hits() const { return true; }

  /// Whether every purge that was answered since the log stood there can still be known: not, if it has moved
  /// to another Redis since, or to the next run of one, which may have lost the last of them. For
  /// `consistency: strict`.
  virtual bool is_certain_since(Position) const { return true; }

  /// Waits, within the command deadline, until this instance knows every purge that was in the log when it
  /// was called: so every one that any instance had answered as written. Whether it does. Shared by all that
  /// call at the same time.
  virtual Task<bool> catch_up() { co_return true; }

  /// Appends a record, and waits until this instance applies it and, within the command deadline, it is in
  /// the log: where it stands there. It never fails: without Redis it counts here at once and waits in order
  /// for the log; then, and if nothing is to be purged, the answer is nothing.
  virtual Task<std::optional<Position>> append(PurgeBatch batch) = 0;

  /// Records that count here and wait for Redis.
  virtual std::size_t waiting() const { return 0; }
};

/// The response as the log leaves it: itself, a copy that is stale since a soft purge, or nullptr.
StoredResponsePtr as_judged(const PurgeLog& log, StoredResponsePtr response);

}  // namespace larder::store
