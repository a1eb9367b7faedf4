#pragma once

#include "purge_record.hpp"

#include <larder/redis/redis.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace larder::store {

/// How long to wait after a command on the stream failed.
inline constexpr Milliseconds retry_after{25};

/// The commands on the Redis stream that holds the purge log, over one client. On its loop.
class PurgeStream {
 public:
  PurgeStream(redis::Redis& redis, std::string key, Author author);

  /// The node that has the stream now.
  redis::Link link() const { return redis_.link(key_); }

  /// Appends, and trims to `oldest`. The position; nothing if there is no stream to append to.
  Task<Result<std::optional<Position>>> append(PurgeRecord record, Position oldest);

  /// Appends a marker, later than `after`, and makes the stream if need be.
  Task<Result<>> append_marker(Position after, Time now) const;

  /// Appends that the log is whole on the node that has it now.
  Task<Result<>> append_witness(Time now) const;

  struct Extent {
    bool exists = false;
    Position last;                  ///< the latest position it ever gave
    std::optional<Position> first;  ///< of the oldest record it holds; nothing if it holds none
    Position deleted;               ///< the latest that was deleted by name (Redis 7)

    /// Where what comes after `known` is not whole: everything up to there may be missing. Nothing if no
    /// record after `known` is gone.
    std::optional<Position> gap_after(Position known) const;
  };
  Task<Result<Extent>> extent(Milliseconds timeout = Milliseconds{0}) const;

  struct Reading {
    std::vector<ReadRecord> records;
    Extent extent;  ///< as it was once they had been read
  };

  /// The records after a position, at most a thousand, none at the end. Waits for some for `block`, unless it
  /// is 0.
  Task<Result<Reading>> read(Position after, Milliseconds block, Milliseconds timeout) const;

  /// Waits until that many replicas have what was written over this connection, for `timeout` at most: how
  /// many have it.
  Task<Result<std::int64_t>> wait(unsigned replicas, Milliseconds timeout) const;

  /// Whether the stream holds that record.
  Task<Result<bool>> holds(Position position) const;

  /// Whether the last append() was refused because Redis has no memory left.
  bool is_full() const { return is_full_; }

  /// Deletes the stream; whether there was one.
  Task<Result<bool>> remove() const;

 private:
  struct Look;
  Task<> look(std::shared_ptr<Look> look, Milliseconds timeout) const;
  Task<Result<std::vector<ReadRecord>>> read_records(Position after, Milliseconds block,
                                                     Milliseconds timeout) const;

  redis::Redis& redis_;
  std::string key_;
  Author author_;
  bool is_full_ = false;
};

}  // namespace larder::store
