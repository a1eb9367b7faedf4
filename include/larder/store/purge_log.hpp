#pragma once

#include <larder/base/task.hpp>
#include <larder/policy/purge.hpp>
#include <larder/store/position.hpp>
#include <larder/store/stored_response.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace larder::store {

/// The purge log (DESIGN.md): why no stored response survives a purge. Shared by all threads of the instance.
class PurgeLog {
 public:
  virtual ~PurgeLog() = default;

  /// A fetch begins: what its response is as new as. `position` counts in Redis, `sequence` in this instance.
  struct Mark {
    Position position;
    std::uint64_t sequence = 0;
  };
  virtual Mark mark() const = 0;

  /// Whether no purge since `response.checked` names it; moves `checked` on. Cheap while the log has not
  /// moved.
  virtual bool is_valid(const StoredResponse& response) const = 0;

  /// Whether a response that came from Redis may be used, by its `born`; if so its `checked` is set.
  virtual bool admit(StoredResponse& response) const = 0;

  /// Whether Redis may be read: this instance knows every purge in the log, and the log every purge of this
  /// instance.
  virtual bool is_in_step() const = 0;

  /// Whether hits may be served without asking the origin. Not, with `on_outage: origin`, while the log has
  /// been silent for longer than `outage_ttl`. Cheap: asked on every hit.
  virtual bool trusts_hits() const { return true; }

  /// Appends a record that purges all of `purges`, and waits until this instance goes by it and, within the
  /// command deadline, it is in the log: where it stands there. It never fails: without Redis it counts here
  /// at once and waits in order for the log; then, and where nothing is to be purged, the answer is nothing.
  virtual Task<std::optional<Position>> append(std::vector<policy::Purge> purges) = 0;

  /// Records that count here and wait for Redis.
  virtual std::size_t waiting() const { return 0; }
};

}  // namespace larder::store
