#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace larder::test::model {

using Moment = std::chrono::steady_clock::time_point;
using Version = std::uint64_t;

inline constexpr int instances = 3;

/// A write as its client knows it: the origin had `version` before the response came.
struct Write {
  Version version = 0;
  int instance = 0;       ///< the one that answered it
  bool is_logged = true;  ///< its purge was in the log by then: the response did not say that it waits
  bool is_soft = false;   ///< a soft purge: what is served stale may be older
  Moment answered{};
};

/// The oldest version that a read that begins now may show, by each promise. 0: any.
struct Floors {
  Version same = 0;       ///< writes answered by this instance
  Version same_soft = 0;  ///< soft purges too: for responses not marked as stale
  Version strict = 0;     ///< writes answered by any instance and in the log
  Version strict_soft = 0;
  Version push = 0;                    ///< writes answered by any instance long enough ago
  Version origin = 0;                  ///< the origin's version: for responses from there
  Version any = 0;                     ///< writes answered by any instance at all: for measuring
  std::optional<Moment> any_answered;  ///< when that write was answered
};

/// All writes to one resource. Safe to use from any thread.
class History {
 public:
  /// Records that the origin has a new version.
  Version change(Version next);

  Version current() const;

  void answered(const Write& write);

  /// For a read on `instance` that begins now; writes until `seen_by` must be known everywhere.
  Floors floors(int instance, Moment seen_by) const;

  /// How long ago a version was the origin's last; 0 for the current one, nothing for one that it never had.
  std::optional<std::chrono::milliseconds> outdated_for(Version version, Moment now) const;

  /// When the first write after `version` was answered.
  std::optional<Moment> first_answered_after(Version version) const;

  /// The last writes, for the report of a violation.
  std::string text(Moment now) const;

 private:
  struct Change {
    Version version;
    Moment at;
  };
  /// The latest version of some writes.
  struct Latest {
    Version hard = 0;
    Version soft = 0;  ///< of soft purges and of hard ones
    void add(const Write& write);
  };

  mutable std::mutex mutex_;
  std::deque<Change> changes_;
  std::deque<Write> writes_;  ///< the last ones, in the order of their responses
  std::array<Latest, instances> same_;
  Latest strict_;
  Version seen_ = 0;  ///< the latest hard version of writes that have left `writes_`
};

}  // namespace larder::test::model
