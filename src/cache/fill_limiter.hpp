#pragma once

#include "sleeper.hpp"

#include <larder/cache/fill_coordinator.hpp>
#include <larder/pipeline/departure.hpp>

#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <utility>

namespace larder::cache {

/// Lets a bounded number of fills through to an upstream at once; the others wait in a queue, first come
/// first served. Safe to use from any thread.
class FillLimiter {
 public:
  explicit FillLimiter(const Protection& limits) : limits_(limits) {}

  /// The right to ask the upstream, given back when it is destroyed, on any thread.
  class Permit {
   public:
    explicit Permit(FillLimiter& limiter) : limiter_(&limiter) {}
    ~Permit() {
      if (limiter_ != nullptr) limiter_->release();
    }
    Permit(Permit&& other) noexcept : limiter_(std::exchange(other.limiter_, nullptr)) {}
    Permit& operator=(Permit&& other) noexcept {
      std::swap(limiter_, other.limiter_);
      return *this;
    }

   private:
    FillLimiter* limiter_;
  };

  /// A permit if one is available at once.
  std::optional<Permit> try_acquire();

  /// Waits for a permit; nothing if too many wait already, it takes too long, or the client leaves for whom
  /// it is, unless `is_for_others` says that it is for others as well.
  Task<std::optional<Permit>> acquire(pipeline::Departure* departure = nullptr,
                                      std::function<bool()> is_for_others = {});

  /// The limits from now on; waiting fills go in if there is room now.
  void set_limits(const Protection& limits);

  std::uint64_t refused() const;

 private:
  struct Waiting {
    Waker waker;
    bool* granted;
  };
  class Place;

  void release();
  void grant_first();

  mutable std::mutex mutex_;
  Protection limits_;
  std::size_t granted_permits_ = 0;
  std::list<Waiting> queue_;
  std::uint64_t refused_ = 0;
};

}  // namespace larder::cache
