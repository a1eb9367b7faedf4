#pragma once

#include <larder/base/clock.hpp>

#include <array>
#include <cstdint>
#include <vector>

namespace larder::store {

/// Which keys may be written to Redis. Normally everything is, the first time it is stored: so that a
/// restarted larder, or another one, finds it there. If more keys come that were not seen before than
/// `newcomers_per_second` (a crawler, or random queries against the cache), only those pass that come again:
/// one-hit wonders then do not fill Redis. A pure value: the time is passed in. Not for several
/// threads.
///
/// What was seen is two Bloom filters: when the newer one has `remembered` keys, it becomes the older one. So
/// the last `remembered` keys at least are known, with one in two hundred mistaken for known, which
/// costs no more than a write.
class Doorkeeper final {
 public:
  struct Limits {
    double newcomers_per_second = 1'000;
    double burst = 60'000;            ///< a minute's worth: a cold start or a deployment comes all at once
    std::size_t remembered = 65'536;  ///< keys; two bytes for each, twice
  };
  explicit Doorkeeper(Limits limits);

  /// Whether a key with this hash may be written now. It is known from then on.
  bool admits(std::uint64_t hash, SteadyTime now);

  /// What admits() would say.
  bool would_admit(std::uint64_t hash, SteadyTime now) const;

  /// Makes a key known: it was found in Redis, so it is asked for.
  void note(std::uint64_t hash);

 private:
  using Bits = std::vector<std::uint64_t>;

  std::array<std::size_t, 3> places_of(std::uint64_t hash) const;
  bool is_known(std::uint64_t hash) const;
  double tokens_at(SteadyTime now) const;

  Limits limits_;
  Bits newer_;
  Bits older_;
  std::size_t noted_ = 0;  ///< in the newer one
  double tokens_;
  SteadyTime refilled_{};
};

}  // namespace larder::store
