#pragma once

#include "fetch_history.hpp"

#include <larder/policy/route.hpp>
#include <larder/store/stored_response.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <utility>

namespace larder::cache {

/// The right to have a stored response fetched again, for one fetch at a time across all threads. Given back
/// when it is destroyed; after a failure only a moment later, so that an origin in trouble is not asked by
/// every request.
class RefreshClaim {
 public:
  /// Nothing if another has it, or failed just now.
  static std::optional<RefreshClaim> on(FetchHistory& history, store::StoredResponsePtr stored, Time now);

  ~RefreshClaim();
  RefreshClaim(RefreshClaim&& other) noexcept
      : history_(other.history_), stored_(std::move(other.stored_)), rest_until_(other.rest_until_) {}
  RefreshClaim& operator=(RefreshClaim&&) = delete;

  const store::StoredResponsePtr& stored() const { return stored_; }

  /// The fetch failed at `now`.
  void failed(Time now);

  /// At `now` it had gone on for too long.
  void took_too_long(Time now);

 private:
  RefreshClaim(FetchHistory& history, store::StoredResponsePtr stored)
      : history_(history), stored_(std::move(stored)) {}

  FetchHistory& history_;
  store::StoredResponsePtr stored_;  // nullptr: moved away
  std::optional<Time> rest_until_;
};

/// Which hits on fresh responses have them fetched again before their end (policy/refresh_ahead.hpp): those
/// on hot ones, which are asked for again within the window where that may happen. Of one worker.
class RefreshAhead {
 public:
  /// Whether the end is so near that is_due() has to be asked.
  static bool is_near(const policy::Route& route, const store::StoredResponse& stored, Time now);

  /// Costs next to nothing if it is not near.
  bool is_due(const policy::Route& route, const store::StoredResponse& stored, Time now);

 private:
  bool is_hot(const store::StoredResponse& stored);

  static constexpr std::size_t slots = 512;

  std::array<std::uint64_t, slots> seen_{};  // what was asked for last, by hash: the rest is forgotten
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace larder::cache
