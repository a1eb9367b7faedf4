#pragma once

#include "sleeper.hpp"

#include <larder/cache/commons.hpp>

#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <utility>

namespace larder::cache {

/// Lets so many fills through to an upstream at once; the others wait in a queue, first come first served.
/// Safe to use from any thread.
class Turnstile {
 public:
  explicit Turnstile(const Protection& limits) : limits_(limits) {}

  /// The right to ask the upstream, given back when it is destroyed, on any thread.
  class Pass {
   public:
    explicit Pass(Turnstile& turnstile) : turnstile_(&turnstile) {}
    ~Pass() {
      if (turnstile_ != nullptr) turnstile_->leave();
    }
    Pass(Pass&& other) noexcept : turnstile_(std::exchange(other.turnstile_, nullptr)) {}
    Pass& operator=(Pass&& other) noexcept {
      std::swap(turnstile_, other.turnstile_);
      return *this;
    }

   private:
    Turnstile* turnstile_;
  };

  /// A pass where there is one to be had at once.
  std::optional<Pass> try_enter();

  /// Waits for a pass; nothing where too many wait already, or it takes too long.
  Task<std::optional<Pass>> enter();

  /// What holds from now on; who waits goes in where there is room now.
  void set_limits(const Protection& limits);

  std::uint64_t refused() const;

 private:
  struct Waiting {
    Waker waker;
    bool* granted;
  };
  class Place;

  void leave();
  void let_first_in();

  mutable std::mutex mutex_;
  Protection limits_;
  std::size_t inside_ = 0;
  std::list<Waiting> queue_;
  std::uint64_t refused_ = 0;
};

}  // namespace larder::cache
