#pragma once

#include <larder/base/clock.hpp>
#include <larder/store/stored_response.hpp>

#include <array>
#include <cstdint>
#include <list>
#include <mutex>
#include <unordered_map>

namespace larder::cache {

/// What is remembered of the fetches for stored responses: that one is under way behind answers, failed a
/// moment ago, or ran into its deadline. It goes by what is stored and not by the copy in hand, since without
/// memory each request has a copy of its own. One table for all workers, in shards with a lock each. Past
/// `most` entries in a shard the one that was set longest ago is forgotten: then the origin is asked once
/// more.
class FetchHistory {
 public:
  static constexpr std::size_t shards = 16;
  static constexpr std::size_t most = 4'096;

  /// Takes the right to have it fetched again behind answers, `until` then at the latest; false if another
  /// has it, or until when it rests is not over.
  bool claim(const store::StoredResponse& stored, Time now, Time until);

  /// Gives that right back.
  void release(const store::StoredResponse& stored);

  /// Gives it back, but to nobody before `until`.
  void rest(const store::StoredResponse& stored, Time until);

  /// Whether the origin left the last fetch for it waiting until its deadline.
  void set_hangs(const store::StoredResponse& stored, bool hangs);
  bool hangs(const store::StoredResponse& stored) const;

 private:
  struct Entry {
    std::uint64_t id;
    Time until;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::list<Entry> entries;  // the latest set first
    std::unordered_map<std::uint64_t, std::list<Entry>::iterator> table;

    void set(std::uint64_t id, Time until);
    void forget(std::uint64_t id);
  };

  Shard& shard_of(std::uint64_t id) { return table_[id % shards]; }
  const Shard& shard_of(std::uint64_t id) const { return table_[id % shards]; }

  std::array<Shard, shards> table_;
};

/// A stored response whichever copy of it is at hand: its own key, and when it came.
std::uint64_t identity_of(const store::StoredResponse& stored);

}  // namespace larder::cache
