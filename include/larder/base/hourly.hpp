#pragma once

#include <larder/base/clock.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace larder {

/// Whether something is to be said of a peer again: once an hour, of 1024 of them at most, and all addresses
/// of an IPv6 /64 are one (address_group()). Whoever asks again and again takes no lock. Safe to use from any
/// thread.
class Hourly {
 public:
  /// Whether it is; it is then said. `peer`: an address, or another name.
  bool is_due(std::string_view peer, SteadyTime now);

 private:
  bool is_known_quiet(std::uint64_t name, SteadyTime now) const;
  void remember(std::uint64_t name, SteadyTime said);
  bool has_room(SteadyTime now);

  static constexpr std::size_t slots = 256;
  std::array<std::atomic<std::uint64_t>, slots> quiet_{};  ///< who has been told of, and in which minute
  std::atomic<SteadyTime::rep> full_until_{SteadyTime::min().time_since_epoch().count()};

  std::mutex mutex_;
  std::unordered_map<std::uint64_t, SteadyTime> last_;
};

}  // namespace larder
