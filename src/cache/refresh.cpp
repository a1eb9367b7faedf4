#include "refresh.hpp"

#include <larder/base/hash.hpp>
#include <larder/policy/freshness.hpp>
#include <larder/policy/refresh_ahead.hpp>

namespace larder::cache {
namespace {

/// No fetch is waited for longer than that before another may try.
constexpr Milliseconds longest_claim{5 * 60'000};
constexpr Milliseconds rest_after_failure{1'000};
/// What has no end would hold its place in the upstream's fills again and again.
constexpr Milliseconds rest_after_long_fetch{60'000};

std::int64_t milliseconds_of(Time time) {
  return time.time_since_epoch().count();
}

}  // namespace

std::optional<RefreshClaim> RefreshClaim::on(store::StoredResponsePtr stored, Time now) {
  std::int64_t next = stored->next_refresh.load();
  if (milliseconds_of(now) < next) return std::nullopt;
  if (!stored->next_refresh.compare_exchange_strong(next, milliseconds_of(now + longest_claim))) {
    return std::nullopt;
  }
  return RefreshClaim(std::move(stored));
}

RefreshClaim::~RefreshClaim() {
  if (stored_ != nullptr) stored_->next_refresh = next_;
}

void RefreshClaim::failed(Time now) {
  next_ = milliseconds_of(now + rest_after_failure);
}

void RefreshClaim::took_too_long(Time now) {
  next_ = milliseconds_of(now + rest_after_long_fetch);
}

bool RefreshAhead::is_near(const policy::Route& route, const store::StoredResponse& stored, Time now) {
  const policy::Lifetimes lifetimes = stored.lifetimes;
  return policy::remaining_freshness(lifetimes, now) <= policy::refresh_window(route, lifetimes);
}

bool RefreshAhead::is_due(const policy::Route& route, const store::StoredResponse& stored, Time now) {
  if (!is_near(route, stored, now)) return false;
  const Milliseconds remaining = policy::remaining_freshness(stored.lifetimes, now);
  if (remaining <= Milliseconds{0} || !is_hot(stored)) return false;
  std::uniform_real_distribution<double> chance;
  return policy::refreshes_ahead(stored.lifetimes, remaining, chance(random_));
}

/// The first hit is remembered, the next ones are the proof.
bool RefreshAhead::is_hot(const store::StoredResponse& stored) {
  constexpr std::uint64_t golden = 0x9E37'79B9'7F4A'7C15;  // so that the next response is another one
  const auto moment = static_cast<std::uint64_t>(milliseconds_of(stored.lifetimes.response_time()));
  const std::uint64_t identity = hash_of(stored.variant_key()) ^ (moment * golden);
  return std::exchange(seen_[identity % slots], identity) == identity;
}

}  // namespace larder::cache
